"""Evaluation protocols, named and frozen: numbers of different protocols never share a column.

A module declares protocols as ``PROTOCOL``; `PROTOCOLS` contains all of them, and those of other
packages.  The metric says whose annotations apply: ``tvsum`` has 20 annotators' scores and averages
F1 over annotators; ``summe`` has annotators' binary choices and takes the best F1.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from vidgist.errors import SettingError, unknown_value
from vidgist.evaluation.protocols.protocol import BEST_OR_MEAN, METRICS, SEGMENT, Protocol
from vidgist.imports import is_object_name
from vidgist.registry import Registry
from vidgist.scoring.presets import Preset

__all__ = [
    "BEST_OR_MEAN",
    "METRICS",
    "PROTOCOLS",
    "SEGMENT",
    "Protocol",
    "cautions",
    "check_protocol",
    "protocol",
    "protocol_of",
    "settings_for",
]

PROTOCOLS: Registry[Protocol] = Registry(
    "protocol",
    group="vidgist.protocols",
    package=__name__,
    attribute="PROTOCOL",
    record=Protocol,
)
"""Every protocol by name."""


def check_protocol(name: str) -> Protocol:
    """Return the protocol of that name or alias, or ``module:name``, as it is declared.

    Raises:
        SettingError: there is none.
    """
    if name not in PROTOCOLS:
        if is_object_name(name):
            return PROTOCOLS.resolve(name)
        aliases = {alias: p for p in PROTOCOLS.values() for alias in p.aliases}
        if name not in aliases:
            raise unknown_value("protocol", name, (*PROTOCOLS, *aliases))
        return aliases[name]
    return PROTOCOLS[name]


def protocol(name: str, *, metric: str) -> Protocol:
    """Return the protocol of that name, as it is on a metric.

    Raises:
        SettingError: there is none, or it is not defined for the metric.

    >>> protocol("otani", metric="tvsum").at
    'frames'
    >>> protocol("csta", metric="summe").compare
    'summary'
    """
    if metric not in METRICS:
        raise unknown_value("metric", metric, METRICS)
    found = check_protocol(name)
    if metric not in found.metrics:
        defined = ", ".join(found.metrics)
        raise SettingError(
            f"protocol: {name} is defined for {defined} only; use reference or paper"
        )
    return found.for_metric(metric)


def protocol_of(
    settings: Preset,
    *,
    metric: str,
    name: str | None = None,
    f1: Literal["mean", "best"] | None = None,
) -> Protocol:
    """Return the named protocol, by default that of a preset; `reference` where it has none.

    Args:
        settings: of the score.
        metric: ``tvsum`` or ``summe``.
        name: of the protocol.
        f1: the mean or the best over annotators, in the place of the protocol's own.

    Raises:
        SettingError: there is no such protocol, or it is not defined for the metric.
    """
    own = settings.name if settings.name in PROTOCOLS else "reference"
    found = protocol(name or own, metric=metric)
    if f1 is None or f1 == found.best_or_mean(metric):
        return found
    return replace(found, name=f"{found.name}, F1 {f1}", f1=f1)


def settings_for(settings: Preset, *, metric: str) -> Preset:
    """Return the settings as a metric has them: `reference` avoids zeros with eps on SumMe."""
    if settings.name == "reference" and metric == "summe":
        return replace(settings, avoid_zeros="eps")
    return settings


def cautions(chosen: Protocol, *, metric: str) -> tuple[str, ...]:
    """Return what a reader of a table must know about its protocol, one sentence each."""
    sentences = [chosen.flatters] if chosen.flatters else []
    if chosen.compare == "summary" and metric == "tvsum":
        sentences.append(
            "on TVSum, whose shots differ in length, a constant score passes the human row here"
        )
    if "f1" not in chosen.measures:
        return tuple(sentences)
    if metric == "tvsum":
        sentences.append(
            "F1 on TVSum flatters: the reference summaries come from the same shots and knapsack, "
            "so random and constant scores get most of it"
        )
    elif chosen.best_or_mean(metric) == "best":
        sentences.append(
            "F1 on SumMe is the best over annotators, which random scores profit from too"
        )
    return tuple(sentences)
