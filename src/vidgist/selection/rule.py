"""Rules of selection: what they choose from, what they return, and the registry of them.

A rule is one file with a record ``RULE``: a name, a line for people, and a function from the
`Footage` of a video to the `Selection`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from vidgist.errors import VidgistError
from vidgist.registry import Registry
from vidgist.shapes import ShapesInRepr
from vidgist.types import Booleans, Floats, Integers, Shots, Strings, Timeline


@dataclass(frozen=True, kw_only=True, repr=False)
class Footage(ShapesInRepr):
    """What a rule of selection chooses from: one video, scored and cut into shots.

    Attributes:
        importance: (T,) of each sample, higher for more important.
        features: (T, D) of the samples, of any length.
        times: (T,) seconds of each sample, ascending.
        picks: (T,) frame index of each sample, not descending.
        shots: all S shots, with seconds.
        timeline: every frame's time.
        budget: seconds that the summary may last.
        junk: (T,) the reason why a sample is unfit to show, such as ``black``; "" for none.
        integer_values: multiply values of shots by 1000 and truncate (preset `reference`).

    Example:
        >>> import vidgist
        >>> footage = vidgist.summarize("demo.mp4", length="5s").footage(budget=8.0)
        >>> footage.budget, footage.importance.shape
        (8.0, (40,))
    """

    importance: Floats
    features: Floats
    times: Floats
    picks: Integers
    shots: Shots
    timeline: Timeline
    budget: float
    junk: Strings
    integer_values: bool = False

    @property
    def shot_seconds(self) -> Floats:
        """(S, 2) start and end of each shot in seconds."""
        assert self.shots.seconds is not None
        return self.shots.seconds


@dataclass(frozen=True, kw_only=True, repr=False)
class Selection(ShapesInRepr):
    """The pieces of a summary, and why each shot without one was left out.

    Attributes:
        pieces: (n, 2) start and end in seconds, in order, each within one shot, n > 0.
        shots: (n,) index of the shot of each piece.
        scores: (n,) value of each piece.
        reasons: (n,) why each is shown: ``important`` or a weaker reason of the rule.
        refused: (S,) why each shot has no piece, such as ``repeats`` or ``no time left``; "" where
            it has one.
        repeated: (S,) the piece that a shot repeats, -1 for none.

    Example:
        >>> selection = Selection(
        ...     pieces=np.array([[1.0, 3.0]]),
        ...     shots=np.array([0]),
        ...     scores=np.array([0.7]),
        ...     reasons=("important",),
        ...     refused=("", "no time left"),
        ...     repeated=np.array([-1, -1]),
        ... )
        >>> selection.selected
        array([ True, False])
    """

    pieces: Floats
    shots: Integers
    scores: Floats
    reasons: tuple[str, ...]
    refused: tuple[str, ...]
    repeated: Integers

    def __len__(self) -> int:
        return len(self.shots)

    @property
    def selected(self) -> Booleans:
        """(S,) which shots have a piece."""
        return np.isin(np.arange(len(self.refused)), self.shots)


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A rule of selection.

    Attributes:
        name: what users call it.
        summary: one line for people.
        choose: from the footage to the pieces.
        clean_cuts: whether borders of pieces are moved to where a viewer would cut.
        order: its place in lists.

    Example:
        >>> RULES["knapsack"].summary
        "whole shots by an exact knapsack, as the field's benchmarks do"
    """

    name: str
    summary: str
    choose: Callable[[Footage], Selection]
    clean_cuts: bool = False
    order: float = 100.0


RULES: Registry[Rule] = Registry(
    "select",
    group="vidgist.selection",
    package="vidgist.selection",
    attribute="RULE",
    record=Rule,
    wrap=lambda name, choose: Rule(name=name, summary="a rule of your own", choose=choose),
)
"""Every rule of selection by name."""


def choose(footage: Footage, *, select: str) -> Selection:
    """Choose the pieces of a summary by a rule.

    Args:
        footage: one video, scored and cut into shots.
        select: name of the rule.

    Raises:
        SettingError: there is no such rule.
        VidgistError: a rule of another package returned what is no selection of this footage.

    Example:
        >>> import vidgist
        >>> footage = vidgist.summarize("demo.mp4", length="5s").footage(budget=8.0)
        >>> float(np.diff(choose(footage, select="knapsack").pieces).sum()) <= 8
        True
    """
    rule = RULES.find(select)
    selection = RULES.call(rule.name, rule.choose, footage)
    fault = _fault_of(selection, footage)
    if fault:
        raise VidgistError(f"rule of selection '{rule.name}': {fault}; fix the rule")
    return selection


def _fault_of(selection: object, footage: Footage) -> str:
    """Return what is wrong with what a rule returned, "" for nothing."""
    if not isinstance(selection, Selection):
        return f"expected a Selection, got {type(selection).__name__}"
    pieces, eps = np.asarray(selection.pieces), 1e-6
    if pieces.shape != (len(selection.shots), 2) or not len(pieces):
        return f"expected (n, 2) pieces, n > 0, got {pieces.shape}"
    if len(selection.refused) != len(footage.shots):
        return f"expected a reason for each of {len(footage.shots)} shots"
    seconds = float(np.diff(pieces).sum())
    if seconds > footage.budget + eps:
        return f"expected at most {footage.budget:.2f} s, got {seconds:.2f} s"
    shots = footage.shot_seconds[selection.shots]
    if (pieces[:, 0] < shots[:, 0] - eps).any() or (pieces[:, 1] > shots[:, 1] + eps).any():
        return "expected each piece within its shot"
    if (np.diff(pieces.ravel()) < -eps).any():
        return "expected pieces in order, without overlap"
    return ""
