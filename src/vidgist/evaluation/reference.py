"""Reference rows: random and constant scores, human agreement, and the mean annotation (ceiling).

They show what a number is worth: what chance reaches, what the knapsack alone reaches, how well
annotators agree with each other, and about the best that one score vector can reach.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from vidgist.evaluation.compared import Compared
from vidgist.evaluation.entries import Entry
from vidgist.evaluation.judge import MEASURES, Judge
from vidgist.evaluation.rank import Annotators
from vidgist.evaluation.summaries import summary_row

Floats = npt.NDArray[np.float64]

SEEDS = 100
"""Random score vectors for each video, by default."""


def _measure_random(seeds: int) -> Callable[[Judge], Floats]:
    def measure(judge: Judge) -> Floats:
        # Seeded by the video's name, so that a number does not depend on the other videos.
        rng = np.random.default_rng(zlib.crc32(judge.record.key.encode()))
        return judge.measure(rng.random((seeds, judge.n_samples)))

    return measure


def _measure_constant(judge: Judge) -> Floats:
    return judge.measure(np.ones((1, judge.n_samples)))


def measure_human(judge: Judge) -> Floats:
    """Return the measures (1, M) of annotators, each compared with the others.

    Where a protocol correlates with each annotator, an annotator's values take the place of the
    scores and are correlated with those of each other annotator; where it correlates with the mean
    summary, their summary is correlated with the mean of the others'. F1 compares their summary
    with the others', averaged or the best as the metric has it. What is measured second by second
    is their own summary (SumMe), or the best 4 seconds of each shot by their own scores (TVSum).
    The result is the mean over annotators, NaN where there are fewer than two.
    """
    result = np.full((1, len(judge.measures)), np.nan)
    users = judge.references
    if judge.compared is not None and len(judge.compared.annotations) > 1:
        agreements = _with_others(judge, judge.compared)
        known = np.isfinite(agreements).all(axis=1)  # an annotator may rank nothing
        if known.any():
            result[0, :2] = agreements[known].mean(axis=0)
    if users is not None and len(users) > 1:
        f1 = [judge.f1(users[[u]], users=np.delete(users, u, 0))[0] for u in range(len(users))]
        result[0, 2] = np.mean(f1)
    if judge.extra:
        result[0, len(MEASURES) : judge.seconds] = _extra(judge)
    if judge.summary is not None:
        people = judge.summary.people(summaries=judge.metric == "summe")
        rows = [summary_row(found) for found in people]
        if rows:
            result[0, judge.seconds :] = np.mean(rows, axis=0)
    return result


def _with_others(judge: Judge, compared: Compared) -> Floats:
    if judge.protocol.against == "mean":
        return _with_mean(judge, compared.people, compared.annotations)
    return _with_each(compared.annotations)


def _with_each(values: Floats) -> Floats:
    """Return the mean tau and rho (U, 2) of each annotator with each of the others.

    The row of an annotator who ranks nothing is NaN, and the others are not compared with them.
    """
    # Frame by frame: an annotator's values are not steps from pick to pick.
    annotators = Annotators(values)
    pairs = np.stack([annotators.tau(values), annotators.rho(values)], axis=2)
    partner = ~annotators.constant[None, :] & ~np.eye(len(values), dtype=bool)
    counts = partner.sum(axis=1)
    totals = np.where(partner[:, :, None], pairs, 0.0).sum(axis=1)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(counts > 0, totals.T / np.maximum(counts, 1), np.nan).T)


def _with_mean(judge: Judge, people: Floats, annotations: Floats) -> Floats:
    """Return tau and rho (U, 2) of each annotator with the mean of the others."""
    agreements = np.full((len(people), 2), np.nan)
    for user in np.flatnonzero(np.ptp(people, axis=1) > 0):
        others = np.delete(annotations, user, axis=0).mean(axis=0, keepdims=True)
        agreements[user] = judge.correlate(people[[user]], annotators=Annotators(others))[0]
    return agreements


def _extra(judge: Judge) -> Floats:
    """Return what a protocol measures beside tau, rho and F1, the mean over annotators."""
    scores, places, users = judge.sample_annotations, judge.annotations, judge.references
    known = [len(part) for part in (scores, places, users) if part is not None]
    if not known or min(known) < 2:
        return np.full(len(judge.extra), np.nan)

    def others(part: Floats | None, user: int) -> Floats | None:
        return None if part is None else np.delete(part, user, axis=0)

    each = [
        judge.extra_of(
            None if scores is None else scores[user],
            None if places is None else places[user],
            None if users is None else users[user],
            annotations=others(scores, user),
            at_places=others(places, user),
        )
        for user in range(min(known))
    ]
    return np.asarray(np.mean(each, axis=0))


def measure_ceiling(judge: Judge) -> Floats:
    """Return the measures (1, M) of the mean annotation; NaN where there is none."""
    values = judge.sample_annotations
    if values is None or len(values) == 0:
        return np.full((1, len(judge.measures)), np.nan)
    return judge.measure(values.mean(axis=0, keepdims=True))


BASELINES = ("random", "constant", "human", "ceiling")


def baseline_entries(*, seeds: int = SEEDS) -> tuple[Entry, ...]:
    """Return the reference rows of every table.

    Args:
        seeds: how many random score vectors each video gets.
    """
    measures = (_measure_random(seeds), _measure_constant, measure_human, measure_ceiling)
    return tuple(
        Entry(name=name, measure=measure, baseline=True)
        for name, measure in zip(BASELINES, measures, strict=True)
    )
