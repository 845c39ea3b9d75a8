"""Evaluation protocols, named and frozen: numbers of different protocols never share a table.

The metric says whose conventions apply: ``tvsum`` correlates with 20 annotators' scores and
averages F1 over annotators; ``summe`` correlates with annotators' binary choices and takes the
best F1.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from vidgist.errors import SettingError, unknown_value
from vidgist.scoring.presets import Preset

METRICS = {"tvsum": "TVSum", "summe": "SumMe"}
"""Name of a metric -> the data set whose conventions it follows."""

BEST_OR_MEAN = {"tvsum": "mean", "summe": "best"}
"""How the F1 scores with all annotators become one number."""


@dataclass(frozen=True, kw_only=True)
class Protocol:
    """Rules for comparing scores with annotations.

    Attributes:
        name: as the command line and every table print it.
        about: what is correlated with what, in a few words.
        source: where the protocol comes from.
        compare: correlate the `scores` or the binary keyshot `summary` that they lead to.
        against: `each` annotator, then averaged, or the `mean` annotation.
        at: correlate at the `picks`, at all `frames` (scores as steps), or on means over the
            `runs` of frames from one pick to the next.
        integer_values: whether shots' values are multiplied by 1000 and truncated before the
            knapsack.
        metrics: the metrics for which the protocol is defined.
    """

    name: str
    about: str
    source: str
    compare: Literal["scores", "summary"] = "scores"
    against: Literal["each", "mean"] = "each"
    at: Literal["picks", "frames", "runs"] = "picks"
    integer_values: bool = False
    metrics: tuple[str, ...] = tuple(METRICS)


_EACH = "scores at the picks against each annotator"

PROTOCOLS = {
    p.name: p
    for p in (
        Protocol(
            name="reference",
            about=f"{_EACH}; shots valued in whole thousandths",
            source="code released with Pang et al., WACV 2023",
            integer_values=True,
        ),
        Protocol(
            name="paper",
            about=f"{_EACH}; shots valued exactly",
            source="Pang et al., WACV 2023, section 5.2",
        ),
        Protocol(
            name="otani",
            about="scores at the full frame rate against each annotator",
            source="Otani et al., Rethinking the Evaluation of Video Summaries, CVPR 2019",
            at="frames",
        ),
        Protocol(
            name="binary",
            about="binary keyshot summary, frame by frame, against the mean user summary",
            source="SumMe numbers of MSVA, CSTA, LLMVS and SummDiff",
            compare="summary",
            against="mean",
            at="frames",
        ),
        Protocol(
            name="runs",
            about="scores against each user's summary averaged over runs of 15 frames",
            source="YouTube-8M evaluation released with Pang et al., WACV 2023",
            at="runs",
            integer_values=True,
            metrics=("summe",),
        ),
    )
}


def check_protocol(name: str) -> None:
    """Make sure that there is a protocol of that name.

    Raises:
        SettingError: there is none.
    """
    if name not in PROTOCOLS:
        raise unknown_value("protocol", name, PROTOCOLS)


def protocol(name: str, *, metric: str) -> Protocol:
    """Return the protocol of that name.

    Raises:
        SettingError: there is none, or it is not defined for the metric.

    >>> protocol("otani", metric="tvsum").at
    'frames'
    """
    if metric not in METRICS:
        raise unknown_value("metric", metric, METRICS)
    check_protocol(name)
    if metric not in PROTOCOLS[name].metrics:
        defined = ", ".join(PROTOCOLS[name].metrics)
        raise SettingError(
            f"protocol: {name} is defined for {defined} only; use reference or paper"
        )
    return PROTOCOLS[name]


def protocol_of(settings: Preset, *, metric: str, name: str | None = None) -> Protocol:
    """Return the named protocol, by default that of a preset; `reference` where it has none.

    Raises:
        SettingError: there is no such protocol, or it is not defined for the metric.
    """
    own = settings.name if settings.name in PROTOCOLS else "reference"
    return protocol(name or own, metric=metric)


def settings_for(settings: Preset, *, metric: str) -> Preset:
    """Return the settings as a metric has them: `reference` avoids zeros with eps on SumMe."""
    if settings.name == "reference" and metric == "summe":
        return replace(settings, avoid_zeros="eps")
    return settings


def cautions(chosen: Protocol, *, metric: str) -> tuple[str, ...]:
    """Return what a reader of a table must know about its protocol, one sentence each."""
    sentences = []
    if chosen.compare == "summary":
        sentences.append(
            "this protocol correlates binary summaries: it rewards short shots rather than a good "
            "order, so read every number against the rows 'random' and 'constant'"
        )
        if metric == "tvsum":
            sentences.append(
                "on TVSum, whose shots differ in length, a constant score passes the human row here"
            )
    if metric == "tvsum":
        sentences.append(
            "F1 on TVSum flatters: the reference summaries come from the same shots and knapsack, "
            "so random and constant scores get most of it"
        )
    else:
        sentences.append(
            "F1 on SumMe is the best over annotators, which random scores profit from too"
        )
    return tuple(sentences)
