"""vsLSTM and dppLSTM: the likelihood, the state and its directions, the size."""

from __future__ import annotations

import needs_torch  # noqa: F401

# isort: split
import math

import numpy as np
import pytest
import torch

from labelled import labelled_videos
from vidgist.models import METHODS, layers
from vidgist.models.methods import training_settings
from vidgist.training.rivals.vslstm import states
from vidgist.training.selectors import DpplstmLearner, unlikeliness


def test_the_likelihood_of_one_of_two_equal_chances() -> None:
    """L = I, Y = {first}: log det 2 I - log 1 = log 4."""
    quality, similar = torch.ones(2), torch.eye(2)
    found = unlikeliness(quality, similar, np.array([0]))
    assert float(found) == pytest.approx(math.log(4), abs=1e-5)


@pytest.mark.parametrize("width", [3, 9])
def test_the_likelihood_against_its_definition(width: int) -> None:
    rng = np.random.default_rng(width)
    quality, similar = rng.normal(size=6), rng.normal(size=(6, width))
    kernel = np.outer(quality, quality) * (similar @ similar.T)
    chosen = [1, 4]
    expected = np.linalg.slogdet(kernel + np.eye(6))[1]
    expected -= np.linalg.slogdet(kernel[np.ix_(chosen, chosen)])[1]
    found = unlikeliness(torch.from_numpy(quality), torch.from_numpy(similar), np.array(chosen))
    assert float(found) == pytest.approx(expected, abs=1e-3)


def test_more_keyframes_than_the_rank_are_finite() -> None:
    quality, similar = torch.ones(8), torch.randn(8, 2, generator=torch.Generator().manual_seed(0))
    assert math.isfinite(float(unlikeliness(quality, similar, np.arange(8))))


def test_reversing_the_video_swaps_the_directions() -> None:
    settings = training_settings("vslstm", hidden=3)
    rng = np.random.default_rng(1)
    shapes = METHODS["vslstm"].shapes(5, settings)
    weights = {n: rng.normal(size=s).astype(np.float32) for n, s in shapes.items()}
    features = rng.normal(size=(7, 5)).astype(np.float32)
    forward = states(weights, features, settings, layers)
    backward = states(weights, features[::-1], settings, layers)[::-1]
    np.testing.assert_allclose(forward[:, 5:8], backward[:, 8:], atol=1e-6)
    np.testing.assert_allclose(forward[:, 8:], backward[:, 5:8], atol=1e-6)


def test_one_step_of_the_state_by_hand() -> None:
    settings = training_settings("vslstm", hidden=2)
    rng = np.random.default_rng(2)
    weights = {n: rng.normal(size=s) for n, s in METHODS["vslstm"].shapes(3, settings).items()}
    x = rng.normal(size=3)
    x /= np.linalg.norm(x)
    h, c = (
        np.tanh(weights[f"{n}.weight"] @ x + weights[f"{n}.bias"])
        for n in ("first_state", "first_cell")
    )
    gates = weights["lstm.weight"] @ x + weights["lstm.recurrent.weight"] @ h + weights["lstm.bias"]
    into, forget, new, out = gates.reshape(4, 2)

    def sigmoid(v: np.ndarray) -> np.ndarray:
        return 1 / (1 + np.exp(-v))

    cell = sigmoid(forget) * c + sigmoid(into) * np.tanh(new)
    expected = sigmoid(out) * np.tanh(cell)
    found = states(weights, x[None], settings, layers)[0]
    np.testing.assert_allclose(found, np.concatenate([x, expected, expected]), atol=1e-6)


def test_number_of_parameters() -> None:
    assert METHODS["vslstm"].parameters(1280) == 2_689_025
    more = 256 * (1280 + 512) + 256 + 256 * 256 + 256
    assert METHODS["dpplstm"].parameters(1280) == 2_689_025 + more


def test_the_process_enters_after_half_of_the_epochs() -> None:
    data = labelled_videos(12)
    settings = training_settings("dpplstm", hidden=4, similar=5, epochs=4)
    learner = DpplstmLearner(data, settings=settings, seed=0)
    found = learner.network(torch.from_numpy(data.rows))
    for epoch, terms in enumerate([{"total"}, {"total"}] + 2 * [{"errors", "process", "total"}]):
        learner.epoch = epoch
        assert set(learner.terms(0, found)) == terms
