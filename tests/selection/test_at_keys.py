"""Pieces at key frames: within their shots, within the budget, in order."""

from __future__ import annotations

import numpy as np
import pytest

from vidgist.selection import Footage, Selection
from vidgist.selection.at_keys import OUT_OF_REACH, at_key_frames, in_reach, reachable
from vidgist.types import Shots, Timeline
from vidgist.video.copy import CutPoints


def footage_of(shots, *, seconds=20.0, junk=None):
    times = np.arange(0, seconds, 0.5)
    frames = np.arange(0, seconds, 0.04)
    borders = np.array(shots, float)
    return Footage(
        importance=np.ones(len(times)),
        features=np.ones((len(times), 2)),
        times=times,
        picks=np.round(times / 0.04).astype(int),
        shots=Shots(frames=np.round(borders / 0.04).astype(int), seconds=borders),
        timeline=Timeline(times=frames, jumps=np.zeros(len(frames)), duration=seconds),
        budget=5.0,
        junk=np.full(len(times), "") if junk is None else junk,
    )


def selection_of(pieces, *, shots=None, scores=None, n_shots=None):
    n = len(pieces)
    shots = np.arange(n) if shots is None else np.array(shots)
    n_shots = n_shots or int(shots.max()) + 1
    return Selection(
        pieces=np.array(pieces, float),
        shots=shots,
        scores=np.linspace(1, 0.5, n) if scores is None else np.array(scores, float),
        reasons=("important",) * n,
        refused=tuple("" if s in shots else "no time left" for s in range(n_shots)),
        repeated=np.full(n_shots, -1),
    )


def moved(selection, allowed, points, *, budget=100.0):
    times = np.arange(0, 60, 0.5)
    return at_key_frames(
        selection,
        np.array(allowed, float),
        points,
        importance=times,
        times=times,
        budget=budget,
    )


POINTS = CutPoints(starts=np.arange(0, 60, 2.0), ends=np.arange(0, 60, 0.1))


def test_samples_before_the_first_key_frame_of_their_shot_are_out_of_reach():
    footage = footage_of([(0, 5), (5, 20)])
    points = CutPoints(starts=np.array([0.0, 6.2]), ends=np.array([20.0]))
    expected = (footage.times < 5) | (footage.times >= 6.2)
    assert in_reach(footage, points).tolist() == expected.tolist()
    found = reachable(footage, points)
    assert (found.junk == OUT_OF_REACH).tolist() == (~expected).tolist()


def test_junk_keeps_its_reason_and_nothing_in_reach_changes_nothing():
    junk = np.full(40, "")
    junk = junk.astype("<U5")
    junk[11] = "black"
    footage = footage_of([(0, 5), (5, 20)], junk=junk)
    points = CutPoints(starts=np.array([0.0, 6.2]), ends=np.array([20.0]))
    assert reachable(footage, points).junk[11] == "black"
    assert reachable(footage, CutPoints(starts=np.zeros(0), ends=np.zeros(0))) is footage


def test_a_piece_begins_with_the_nearest_key_frame_and_ends_where_it_ended():
    found = moved(selection_of([(4.6, 8.0)]), [(0, 20)], POINTS)
    assert found.pieces == pytest.approx(np.array([[4.0, 8.0]]))
    found = moved(selection_of([(4.6, 8.0)]), [(0, 20)], POINTS, budget=3.4)
    assert found.pieces == pytest.approx(np.array([[4.0, 7.4]]))
    found = moved(selection_of([(3.5, 8.03)]), [(0, 20)], POINTS)
    assert found.pieces[0, 0] == 4.0
    assert found.pieces[0, 1] == pytest.approx(8.5)  # what the start lost


def test_pieces_stay_within_their_range_and_apart():
    found = moved(
        selection_of([(4.5, 9.0), (9.2, 12.0)]), [(5.5, 9.1), (9.2, 12.0)], POINTS, budget=7.3
    )
    assert found.pieces[0, 0] == 6.0
    assert found.pieces[1, 0] == 10.0
    assert found.pieces[0, 1] <= 9.1
    assert found.pieces[1, 1] <= 12.0


def test_a_piece_without_a_key_frame_is_left_out_with_the_reason():
    selection = selection_of([(4.5, 5.9), (8.0, 10.0)])
    found = moved(selection, [(4.2, 5.95), (8.0, 12.0)], POINTS)
    assert found.pieces[0, 0] == 8.0
    assert len(found) == 1
    assert found.refused == (OUT_OF_REACH, "")
    # Its time goes to the other one.
    assert found.pieces[0, 1] == pytest.approx(11.4)
    assert moved(selection_of([(4.5, 5.9)]), [(4.2, 5.95)], POINTS) is None


def test_what_repeats_a_piece_that_is_left_out_repeats_nothing():
    selection = selection_of([(4.5, 5.9), (8.0, 10.0)], n_shots=4)
    selection = Selection(
        **{
            **selection.__dict__,
            "refused": ("", "", "repeats", "repeats"),
            "repeated": np.array([-1, -1, 0, 1]),
        }
    )
    found = moved(selection, [(4.2, 5.95), (8.0, 12.0)], POINTS)
    assert found.refused == (OUT_OF_REACH, "", "no time left", "repeats")
    assert found.repeated.tolist() == [-1, -1, -1, 0]


@pytest.mark.parametrize("seed", range(30))
def test_borders_are_cut_points_and_the_budget_is_kept(seed):
    rng = np.random.default_rng(seed)
    borders = np.concatenate([[0], np.sort(rng.uniform(1, 59, 12)), [60]])
    allowed = np.column_stack([borders[:-1], borders[1:]])[np.diff(borders) > 1.5]
    allowed = allowed[np.sort(rng.choice(len(allowed), min(5, len(allowed)), replace=False))]
    starts = rng.uniform(allowed[:, 0], allowed[:, 1] - 1)
    pieces = np.column_stack([starts, np.minimum(starts + rng.uniform(1, 4), allowed[:, 1])])
    points = CutPoints(
        starts=np.sort(rng.uniform(0, 60, 25)), ends=np.sort(rng.uniform(0, 60, 600))
    )
    budget = float(np.diff(pieces).sum())
    found = moved(
        selection_of(pieces, scores=rng.uniform(0, 1, len(pieces))), allowed, points, budget=budget
    )
    if found is None:
        assert not any(
            ((points.starts >= low) & (points.starts <= high - 1)).any() for low, high in allowed
        )
        return
    assert np.isin(found.pieces[:, 0], points.starts).all()
    assert np.isin(found.pieces[:, 1], points.ends).all()
    assert (np.diff(found.pieces.ravel()) >= 0).all()
    assert np.diff(found.pieces).sum() <= budget + 1e-6
    own = allowed[found.shots]
    assert (found.pieces[:, 0] >= own[:, 0] - 1e-6).all()
    assert (found.pieces[:, 1] <= own[:, 1] + 1e-6).all()
