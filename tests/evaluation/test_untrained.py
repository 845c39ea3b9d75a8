"""Scores without training against their definitions, brute force and figures of TVSum."""

from __future__ import annotations

import os
from dataclasses import replace
from itertools import combinations, pairwise
from pathlib import Path

import numpy as np
import pytest

from small_data import dataset, record
from vidgist.cli.evaluate import EPILOG
from vidgist.datasets import open_dataset
from vidgist.evaluation.judge import Judge
from vidgist.evaluation.medoids import medoids
from vidgist.evaluation.protocols import protocol, settings_for
from vidgist.evaluation.request import Request
from vidgist.evaluation.submodular import cover_order, mixture_order
from vidgist.evaluation.untrained import UNTRAINED, ranked
from vidgist.scoring.presets import preset

SHARED = Path(os.environ.get("VIDGIST_SHARED", "../shared"))
TVSUM = SHARED / "data/tvsum/eccv16_dataset_tvsum_efficientnet_lite0.h5"


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(20221122)


@pytest.mark.parametrize("name", UNTRAINED)
def test_scores_are_finite_repeatable_and_not_negative(name: str, rng: np.random.Generator) -> None:
    for length in (1, 2, 5, 24, 61):
        video = record(rng, n_samples=length)
        for features in (video.features, np.ones_like(video.features), 0 * video.features):
            given = replace(video, features=features)
            scores = UNTRAINED[name].score(given)
            assert scores.shape == (length,)
            assert np.isfinite(scores).all()
            assert (scores >= 0).all()
            np.testing.assert_array_equal(UNTRAINED[name].score(given), scores)


@pytest.mark.parametrize("name", [n for n, s in UNTRAINED.items() if not s.needs_features])
def test_places_need_no_features(name: str, rng: np.random.Generator) -> None:
    video = record(rng, n_samples=7)
    expected = UNTRAINED[name].score(video)
    np.testing.assert_array_equal(UNTRAINED[name].score(replace(video, features=None)), expected)


def test_places(rng: np.random.Generator) -> None:
    video = record(rng, n_samples=4)
    np.testing.assert_allclose(UNTRAINED["middle"].score(video), [0.25, 0.75, 0.75, 0.25])
    np.testing.assert_allclose(UNTRAINED["beginning"].score(video), [0.875, 0.625, 0.375, 0.125])
    order = np.argsort(-UNTRAINED["uniform"].score(record(rng, n_samples=8)))
    assert order.tolist() == [0, 4, 2, 6, 1, 5, 3, 7]


def test_motion_is_the_mean_of_both_steps(rng: np.random.Generator) -> None:
    video = record(rng, n_samples=9)
    x = video.features / np.linalg.norm(video.features, axis=1, keepdims=True)
    steps = [np.linalg.norm(b - a) for a, b in pairwise(x)]
    found = UNTRAINED["motion"].score(video)
    assert found[0] == pytest.approx(steps[0], rel=1e-5)
    assert found[-1] == pytest.approx(steps[-1], rel=1e-5)
    assert found[4] == pytest.approx((steps[3] + steps[4]) / 2, rel=1e-5)


def test_an_order_becomes_a_score() -> None:
    assert ranked([2, 0], 4).tolist() == [0.75, 0, 1, 0]


def cover(kernel: np.ndarray, chosen: tuple[int, ...]) -> float:
    return float(kernel[:, list(chosen)].max(axis=1).sum())


@pytest.mark.parametrize("seed", range(4))
def test_coverage_against_brute_force(seed: int) -> None:
    x = np.random.default_rng(seed).normal(size=(8, 4))
    x /= np.linalg.norm(x, axis=1, keepdims=True)
    kernel = np.maximum(x @ x.T, 0)
    order = cover_order(kernel, steps=8)
    assert sorted(order) == list(range(8))
    assert cover(kernel, tuple(order)) == pytest.approx(8)
    gains = np.diff([cover(kernel, tuple(order[:n])) for n in range(1, 9)])
    assert (np.diff(gains) <= 1e-9).all()  # gains never rise
    best = max(cover(kernel, some) for some in combinations(range(8), 3))
    assert cover(kernel, tuple(order[:3])) >= (1 - 1 / np.e) * best
    # Each step is the best there is.
    for n in range(8):
        taken = tuple(order[:n])
        best = max(cover(kernel, (*taken, i)) for i in range(8) if i not in taken)
        assert cover(kernel, (*taken, order[n])) == pytest.approx(best)


@pytest.mark.parametrize("seed", range(6))
def test_medoids_against_brute_force(seed: int) -> None:
    points = np.random.default_rng(seed).normal(size=(9, 2))
    apart = np.linalg.norm(points[:, None] - points[None], axis=2)

    def cost(chosen: tuple[int, ...]) -> float:
        return float(apart[:, list(chosen)].min(axis=1).sum())

    for count in (1, 3, 9):
        found = tuple(medoids(apart, count))
        assert len(set(found)) == count
        best = min(cost(some) for some in combinations(range(9), count))
        assert cost(found) <= 1.1 * best + 1e-12
        # No exchange of one medoid lowers the sum.
        for slot in range(count):
            for other in range(9):
                if other not in found:
                    assert cost((*found[:slot], other, *found[slot + 1 :])) >= cost(found) - 1e-9


@pytest.mark.parametrize("seed", range(3))
def test_the_mixture_takes_what_gains_most_for_its_length(seed: int) -> None:
    rng = np.random.default_rng(seed)
    features, interest = rng.normal(size=(9, 3)), rng.random(9)
    shots = np.array([[0, 10], [10, 30], [30, 60], [60, 90]])
    picks = np.arange(9) * 10
    of_sample = np.array([0, 1, 1, 2, 2, 2, 3, 3, 3])
    means = np.stack([features[of_sample == s].mean(axis=0) for s in range(4)])
    apart = [
        ((features[:, None] - means[None]) ** 2).sum(axis=2),
        (picks[:, None] - shots.mean(axis=1)[None]) ** 2,
    ]

    def value(chosen: tuple[int, ...]) -> float:
        total = sum(interest[of_sample == s].sum() for s in chosen) / interest.sum()
        for d in apart:
            phantom = np.full(9, d.mean())
            nearest = np.min([phantom, *(d[:, s] for s in chosen)], axis=0)
            total += 1 - (nearest / d.mean()).mean()
        return float(total)

    order = mixture_order(features, of_sample, shots, picks=picks, interest=interest)
    for n, taken in enumerate(order):
        before = tuple(order[:n])
        worth = {
            s: (value((*before, s)) - value(before)) / (shots[s, 1] - shots[s, 0])
            for s in range(4)
            if s not in before
        }
        assert taken == max(worth, key=worth.__getitem__)


def test_rows_beside(tmp_path: Path) -> None:
    dataset(tmp_path / "data.h5", count=3)
    settings = settings_for(preset("best"), metric="tvsum")
    request = Request(
        data=tmp_path / "data.h5",
        metric="tvsum",
        settings=settings,
        protocol=protocol("reference", metric="tvsum"),
        beside=tuple(UNTRAINED),
        seeds=2,
    )
    table = request.run()
    for name in UNTRAINED:
        assert np.isfinite(table.mean(table.row(name))[:3]).all()


def test_the_help_names_them_all() -> None:
    listed = EPILOG[EPILOG.index("Scores without training") :].split(":")[1].split(".")[0]
    assert [name.strip() for name in listed.replace("\n", " ").split(",")] == list(UNTRAINED)


@pytest.mark.skipif(not TVSUM.exists(), reason="needs TVSum in ../shared")
@pytest.mark.parametrize(
    ("name", "tau", "rho"), [("middle", 0.0996, 0.1304), ("motion", 0.0815, 0.1070)]
)
def test_figures_of_tvsum(name: str, tau: float, rho: float) -> None:
    rules = protocol("reference", metric="tvsum")
    measured = []
    for video in open_dataset(TVSUM).records(
        fields=("features", "picks", "n_frames", "user_scores")
    ):
        judge = Judge(video, metric="tvsum", protocol=rules)
        measured.append(judge.measure(UNTRAINED[name].score(video)[None])[0, :2])
    np.testing.assert_allclose(np.mean(measured, axis=0), [tau, rho], atol=6e-5)
