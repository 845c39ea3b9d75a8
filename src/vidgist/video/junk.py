"""Junk detection: samples that nobody wants to be shown, each with its reason.

All is measured while the video is decoded once: small statistics of each sample (`measures`), luma
differences of each frame (`Timeline.jumps`), and the transitions found from luma grids.  What is
out of the ordinary is judged against the video itself: a soft video is not blurred, a deck of
slides is neither frozen nor made of cards.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from vidgist.video.measures import Measures
from vidgist.video.transitions import Transition

REASONS = (
    "hole",
    "black",
    "no signal",
    "bars",
    "countdown",
    "blank",
    "transition",
    "blurred",
    "frozen",
    "card",
)
"""Why a sample is refused; where several apply, the first counts."""

_BLACK_MEAN, _BLACK_SPAN = 26.0, 20.0
"""Black: mean luma under a tenth, and no light in it.  A night scene has lamps, windows, a face."""

_BLANK_SPAN = 20.0
"""Levels between the darkest and the lightest hundredth of a picture of one color; fog has more."""

_BLANK_BUSY = 0.04
"""Share of blocks with contrast in a blank one: one of 49 may hold a logo or a speck of dust."""

_SNOW = 0.5
"""Neighbors differ half as much as distant points in noise alone, by a sixth in textures."""

_BLUR_SHARP, _BLUR_DETAIL = 0.4, 0.4
"""Sharpness and detail of a blurred sample, by those of the video's sharper third.  Both must fall:
sharpness alone falls in fog, detail alone in front of a plain wall."""

_SOFT = 0.75
"""Sharpness above which nothing is blurred, however sharp the rest: edges 2 points wide."""

_STREAK = 0.35
"""Sharpness in the direction of motion, by the usual one, where all of the picture is smeared; what
the camera follows stays sharp."""

_UNEVEN = 2.5
"""Sharpness along the streaks of motion blur, by that across them; smooth pictures have less."""

_FROZEN_SECONDS = 1.5
"""A shorter stop is an effect or a dropped frame."""

_STILL = 2e-4
"""Difference of a frame that repeats the one before, as share of full luma: compression of a still
picture leaves less, and a static camera's noise gives 0.001 and more."""

_CARD_FLAT, _CARD_FEW = 0.7, 0.3
"""A card is a background of one shade for 70%, with a drawing in few shades on it.  A pavement or
a wall is no card: light and grain spread it over more than 7 levels."""

_CARD_MOTION = 0.004
"""Largest usual jump of frames around a card: its text may grow, but nothing moves on it."""

_MOST = 1 / 3
"""What is more than a third of a video is what it consists of, and no junk."""


def intervals_of(transitions: Sequence[Transition]) -> npt.NDArray[np.float64]:
    """Return start and end (m, 2) in seconds of transitions."""
    return np.array([[t.start, t.end] for t in transitions]).reshape(-1, 2)


@dataclass(frozen=True, kw_only=True)
class Junk:
    """Junk samples of one video, with reasons.

    Attributes:
        reasons: T entries of `REASONS`, "" for a good sample.
        sharpness: (T,) root mean square difference of neighboring points in levels; to compare
            samples that show the same thing.
        transitions: intervals of cuts, fades, dissolves, wipes, pushes, flashes and countdowns, in
            seconds.
    """

    reasons: tuple[str, ...]
    sharpness: npt.NDArray[np.float32]
    transitions: tuple[Transition, ...] = ()

    @property
    def intervals(self) -> npt.NDArray[np.float64]:
        """(m, 2) start and end in seconds of the transitions."""
        return intervals_of(self.transitions)

    @property
    def refused(self) -> npt.NDArray[np.bool_]:
        """(T,) which samples have a reason."""
        return np.array([bool(reason) for reason in self.reasons], bool)


def find_junk(
    measures: Measures,
    *,
    times: npt.NDArray[np.floating],
    frame_times: npt.NDArray[np.floating],
    jumps: npt.NDArray[np.floating],
    transitions: Sequence[Transition] = (),
    holes: npt.NDArray[np.floating] | None = None,
) -> Junk:
    """Junk detection on the measures of a whole video.

    Args:
        measures: of T samples.
        times: (T,) seconds of the samples.
        frame_times: (N,) seconds of all frames.
        jumps: (N,) luma difference of each frame to the one before, in [0, 1].
        transitions: see `find_transitions`.
        holes: (m, 2) start and end in seconds of holes (`Timeline.holes`), default none.

    Returns:
        A reason for each sample that is junk, also where all of them are.
    """
    count = len(measures.mean)
    found: dict[str, npt.NDArray[np.bool_]] = {
        "hole": _inside(times, holes if holes is not None else np.empty((0, 2))),
        "black": _black(measures),
        "no signal": _no_signal(measures),
        "bars": measures.bars > 0,
        "countdown": _within(times, transitions, countdown=True),
        "blank": _blank(measures),
        "transition": _within(times, transitions, countdown=False),
    }
    bad = np.any(list(found.values()), axis=0) if count else np.zeros(0, bool)
    found["blurred"] = _blurred(measures, ~bad, times=times, frame_times=frame_times, jumps=jumps)
    found["frozen"] = _frozen(times, frame_times=frame_times, jumps=jumps, transitions=transitions)
    found["card"] = _cards(measures, ~bad, times=times, frame_times=frame_times, jumps=jumps)
    reasons = [""] * count
    for reason in reversed(REASONS):
        for sample in np.flatnonzero(found[reason]).tolist():
            reasons[sample] = reason
    return Junk(reasons=tuple(reasons), sharpness=measures.detail, transitions=tuple(transitions))


def _span(measures: Measures) -> npt.NDArray[np.float32]:
    return measures.high - measures.low


def _black(measures: Measures) -> npt.NDArray[np.bool_]:
    return (
        (measures.mean < _BLACK_MEAN)
        & (_span(measures) < _BLACK_SPAN)
        & (measures.busy <= _BLANK_BUSY)
    )


def _blank(measures: Measures) -> npt.NDArray[np.bool_]:
    return (_span(measures) < _BLANK_SPAN) & (measures.busy <= _BLANK_BUSY)


def _no_signal(measures: Measures) -> npt.NDArray[np.bool_]:
    return (measures.blue > 0) | (measures.noise > _SNOW)


def _within(
    times: npt.NDArray[np.floating], transitions: Sequence[Transition], *, countdown: bool
) -> npt.NDArray[np.bool_]:
    """Return which samples lie in transitions, or in countdowns."""
    spans = [[one.start, one.end] for one in transitions if (one.kind == "countdown") == countdown]
    return _inside(times, np.array(spans).reshape(-1, 2))


def _inside(
    times: npt.NDArray[np.floating], intervals: npt.NDArray[np.floating]
) -> npt.NDArray[np.bool_]:
    """Return which samples lie in one of (m, 2) half-open intervals."""
    inside = np.zeros(len(times), bool)
    for start, end in intervals.tolist():
        inside |= (times >= start - 1e-6) & (times < end - 1e-6)
    return inside


def _blurred(
    measures: Measures,
    good: npt.NDArray[np.bool_],
    *,
    times: npt.NDArray[np.floating],
    frame_times: npt.NDArray[np.floating],
    jumps: npt.NDArray[np.floating],
) -> npt.NDArray[np.bool_]:
    """Return the samples that are blurred beyond use by the standard of the good ones."""
    judged = good & (measures.busy > _BLANK_BUSY)
    blurred = np.zeros(len(good), bool)
    if judged.sum() < 4:
        return blurred

    def usual(values: npt.NDArray[np.float32]) -> float:
        return max(1e-6, float(np.quantile(values[judged], 0.67)))

    soft = (
        (measures.sharp < _BLUR_SHARP * usual(measures.sharp))
        & (measures.sharp < _SOFT)
        & (measures.detail < _BLUR_DETAIL * usual(measures.detail))
    )
    # Motion blur leaves the edges along the motion: one direction alone is weak, while it moves.
    frame = np.searchsorted(frame_times, times + 1e-6, side="right") - 1
    # The second largest of four jumps: a cut or a flash has but one.
    near = np.clip(frame[:, None] + np.array([-1, 0, 1, 2]), 0, len(jumps) - 1)
    motion = np.sort(jumps[near], axis=1)[:, -2]
    moving = motion > 3 * max(0.005, float(np.median(jumps)))
    across = measures.across / usual(measures.across)
    down = measures.down / usual(measures.down)
    weaker = np.minimum(across, down)
    streaked = (
        moving
        & (weaker < _STREAK)
        & (np.maximum(across, down) > _UNEVEN * weaker)
        & (np.minimum(measures.across, measures.down) < _SOFT)
        & (measures.detail < usual(measures.detail))
    )
    return np.asarray(judged & (soft | streaked))


def _frozen(
    times: npt.NDArray[np.floating],
    *,
    frame_times: npt.NDArray[np.floating],
    jumps: npt.NDArray[np.floating],
    transitions: Sequence[Transition],
) -> npt.NDArray[np.bool_]:
    """Return the samples that repeat a picture at which a moving shot has stopped.

    A slide or a photo begins with a cut or a transition; a freeze stops in the midst of motion.
    """
    frozen = np.zeros(len(times), bool)
    still = jumps <= _STILL
    still[:1] = False
    moving = jumps[~still]
    # Screen recordings and slides stand still for most of the time.
    if len(moving) < 2 or still.mean() > _MOST:
        return frozen
    usual = float(np.median(moving))
    edges = np.flatnonzero(np.diff(np.concatenate([[False], still, [False]]).astype(np.int8)))
    changes = [one for one in transitions if one.kind != "countdown"]
    for first, stop in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        start, end = float(frame_times[first]), float(frame_times[stop - 1])
        if end - start < _FROZEN_SECONDS:
            continue
        before = jumps[max(1, first - 3) : first]
        if not len(before) or float(np.mean(before)) < 0.4 * usual:
            continue  # it came to rest by itself
        if any(one.start >= start - 0.3 and one.start <= start + 0.1 for one in changes) or any(
            start - 0.3 <= one.end <= start + 0.1 for one in changes
        ):
            continue
        inside = np.flatnonzero((times >= start) & (times <= end + 1e-6))
        frozen[inside[1:]] = True  # the first shows the picture, the others repeat it
    return frozen


def _cards(
    measures: Measures,
    good: npt.NDArray[np.bool_],
    *,
    times: npt.NDArray[np.floating],
    frame_times: npt.NDArray[np.floating],
    jumps: npt.NDArray[np.floating],
) -> npt.NDArray[np.bool_]:
    """Return titles and end cards, unless the video consists of such pictures."""
    card = (
        good
        & (measures.flat > _CARD_FLAT)
        & (measures.few > _CARD_FEW)
        & (_span(measures) > 40)
        & (measures.busy < 0.8)
    )
    if card.sum() > _MOST * max(1, good.sum()):
        return np.zeros(len(good), bool)
    for sample in np.flatnonzero(card).tolist():
        low, high = np.searchsorted(frame_times, [times[sample] - 0.3, times[sample] + 0.3])
        card[sample] = float(np.median(jumps[max(1, low) : max(high, low + 2)])) < _CARD_MOTION
    return card
