"""Measures of a summary, second by second."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vidgist.datasets import open_dataset
from vidgist.evaluation.gist import captured, gist_measures, shown_in
from vidgist.evaluation.keyshots import keyshot_summaries
from vidgist.scoring.scorer import Scorer
from vidgist.selection.gist import gist_pieces


def measures(pieces, annotation, features=None, **more):
    n = len(annotation)
    return gist_measures(
        pieces,
        times=np.arange(n),
        annotation=annotation,
        features=np.eye(n) if features is None else features,
        **more,
    )


def test_the_best_samples_capture_everything():
    assert captured([1, 5, 2, 4], [False, True, False, True]) == pytest.approx(1)


def test_captured_is_the_ratio_of_mean_standard_scores():
    rng = np.random.default_rng(0)
    annotation, shown = rng.random(50), rng.random(50) < 0.2
    z = (annotation - annotation.mean()) / annotation.std()
    best = np.sort(z)[-shown.sum() :].mean()
    assert captured(annotation, shown) == pytest.approx(z[shown].mean() / best)


@given(st.lists(st.integers(1, 5), min_size=4, max_size=30), st.data())
def test_captured_is_at_most_one_and_knows_no_scale(values, data):
    shown = np.array(data.draw(st.lists(st.booleans(), min_size=len(values), max_size=len(values))))
    found = captured(values, shown)
    if math.isnan(found):
        assert shown.sum() in (0, len(values)) or len(set(values)) == 1
    else:
        assert found <= 1 + 1e-12
        assert captured(3.0 * np.array(values) - 7, shown) == pytest.approx(found)


def test_chance_captures_nothing():
    rng = np.random.default_rng(1)
    annotation = rng.random(200)
    found = [captured(annotation, rng.permutation(200) < 30) for _ in range(400)]
    assert abs(np.mean(found)) < 0.02


@pytest.mark.parametrize("annotation", [[3, 3, 3, 3], [0, 0, 0, 0]])
def test_constant_annotations_are_no_measure(annotation):
    found = measures([[0, 2]], annotation)
    assert math.isnan(found.captured)
    assert found.lowest_fifth == 0


def test_nothing_and_everything_shown():
    nothing = measures(np.zeros((0, 2)), [1, 2, 3])
    assert nothing.shown == nothing.pieces == 0
    assert all(
        math.isnan(x)
        for x in (nothing.captured, nothing.repeats, nothing.coverage, nothing.lowest_fifth)
    )
    everything = measures([[0, 3]], [1, 2, 3])
    assert math.isnan(everything.captured)
    assert everything.coverage == pytest.approx(1)


def test_one_piece_repeats_nothing():
    assert measures([[0, 3]], [1, 2, 3, 4], np.ones((4, 2))).repeats == 0


def test_repeats_counts_samples_that_look_like_another_piece():
    looks = np.eye(4)[[0, 1, 0, 2]]
    assert measures([[0, 2], [2, 4]], [1, 2, 3, 4], looks).repeats == 0.5
    assert measures([[0, 1], [3, 4]], [1, 2, 3, 4], looks).repeats == 0


def test_the_bound_of_look_alikes_is_not_itself_alike():
    looks = np.array([[1, 0], [0.8, 0.6]])
    assert measures([[0, 1], [1, 2]], [1, 2], looks, look_alike=0.8 + 1e-6).repeats == 0
    assert measures([[0, 1], [1, 2]], [1, 2], looks, look_alike=0.79).repeats == 1


def test_coverage_is_the_mean_of_the_largest_cosines():
    looks = np.array([[1, 0], [0.6, 0.8], [0, 1]])
    assert measures([[0, 1]], [1, 2, 3], looks).coverage == pytest.approx((1 + 0.6 + 0) / 3)


def test_lowest_fifth_is_below_the_quantile():
    assert measures([[0, 2]], np.arange(10)).lowest_fifth == 1
    assert measures([[1, 3]], np.arange(10)).lowest_fifth == 0.5
    # More than a fifth tie at the bottom (SumMe's zeros): none is below the quantile.
    assert measures([[0, 2]], [0, 0, 0, 0, 1]).lowest_fifth == 0


def test_pieces_are_half_open_and_any_unit_fits():
    assert shown_in([[1, 3]], [0, 1, 2, 3]).tolist() == [-1, 0, 0, -1]
    assert shown_in([], [0, 1]).tolist() == [-1, -1]
    frames = gist_measures(
        [[15, 45]], times=[0, 15, 30, 45], annotation=[1, 2, 3, 4], features=np.eye(4)
    )
    assert frames.shown == 2


def test_labels():
    assert measures([[0, 1]], [1, 0, -1, 0]).captured == 1  # labels of highlights


def test_shapes_are_checked():
    with pytest.raises(ValueError, match="one entry a sample"):
        gist_measures([[0, 1]], times=[0, 1], annotation=[1, 2, 3], features=np.eye(3))
    with pytest.raises(ValueError, match="pieces"):
        measures([[0, 1, 2]], [1, 2, 3])
    with pytest.raises(ValueError, match="finite"):
        measures([[0, 1]], [1, np.nan, 3])


def test_the_rule_captures_more_than_the_field_and_repeats_less(shared):
    """Ten even-numbered TVSum videos, official shots, 15%."""
    found: dict[str, list[tuple[float, float]]] = {"gist": [], "field": []}
    scorer = Scorer("best").matched(backbone="efficientnet_lite0", dimension=1280)
    dataset = open_dataset(shared / "data/tvsum/eccv16_dataset_tvsum_efficientnet_lite0.h5")
    for record in dataset.records(keys=[f"video_{n}" for n in range(2, 21, 2)]):
        features, rate = record.to_features(), record.frame_rate
        importance = scorer.score(features).importance
        duration = record.n_frames / rate
        pieces = gist_pieces(
            importance,
            features.picks / rate,
            features.values,
            record.shots.frames / rate,
            budget=0.15 * duration,
            duration=duration,
        ).seconds
        summary = keyshot_summaries(
            importance[None],
            picks=features.picks,
            n_frames=record.n_frames,
            frames=record.shots.frames,
        )[0]
        shots = [s for s in record.shots.frames if summary[s[0]]]
        for name, shown in (("gist", pieces * rate), ("field", shots)):
            measured = gist_measures(
                shown,
                times=features.picks,
                annotation=record.user_scores.mean(axis=0),
                features=features.values,
            )
            found[name].append((measured.captured, measured.repeats))
    (captured_, repeats), (field_captured, field_repeats) = (
        np.mean(found[name], axis=0) for name in ("gist", "field")
    )
    assert captured_ > field_captured
    assert repeats < 0.05 < field_repeats
