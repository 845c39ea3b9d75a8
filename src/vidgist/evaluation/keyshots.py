r"""Keyshot summaries by the field's 0/1 knapsack, for many score vectors of one video at once.

Shots are worth the mean score of their frames; the 0/1 knapsack takes the best of them within 15%
of the frames. This is the field's own dynamic program over capacities,

.. math:: best_i(c) = \max(best_{i-1}(c), \; best_{i-1}(c - w_i) + v_i)

because annotations are full of ties (whole numbers from 1 to 5), and the reference summaries were
made by taking a shot only where it makes the total strictly better. `vidgist.selection.knapsack`
reaches the same totals but, among equal ones, prefers the lighter.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from vidgist.selection.values import spread

BUDGET = 0.15
"""Share of a video's frames that a summary may hold at most."""

_MAX_CELLS = 2**27
"""Memory for the program's decisions, in bytes: more rows than fit take turns."""


def budget_frames(n_frames: int, budget: float = BUDGET) -> int:
    """Capacity of the knapsack: floor(0.15 N) frames, or another share of them."""
    return int(np.floor(n_frames * budget))


def choose_shots(
    values: npt.NDArray[np.float64], lengths: npt.NDArray[np.integer], capacity: int
) -> npt.NDArray[np.bool_]:
    """Return the best shots within the capacity, for each of R rows of values.

    Args:
        values: (R, S) finite; a shot of value 0 or less is never taken.
        lengths: (S,) frames of each shot, at least 1.
        capacity: frames that may be taken.

    Returns:
        (R, S) bool. Of several best choices, the one that does without the later shots.
    """
    values = np.asarray(values, dtype=np.float64)
    if values.ndim != 2 or values.shape[1:] != lengths.shape:
        raise ValueError(
            f"values, lengths: expected (R, S), (S,), got {values.shape}, {lengths.shape}"
        )
    per_row = max(1, values.shape[1] * (capacity + 1))
    together = max(1, _MAX_CELLS // per_row)
    parts = [
        _choose(values[start : start + together], lengths, capacity)
        for start in range(0, len(values), together)
    ]
    return np.concatenate(parts) if parts else np.zeros(values.shape, dtype=bool)


def _choose(
    values: npt.NDArray[np.float64], lengths: npt.NDArray[np.integer], capacity: int
) -> npt.NDArray[np.bool_]:
    rows, shots = values.shape
    best = np.zeros((rows, capacity + 1))
    taken: list[npt.NDArray[np.bool_] | None] = []
    for shot in range(shots):
        length = int(lengths[shot])
        if length > capacity:
            taken.append(None)
            continue
        with_shot = best[:, : capacity + 1 - length] + values[:, shot, None]
        better = with_shot > best[:, length:]
        np.maximum(best[:, length:], with_shot, out=best[:, length:])
        taken.append(better)
    chosen = np.zeros((rows, shots), dtype=bool)
    left = np.full(rows, capacity)
    every = np.arange(rows)
    for shot in reversed(range(shots)):
        better_here = taken[shot]
        if better_here is None:
            continue
        length = int(lengths[shot])
        fits = left >= length
        chosen[:, shot] = fits & better_here[every, np.maximum(left - length, 0)]
        left -= np.where(chosen[:, shot], length, 0)
    return chosen


def choose_greedily(
    values: npt.NDArray[np.float64], lengths: npt.NDArray[np.integer], capacity: int
) -> npt.NDArray[np.bool_]:
    """Return the shots (R, S) taken by their value while they fit below the capacity.

    As the option ``rank`` of the code released with DR-DSN has it, a shot is left out that would
    reach the capacity, and the next is tried. Of equal shots the later comes first.

    >>> values, lengths = np.array([[3.0, 2.0, 1.0]]), np.array([4, 5, 2])
    >>> choose_greedily(values, lengths, 8).tolist()
    [[True, False, True]]
    """
    chosen = np.zeros(values.shape, dtype=bool)
    for row, taken in zip(values, chosen, strict=True):
        held = 0
        for shot in np.argsort(row, kind="stable")[::-1]:
            if held + lengths[shot] < capacity:
                taken[shot] = True
                held += int(lengths[shot])
    return chosen


def shots_to_frames(
    chosen: npt.NDArray[np.bool_], frames: npt.NDArray[np.integer], n_frames: int
) -> npt.NDArray[np.bool_]:
    """Return which frames (R, N) lie in the chosen shots (R, S) with borders (S, 2)."""
    summaries = np.zeros((len(chosen), n_frames), dtype=bool)
    for shot, (start, end) in enumerate(frames):
        summaries[chosen[:, shot], start:end] = True
    return summaries


def _shot_values(
    scores: npt.NDArray[np.float64],
    picks: npt.NDArray[np.integer],
    n_frames: int,
    frames: npt.NDArray[np.integer],
) -> npt.NDArray[np.float64]:
    """Return the mean score (R, S) of each shot's frames, for all rows at once."""
    # One 0 more, because reduceat takes no border at the very end.
    spread_out = np.array([np.append(spread(row, picks, n_frames), 0.0) for row in scores])
    sums = np.add.reduceat(spread_out, frames.reshape(-1), axis=1)[:, ::2]
    return np.asarray(sums / (frames[:, 1] - frames[:, 0]))


def keyshot_summaries(
    scores: npt.NDArray[np.floating],
    *,
    picks: npt.NDArray[np.integer],
    n_frames: int,
    frames: npt.NDArray[np.integer],
    integer_values: bool = False,
    budget: float = BUDGET,
    budget_of: int | None = None,
    select: str = "knapsack",
) -> npt.NDArray[np.bool_]:
    """Return the summaries that R score vectors of one video lead to.

    Args:
        scores: (R, T) one score a sample, or (R, N) one a frame where ``picks`` has N entries.
        picks: (T,) frame index of each sample.
        n_frames: N.
        frames: (S, 2) shots, half-open.
        integer_values: multiply the shots' values by 1000 and truncate, as the released code does.
        budget: share of the frames that a summary may hold.
        budget_of: the number of frames of which it is the share, N by default.
        select: how shots are chosen: by the ``knapsack``, or ``greedy``, see `choose_greedily`.

    Returns:
        (R, N) True where the summary holds the frame; all False where no shot fits the budget.

    Example:
        >>> import numpy as np
        >>> shots = np.array([[0, 4], [4, 8], [8, 12]])
        >>> summary = keyshot_summaries(
        ...     np.array([[0.1, 0.9, 0.2]]),
        ...     picks=np.array([0, 4, 8]),
        ...     n_frames=12,
        ...     frames=shots,
        ...     budget=0.4,
        ... )
        >>> summary[0].nonzero()[0]
        array([4, 5, 6, 7])
    """
    values = _shot_values(np.asarray(scores, dtype=np.float64), picks, n_frames, frames)
    if integer_values:
        values = np.trunc(values * 1000)
    choose = choose_greedily if select == "greedy" else choose_shots
    chosen = choose(
        values.reshape(len(scores), len(frames)),
        frames[:, 1] - frames[:, 0],
        budget_frames(n_frames if budget_of is None else budget_of, budget),
    )
    return shots_to_frames(chosen, frames, n_frames)
