"""What holds for each method whose network is written once: learning, restarts, NumPy and torch."""

from __future__ import annotations

import needs_torch  # noqa: F401

# isort: split
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from scipy.stats import spearmanr

from labelled import DIMENSION, labelled_videos
from vidgist.errors import DataError
from vidgist.models import METHODS, TrainingSettings, load_model
from vidgist.models.methods import training_settings
from vidgist.training.engine import learn
from vidgist.training.layers import TorchLayers
from vidgist.training.training import make_learner, train

SMALL: dict[str, TrainingSettings] = {
    "ranker": training_settings("ranker", pairs=200, batch=20),
    "multi_ranker": training_settings("multi_ranker", pairs=200, batch=20, preferences=3),
    "vasnet": training_settings("vasnet", hidden=8),
    "msva": training_settings("msva", hidden=16, last=16, window=9, streams=2),
    "pgl_sum": training_settings("pgl_sum", heads=4, pieces=2, piece_heads=2),
    "vslstm": training_settings("vslstm", hidden=8),
    "dpplstm": training_settings("dpplstm", hidden=8, similar=6),
    "dsnet": training_settings("dsnet", heads=4, hidden=16),
    "dsnet_af": training_settings("dsnet_af", heads=4, hidden=16),
    "sumgraph": training_settings("sumgraph", hidden=16, rounds=2, samples=20),
    "sumgraph_unsup": training_settings("sumgraph_unsup", hidden=16, rounds=2, samples=20),
    "ca_sum": training_settings("ca_sum", block=7),
}
POSITIONS = ("pgl_sum", "vslstm", "dpplstm", "dsnet", "dsnet_af", "ca_sum")


LEARNING: dict[str, dict[str, float]] = {
    "ranker": {"learning_rate": 0.02, "epochs": 4},
    "multi_ranker": {"learning_rate": 0.02, "epochs": 4},
    "dpplstm": {"learning_rate": 0.01, "epochs": 80, "batch": 1},
    "sumgraph": {
        "epochs": 40,
        "learning_rate": 0.01,
        "rounds": 1,
        "diversity_weight": 0.0,
        "restoration_weight": 0.0,
        "rate_factor": 1.0,
        "batch": 1,
        "samples": 30,
    },
}
"""Settings that learn quickly; of others, the rate 0.01 without dropout."""

TARGETS = {
    "dpplstm": "keyframes",
    "sumgraph": "keyframes",
    "dsnet": "keyshots",
    "dsnet_af": "keyshots",
}
"""What a method learns, by default the importance."""


@pytest.mark.parametrize("name", [name for name in SMALL if METHODS[name].labels])
def test_it_learns_a_tiny_set_by_heart(name: str) -> None:
    """Scores follow what was learned; linear maps cannot learn all of it."""
    data = labelled_videos(30, 24)
    usual = {"learning_rate": 0.01, "epochs": 80, "dropout": 0.0}
    changes = LEARNING.get(name, {n: v for n, v in usual.items() if hasattr(SMALL[name], n)})
    settings = replace(SMALL[name], **changes)
    learner = make_learner(data, settings=settings, seed=1)
    learn(learner, epochs=settings.epochs, seed=1, identity={})
    weights = {n: v.detach().numpy() for n, v in learner.network.named_parameters()}
    for video in range(2):
        rows = slice(data.starts[video], data.starts[video] + data.lengths[video])
        scores = METHODS[name].score(weights, data.rows[rows], settings)
        wanted = getattr(data.targets_of(video), TARGETS.get(name, "importance"))
        if wanted.dtype == bool:  # the chance that a wanted sample ranks before another
            pairs = np.sign(scores[wanted][:, None] - scores[~wanted][None])
            assert 0.5 + 0.5 * pairs.mean() > 0.8
        else:
            assert spearmanr(scores, wanted).statistic > (0.6 if "ranker" in name else 0.75)


@pytest.mark.parametrize("name", SMALL)
def test_a_resumed_training_equals_an_unbroken_one(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vidgist.training.engine.CHECKPOINT_SECONDS", 0.0)
    settings, data = replace(SMALL[name], epochs=2), labelled_videos(9, 14)
    unbroken = train(data, tmp_path / "unbroken", settings=settings, seed=5)

    def stop(*, epoch: int, **_: object) -> None:
        if epoch == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(data, tmp_path / "broken", settings=settings, seed=5, report=stop)
    card = train(data, tmp_path / "broken", settings=settings, seed=5, resume=True)
    assert (card.steps, card.loss) == (unbroken.steps, unbroken.loss)
    features = labelled_videos(20).rows
    models = {name: load_model(tmp_path / name) for name in ("unbroken", "broken")}
    expected, found = (model.scores(features) for model in models.values())
    np.testing.assert_array_equal(expected, found)
    assert models["broken"].settings == settings
    train(data, tmp_path / "other", settings=settings, seed=6)
    assert not np.allclose(load_model(tmp_path / "other").scores(features), found)


@pytest.mark.parametrize("name", SMALL)
def test_every_length_and_a_constant_video_have_finite_scores(name: str, tmp_path: Path) -> None:
    """The untrained network, whose row stands in every table."""
    card = train(labelled_videos(9), tmp_path / "m", settings=replace(SMALL[name], epochs=0))
    assert card.steps == 0
    model = load_model(tmp_path / "m")
    for length in (1, 2, 5, 59, 61):
        constant = np.ones((length, DIMENSION), np.float32)
        for features in (labelled_videos(length).rows, constant, 0 * constant):
            scores = model.scores(features)
            assert scores.shape == (length,)
            assert scores.dtype == np.float64
            assert (scores >= 0).all()
            assert np.isfinite(scores).all()


@pytest.mark.parametrize("name", SMALL)
def test_short_and_constant_videos_can_be_learned_from(name: str, tmp_path: Path) -> None:
    data = labelled_videos(1, 2, 3, 8)
    data.rows[data.starts[3] :] = 0
    card = train(data, tmp_path / "m", settings=replace(SMALL[name], epochs=2))
    assert all(np.isfinite(value) for value in card.loss.values())
    assert np.isfinite(load_model(tmp_path / "m").scores(labelled_videos(20).rows)).all()


@pytest.mark.parametrize("name", [name for name in SMALL if METHODS[name].network])
def test_numpy_scores_as_torch_does(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    method, settings = METHODS[name], SMALL[name]
    rng = np.random.default_rng(3)
    shapes = method.shapes(DIMENSION, settings)
    weights = {n: rng.normal(size=s, scale=0.5).astype(np.float32) for n, s in shapes.items()}
    layers = TorchLayers(training=False, device=torch.device("cpu"))
    for length in (1, 7, 61):
        features = rng.normal(size=(length, DIMENSION)).astype(np.float32)
        tensors = {n: torch.from_numpy(v) for n, v in weights.items()}
        expected = method.network(tensors, torch.from_numpy(features), settings, layers)
        # One row of attention a block, so that blocks are seen to make no difference.
        for size in (2**25, 4 * length):
            monkeypatch.setattr("vidgist.models.layers.BLOCK_BYTES", size)
            found = method.score(weights, features, settings)
            if name == "vslstm":  # its score is the quality itself, moved where it is negative
                expected_scores = expected.numpy() - min(0.0, float(expected.min()))
                np.testing.assert_allclose(found, expected_scores, atol=1e-4)
                continue
            np.testing.assert_allclose(found, expected.sigmoid().numpy(), atol=1e-4)


@pytest.mark.parametrize("name", SMALL)
def test_places_matter_only_where_they_are_coded(name: str) -> None:
    method, settings = METHODS[name], replace(SMALL[name], **_without_window(name))
    rng = np.random.default_rng(3)
    shapes = method.shapes(DIMENSION, settings)
    weights = {n: rng.normal(size=s, scale=0.5).astype(np.float32) for n, s in shapes.items()}
    features = rng.normal(size=(40, DIMENSION)).astype(np.float32)
    order = rng.permutation(40)
    scores = method.score(weights, features, settings)
    shuffled = method.score(weights, features[order], settings)
    assert np.allclose(shuffled, scores[order], atol=1e-5) == (name not in POSITIONS)


def _without_window(name: str) -> dict[str, int]:
    return {"window": 1000} if name == "msva" else {}


@pytest.mark.parametrize("name", [name for name in SMALL if METHODS[name].labels])
def test_data_without_annotations_is_refused(name: str) -> None:
    data = replace(labelled_videos(9), targets=None)
    with pytest.raises(DataError, match=r"has no annotations, which .* learns from"):
        make_learner(data, settings=SMALL[name], seed=0)
