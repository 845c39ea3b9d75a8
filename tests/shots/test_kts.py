"""KTS against the plain dynamic program over all numbers of change points."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vidgist.criteria.gram import unit_rows
from vidgist.shots import segment
from vidgist.shots.partition import Partitioner
from vidgist.shots.scatter import Scatter


def scatter_of(x, start, end):
    return float(((x[start:end] - x[start:end].mean(0)) ** 2).sum())


def price_of(m, n, penalty):
    return penalty * m / (2 * n) * (np.log(n / m) + 1) if m else 0.0


def objective(features, points, penalty=1.0):
    x = unit_rows(np.asarray(features, dtype=np.float64))
    edges = [0, *points, len(x)]
    total = sum(scatter_of(x, a, b) for a, b in pairwise(edges))
    return total / len(x) + price_of(len(points), len(x), penalty)


def plain_program(features, penalty=1.0):
    """The best scatter for every number of segments, end by end and start by start."""
    x = unit_rows(np.asarray(features, dtype=np.float64))
    n = len(x)
    limit = n - 1
    best = np.full((limit + 2, n + 1), np.inf)
    last = np.zeros((limit + 2, n + 1), dtype=int)
    best[0, 0] = 0
    cost = {(s, t): scatter_of(x, s, t) for s in range(n) for t in range(s + 1, n + 1)}
    for segments in range(1, limit + 2):
        for t in range(1, n + 1):
            for s in range(t):
                value = best[segments - 1, s] + cost[s, t]
                if value < best[segments, t] - 1e-12:
                    best[segments, t], last[segments, t] = value, s
    values = [best[m + 1, n] / n + price_of(m, n, penalty) for m in range(limit + 1)]
    m = int(np.argmin(values))
    points, t = [], n
    for segments in range(m + 1, 1, -1):
        t = int(last[segments, t])
        points.append(t)
    return points[::-1], values[m]


def make(kind, n, d, rng):
    if kind == "noise":
        return rng.normal(size=(n, d))
    if kind == "shots":
        return np.repeat(rng.normal(size=(n // 5 + 1, d)), 5, 0)[:n] + 0.1 * rng.normal(size=(n, d))
    if kind == "walk":
        return np.cumsum(rng.normal(size=(n, d)), 0)
    if kind == "still":
        return np.repeat(rng.normal(size=(n // 7 + 1, d)), 7, 0)[:n]
    if kind == "orthogonal":
        return np.eye(n) + 1e-3 * rng.normal(size=(n, n))
    return np.abs(rng.normal(size=(n, d))) + 3


KINDS = ["noise", "shots", "walk", "still", "orthogonal", "positive"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("penalty", [0.05, 0.3, 1.0, 3.0])
def test_as_good_as_the_plain_program(kind, penalty):
    rng = np.random.default_rng(KINDS.index(kind))
    for n, d in ((2, 1), (7, 3), (18, 2), (23, 16)):
        features = make(kind, n, d, rng)
        points, value = plain_program(features, penalty)
        found = segment(features, penalty=penalty)
        assert objective(features, found, penalty) == pytest.approx(value, abs=1e-10)
        if kind != "still":  # where nothing moves, several partitions are equally good
            assert found.tolist() == points


def test_known_cuts_are_found():
    rng = np.random.default_rng(0)
    scenes = rng.normal(size=(4, 64))
    features = np.repeat(scenes, [10, 20, 5, 15], axis=0) + 0.05 * rng.normal(size=(50, 64))
    assert segment(features).tolist() == [10, 30, 35]


@pytest.mark.parametrize("n", [1, 2, 3])
def test_tiny_and_static_videos_are_one_shot(n):
    assert segment(np.ones((n, 4))).tolist() == []
    assert segment(np.zeros((n, 4))).tolist() == []


def test_static_video_with_rounding_noise_is_one_shot():
    features = np.ones((300, 8)) + 1e-7 * np.random.default_rng(0).normal(size=(300, 8))
    assert segment(features).tolist() == []


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 60), st.integers(1, 6), st.integers(0, 2**32 - 1), st.sampled_from(KINDS))
def test_pruned_partitions_are_as_good_as_whole_ones(n, d, seed, kind):
    features = unit_rows(make(kind, n, d, np.random.default_rng(seed)))
    whole = Partitioner(Scatter(features))
    pruned = Partitioner(Scatter(features), stored_samples=0)
    for price in (0.01, 0.1, 1.0):
        a, b = whole.solve(price), pruned.solve(price)
        assert a[1] + price * len(a[0]) == pytest.approx(b[1] + price * len(b[0]), abs=1e-9)


def test_pruning_works_across_blocks():
    rng = np.random.default_rng(1)
    features = make("shots", 1200, 12, rng)
    whole, pruned = Partitioner(Scatter(features)), Partitioner(Scatter(features), stored_samples=0)
    for price in (0.3, 1.0, 3.0):
        assert whole.solve(price)[0].tolist() == pruned.solve(price)[0].tolist()


def test_scatter_of_segments():
    x = np.random.default_rng(2).normal(size=(12, 3))
    scatter = Scatter(x)
    block = scatter.block(slice(0, 12), slice(1, 13))
    for start in range(12):
        for end in range(1, 13):
            expected = scatter_of(x, start, end) if end > start else np.inf
            assert block[end - 1, start] == pytest.approx(expected, abs=1e-10)
    assert scatter.of(3, 9) == pytest.approx(scatter_of(x, 3, 9))


def test_options_are_checked():
    for penalty in (0, -1, np.inf, np.nan):
        with pytest.raises(ValueError, match="penalty"):
            segment(np.ones((3, 2)), penalty=penalty)
    with pytest.raises(ValueError, match=r"\(T, D\)"):
        segment(np.ones(3))
