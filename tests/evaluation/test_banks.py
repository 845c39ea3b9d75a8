"""Banks that rows are scored with; and the numbers on the real TVSum."""

from __future__ import annotations

import numpy as np
import pytest

import small_data
from vidgist.cli import main
from vidgist.datasets import open_dataset
from vidgist.errors import DataError, SettingError
from vidgist.evaluation.entries import (
    matched,
    method_entry,
    other_videos,
    row_name,
    statistics_of,
)
from vidgist.evaluation.evaluate import evaluate
from vidgist.evaluation.protocols import PROTOCOLS, protocol
from vidgist.evaluation.request import Request
from vidgist.scoring.bank import bank_of, shipped_bank, video_statistics, write_bank
from vidgist.scoring.presets import PRESETS, preset
from vidgist.scoring.scorer import Scorer

BEST = PRESETS["best"]


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    path = tmp_path_factory.mktemp("data") / "eccv16_dataset_tvsum_noise.h5"
    small_data.dataset(path, count=4)
    return open_dataset(path)


def test_the_bank_of_the_others_leaves_the_video_out(dataset):
    bank_of_video = other_videos(statistics_of(dataset))
    records = list(dataset)
    expected = bank_of(video_statistics(r.features) for r in records if r.key != "video_2")
    found = bank_of_video(next(r for r in records if r.key == "video_2"))
    np.testing.assert_array_equal(found.deviation, expected.deviation)
    assert found.videos == 3


def request(dataset, bank, settings=BEST):
    return Request(
        data=dataset.path,
        metric="tvsum",
        settings=settings,
        protocol=PROTOCOLS["reference"],
        bank=bank,
        seeds=1,
    )


def test_values_of_a_bank(dataset, tmp_path):
    tables = {bank: request(dataset, bank).run() for bank in ("others", "none", "shipped")}
    names = {bank: table.settings["bank"] for bank, table in tables.items()}
    assert names["others"] == "the other videos of the data set"
    assert names["none"] == "none"
    assert "no bank comes with noise" in names["shipped"]
    none, others, shipped = (tables[b].rows[0].values for b in ("none", "others", "shipped"))
    np.testing.assert_array_equal(none, shipped)
    assert not np.array_equal(none, others)
    path = tmp_path / "mine.safetensors"
    write_bank(path, bank_of([video_statistics(next(iter(dataset)).features)]))
    assert "mine.safetensors (1 videos" in request(dataset, path).run().settings["bank"]
    assert matched(Scorer(BEST, bank=path), dataset).bank.videos == 1
    write_bank(tmp_path / "wide", bank_of([video_statistics(np.ones((2, 99)))]))
    with pytest.raises(DataError, match="99 numbers"):
        request(dataset, tmp_path / "wide").run()
    with pytest.raises(SettingError, match=r"^bank: "):
        request(dataset, path, PRESETS["paper"])
    assert "bank" not in request(dataset, "others", PRESETS["paper"]).run().settings


def test_rows_are_named_by_their_parts():
    assert row_name(("alignment", "uniformity")) == "alignment x uniformity"
    assert row_name(BEST.criteria) == "distinctiveness x belonging, projected"


def test_scores_of_best_hold_all_criteria(dataset):
    record = next(iter(dataset))
    scores = Scorer(BEST, bank="none").score(record.to_features())
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
    plain = Scorer(preset("best", smoothing=0.0), bank="none").score(record.to_features())
    np.testing.assert_allclose(plain.importance, np.exp(plain.criteria["projection"] - 1))
    product = plain.criteria["distinctiveness"] * plain.criteria["belonging"]
    unprojected = preset("best", smoothing=0.0, criteria=["distinctiveness", "belonging"])
    found = Scorer(unprojected, bank="none").score(record.to_features())
    np.testing.assert_allclose(found.importance, np.exp(product - 1))


@pytest.mark.parametrize("count", [1, 6])
def test_best_on_one_sample_and_on_constant_videos_prefers_nothing(count):
    scores = Scorer(BEST, bank=shipped_bank("efficientnet_lite0")).score(
        np.tile(np.arange(1280.0), (count, 1))
    )
    np.testing.assert_array_equal(scores.importance, np.ones(count))


def test_evaluate_takes_the_bank_of_the_others(dataset, capsys):
    options = ["--metric", "tvsum", "--preset", "best", "--bank", "others", "--seeds", "1", "-q"]
    assert main(["evaluate", str(dataset.path), *options]) == 0
    printed = capsys.readouterr().out
    assert "distinctiveness x belonging, projected" in printed
    assert "bank the other videos of the data set" in printed
    assert "protocol: reference" in printed


def test_tvsum_comes_out_as_found(shared):
    data = open_dataset(shared / "data/tvsum/eccv16_dataset_tvsum_efficientnet_lite0.h5")
    banks = other_videos(statistics_of(data))
    table = evaluate(
        data,
        [method_entry("as found", Scorer(preset("best", smoothing=0.5)), bank=banks)],
        metric="tvsum",
        protocol=protocol("reference", metric="tvsum"),
        title="",
        dataset="",
    )
    found = table.mean(table.rows[0])
    np.testing.assert_allclose(found[:2], (0.2133, 0.2783), atol=1e-4)
    assert found[2] == pytest.approx(0.600, abs=1e-3)


def test_best_on_tvsum(shared):
    data = open_dataset(shared / "data/tvsum/eccv16_dataset_tvsum_efficientnet_lite0.h5")
    table = evaluate(
        data,
        [method_entry("best", matched(Scorer(BEST), data))],
        metric="tvsum",
        protocol=protocol("reference", metric="tvsum"),
        title="",
        dataset="",
    )
    np.testing.assert_allclose(table.mean(table.rows[0])[:2], (0.2119, 0.2766), atol=1e-4)
