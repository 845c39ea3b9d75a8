"""CA-SUM's attention against loops, its loss and its undefined cases."""

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
from vidgist.training.rivals.ca_sum import concentrated
from vidgist.training.training import make_learner

CA_SUM = METHODS["ca_sum"]


def weights_of(dimension: int, settings: object) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(1)
    return {n: rng.normal(size=s) for n, s in CA_SUM.shapes(dimension, settings).items()}


def test_number_of_parameters() -> None:
    assert CA_SUM.parameters(1280) == 8_202_241
    assert CA_SUM.parameters(1024) == 5_251_073


def test_attention_entropy_and_diversity_against_loops() -> None:
    settings = training_settings("ca_sum", block=3)
    weights = weights_of(4, settings)
    x = np.random.default_rng(2).normal(size=(8, 4))
    x /= np.linalg.norm(x, axis=1, keepdims=True)
    q, k, v = (x @ weights[f"{n}.weight"].T for n in ("query", "key", "value"))
    shares = np.exp(q @ k.T)
    shares /= shares.sum(axis=1, keepdims=True)
    entropy = np.array([-(row * np.log(row)).sum() / math.log(8) for row in shares])
    diversity = np.zeros(8)
    for t in range(8):
        outside = [u for u in range(8) if u // 3 != t // 3]
        apart = np.array([1 - x[t] @ x[u] for u in outside])
        diversity[t] = (apart * shares[t, outside]).sum() / apart.sum()
    mixed = np.zeros((8, 4))
    for t in range(8):
        for u in range(8):
            if u // 3 == t // 3:
                mixed[t] += (shares[t, u] + diversity[u]) * v[u]
    found = concentrated(weights, x, settings, layers)
    np.testing.assert_allclose(found[0], mixed, atol=1e-5)
    np.testing.assert_allclose(found[1], entropy / entropy.sum(), atol=1e-6)
    np.testing.assert_allclose(found[2], diversity, atol=1e-5)


def test_equal_samples_have_even_entropy_and_no_diversity() -> None:
    settings = training_settings("ca_sum", block=3)
    x = np.tile(np.random.default_rng(3).normal(size=(1, 4)), (8, 1)).astype(np.float32)
    _, entropy, diversity = concentrated(weights_of(4, settings), x, settings, layers)
    np.testing.assert_allclose(entropy, 1 / 8, atol=1e-6)
    assert not diversity.any()


@pytest.mark.parametrize("length", [1, 60])
def test_one_block_has_no_diversity(length: int) -> None:
    settings = training_settings("ca_sum")
    x = np.random.default_rng(4).normal(size=(length, 4)).astype(np.float32)
    mixed, entropy, diversity = concentrated(weights_of(4, settings), x, settings, layers)
    assert np.isfinite(mixed).all()
    assert not diversity.any()
    assert entropy.sum() == pytest.approx(0.0 if length == 1 else 1.0, abs=1e-5)


def test_the_loss_is_the_distance_of_the_mean_score() -> None:
    learner = make_learner(labelled_videos(9), settings=training_settings("ca_sum"), seed=0)
    for logit, sign in ((-2.0, -1.0), (3.0, 1.0)):
        logits = torch.full((9,), logit, requires_grad=True)
        terms = learner.terms(0, logits)
        mean = 1 / (1 + math.exp(-logit))
        assert float(terms["total"]) == pytest.approx(abs(mean - 0.7), abs=1e-6)
        terms["total"].backward()
        expected = sign * mean * (1 - mean) / 9
        np.testing.assert_allclose(logits.grad, expected, rtol=1e-4)
