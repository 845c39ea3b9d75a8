r"""Borders of pieces moved to pauses between words.

Each border that lies within speech may go to the nearest pause before or after it. The choice is a
multiple-choice knapsack: one option a piece, all within the budget, none over its neighbor,

.. math:: \min_x \sum_{i,k} c_{ik} x_{ik} \quad \text{s.t.} \quad
    \sum_k x_{ik} = 1, \;\; \sum_{i,k} (e_{ik} - s_{ik}) x_{ik} \le B, \;\;
    \sum_k e_{ik} x_{ik} \le \sum_k s_{i+1,k} x_{i+1,k}

which SciPy's HiGHS solves exactly. The cost counts, in this order, cut words, words that a piece
loses, and the seconds by which borders move.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from vidgist.types import Floats

Options: TypeAlias = list[tuple[float, float]]
"""(seconds, cost) of each place that a border may take; the first is where it is."""

REACH = 0.7
"""Seconds by which a border may move: a piece remains what was chosen."""

GUARD = 0.15
"""Seconds kept from a word, to hear it whole: the detector is late on soft sounds (s, f, h)."""

SHORTEST = 1.5
"""Seconds that a piece lasts at least, where it does so already."""

_EPS = 1e-6


@dataclass(frozen=True)
class _Speech:
    """Disjoint intervals of speech and the pauses around them.

    Attributes:
        intervals: (n, 2) seconds, ascending.
        pauses: (n + 1, 2) seconds, the first from minus infinity, the last to infinity.
        rooms: (n + 1, 2) seconds, the pauses less the guard at both sides.
        edges: (n + 1, 2) seconds, the pauses less half the guard.
    """

    intervals: Floats
    pauses: Floats
    rooms: Floats
    edges: Floats

    @classmethod
    def of(cls, speech: Floats, guard: float) -> _Speech:
        joined: list[list[float]] = []
        for start, end in sorted(map(tuple, speech.tolist())):
            if joined and start <= joined[-1][1]:
                joined[-1][1] = max(joined[-1][1], end)
            else:
                joined.append([start, end])
        intervals = np.array(joined, np.float64).reshape(-1, 2)
        pauses = np.column_stack(
            [np.append(-np.inf, intervals[:, 1]), np.append(intervals[:, 0], np.inf)]
        )
        # In a short pause the guard is a third of it, which leaves its middle.
        inset = np.minimum(guard, (pauses[:, 1] - pauses[:, 0]) / 3)
        inset = np.column_stack([inset, -inset])
        return cls(intervals, pauses, pauses + inset, pauses + inset / 2)

    def between(self, a: float, b: float) -> bool:
        """Return whether somebody speaks between two times, in either order."""
        low, high = min(a, b), max(a, b)
        return bool(
            np.any((self.intervals[:, 0] < high - _EPS) & (self.intervals[:, 1] > low + _EPS))
        )


def move_to_pauses(
    pieces: Floats,
    allowed: Floats,
    speech: Floats,
    *,
    budget: float,
    reach: float = REACH,
    guard: float = GUARD,
    shortest: float = SHORTEST,
    frames: Floats | None = None,
    duration: float | None = None,
) -> Floats:
    """Move the borders of pieces out of speech, as far as the pieces and the budget allow.

    A border in speech goes outward to the pause before a start or after an end, or else inward to
    the other one. It stays where neither is within reach and allowed, and where it is no cut: at
    the beginning or the end of the video, and between two pieces of which one ends where the other
    begins.

    Args:
        pieces: (n, 2) seconds, ascending and disjoint.
        allowed: (n, 2) seconds within which each piece must remain.
        speech: (m, 2) seconds in which somebody speaks, at least within ``reach`` of all borders.
        budget: seconds that all pieces may last together; exceeded only if they do so already.
        reach: seconds by which a border may move at most.
        guard: seconds between a moved border and the nearest speech, less in short pauses.
        shortest: seconds below which no piece falls that is not shorter already.
        frames: (k,) seconds at which frames begin and the last one ends, ascending: moved borders
            are among them. By default they are anywhere.
        duration: seconds of the video, where known.

    Returns:
        (n, 2) seconds, ascending and disjoint.

    Raises:
        ValueError: a shape is wrong, a time is not finite, pieces overlap, or a piece is empty.

    Example:
        >>> import numpy as np
        >>> piece, allowed = np.array([[1.2, 4.0]]), np.array([[0.0, 9.0]])
        >>> words = np.array([[1.0, 2.0], [2.4, 3.0]])
        >>> move_to_pauses(piece, allowed, words, budget=4.0).round(2).tolist()
        [[0.85, 4.0]]
        >>> move_to_pauses(piece, allowed, words, budget=2.8, reach=1.0).round(2).tolist()
        [[2.13, 4.0]]
    """
    pieces = _intervals("pieces", pieces)
    allowed = _intervals("allowed", allowed)
    heard = _Speech.of(_intervals("speech", speech), guard)
    if len(allowed) != len(pieces):
        raise ValueError(f"allowed: expected {len(pieces)} rows, got {len(allowed)}")
    if np.any(pieces[:, 1] <= pieces[:, 0]) or np.any(pieces[1:, 0] < pieces[:-1, 1] - _EPS):
        raise ValueError("pieces: expected ascending intervals that do not overlap")
    if not len(pieces) or not len(heard.intervals):
        return np.array(pieces)

    joined = pieces[1:, 0] - pieces[:-1, 1] <= _EPS
    cut = 4 * reach * len(pieces) + 1  # more than all borders together can move
    options: list[tuple[Floats, Floats]] = []
    for i, (start, end) in enumerate(pieces.tolist()):
        low, high = allowed[i].tolist()
        starts: Options = [(start, 0.0)]
        if start > _EPS and not (i > 0 and joined[i - 1]):
            starts = _options(start, 1, (low, high), heard, reach=reach, cut=cut, frames=frames)
        ends: Options = [(end, 0.0)]
        last = duration is not None and end >= duration - _EPS
        if not last and not (i < len(joined) and joined[i]):
            ends = _options(end, -1, (low, high), heard, reach=reach, cut=cut, frames=frames)
        least = min(shortest, end - start) - _EPS
        pairs = [
            ((a, b), cost_a + cost_b)
            for a, cost_a in starts
            for b, cost_b in ends
            if b - a >= least and b > a
        ]
        options.append((np.array([p for p, _ in pairs]), np.array([c for _, c in pairs])))

    chosen = _solve(options, max(budget, float(np.diff(pieces).sum())))
    moved: Floats = np.stack([places[k] for (places, _), k in zip(options, chosen, strict=True)])
    return moved


def _options(
    border: float,
    inward: int,
    allowed: tuple[float, float],
    speech: _Speech,
    *,
    reach: float,
    cut: float,
    frames: Floats | None,
) -> Options:
    """Return where a border may be: as it is, in the nearest pause before, in the one after.

    Args:
        border: seconds.
        inward: 1 where the piece lies after the border, -1 where it lies before.
        allowed: seconds from which and up to which the border may be.
        speech: what is said around it.
        reach: seconds by which it may move.
        cut: cost of a word that is cut.
        frames: see `move_to_pauses`.
    """
    rooms = speech.rooms
    if np.any((rooms[:, 0] <= border + _EPS) & (rooms[:, 1] >= border - _EPS)):
        return [(border, 0.0)]
    pauses = speech.pauses
    in_pause = bool(np.any((pauses[:, 0] <= border) & (pauses[:, 1] >= border)))
    # Too near to a word is better than in it, and worse than any move.
    options: Options = [(border, 2 * reach if in_pause else cut)]
    least, most = max(border - reach, allowed[0]), min(border + reach, allowed[1])
    first = int(np.searchsorted(rooms[:, 0], border, side="right"))
    for side, numbers in ((-1, range(first - 1, -1, -1)), (1, range(first, len(rooms)))):
        for k in numbers:
            if speech.edges[k, 1] < least or speech.edges[k, 0] > most:
                break
            low, high = max(rooms[k, 0], least), min(rooms[k, 1], most)
            place = _frame_within(low, high, first=side > 0, frames=frames)
            if place is None:  # just out of reach: as far from the word as may be
                low, high = max(speech.edges[k, 0], least), min(speech.edges[k, 1], most)
                place = _frame_within(low, high, first=side < 0, frames=frames)
            if place is not None:
                loses = side == inward and speech.between(border, place)
                options.append((place, abs(place - border) + reach * loses))
                break
    return options


def _frame_within(low: float, high: float, *, first: bool, frames: Floats | None) -> float | None:
    """Return the first or the last time within ``[low, high]``, of frames if they are given."""
    if low > high:
        return None
    if frames is None:
        return float(low if first else high)
    if first:
        k = int(np.searchsorted(frames, low - _EPS))
    else:
        k = int(np.searchsorted(frames, high + _EPS, side="right")) - 1
    if 0 <= k < len(frames) and low - _EPS <= frames[k] <= high + _EPS:
        return float(frames[k])
    return None


def _solve(options: list[tuple[Floats, Floats]], budget: float) -> list[int]:
    """Return the option of each piece that costs least in all, within the budget, in order.

    Args:
        options: of each piece, (k, 2) seconds and (k,) costs; the first ones together are allowed.
        budget: seconds.
    """
    best = [int(np.argmin(costs)) for _, costs in options]
    places = np.array([p[k] for (p, _), k in zip(options, best, strict=True)])
    if np.diff(places).sum() <= budget + _EPS and np.all(places[1:, 0] >= places[:-1, 1]):
        return best

    # Imported late: HiGHS takes a tenth of a second to load, and is needed where borders compete.
    from scipy.optimize import LinearConstraint, milp
    from scipy.sparse import csr_array

    counts = [len(costs) for _, costs in options]
    owner = np.repeat(np.arange(len(options)), counts)
    every = np.concatenate([p for p, _ in options])
    size = len(every)
    one_each = csr_array((np.ones(size), (owner, np.arange(size))))
    # A row per border between neighbors: the end of one less the start of the next.
    rows = np.concatenate([owner, owner - 1])
    values = np.concatenate([every[:, 1], -every[:, 0]])
    columns = np.tile(np.arange(size), 2)
    inner = (rows >= 0) & (rows < len(options) - 1)
    order = csr_array(
        (values[inner], (rows[inner], columns[inner])), shape=(max(1, len(options) - 1), size)
    )
    result = milp(
        np.concatenate([costs for _, costs in options]),
        integrality=np.ones(size),
        bounds=(0, 1),
        constraints=[
            LinearConstraint(one_each, 1, 1),
            LinearConstraint(np.diff(every).T, -np.inf, budget + _EPS / 2),
            LinearConstraint(order, -np.inf, _EPS / 2),
        ],
        options={"mip_rel_gap": 0.0},
    )
    if result.x is None:  # the pieces as they are always fit: never seen, and no reason to fail
        return [0] * len(options)
    starts = np.cumsum([0, *counts[:-1]])
    return [
        int(np.argmax(result.x[first : first + count]))
        for first, count in zip(starts, counts, strict=True)
    ]


def _intervals(name: str, values: Floats) -> npt.NDArray[np.float64]:
    array = np.asarray(values, np.float64)
    if array.ndim != 2 or array.shape[1] != 2:
        raise ValueError(f"{name}: expected shape (n, 2), got {array.shape}")
    if not np.isfinite(array).all():
        raise ValueError(f"{name}: expected finite seconds")
    return array
