"""The criteria of a score in plain words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from vidgist.criteria import CRITERIA, Words
from vidgist.criteria.criterion import words_for

__all__ = ["describe_score", "used_criteria", "words_of"]


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
