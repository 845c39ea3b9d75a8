"""The sum of the scores of several backbones: closed forms, banks, files, the command."""

from __future__ import annotations

import json

import h5py
import numpy as np
import pytest
from scipy.stats import rankdata, zscore

from clips import render_clip
from onnx_models import mean_color
from vidgist.cli import main
from vidgist.datasets import VideoRecord, open_dataset, write_dataset
from vidgist.errors import DataError
from vidgist.scoring.bank import bank_of, shipped_bank, video_statistics
from vidgist.scoring.fusion import fuse
from vidgist.scoring.scorer import Scorer
from vidgist.types import Features, Scores

RNG = np.random.default_rng(0)
LITE = np.abs(RNG.normal(size=(30, 1280))).astype(np.float32)
OTHER = 100 * RNG.normal(size=(30, 7)).astype(np.float32)
BOTH = Features(
    values=np.concatenate([LITE, OTHER], axis=1),
    picks=np.arange(30),
    n_frames=30,
    backbone="efficientnet_lite0+other",
    widths=(1280, 7),
)


def scores(values):
    return Scores(criteria={"a": np.asarray(values) / 2}, importance=np.asarray(values))


def test_z_scores_are_added():
    a, b = RNG.random(20), 5 * RNG.random(20)
    fused = fuse([scores(a), scores(b)])
    expected = zscore(a) + zscore(b)
    np.testing.assert_array_equal(rankdata(fused.importance), rankdata(expected))
    assert np.corrcoef(fused.importance, expected)[0, 1] == pytest.approx(1)
    assert fused.importance.min() == pytest.approx((a.min() + b.min()) / 2)
    assert fused.importance.max() == pytest.approx((a.max() + b.max()) / 2)
    np.testing.assert_allclose(fused.criteria["a"], (a + b) / 4)


def test_a_constant_score_plays_no_part():
    a = np.array([0.1, 0.5, 0.3])
    fused = fuse([scores(a), scores(np.ones(3))]).importance
    np.testing.assert_array_equal(rankdata(fused), rankdata(a))
    np.testing.assert_array_equal(fuse([scores(np.ones(3))] * 2).importance, np.ones(3))


def test_weights_are_the_time_of_samples():
    a, b = np.array([0.0, 1.0, 0.2]), np.array([1.0, 0.0, 0.9])
    often = np.array([2, 1, 3])
    weighted = fuse([scores(a), scores(b)], weights=often.astype(float)).importance
    repeated = fuse([scores(np.repeat(a, often)), scores(np.repeat(b, often))]).importance
    np.testing.assert_allclose(np.repeat(weighted, often), repeated)


def test_each_backbone_has_its_own_bank():
    one = Features(values=LITE, picks=np.arange(30), n_frames=30, backbone="efficientnet_lite0")
    parts = [Scorer("best", bank=shipped_bank("efficientnet_lite0")).score(one)]
    parts += [Scorer("best", bank="none").score(OTHER)]
    scorer = Scorer("best").matched(dimension=1287, backbone=BOTH.backbone)
    assert "no bank comes with other" in scorer.notes[0]
    np.testing.assert_allclose(scorer.score(BOTH).importance, fuse(parts).importance)
    without = Scorer("best", bank="none").score(BOTH).importance
    assert np.abs(without - scorer.score(BOTH).importance).max() > 1e-3


def test_a_bank_of_both_is_refused():
    bank = bank_of([video_statistics(BOTH.values)])
    with pytest.raises(DataError, match="a bank belongs to one backbone"):
        Scorer("best", bank=bank).score(BOTH)


def test_a_file_says_where_the_parts_lie(tmp_path):
    path = tmp_path / "both.h5"
    record = VideoRecord(key="video_1", features=BOTH.values, picks=BOTH.picks, n_frames=30)
    attributes = {"backbone": BOTH.backbone, "widths": "1280+7"}
    write_dataset(path, [record], attributes=attributes)
    read = open_dataset(path)["video_1"].to_features()
    assert read.widths == (1280, 7)
    for wrong in ("1280+8", "1280", "a+7", "1287+0"):
        with h5py.File(path, "a") as file:
            file.attrs["widths"] = wrong
        with pytest.raises(DataError, match="'widths' is"):
            open_dataset(path)["video_1"].to_features()


def test_the_commands_score_by_each(tmp_path, capsys):
    model = mean_color(tmp_path / "m.onnx", shape=["B", 3, 8, 8])
    both = f"efficientnet_lite0+{model}"
    clip = render_clip(tmp_path / "a.mp4", scenes=(2.0, 2.0), looks=(0, 1)).path
    assert main(["features", str(clip), "-o", str(tmp_path / "f.h5"), "--backbone", both]) == 0
    capsys.readouterr()
    assert main(["score", str(tmp_path / "f.h5"), "--json"]) == 0
    stored = json.loads(capsys.readouterr().out)
    assert main(["score", str(clip), "--json", "--backbone", both]) == 0
    direct = json.loads(capsys.readouterr().out)
    a, b = (np.array(next(iter(x["videos"].values()))["importance"]) for x in (stored, direct))
    np.testing.assert_allclose(a, b, atol=2e-2)  # features are stored with 16 bits
    assert main(["bank", str(clip), "-o", str(tmp_path / "b"), "--backbone", both]) != 0
    assert "a bank belongs to one backbone" in capsys.readouterr().err
