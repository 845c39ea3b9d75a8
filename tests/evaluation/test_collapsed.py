"""Scores that are constant within a video, or saturated, are marked in every table."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from small_data import dataset
from vidgist.evaluation.protocols import protocol, settings_for
from vidgist.evaluation.request import Request
from vidgist.evaluation.results import Table
from vidgist.evaluation.tables import as_data, render
from vidgist.scoring.presets import preset


@pytest.fixture
def table(tmp_path: Path) -> Table:
    records = dataset(tmp_path / "data.h5", count=3)
    rng = np.random.default_rng(0)
    scores = {r.key: rng.random(len(r.picks)).tolist() for r in records}
    (tmp_path / "sound.json").write_text(json.dumps(scores))
    scores[records[0].key] = [0.25] * len(records[0].picks)
    saturated = 1 - 1e-9 * rng.random(len(records[1].picks))
    scores[records[1].key] = saturated.tolist()
    (tmp_path / "flat.json").write_text(json.dumps(scores))
    return Request(
        data=tmp_path / "data.h5",
        metric="tvsum",
        settings=settings_for(preset("best"), metric="tvsum"),
        protocol=protocol("reference", metric="tvsum"),
        beside=(tmp_path / "sound.json", tmp_path / "flat.json"),
        seeds=2,
    ).run()


def test_collapsed_scores_are_marked(table: Table) -> None:
    text = render([table], style="terminal")
    assert "flat.json (collapsed in 2 of 3)" in text
    assert "note: collapsed: scores of a video that are constant" in text
    assert "sound.json (collapsed" not in text
    assert "constant (collapsed" not in text  # a baseline, which is so by intent
    rows = as_data(table)["rows"]
    assert {n: r["collapsed"] for n, r in rows.items() if r["collapsed"]} == {"flat.json": 2}


def test_a_part_of_the_videos_has_its_own_mark(table: Table) -> None:
    part = table.only([table.videos[1], table.videos[2]])
    assert "flat.json (collapsed in 1 of 2)" in render([part], style="markdown")
