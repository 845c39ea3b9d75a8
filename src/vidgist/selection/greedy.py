"""Greedy choice of pieces: the best window first, then the next best that is allowed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vidgist.selection.cells import EPS, Cells, Windows
from vidgist.selection.extend import extend
from vidgist.selection.looks import Looks, mean_distance
from vidgist.types import Booleans, Floats


@dataclass(frozen=True, kw_only=True)
class GistConstants:
    """Constants of the rule, chosen on the odd-numbered TVSum videos (research/gist.md).

    Attributes:
        length: pieces last ``length`` times the root of the budget in seconds: 2.7 s of 10 s, 4.7 s
            of 30 s, so that more time gives more pieces and longer ones.
        shortest: seconds that a piece lasts at least, where shot and budget allow.
        longest: seconds that a piece lasts at most, while others are to be had: 15 pieces of two
            minutes.
        flash: seconds below which a shot is not even shown to use up the budget, and up to which
            junk may interrupt a piece of a shot that is full of it.
        stretch: how many times its length a piece is lengthened to before look-alikes are shown.
        look_alike: share of the mean distance between two samples of the video under which two
            samples look alike.
        one_picture: mean distance under which the whole video is one picture, in which differences
            say nothing and none is refused.
        gap: seconds between two pieces of one shot.
        relaxations: how often ``look_alike`` is halved before it is dropped.
    """

    length: float = 0.85
    shortest: float = 1.5
    longest: float = 8.0
    flash: float = 1.0
    stretch: float = 2.0
    look_alike: float = 1 / 3
    one_picture: float = 0.02
    gap: float = 2.0
    relaxations: int = 3

    def piece_seconds(self, budget: float) -> float:
        """Return how long a piece lasts."""
        seconds = self.length * float(np.sqrt(budget))
        return min(max(seconds, self.shortest), self.longest, budget)


CONSTANTS = GistConstants()

COMPARED = 8
"""Samples of a piece that are compared, if it has as many: every half second of 4 s."""


class GreedyChoice:
    """Pieces chosen so far, and the remaining budget."""

    def __init__(self, cells: Cells, features: Floats, rule: GistConstants, budget: float) -> None:
        self.cells, self.rule, self.budget = cells, rule, budget
        self.left = budget
        self.pieces: list[tuple[float, float]] = []
        self.why: list[str] = []
        self.blocked = np.zeros(len(cells.start), dtype=bool)
        lasting = cells.end - cells.start
        self.distance = mean_distance(features, lasting, cells.usable)
        # Whole cells, where samples are evenly spaced: a part of one more would add little.
        target = rule.piece_seconds(self.budget)
        step = max(float(np.median(lasting[cells.usable])), EPS)
        count = max(1, round(target / step))
        fits = rule.shortest <= count * step <= self.budget
        self.seconds = count * step if fits else target
        self.looks = Looks(features, stride=max(1, count // COMPARED))

    def bound(self, halvings: int) -> float:
        """Return the least cosine of look-alikes, infinity if the video shows a single picture."""
        if self.distance < self.rule.one_picture:
            return np.inf
        return 1.0 - float(self.rule.look_alike * self.distance / 2**halvings)

    def fill(self) -> None:
        """Choose pieces until the budget is used up."""
        rule, seconds = self.rule, self.seconds
        bound = self.bound(0)
        self.take(bound, seconds, why="important")
        if self.left >= seconds - EPS:  # the video has not enough that differs
            self.lengthen(bound, most=rule.stretch * seconds)
        for halvings in range(1, rule.relaxations + 2):
            if self.left < seconds - EPS:
                break
            bound = self.bound(halvings) if halvings <= rule.relaxations else np.inf
            self.take(bound, seconds, why="repeats")
        self.lengthen(bound)
        if self.left >= rule.shortest:  # nothing could be lengthened
            self.take(bound, min(seconds, self.left), why="short")
        for shortest in (rule.shortest, rule.flash):  # all shots are in, or alike
            self.lengthen(np.inf)
            if self.left >= shortest:
                self._drop_gaps()
                self.take(np.inf, min(seconds, self.left), why="short", shortest=shortest)
        self.lengthen(np.inf)

    def _drop_gaps(self) -> None:
        """Allow pieces that touch others of the same shot."""
        self.blocked[:] = False
        for start, end in self.pieces:
            self.blocked[self.cells.at(start) : self.cells.before(end) + 1] = True

    def take(
        self,
        bound: float,
        seconds: float,
        *,
        why: str,
        shortest: float | None = None,
        limit: int | None = None,
    ) -> None:
        """Take windows in descending order of score, if they fit and do not look like a piece.

        Args:
            bound: cosine from which on samples look alike.
            seconds: length of the windows.
            why: reason of the pieces.
            shortest: seconds that a window lasts at least, by default `GistConstants.shortest`.
            limit: greatest number of pieces.
        """
        shortest = min(self.rule.shortest if shortest is None else shortest, seconds)
        found = self.cells.windows(seconds, shortest=shortest)
        if len(found.start) == 0 and not self.pieces:  # all shots are shorter than a piece
            found = self.cells.windows(seconds)
        # Ties go to the earlier window; equal means of sums differ by rounding.
        order = np.lexsort((found.start, -np.round(found.score, 9)))
        order = order[self._open(found, bound)[order]]
        columns = (found.start, found.end, found.first, found.stop)
        candidates = zip(*(c[order].tolist() for c in columns), strict=True)
        least = float((found.end - found.start).min()) if len(order) else np.inf
        for start, end, first, stop in candidates:
            if self.left < least - EPS or len(self.pieces) == limit:
                break
            if end - start > self.left + EPS or self.blocked[first:stop].any():
                continue
            if self.looks.near(first, stop, bound):
                continue
            self._add(start, end, first, stop, why)

    def _open(self, windows: Windows, bound: float) -> Booleans:
        """Return which windows are neither blocked nor known look-alikes: a quick first filter."""
        near = np.repeat(self.looks.known_near(bound), self.looks.stride)[: len(self.blocked)]
        near[np.arange(len(near)) % self.looks.stride > 0] = False
        excluded = np.concatenate([[0], np.cumsum(self.blocked | near)])
        return np.asarray(excluded[windows.stop] == excluded[windows.first])

    def _add(self, start: float, end: float, first: int, stop: int, why: str) -> None:
        self.looks.show(first, stop, len(self.pieces))
        self.pieces.append((start, end))
        self.why.append(why)
        self.left -= end - start
        cells, gap = self.cells, self.rule.gap
        shot = cells.shot[first]
        low, high = np.searchsorted(cells.end, start - gap + EPS), cells.before(end + gap) + 1
        near = slice(min(int(low), first), max(int(high), stop))
        self.blocked[near] |= cells.shot[near] == shot

    def lengthen(self, bound: float, *, most: float = np.inf) -> None:
        """Lengthen pieces at their better side, up to ``most`` seconds, within the budget."""
        before = self.pieces
        self.pieces, used = extend(
            self.cells, self.looks, self.pieces, self.left, bound=bound, most=most
        )
        self.left -= used
        for piece, (start, end) in enumerate(self.pieces):
            if (start, end) != before[piece]:
                first, stop = int(self.cells.at(start)), int(self.cells.before(end)) + 1
                self.looks.show(first, stop, piece)
                self.blocked[first:stop] = True
