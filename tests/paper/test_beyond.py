"""The table `beyond`: its rows, banks, halves and splits."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest

import small_data
from vidgist.datasets import VideoRecord, write_dataset
from vidgist.paper import Context
from vidgist.paper.beyond import run
from vidgist.paper.library import find_library
from vidgist.scoring.bank import bank_of, video_statistics, write_bank


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    data = tmp_path_factory.mktemp("data")
    records = small_data.dataset(data / "eccv16_dataset_tvsum_noise.h5", count=4)
    small_data.dataset(data / "eccv16_dataset_summe_noise.h5", count=4, kind="summe", without=(2,))
    bare = [VideoRecord(key=r.key, name=r.name, features=r.features) for r in records]
    write_dataset(data / "tvsum_other.h5", bare, attributes={"backbone": "eye"})
    splits = [
        {"train_keys": ["a.h5/video_1", "video_2"], "test_keys": ["video_3", "video_4"]},
        {"train_keys": ["video_2", "video_4"], "test_keys": ["video_3"]},
    ]
    (data / "tvsum_legacy.json").write_text(json.dumps(splits))
    untrained = [{"train_keys": [], "test_keys": ["video_3"]}]
    (data / "tvsum_tests.json").write_text(json.dumps(untrained))
    own = bank_of((video_statistics(r.features) for r in records), backbone="noise")
    write_bank(data / "library.safetensors", own)
    write_bank(data / "eyes.safetensors", dataclasses.replace(own, backbone="eye"))
    return data


def test_the_table_beyond_has_its_rows(folder):
    report = run(Context(name="beyond", library=find_library([folder]), seeds=2))
    titles = [table.title for table in report.tables]
    assert titles[:3] == [
        "Beyond the paper, TVSum",
        "Beyond the paper, TVSum: odd-numbered videos",
        "Beyond the paper, TVSum: even-numbered videos",
    ]
    everything, odd, even, *rest = report.tables
    assert odd.videos == ("video_1", "video_3")
    assert even.videos == ("video_2", "video_4")
    rows = [row.name for row in everything.rows if not row.baseline]
    assert rows[0] == "alignment x uniformity"
    assert "best, shipped bank" in rows
    assert len(rows) == 9
    own = everything.row("projected, bank library").values
    assert not np.array_equal(own, everything.row("projected, no bank").values)
    assert any("eyes.safetensors" in m and "eye" in m for m in report.missing)
    compared = {row.name: row.against for row in everything.rows}
    assert compared["projected, shipped bank"] == "best, shipped bank"
    by_title = {table.title: table for table in rest}
    again = by_title["Beyond the paper, TVSum, protocol paper"]
    assert again.protocol.name == "paper"
    assert any("trained on the other half: name a folder" in m for m in report.missing)
    # The same features under another backbone's name: the same numbers.
    other = by_title["Beyond the paper, TVSum with eye, the same constants"]
    for name in ("alignment x uniformity", "best, bank of other videos"):
        np.testing.assert_array_equal(other.row(name).values, everything.row(name).values)
    canonical = by_title["Beyond the paper, TVSum canonical (tvsum_legacy.json)"]
    assert canonical.videos == ("video_3", "video_4")  # distinct ones, in intervals as well
    assert canonical.splits == (("video_3", "video_4"), ("video_3",))
    assert any("tvsum_tests.json has no training video" in m for m in report.missing)
    summe = by_title["Beyond the paper, SumMe"]
    assert [row.name for row in summe.rows][-5] == "best, bank of TVSum"


def test_the_table_beyond_says_what_is_missing(tmp_path):
    report = run(Context(name="beyond", library=find_library([tmp_path])))
    assert report.tables == []
    assert len(report.missing) == 2
