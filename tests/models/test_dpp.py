"""Likely subsets against brute force over all subsets."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from vidgist.models.dpp import greedy_subset, one_pass_subset


def volume(rows: np.ndarray, subset: tuple[int, ...]) -> float:
    chosen = rows[list(subset)]
    return float(np.linalg.det(chosen @ chosen.T)) if subset else 1.0


@pytest.mark.parametrize("seed", range(5))
def test_each_greedy_step_is_the_best_one(seed: int) -> None:
    rows = np.random.default_rng(seed).normal(size=(8, 6))
    taken: tuple[int, ...] = ()
    for sample in greedy_subset(rows, least=0.0, size=5):
        best = max((s for s in range(8) if s not in taken), key=lambda s: volume(rows, (*taken, s)))
        assert sample == best
        taken = (*taken, int(sample))


@pytest.mark.parametrize("seed", range(5))
def test_two_greedy_samples_reach_half_of_the_best(seed: int) -> None:
    rows = np.random.default_rng(seed).normal(size=(8, 8))
    found = volume(rows, tuple(greedy_subset(rows, size=2)))
    best = max(volume(rows, pair) for pair in combinations(range(8), 2))
    assert best / 2 <= found <= best + 1e-9


def test_greedy_stops_where_nothing_is_gained() -> None:
    rows = np.array([[3.0, 0, 0], [0, 2.0, 0], [0, 0, 0.5], [3.0, 0, 0]])
    assert greedy_subset(rows).tolist() == [0, 1]
    assert greedy_subset(rows, least=0.0).tolist() == [0, 1, 2]  # the fourth repeats the first
    assert greedy_subset(np.zeros((3, 2))).tolist() == []


def test_all_subsets_together_have_the_determinant_of_the_normalization() -> None:
    rows = np.random.default_rng(2).normal(size=(6, 4))
    total = sum(volume(rows, s) for n in range(7) for s in combinations(range(6), n))
    assert total == pytest.approx(np.linalg.det(rows @ rows.T + np.eye(6)))


def test_the_pass_in_time() -> None:
    assert one_pass_subset(np.diag([2.0, 0.5, 3.0])).tolist() == [0, 2]
    # Equal samples: one of them is taken, the other adds nothing.
    assert one_pass_subset(np.array([[2.0, 0.0], [2.0, 0.0], [0.0, 2.0]])).tolist() == [1, 2]
