"""Changes by hand to the pieces that a rule chose.

Pieces are numbered from 1, as they were before the change.  What a person keeps, adds or moves
stays; a length takes away, or fills up, by score.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from vidgist.errors import SettingError
from vidgist.selection.budget import parse_length, parse_time
from vidgist.selection.rule import Selection
from vidgist.types import Floats

BY_HAND = "by hand"
"""Reason of a piece that a person added, and of a shot that a person took out."""

_LEAST = 1.0
"""Seconds of the shortest piece that a length leaves or adds: less is a flicker."""

_ROUNDED = 0.05
"""Seconds by which a duration that is shown may be longer than the video."""

_SHIFT = re.compile(r"(\d+)\s*:\s*([+-]\s*\d+(?:\.\d+)?)\s*s?")


@dataclass(frozen=True, kw_only=True)
class Edits:
    """Changes to a selection.

    Attributes:
        keep: numbers of the pieces that stay, all others go; None for all.
        drop: numbers of the pieces that go.
        add: (start, end) in seconds of what is shown besides.
        move: number -> seconds by which a piece begins and ends later, or earlier if negative.
        length: the most that the result may last, as `parse_length` reads it; None for any.
    """

    keep: tuple[int, ...] | None = None
    drop: tuple[int, ...] = ()
    add: tuple[tuple[float, float], ...] = ()
    move: Mapping[int, float] = field(default_factory=dict)
    length: str | float | None = None


@dataclass(frozen=True, kw_only=True)
class Scene:
    """What is known of a video beside its pieces.

    Attributes:
        duration: of the video, in seconds.
        shots: (S, 2) start and end in seconds.
        shot_scores: (S,).
        keyframes: (S,) seconds of the best moment of each shot.
        times: (T,) seconds of the samples.
        importance: (T,) of the samples.
        proposal: (m, 2) start and end in seconds of what the rule chose.
    """

    duration: float
    shots: Floats
    shot_scores: Floats
    keyframes: Floats
    times: Floats
    importance: Floats
    proposal: Floats = field(default_factory=lambda: np.empty((0, 2)))

    def score(self, start: float, end: float) -> float:
        """Return the mean importance of the samples in a range, of the one before it if none."""
        first, stop = np.searchsorted(self.times, (start - 1e-6, end - 1e-6)).tolist()
        inside = self.importance[first:stop]
        return float(inside.mean() if len(inside) else self.importance[max(first - 1, 0)])

    @property
    def proposal_shots(self) -> npt.NDArray[np.int64]:
        """(m,) the shot of each piece of the proposal."""
        shots = [self.shot(*piece) for piece in self.proposal.tolist()]
        return np.array(shots, dtype=np.int64)

    def shot(self, start: float, end: float) -> int:
        """Return the index of the shot that most of a range lies in."""
        shared = np.minimum(self.shots[:, 1], end) - np.maximum(self.shots[:, 0], start)
        return int(np.argmax(shared))


@dataclass(frozen=True)
class _Piece:
    start: float
    end: float
    score: float
    reason: str
    fixed: bool = False  # a person wants it

    @property
    def seconds(self) -> float:
        return self.end - self.start


def parse_interval(text: str, duration: float) -> tuple[float, float]:
    """Return the (start, end) in seconds that ``1:20-1:27`` or ``80-87.5`` names.

    Raises:
        SettingError: it cannot be read, is empty, or ends after the video.

    >>> parse_interval("1:20-1:27", 300.0)
    (80.0, 87.0)
    """
    first, dash, last = text.partition("-")
    if not dash:
        raise SettingError(f"add: expected a range such as 1:20-1:27, got '{text.strip()}'")
    # People read durations that are rounded.
    limit = duration + _ROUNDED
    start, end = (min(parse_time(part, limit, name="add"), duration) for part in (first, last))
    if end <= start:
        raise SettingError(f"add: '{text.strip()}' ends before it begins")
    return start, end


def parse_shift(text: str) -> tuple[int, float]:
    """Return the number of a piece and the seconds that ``4:+0.5s`` moves it.

    Raises:
        SettingError: it cannot be read.

    >>> parse_shift("4:+0.5s")
    (4, 0.5)
    """
    match = _SHIFT.fullmatch(text.strip())
    if match is None:
        raise SettingError(
            f"move: expected a piece and seconds with a sign, such as 4:+0.5s, got '{text.strip()}'"
        )
    return int(match[1]), float(match[2].replace(" ", ""))


def edited(selection: Selection, edits: Edits, scene: Scene) -> Selection:
    """Return the selection with the changes made, in the order of time.

    Pieces that overlap or touch become one where a person had a hand in it: nothing is shown twice.
    A longer length first gives pieces back what a shorter one took from them, then pieces that it
    took away; at last the best shots that the rule left out for want of time fill it.

    Raises:
        SettingError: there is no piece of a number, a change contradicts another, or nothing is
            left.
    """
    _check(edits, len(selection))
    pieces: list[_Piece] = []
    rows = zip(selection.pieces.tolist(), selection.scores, selection.reasons, strict=True)
    for number, ((start, end), score, reason) in enumerate(rows, start=1):
        if number in edits.drop or (edits.keep is not None and number not in edits.keep):
            continue
        kept = edits.keep is not None and number in edits.keep
        piece = _Piece(start, end, float(score), reason, fixed=kept)
        if number in edits.move:
            piece = _moved(piece, edits.move[number], scene)
        pieces.append(piece)
    for start, end in edits.add:
        pieces.append(_Piece(start, end, scene.score(start, end), BY_HAND, fixed=True))
    pieces = _joined(pieces, scene)
    wanted = list(pieces)
    if edits.length is not None:
        budget = parse_length(edits.length, scene.duration)
        pieces = _fitted(pieces, budget, selection, scene)
    if not pieces:
        raise SettingError("recut: no piece is left; keep or add one")
    return _selection(pieces, selection, scene, wanted=wanted)


def _check(edits: Edits, count: int) -> None:
    chosen = {"keep": edits.keep or (), "drop": edits.drop, "move": tuple(edits.move)}
    for name, numbers in chosen.items():
        for number in numbers:
            if not 1 <= number <= count:
                raise SettingError(f"{name}: expected a piece from 1 to {count}, got {number}")
    both = sorted(set(edits.keep or ()) & set(edits.drop))
    if both:
        raise SettingError(f"drop: piece {both[0]} is to be kept, too; leave it out of one of them")
    gone = set(edits.drop)
    if edits.keep is not None:
        gone |= set(range(1, count + 1)) - set(edits.keep)
    moved = sorted(gone & set(edits.move))
    if moved:
        raise SettingError(f"move: piece {moved[0]} is not kept; leave it out of one of them")


def _moved(piece: _Piece, seconds: float, scene: Scene) -> _Piece:
    """Move a piece, not beyond the ends of the video; it lasts as long as before."""
    by = min(max(seconds, -piece.start), scene.duration - piece.end)
    start, end = piece.start + by, piece.end + by
    return replace(piece, start=start, end=end, score=scene.score(start, end), fixed=True)


def _joined(pieces: list[_Piece], scene: Scene) -> list[_Piece]:
    joined: list[_Piece] = []
    for piece in sorted(pieces, key=lambda p: (p.start, p.end)):
        last = joined[-1] if joined else None
        if last is None or piece.start > last.end or not (piece.fixed or last.fixed):
            joined.append(piece)
            continue
        start, end = last.start, max(last.end, piece.end)
        reason = BY_HAND if BY_HAND in (piece.reason, last.reason) else last.reason
        joined[-1] = _Piece(start, end, scene.score(start, end), reason, fixed=True)
    return joined


def _fitted(
    pieces: list[_Piece], budget: float, selection: Selection, scene: Scene
) -> list[_Piece]:
    """Take away the weakest, or add the best that was left out, until the length is reached."""
    spare = budget - sum(piece.seconds for piece in pieces)
    wanted = sum(piece.seconds for piece in pieces if piece.fixed)
    if wanted > budget + 1e-6:
        raise SettingError(
            f"length: what is to be kept lasts {wanted:.1f} s, more than {budget:.1f} s; "
            "keep less, or give more"
        )
    for piece in sorted((p for p in pieces if not p.fixed), key=lambda p: p.score):
        if spare >= -1e-6:
            break
        pieces.remove(piece)
        rest = piece.seconds + spare
        spare += piece.seconds
        if rest >= _LEAST:
            part = _around(_best(piece, scene), rest, (piece.start, piece.end))
            pieces.append(replace(piece, start=part[0], end=part[1]))
            spare -= part[1] - part[0]
    if spare > 1e-6:
        pieces, spare = _restored(pieces, spare, scene)
    unknown = ~np.isin(np.arange(len(scene.shots)), scene.proposal_shots)
    for shot in np.lexsort((-scene.shot_scores, unknown)).tolist():
        start, end = scene.shots[shot].tolist()
        free = all(piece.end <= start or piece.start >= end for piece in pieces)
        if selection.refused[shot] != "no time left" or not free:
            continue
        chosen = scene.proposal[scene.proposal_shots == shot].tolist()
        for low, high in chosen or [(start, end)]:
            if spare < _LEAST or high - low < _LEAST:
                continue
            whole = _Piece(low, high, scene.score(low, high), "important")
            moment = _best(whole, scene) if chosen else float(scene.keyframes[shot])
            part = _around(moment, min(spare, high - low), (low, high))
            pieces.append(_Piece(*part, scene.score(*part), "important"))
            spare -= part[1] - part[0]
    return sorted(pieces, key=lambda p: p.start)


def _restored(pieces: list[_Piece], spare: float, scene: Scene) -> tuple[list[_Piece], float]:
    """Lengthen pieces that are parts of what the rule chose, the best first; return what is left.

    What a person added or moved stays as it is.
    """
    found = list(pieces)
    for i in sorted(range(len(found)), key=lambda i: -found[i].score):
        piece = found[i]
        inside = (scene.proposal[:, 0] <= piece.start + 1e-6) & (
            scene.proposal[:, 1] >= piece.end - 1e-6
        )
        if piece.reason == BY_HAND or not inside.any():
            continue
        start, end = scene.proposal[int(np.argmax(inside))].tolist()
        others = [p for n, p in enumerate(found) if n != i]
        start = max([start, *(p.end for p in others if p.end <= piece.start)])
        end = min([end, *(p.start for p in others if p.start >= piece.end)])
        after = min(end - piece.end, spare)
        before = min(piece.start - start, spare - after)
        if after + before > 1e-6:
            low, high = piece.start - before, piece.end + after
            found[i] = replace(piece, start=low, end=high, score=scene.score(low, high))
            spare -= after + before
    return found, spare


def _best(piece: _Piece, scene: Scene) -> float:
    first, stop = np.searchsorted(scene.times, (piece.start - 1e-6, piece.end - 1e-6)).tolist()
    if first == stop:
        return (piece.start + piece.end) / 2
    return float(scene.times[first + int(np.argmax(scene.importance[first:stop]))])


def _around(moment: float, seconds: float, within: tuple[float, float]) -> tuple[float, float]:
    start = min(max(moment - seconds / 2, within[0]), within[1] - seconds)
    return start, start + seconds


def _selection(
    pieces: Sequence[_Piece], before: Selection, scene: Scene, *, wanted: Sequence[_Piece]
) -> Selection:
    shots = np.array([scene.shot(piece.start, piece.end) for piece in pieces], dtype=np.int64)
    shown = set(shots.tolist())
    # What a length took away may come back with another; what a person took out does not.
    fitting = {scene.shot(piece.start, piece.end) for piece in wanted}
    gone = ["no time left" if shot in fitting else BY_HAND for shot in range(len(scene.shots))]
    refused = tuple(
        "" if shot in shown else reason or gone[shot] for shot, reason in enumerate(before.refused)
    )
    # The numbers of pieces are not those of before.
    return Selection(
        pieces=np.array([(piece.start, piece.end) for piece in pieces]),
        shots=shots,
        scores=np.array([piece.score for piece in pieces]),
        reasons=tuple(piece.reason for piece in pieces),
        refused=refused,
        repeated=np.full(len(before.refused), -1, dtype=np.int64),
    )
