"""The table of what summaries show, on small data in every layout that it reads."""

from __future__ import annotations

import h5py
import numpy as np
import pytest

import small_data
from vidgist.datasets import open_dataset
from vidgist.evaluation.tables import as_data, render
from vidgist.paper import TABLES, Context
from vidgist.paper.gist_data import highlights, summe
from vidgist.paper.library import find_library


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    data = tmp_path_factory.mktemp("data")
    rng = np.random.default_rng(0)
    small_data.dataset(data / "tvsum.h5", count=4)
    small_data.dataset(data / "summe.h5", count=3, kind="summe", without=(1, 2, 3))
    with h5py.File(data / "summe_dino.h5", "w") as file:
        for record in open_dataset(data / "summe.h5"):
            group = file.create_group(record.name.replace(" ", "_"))
            group["picks"] = np.arange(0, record.n_frames, 6)
            group["relative"] = rng.normal(size=(len(group["picks"]), 5)).astype(np.float16)
    with h5py.File(data / "youtube_highlights_i3d.h5", "w") as file:
        for name, count, same in (("a", 30, 0), ("b", 25, 0), ("short", 10, 0), ("same", 30, 1)):
            group = file.create_group(name)
            start = 50 * rng.permutation(count)
            group["clip"] = np.stack([start, start + 99], axis=1)
            group["features"] = rng.normal(size=(count, 6)).astype(np.float16)
            group["match"] = np.ones(count) if same else rng.permutation(np.arange(count) % 3) - 1
            group.attrs["fps"] = 30.0
    return data


def run(*paths):
    return TABLES["gist"].run(Context(name="gist", library=find_library(paths), seeds=2))


def test_every_data_set_has_its_table(folder):
    result = run(folder)
    assert [table.title.split(": ")[1] for table in result.tables] == [
        *("TVSum, official shots", "TVSum, our own shots"),
        *("SumMe, other features", "YouTube Highlights"),
    ]
    official, own, other, clips = result.tables
    captured = {row.name: official.mean(row) for row in official.rows}
    assert captured["annotators' mean, gist"][0] > captured["every n-th 3 s"][0]
    assert "one person, judged by the others" in captured
    assert own.row("gist").values.shape == (4, 1, 7)
    assert own.row("random, gist").values.shape == (4, 2, 7)
    assert clips.videos == ("a", "b")
    assert "one person, judged by the others" not in {row.name for row in clips.rows}
    assert len(other.videos) == 3
    for table in result.tables:
        assert "gist - field's knapsack" in as_data(table)["differences"]
    assert "captured" in render(result.tables, style="csv").splitlines()[0]
    assert "F1" not in render(result.tables, style="markdown")


def test_all_is_the_mean_of_odd_and_even(folder):
    table = run(folder / "tvsum.h5").tables[0]
    values = table.mean(table.row("gist"))
    assert values[0] == pytest.approx(values[1:3].mean())  # two videos each


def test_what_is_missing_is_said(folder, tmp_path):
    result = run(folder / "tvsum.h5")
    assert [sentence.split(":")[0] for sentence in result.missing] == [
        *("summe", "summe, other features", "highlights")
    ]
    nothing = run(tmp_path)
    assert not nothing.tables
    assert len(nothing.missing) == 4


def test_clips_are_samples_in_order(folder):
    first = next(highlights(folder / "youtube_highlights_i3d.h5"))
    assert first.picks.tolist() == list(range(0, 1500, 50))
    assert first.n_frames == 1500
    assert set(np.unique(first.user_scores)) <= {-1, 0, 1}
    videos = list(summe(folder / "summe_dino.h5", folder / "summe.h5"))
    assert [v.key for v in videos] == ["clip_video_1", "clip_video_2", "clip_video_3"]
    assert all(len(v.features) == len(v.picks) for v in videos)


def test_the_figures_of_the_documentation(shared):
    """YouTube Highlights; those of TVSum are in tests/evaluation/test_summaries.py."""
    table = run(shared / "data/highlights").tables[0]
    gist, field = table.row("gist"), table.row("field's knapsack")
    assert table.mean(gist)[0] == pytest.approx(0.103, abs=0.004)
    assert table.mean(field)[0] == pytest.approx(-0.072, abs=0.004)
    assert table.difference(gist, field)[0].established
