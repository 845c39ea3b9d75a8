"""The criteria of a score and the reasons of a selection in plain words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from vidgist.criteria import CRITERIA, Words
from vidgist.criteria.criterion import words_for


@dataclass(frozen=True)
class Reason:
    """The sentences for a reason of a rule of selection.

    Attributes:
        shown: for a piece that is shown.
        left_out: for a shot without a piece; ``{piece}`` stands for the piece that it repeats.
    """

    shown: str
    left_out: str


def _unfit(text: str) -> Reason:
    """Return the sentences for what is unfit to show, which is shown only for want of better."""
    return Reason(f"Shown because nothing better was there: {text}", f"Left out: {text}")


REASONS = {
    "important": Reason(
        "Shown because it is among the most important moments",
        "Left out: others are among the most important moments",
    ),
    "repeats": Reason(
        "Shown because time was left, though it looks like {piece}",
        "Left out: it looks like {piece}",
    ),
    "short": Reason("Shown because it fits into the time that was left", "Left out: too short"),
    "by hand": Reason("Shown because you chose it", "Left out: you took it out"),
    "too short": _unfit("too short"),
    "no time left": _unfit("no time left"),
    "hole": _unfit("a hole without picture and sound"),
    "black": _unfit("black"),
    "blank": _unfit("blank"),
    "blurred": _unfit("blurred"),
    "transition": _unfit("in a transition"),
    "card": _unfit("a title card"),
    "flash": _unfit("a flash of light"),
    "bars": _unfit("color bars"),
    "countdown": _unfit("a countdown"),
    "frozen": _unfit("the picture stands still"),
    "no key frame": _unfit("it has no key frame, where a clip without re-encoding can begin"),
}
"""Reason -> its sentences."""


def used_criteria(measured: Iterable[str], setting: object) -> list[str]:
    """Return the criteria that the score is made of, in its order.

    Args:
        measured: names of all criteria that were measured.
        setting: the value of the setting ``criteria``; where it names none of the measured ones,
            the score is made of all.
    """
    names = list(measured)
    chosen = [str(name) for name in setting] if isinstance(setting, (list, tuple)) else []
    return [name for name in chosen if name in names] or names


def words_of(name: str) -> Words:
    """Return the words for a criterion; one that is not registered is called by its name."""
    return CRITERIA[name].text if name in CRITERIA else words_for(name)


def reason_of(name: str) -> Reason:
    """Return the sentences for a reason; one that is not in `REASONS` is shown as it is."""
    return REASONS.get(name) or Reason(f"Shown: {name}", f"Left out: {name}")


def describe_score(used: Sequence[str]) -> str:
    """Return a sentence on the score that is made of these criteria.

    >>> describe_score(["alignment", "uniformity"])[:67]
    'The score: the product of local dissimilarity and global consistenc'
    """
    transforms = {n for n in used if n in CRITERIA and CRITERIA[n].transform is not None}
    titles = [words_of(name).title.lower() for name in used if name not in transforms]
    factors = f"{', '.join(titles[:-1])} and {titles[-1]}" if len(titles) > 1 else "".join(titles)
    score = f"the product of {factors}" if len(titles) > 1 else factors
    for name in used:
        if name in transforms:
            title = words_of(name).title.lower()
            score = f"the {title} of {score}" if score else f"the {title}"
    return f"The score: {score}, smoothed over time. A shot's score is its mean."
