"""The rule of selection `gist`."""

from __future__ import annotations

import itertools
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vidgist.selection.cells import Cells
from vidgist.selection.gist import gist_pieces
from vidgist.selection.greedy import GistConstants
from vidgist.selection.looks import Looks, mean_distance

SHORT = 1.5


def shots_of(*borders):
    return np.stack([borders[:-1], borders[1:]], axis=1).astype(float)


def scenes(*counts, noise=0.0, seed=0):
    """Return features (T, D) of scenes of so many samples, each of its own look."""
    rng = np.random.default_rng(seed)
    looks = np.repeat(np.eye(len(counts), len(counts) + 8), counts, axis=0)
    return looks + noise * rng.random(looks.shape)


@st.composite
def videos(draw):
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    n = draw(st.integers(1, 60))
    times = np.cumsum(rng.choice([0.25, 0.5, 1.0, 3.0], size=n)) - 0.25
    times -= times[0]
    duration = times[-1] + rng.choice([0.3, 1.0])
    cuts = np.unique(np.r_[0, rng.integers(1, n, size=draw(st.integers(0, 8))) if n > 1 else []])
    borders = np.append(times[cuts.astype(int)], duration)
    borders[0] = 0.0
    looks = rng.integers(0, 6, size=n)
    features = np.eye(6)[looks] + 0.2 * rng.random((n, 6))
    junk = rng.random(n) < draw(st.sampled_from([0, 0.2, 1]))
    budget = draw(st.sampled_from([0.2, 1.0, 2.0, 5.0, 12.0])) + rng.random()
    importance = rng.integers(0, 4, size=n) / 3
    return importance, times, features, shots_of(*borders), budget, duration, junk


def is_flash(sample, cells, junk, least):
    """Tell whether junk lasts a second at most, in a shot that is cut up by junk."""
    inside = np.flatnonzero(cells.shot == cells.shot[sample])
    parts = [list(part) for _, part in itertools.groupby(inside, key=lambda i: junk[i])]
    seconds = [cells.end[part[-1]] - cells.start[part[0]] for part in parts]
    good = [s for s, part in zip(seconds, parts, strict=True) if not junk[part[0]]]
    (mine,) = (n for n, part in enumerate(parts) if sample in part)
    between = 0 < mine < len(parts) - 1
    return between and seconds[mine] <= 1 + 1e-6 and np.mean(np.array(good) < least) > 0.5


@settings(max_examples=150, deadline=None)
@given(videos())
def test_invariants(video):
    importance, times, features, shots, budget, duration, junk = video
    found = gist_pieces(
        importance, times, features, shots, budget=budget, duration=duration, junk=junk
    )
    start, end = found.seconds.T
    lasting = end - start
    assert len(found) >= 1
    assert (lasting > 0).all()
    assert lasting.sum() <= budget + 1e-6
    assert (start[1:] >= end[:-1] - 1e-6).all()
    assert (start >= shots[found.shots, 0] - 1e-6).all()
    assert (end <= shots[found.shots, 1] + 1e-6).all()
    cells = Cells(importance, times, shots, np.ones(len(times), dtype=bool))
    if not junk.all():
        for a, b in found.seconds:
            shown = (cells.start < b - 1e-5) & (cells.end > a + 1e-5)
            for sample in np.flatnonzero(shown & junk):
                assert is_flash(sample, cells, junk, min(SHORT, budget))
        runs = np.diff(Cells(importance, times, shots, ~junk).run_seconds)
        if (runs >= SHORT).any():
            good = runs[runs >= 0.5].sum()
            assert lasting.sum() > min(budget, good) - SHORT
    assert len(found.left_out) == len(shots)
    for shot, left_out in enumerate(found.left_out):
        assert (left_out is None) == (shot in found.shots)
        if left_out is not None and left_out.reason == "repeats":
            assert 0 <= left_out.piece < len(found)


def test_the_best_seconds_and_not_whole_shots():
    importance = np.ones(40)
    importance[12:20] = 5
    found = gist_pieces(
        importance,
        np.arange(40) * 0.5,
        scenes(40, noise=0.5),
        shots_of(0, 20),
        budget=4.0,
        duration=20,
        rule=GistConstants(length=2.0),
    )
    assert found.seconds.tolist() == [[6.0, 10.0]]
    assert found.scores.tolist() == [5.0]


def test_nothing_is_shown_twice_and_the_page_hears_what_it_repeats():
    looks = scenes(8, 8, 8)[[*range(16), *range(8)]]
    importance = np.repeat([2.0, 1.0, 3.0], 8)
    found = gist_pieces(
        importance, np.arange(24) * 0.5, looks, shots_of(0, 4, 8, 12), budget=5, duration=12
    )
    assert found.shots.tolist() == [1, 2]
    left_out = found.left_out[0]
    assert left_out is not None
    assert (left_out.reason, left_out.piece) == ("repeats", 1)


def test_talk_and_card_fill_half_of_the_time():
    """Kind K4: 60 s of a talk that looks alike throughout, 2 s of a card, at 50%."""
    rng = np.random.default_rng(0)
    looks = scenes(120, 4) + 0.02 * rng.random((124, 10))
    importance = np.r_[rng.random(120), np.ones(4)]
    found = gist_pieces(
        importance, np.arange(124) * 0.5, looks, shots_of(0, 60, 62), budget=31, duration=62
    )
    lasting = np.diff(found.seconds, axis=1)[:, 0]
    assert lasting.sum() == pytest.approx(31)
    assert (found.shots == 0).sum() >= 4
    assert lasting.min() >= SHORT


def test_a_still_picture_fills_the_budget_too():
    found = gist_pieces(
        np.ones(120), np.arange(120) * 0.5, np.ones((120, 4)), [[0, 60]], budget=30, duration=60
    )
    assert np.diff(found.seconds).sum() == pytest.approx(30)


def test_pieces_of_one_shot_are_apart_in_time_and_in_looks():
    looks = scenes(*[8] * 10)
    importance = np.random.default_rng(3).random(80)
    found = gist_pieces(importance, np.arange(80) * 0.5, looks, [[0, 40]], budget=10, duration=40)
    assert len(found) >= 3
    assert (found.seconds[1:, 0] - found.seconds[:-1, 1]).min() > 0.5


@pytest.mark.parametrize(("budget", "least", "most"), [(10, 4, 5), (120, 14, 25)])
def test_number_of_pieces_of_an_hour(budget, least, most):
    rng = np.random.default_rng(0)
    looks = np.repeat(rng.standard_normal((300, 64)), 24, axis=0)
    times = np.arange(7200) * 0.5
    began = time.process_time()
    found = gist_pieces(
        rng.random(7200),
        times,
        looks,
        shots_of(*np.arange(0, 3601, 12)),
        budget=budget,
        duration=3600,
    )
    assert time.process_time() - began < 1
    assert least <= len(found) <= most
    assert np.diff(found.seconds).sum() == pytest.approx(budget)


def test_junk_gives_its_reason_and_all_junk_a_piece_all_the_same():
    looks, times = scenes(8, 8), np.arange(16) * 0.5
    shots = shots_of(0, 4, 8)
    reasons = np.array(["card"] * 8 + [""] * 8)
    found = gist_pieces(np.ones(16), times, looks, shots, budget=3, duration=8, junk=reasons)
    assert found.shots.tolist() == [1]
    assert found.left_out[0] is not None
    assert found.left_out[0].reason == "card"
    reasons[8:] = "black"
    found = gist_pieces(np.ones(16), times, looks, shots, budget=6, duration=8, junk=reasons)
    assert found.why == ("card",)
    assert np.diff(found.seconds).sum() < 3
    found = gist_pieces(np.ones(16), times, looks, shots, budget=6, duration=8, junk=[True] * 16)
    assert len(found) == 1
    assert found.why == ("junk",)


def test_short_shots_only_where_nothing_else_is_left():
    importance = np.r_[np.full(2, 9.0), np.ones(18)]
    looks, times, shots = scenes(2, 18, noise=0.3), np.arange(20) * 0.5, shots_of(0, 1, 10)
    found = gist_pieces(importance, times, looks, shots, budget=4, duration=10)
    assert found.shots.tolist() == [1, 1] or found.shots.tolist() == [1]
    assert found.left_out[0] is not None
    assert found.left_out[0].reason == "too short"
    everything = gist_pieces(importance, times, looks, shots, budget=10, duration=10)
    assert np.diff(everything.seconds).sum() == pytest.approx(10)


def test_budget_below_the_shortest_piece():
    found = gist_pieces(
        np.arange(20.0), np.arange(20) * 0.5, scenes(20), [[0, 10]], budget=0.5, duration=10
    )
    assert found.seconds.tolist() == [[9.5, 10.0]]


def test_ties_go_to_the_earliest_and_runs_agree():
    given_ = (np.ones(40), np.arange(40) * 0.5, scenes(20, 20), shots_of(0, 10, 20))
    first = gist_pieces(*given_, budget=3, duration=20)
    second = gist_pieces(*given_, budget=3, duration=20)
    assert first.seconds.tolist() == second.seconds.tolist()
    assert first.seconds[0, 0] == 0


def test_one_and_two_samples_a_second_agree():
    rng = np.random.default_rng(5)
    looks = np.repeat(rng.standard_normal((20, 32)), 16, axis=0)
    importance = np.repeat(np.convolve(rng.random(160), np.ones(5) / 5, "same"), 2)
    shots, times = shots_of(*np.arange(0, 161, 8)), np.arange(320) * 0.5
    fine = gist_pieces(importance, times, looks, shots, budget=28, duration=160)
    coarse = gist_pieces(importance[::2], times[::2], looks[::2], shots, budget=28, duration=160)
    assert len(set(fine.shots) & set(coarse.shots)) >= len(coarse) - 1


def brute_force_windows(cells, seconds):
    """The best mean over windows of a length at every hundredth of a second."""
    best = -np.inf
    for start, end in cells.run_seconds:
        for at in np.arange(start, end - seconds + 1e-9, 0.01):
            best = max(best, float(cells.mean(at, at + seconds)))
    return best


@pytest.mark.parametrize("seed", range(5))
def test_the_best_window_begins_or_ends_at_a_cell(seed):
    rng = np.random.default_rng(seed)
    times = np.cumsum(rng.choice([0.2, 0.5, 1.1], size=20)) - 0.2
    cells = Cells(rng.random(20), times, np.array([[times[0], times[-1] + 1]]), np.ones(20, bool))
    windows = cells.windows(2.3)
    assert windows.score.max() >= brute_force_windows(cells, 2.3) - 1e-9
    assert np.allclose(windows.end - windows.start, 2.3)


def test_greedy_reaches_the_best_choice_of_equal_shots():
    """Shots as long as a piece, each of its own look: the best are the best by brute force."""
    rng = np.random.default_rng(7)
    importance = np.repeat(rng.random(8), 6)
    shots = shots_of(*np.arange(0, 25, 3))
    found = gist_pieces(
        importance,
        np.arange(48) * 0.5,
        scenes(*[6] * 8),
        shots,
        budget=9,
        duration=24,
        rule=GistConstants(length=1.0),
    )
    best = max(itertools.combinations(range(8), 3), key=lambda s: importance[::6][list(s)].sum())
    assert found.shots.tolist() == list(best)


def test_mean_distance_is_the_mean_over_pairs():
    features = np.random.default_rng(0).standard_normal((9, 4))
    units = features / np.linalg.norm(features, axis=1, keepdims=True)
    expected = (1 - units @ units.T).mean()
    assert mean_distance(features, np.ones(9), np.ones(9, bool)) == pytest.approx(expected)


def test_looks_remember_only_what_they_computed():
    rng = np.random.default_rng(0)
    features = rng.standard_normal((30, 5))
    units = features / np.linalg.norm(features, axis=1, keepdims=True)
    looks = Looks(features)
    assert not looks.near(0, 30, -1.0)
    shown: list[int] = []
    for piece, (first, stop) in enumerate([(3, 6), (20, 22), (11, 15)]):
        looks.show(first, stop, piece)
        shown += range(first, stop)
        for a, b in [(0, 3), (6, 11), (25, 30)]:
            nearest = (units[a:b] @ units[shown].T).max()
            assert looks.near(a, b, nearest - 1e-9)
            assert not looks.near(a, b, nearest + 1e-9)
    cosine, piece = looks.nearest(np.array([0, 11]), without=2)
    assert piece[1] != 2
    assert cosine[0] == pytest.approx((units[0] @ units[[3, 4, 5, 20, 21]].T).max())


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"budget": 0.0}, "budget"),
        ({"importance": [1.0, np.nan]}, "finite"),
        ({"times": [1.0, 0.0]}, "ascending"),
        ({"features": np.ones((3, 2))}, "features"),
        ({"shots": np.zeros((0, 2))}, "shots"),
        ({"junk": [True]}, "junk"),
    ],
)
def test_wrong_arguments(changes, message):
    fine = {
        "importance": [1.0, 2.0],
        "times": [0.0, 1.0],
        "features": np.ones((2, 2)),
        "shots": [[0, 2]],
        "budget": 1.0,
        "duration": 2.0,
    }
    with pytest.raises(ValueError, match=message):
        gist_pieces(**{**fine, **changes})


def flashing(seconds, junk, *, budget=6.0):
    """Choose from one shot of two samples a second, of which some are junk."""
    count = 2 * seconds
    reasons = np.full(count, "", dtype="<U5")
    reasons[junk] = "white"
    return gist_pieces(
        np.ones(count) + 0.01 * np.arange(count),
        np.arange(count) / 2,
        scenes(*[4] * (count // 4), noise=0.1),
        [[0, seconds]],
        budget=budget,
        duration=seconds,
        junk=reasons,
    )


def test_a_light_that_flashes_each_second_does_not_make_flickers():
    found = flashing(20, slice(2, None, 2))
    assert np.diff(found.seconds).min() >= SHORT
    assert np.diff(found.seconds).sum() == pytest.approx(6.0)


def test_one_flash_is_left_out():
    found = flashing(20, [30])
    assert not ((found.seconds[:, 0] < 15.4) & (found.seconds[:, 1] > 15.1)).any()


def test_what_is_dark_for_longer_stays_out_though_little_is_between():
    dark = np.ones(40, dtype=bool)
    dark[[0, 1, 6, 7, 12, 13]] = False  # a second of something, two of darkness
    found = flashing(20, dark, budget=2.0)
    times = np.arange(40)[dark] / 2
    assert all(not ((times >= a - 1e-9) & (times < b - 1e-9)).any() for a, b in found.seconds)
