"""A protocol: one declaration of what is compared with what, and how F1 comes about."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from vidgist.evaluation.keyshots import BUDGET

METRICS = {"tvsum": "TVSum", "summe": "SumMe"}
"""Name of a metric -> the data set whose conventions it follows."""

BEST_OR_MEAN = {"tvsum": "mean", "summe": "best"}
"""How the F1 scores with all annotators become one number, unless a protocol says otherwise."""

SEGMENT = 60
"""Frames of a 2-second segment, at the 30 frames a second that the field takes for all of TVSum."""


@dataclass(frozen=True, kw_only=True)
class Protocol:
    """Rules for comparing scores with annotations.

    Attributes:
        name: as the command line and every table print it.
        about: what is correlated with what, in a few words.
        source: where the protocol comes from.
        flatters: whom it flatters and why, one sentence; "" for nobody in particular.
        compare: correlate the `scores` or the keyshot `summary` that they lead to.
        against: `each` annotator, then averaged, or the `mean` annotation.
        annotations: the data set's `own` (scores on TVSum, summaries on SumMe), or always the
            users' `summaries`.
        at: correlate at the `picks`, at all `frames` (scores as steps), or on means over intervals:
            the `runs` of frames from one pick to the next, `segments` of 60 frames, of 2 `seconds`
            at the video's own rate, the `shots`.
        shots: the data set's own, or these `shuffled`: as many and as long, in random order.
        references: F1 with the users' summaries as `released`, or `rebuilt` from their scores by
            the rules of this protocol, where there are scores.
        select: how shots are chosen for F1: the 0/1 `knapsack`, or `greedy` by their value.
        integer_values: whether shots' values are multiplied by 1000 and truncated before.
        budget: share of the frames that a summary may hold.
        budget_of: the frames of which it is the share: all of the `video`, or those of the `shots`.
        f1: `mean` or `best` over annotators; "" for the metric's own (mean on TVSum).
        measures: what papers print by this protocol.
        splits: name of the splits that these papers use, "" where it has none of its own.
        metrics: the metrics for which the protocol is defined.
        aliases: other names of the same protocol.
        on: fields that differ on a metric, by its name.
        order: position in lists.

    Example:
        >>> from vidgist.evaluation import PROTOCOLS
        >>> PROTOCOLS["paper"].against, PROTOCOLS["paper"].for_metric("tvsum").budget
        ('each', 0.15)
    """

    name: str
    about: str
    source: str
    flatters: str = ""
    compare: Literal["scores", "summary"] = "scores"
    against: Literal["each", "mean"] = "each"
    annotations: Literal["own", "summaries"] = "own"
    at: Literal["picks", "frames", "runs", "segments", "seconds", "shots"] = "picks"
    shots: Literal["official", "shuffled"] = "official"
    references: Literal["released", "rebuilt"] = "released"
    select: Literal["knapsack", "greedy"] = "knapsack"
    integer_values: bool = False
    budget: float = BUDGET
    budget_of: Literal["video", "shots"] = "video"
    f1: Literal["", "mean", "best"] = ""
    measures: tuple[str, ...] = ("tau", "rho", "f1")
    splits: str = ""
    metrics: tuple[str, ...] = tuple(METRICS)
    aliases: tuple[str, ...] = ()
    on: Mapping[str, Mapping[str, Any]] = field(default_factory=dict, hash=False)
    order: int = 100

    def for_metric(self, metric: str) -> Protocol:
        """Return the protocol as it is on one metric."""
        return dataclasses.replace(self, **{"on": {}, **self.on.get(metric, {})})

    def best_or_mean(self, metric: str) -> str:
        """Return how F1 scores with all annotators become one number: `best` or `mean`."""
        return self.f1 or BEST_OR_MEAN[metric]

    @property
    def version(self) -> str:
        """Hash of what the numbers depend on, 8 hexadecimal digits: other rules, another version.

        >>> Protocol(name="a", about="", source="x").version == Protocol(
        ...     name="b", about="", source="y"
        ... ).version
        True
        """
        words = ("name", "about", "source", "flatters", "splits", "metrics", "aliases", "on")
        rules = {
            f.name: getattr(self, f.name)
            for f in dataclasses.fields(self)
            if f.name not in (*words, "order")
        }
        return hashlib.sha256(repr(sorted(rules.items())).encode()).hexdigest()[:8]
