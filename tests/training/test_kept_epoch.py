"""The epoch whose weights a model keeps, and trainings whose scores collapse."""

from __future__ import annotations

import needs_torch  # noqa: F401

# isort: split
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from labelled import labelled_videos
from vidgist.errors import SettingError
from vidgist.models import load_model
from vidgist.models.methods import training_settings
from vidgist.training.checkpoint import weights_of
from vidgist.training.identity import run_name
from vidgist.training.kept_epoch import BestEpoch, hold_out
from vidgist.training.training import make_learner, train

RANKER = training_settings("ranker", pairs=60, batch=20, epochs=5, learning_rate=0.02)


def test_a_fifth_is_held_out() -> None:
    videos = labelled_videos(*range(5, 15))
    learned, held = hold_out(videos, seed=3)
    assert (len(learned), len(held)) == (8, 2)
    assert set(learned.keys) | set(held.keys) == set(videos.keys)
    assert hold_out(videos, seed=3)[1].keys == held.keys
    np.testing.assert_array_equal(
        held.targets_of(0).importance,
        videos.targets_of(videos.keys.index(held.keys[0])).importance,
    )
    with pytest.raises(SettingError, match="at least 2 videos"):
        hold_out(labelled_videos(5), seed=0)


def test_the_best_of_all_epochs_is_kept() -> None:
    videos, judged = labelled_videos(12, 15), labelled_videos(20, 9, seed=8)
    settings = replace(RANKER, keep="best-on-test")
    best = BestEpoch(make_learner(videos, settings=settings, seed=0), judged, settings=settings)
    seen = []
    rng = np.random.default_rng(0)
    for epoch in range(6):
        for parameter in best.network.parameters():
            parameter.data += 0.3 * float(rng.normal())
            parameter.data *= float(rng.normal())
        weights = weights_of(best.learner.model())
        seen.append((best.agreement(weights), weights))
        assert not best.finished(epoch, {})
    rho, weights = max(seen, key=lambda pair: pair[0])
    assert float(best.rho) == rho
    for name, values in weights_of(best.model()).items():
        np.testing.assert_array_equal(values, weights[name])


def test_patience_ends_a_training() -> None:
    videos = labelled_videos(12, 15)
    settings = training_settings("msva", hidden=4, last=4, keep="best-on-test")
    best = BestEpoch(make_learner(videos, settings=settings, seed=0), videos, settings=settings)
    ends = [best.finished(epoch, {}) for epoch in range(51)]
    assert ends == [False] * 50 + [True]


@pytest.mark.parametrize("keep", ["best-on-validation", "best-on-test"])
def test_a_resumed_training_keeps_the_same_epoch(
    keep: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vidgist.training.engine.CHECKPOINT_SECONDS", 0.0)
    settings = replace(RANKER, keep=keep)
    data, tested = labelled_videos(9, 14, 11, 8, 7), labelled_videos(13, 10, seed=9)
    options = {"settings": settings, "seed": 5, "tested": tested}
    train(data, tmp_path / "unbroken", **options)

    def stop(*, epoch: int, **_: object) -> None:
        if epoch == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(data, tmp_path / "broken", report=stop, **options)
    train(data, tmp_path / "broken", resume=True, **options)
    models = [load_model(tmp_path / name) for name in ("unbroken", "broken")]
    features = labelled_videos(20).rows
    np.testing.assert_array_equal(*(model.scores(features) for model in models))
    assert models[0].row == f"standard ranker, supervised, {keep.replace('-', ' ')}"
    assert models[0].settings == settings


def test_what_cannot_be_chosen_is_refused() -> None:
    data = labelled_videos(9, 14)
    with pytest.raises(SettingError, match="keep: expected last, best-on-validation or"):
        training_settings("ranker", keep="first")
    with pytest.raises(SettingError, match="best-on-test needs the test videos"):
        train(data, "never", settings=replace(RANKER, keep="best-on-test"))
    contrastive = training_settings("contrastive", keep="best-on-validation", layers=1, width=8)
    with pytest.raises(SettingError, match="keep: contrastive refinement gives no scores"):
        train(data, "never", settings=contrastive)


def test_the_default_does_not_change_the_name_of_a_run() -> None:
    data = labelled_videos(9, 14)
    names = {
        run_name(data, settings=replace(RANKER, keep=keep), seed=0)
        for keep in ("last", "best-on-validation", "best-on-test")
    }
    assert len(names) == 3


def test_a_collapsed_training_says_so(tmp_path: Path) -> None:
    data = labelled_videos(9, 14)
    data.rows[:9] = 1.0  # a constant video
    said: list[str] = []
    train(data, tmp_path / "m", settings=RANKER, note=said.append)
    assert len(said) == 1
    assert "constant in 1 of 2 training videos" in said[0]
