"""The graph of the network like SumGraph's, on samples whose graph is known."""

from __future__ import annotations

import numpy as np
import pytest

from vidgist.models import METHODS, layers
from vidgist.models.methods import training_settings
from vidgist.training.rivals.sumgraph import convolve


def test_equal_samples_are_averaged_with_even_weights() -> None:
    nodes, handed = np.tile([[0.3, 0.4]], (5, 1)), np.random.default_rng(0).normal(size=(5, 3))
    mixed, edges = convolve(nodes, handed, layers)
    np.testing.assert_allclose(mixed, np.tile(handed.mean(axis=0), (5, 1)), atol=1e-6)
    assert edges == pytest.approx(1.0, abs=1e-6)


def test_orthogonal_samples_stay_as_they_are() -> None:
    nodes = np.diag([1.0, 2.0, 3.0])
    mixed, edges = convolve(nodes, nodes, layers)
    np.testing.assert_allclose(mixed, nodes, atol=1e-6)
    assert edges == pytest.approx(1 / 3, abs=1e-6)


def test_the_graph_against_its_definition() -> None:
    rng = np.random.default_rng(1)
    nodes, handed = rng.normal(size=(6, 4)), rng.normal(size=(6, 2))
    unit = nodes / np.linalg.norm(nodes, axis=1, keepdims=True)
    graph = np.maximum(unit @ unit.T, 0)
    scale = np.diag(graph.sum(axis=1) ** -0.5)
    mixed, _ = convolve(nodes, handed, layers)
    np.testing.assert_allclose(mixed, scale @ graph @ scale @ handed, atol=1e-6)


def test_equal_samples_score_alike() -> None:
    settings = training_settings("sumgraph", hidden=5)
    method = METHODS["sumgraph"]
    rng = np.random.default_rng(2)
    weights = {n: rng.normal(size=s) for n, s in method.shapes(4, settings).items()}
    scores = method.score(weights, np.tile(rng.normal(size=(1, 4)), (7, 1)), settings)
    np.testing.assert_allclose(scores, scores[0], atol=1e-6)


def test_its_name_says_that_it_is_ours() -> None:
    for name in ("sumgraph", "sumgraph_unsup"):
        assert "(ours)" in METHODS[name].title
        assert METHODS[name].code == ""
