"""Which bank a row is scored with; the table `beyond`; and the numbers on the real TVSum."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest

import small_data
from vidgist.cli import main
from vidgist.datasets import VideoRecord, open_dataset, write_dataset
from vidgist.errors import DataError, SettingError
from vidgist.evaluation.banks import bank_entry, banks_for, other_videos, statistics_of
from vidgist.evaluation.entries import row_name
from vidgist.evaluation.evaluate import evaluate
from vidgist.evaluation.protocols import protocol
from vidgist.paper import Context, run_benchmark
from vidgist.paper.library import find_library
from vidgist.scoring.bank import bank_of, shipped_bank, video_statistics, write_bank
from vidgist.scoring.presets import PRESETS, configure
from vidgist.scoring.scorer import score_features

BEST = PRESETS["best"]


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


@pytest.fixture(scope="module")
def dataset(folder):
    return open_dataset(folder / "eccv16_dataset_tvsum_noise.h5")


def test_the_bank_of_the_others_leaves_the_video_out(dataset):
    bank_of_video = other_videos(statistics_of(dataset))
    records = list(dataset)
    expected = bank_of(video_statistics(r.features) for r in records if r.key != "video_2")
    found = bank_of_video(next(r for r in records if r.key == "video_2"))
    np.testing.assert_array_equal(found.deviation, expected.deviation)
    assert found.videos == 3


def test_what_can_be_said_in_the_place_of_a_bank(dataset, tmp_path):
    record = next(iter(dataset))
    banks, label = banks_for(BEST, "others", dataset)
    assert banks(record).videos == 3
    assert "other videos" in label
    banks, label = banks_for(BEST, "none", dataset)
    assert (banks(record), label) == (None, "none")
    banks, label = banks_for(BEST, "shipped", dataset)
    assert banks(record) is None
    assert "no bank comes with noise" in label
    path = tmp_path / "mine.safetensors"
    write_bank(path, bank_of([video_statistics(record.features)]))
    banks, label = banks_for(BEST, path, dataset)
    assert banks(record).videos == 1
    assert "mine.safetensors (1 videos" in label
    write_bank(tmp_path / "wide", bank_of([video_statistics(np.ones((2, 99)))]))
    with pytest.raises(DataError, match="99 numbers"):
        banks_for(BEST, tmp_path / "wide", dataset)
    with pytest.raises(SettingError, match="--bank"):
        banks_for(PRESETS["paper"], path, dataset)


def test_rows_are_named_by_their_parts():
    assert row_name(("alignment", "uniformity")) == "alignment x uniformity"
    assert row_name(BEST.criteria) == "distinctiveness x belonging, projected"


def test_scores_of_best_hold_all_criteria(dataset):
    record = next(iter(dataset))
    scores = score_features(record.to_features(), BEST)
    assert set(scores.criteria) == {
        "alignment",
        "uniformity",
        "distinctiveness",
        "belonging",
        "projection",
    }
    for values in scores.criteria.values():
        assert values.min() >= 0
        assert values.max() <= 1
    plain = score_features(record.to_features(), configure("best", smoothing=0.0))
    np.testing.assert_allclose(plain.importance, np.exp(plain.criteria["projection"] - 1))
    product = plain.criteria["distinctiveness"] * plain.criteria["belonging"]
    unprojected = configure("best", smoothing=0.0, criteria=["distinctiveness", "belonging"])
    found = score_features(record.to_features(), unprojected)
    np.testing.assert_allclose(found.importance, np.exp(product - 1))


@pytest.mark.parametrize("count", [1, 6])
def test_best_on_one_sample_and_on_constant_videos_prefers_nothing(count):
    scores = score_features(
        np.tile(np.arange(1280.0), (count, 1)), BEST, bank=shipped_bank("efficientnet_lite0")
    )
    np.testing.assert_array_equal(scores.importance, np.ones(count))


def test_the_table_beyond_has_its_rows(folder):
    report = run_benchmark(
        "beyond", Context(name="beyond", library=find_library([folder]), seeds=2)
    )
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
    assert len(rows) == 14
    own = everything.row("projected, bank library").values
    assert not np.array_equal(own, everything.row("projected, no bank").values)
    assert any("eyes.safetensors" in m and "eye" in m for m in report.missing)
    compared = {row.name: row.against for row in everything.rows}
    assert compared["best and promise, shipped bank"] == "best, shipped bank"
    assert compared["best, prior ends, shipped bank"] == "best, shipped bank"
    both = compared["best, promise and prior middle, shipped bank"]
    assert both == "best, shipped bank"
    by_title = {table.title: table for table in rest}
    again = by_title["Beyond the paper, TVSum, protocol paper"]
    assert again.protocol.name == "paper"
    assert any("trained on the other half: name a folder" in m for m in report.missing)
    # The same features under another backbone's name: the same numbers.
    other = by_title["Beyond the paper, TVSum with eye, the same constants"]
    for name in ("alignment x uniformity", "best, bank of other videos"):
        np.testing.assert_array_equal(other.row(name).values, everything.row(name).values)
    canonical = by_title["Beyond the paper, TVSum canonical (tvsum_legacy.json)"]
    assert canonical.videos == ("video_3@0", "video_4@0", "video_3@1")
    assert canonical.splits == (("video_3@0", "video_4@0"), ("video_3@1",))
    assert any("tvsum_tests.json has no training video" in m for m in report.missing)
    summe = by_title["Beyond the paper, SumMe"]
    assert [row.name for row in summe.rows][-5] == "best, bank of TVSum"


def test_the_table_beyond_says_what_is_missing(tmp_path):
    report = run_benchmark("beyond", Context(name="beyond", library=find_library([tmp_path])))
    assert report.tables == ()
    assert len(report.missing) == 2


def test_evaluate_takes_the_bank_of_the_others(folder, capsys):
    path = folder / "eccv16_dataset_tvsum_noise.h5"
    options = ["--metric", "tvsum", "--preset", "best", "--bank", "others", "--seeds", "1", "-q"]
    assert main(["evaluate", str(path), *options]) == 0
    printed = capsys.readouterr().out
    assert "distinctiveness x belonging, projected" in printed
    assert "bank the other videos of the data set" in printed
    assert "protocol: reference" in printed


def test_tvsum_comes_out_as_found(shared):
    data = open_dataset(shared / "data/tvsum/eccv16_dataset_tvsum_efficientnet_lite0.h5")
    banks, _ = banks_for(BEST, "others", data)
    table = evaluate(
        data,
        [bank_entry("as found", configure("best", smoothing=1.0), banks)],
        metric="tvsum",
        protocol=protocol("reference", metric="tvsum"),
        title="",
        dataset="",
    )
    found = table.mean(table.rows[0])
    np.testing.assert_allclose(found[:2], (0.2133, 0.2783), atol=1e-4)
    assert found[2] == pytest.approx(0.600, abs=1e-3)


def test_the_shipped_bank_holds_what_matters_in_its_videos(shared):
    data = open_dataset(shared / "data/tvsum/eccv16_dataset_tvsum_efficientnet_lite0.h5")
    names = ("distinctiveness", "belonging", "promise", "projection")
    settings = [BEST, configure("best", criteria=names)]
    entries = [
        bank_entry(" ".join(s.criteria), s, banks_for(s, "shipped", data)[0]) for s in settings
    ]
    table = evaluate(
        data,
        entries,
        metric="tvsum",
        protocol=protocol("reference", metric="tvsum"),
        title="",
        dataset="",
    )
    without, found = (table.mean(row) for row in table.rows)
    np.testing.assert_allclose(without[:2], (0.2119, 0.2766), atol=1e-4)
    assert found[1] == pytest.approx(0.2846, abs=2e-4)
