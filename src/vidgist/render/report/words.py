"""The criteria in plain words: how each is called, and what a value of it says of a sample."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["WORDS", "Words", "about_importance", "words_of"]


@dataclass(frozen=True)
class Words:
    """How a criterion is spoken of.

    Attributes:
        title: its name on the page.
        about: what it measures, one sentence.
        high: what is said of a sample of a scaled value of 0.6 or more, after "it"; ``middle``
            from 0.3 on, ``low`` below.
    """

    title: str
    about: str
    high: str
    middle: str
    low: str


WORDS = {
    "alignment": Words(
        "Local dissimilarity",
        "How much a sample differs from the samples most like it: low where the picture stands"
        " still or repeats itself.",
        high="differs from its neighbors",
        middle="differs somewhat from its neighbors",
        low="looks much like its neighbors",
    ),
    "uniformity": Words(
        "Global consistency",
        "How well a sample agrees with the whole video: low for titles, black pictures and strays.",
        high="is typical of the video",
        middle="is fairly typical of the video",
        low="is unlike most of the video",
    ),
    "uniqueness": Words(
        "Uniqueness",
        "How rarely something like this sample is seen in other videos.",
        high="shows what other videos seldom show",
        middle="shows what some other videos show too",
        low="could be from almost any video",
    ),
    "distinctiveness": Words(
        "Distinctiveness",
        "How much uncommon content sets a sample apart from the samples most like it, from its"
        " closest relatives to a wide circle.",
        high="stands out from its neighbors",
        middle="stands out a little from its neighbors",
        low="hardly stands out from its neighbors",
    ),
    "belonging": Words(
        "Belonging",
        "How much a sample belongs to this video in particular: how like the whole of it, less how"
        " like the videos of the bank, where there is one.",
        high="belongs to this very video",
        middle="belongs in part to this very video",
        low="hardly belongs to this video in particular",
    ),
    "projection": Words(
        "Projection",
        "How far a sample lies in the direction in which the product of the other criteria rises"
        " over the whole video.",
        high="looks like what matters throughout the video",
        middle="resembles in part what matters in the video",
        low="looks unlike what matters in the video",
    ),
}
"""Name in ``scores.criteria`` -> its words.  Add a line here for a new criterion."""


def about_importance(used: Sequence[str]) -> str:
    """Return what importance is, for a score made of these criteria."""
    titles = [words_of(name).title.lower() for name in used if name != "projection"]
    factors = f"{', '.join(titles[:-1])} and {titles[-1]}" if len(titles) > 1 else "".join(titles)
    made = f"the product of {factors}" if len(titles) > 1 else factors
    if "projection" in used:
        made = f"the projection, which stands in for {made} with less noise"
    return f"The score: {made}, smoothed over time. A shot's score is its mean."


def words_of(name: str) -> Words:
    """Return the words for a criterion; one that is not in `WORDS` is called by its name."""
    if name in WORDS:
        return WORDS[name]
    title = name.replace("_", " ").strip() or "criterion"
    return Words(
        title[0].upper() + title[1:],
        f"The criterion {title} of this score.",
        high=f"is high in {title}",
        middle=f"is middling in {title}",
        low=f"is low in {title}",
    )
