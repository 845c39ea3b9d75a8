"""Partitions of sequences too long to keep all costs: pruned, and bounded where nothing prunes."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from vidgist.criteria.gram import unit_rows
from vidgist.shots.partition import Partitioner
from vidgist.shots.scatter import Scatter


def sequence(kind, rng, n=1000, d=24):
    look = np.abs(rng.normal(size=(1, d)))
    if kind == "noise":
        return look + rng.normal(size=(n, d))
    if kind == "static":
        return look + 1e-4 * rng.normal(size=(n, d))
    if kind == "constant":
        return np.repeat(look, n, axis=0)
    parts = []
    while sum(map(len, parts)) < n:
        length = int(rng.lognormal(*((np.log(8), 1.0) if kind == "shots" else (np.log(300), 0.5))))
        here = np.abs(rng.normal(size=(1, d)))
        parts.append(here + 0.2 * rng.normal(size=(max(1, length), d)))
    return np.concatenate(parts)[:n]


def value(scatter, points, price):
    edges = [0, *points, scatter.n_samples]
    total = sum(scatter.of(a, b) for a, b in pairwise(edges))
    return total + price * len(points)


@pytest.mark.parametrize("kind", ["noise", "static", "constant", "shots", "long shots"])
@pytest.mark.parametrize("price", [0.3, 1.5, 30.0])
def test_a_bound_on_the_starts_loses_nothing_that_counts(kind, price):
    for seed in range(2):
        scatter = Scatter(unit_rows(sequence(kind, np.random.default_rng(seed))))
        points, _ = Partitioner(scatter).solve(price)
        pruned = Partitioner(scatter, stored_samples=0)
        same, _ = pruned.solve(price)
        assert pruned.exact
        assert value(scatter, same, price) == pytest.approx(value(scatter, points, price), abs=1e-7)
        bounded = Partitioner(scatter, stored_samples=0, most_starts=256)
        near, total = bounded.solve(price)
        best = value(scatter, points, price)
        assert total + price * len(near) == pytest.approx(value(scatter, near, price), abs=1e-6)
        assert value(scatter, near, price) <= best * 1.001 + 1e-6
        if kind == "shots" and price < 10:
            assert bounded.exact
        if kind in ("static", "constant"):
            assert not bounded.exact
