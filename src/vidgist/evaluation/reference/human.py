"""People: each annotator measured against the others, and the best that one vector can do."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from vidgist.errors import DataError
from vidgist.evaluation.judge import Judge
from vidgist.evaluation.rank import Annotators

__all__ = ["ceiling_scores", "measure_human"]


def measure_human(judge: Judge) -> npt.NDArray[np.float64]:
    """Return tau, rho and F1 (1, 3) of people, each of them left out of those he is compared with.

    Where a protocol correlates with each annotator, an annotator takes the place of the scores and
    meets each of the others; where it correlates with the mean summary, his summary meets the mean
    of the others'. F1 compares his summary with the others', averaged or the best as the metric
    has it. Then the mean over annotators. NaN where there are not two of them.
    """
    result = np.full((1, 3), np.nan)
    values, users = judge.annotations, judge.record.user_summary
    if values is not None and len(values) > 1:
        agreements = _with_mean(judge, values) if _against_mean(judge) else _with_each(values)
        known = np.isfinite(agreements).all(axis=1)  # not where nobody ranks anything
        if known.any():
            result[0, :2] = agreements[known].mean(axis=0)
    if users is not None and len(users) > 1:
        each = range(len(users))
        result[0, 2] = np.mean(
            [judge.f1(users[[u]], users=np.delete(users, u, axis=0))[0] for u in each]
        )
    return result


def _against_mean(judge: Judge) -> bool:
    return judge.protocol.against == "mean"


def _with_each(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the mean tau and rho (U, 2) of each annotator with each of the others.

    An annotator who ranks nothing agrees with nobody (NaN), and is no partner for others.
    """
    # Frame by frame: an annotator's values are not steps from pick to pick.
    annotators = Annotators(values)
    pairs = np.stack([annotators.tau(values), annotators.rho(values)], axis=2)
    partner = ~annotators.constant[None, :] & ~np.eye(len(values), dtype=bool)
    counts = partner.sum(axis=1)
    totals = np.where(partner[:, :, None], pairs, 0.0).sum(axis=1)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(counts > 0, totals.T / np.maximum(counts, 1), np.nan).T)


def _with_mean(judge: Judge, values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return tau and rho (U, 2) of each annotator with the mean of the others."""
    found = np.full((len(values), 2), np.nan)
    for user in np.flatnonzero(np.ptp(values, axis=1) > 0):
        others = np.delete(values, user, axis=0).mean(axis=0, keepdims=True)
        found[user] = judge.correlate(values[[user]], annotators=Annotators(others))[0]
    return found


def ceiling_scores(judge: Judge) -> npt.NDArray[np.float64]:
    """Return the mean annotation of each sample (1, T): about the best that one vector can do.

    Raises:
        DataError: the video has no annotations.
    """
    values = judge.sample_annotations
    if values is None or len(values) == 0:
        raise DataError(f"{judge.record.key}: the file has no annotations; join it with some")
    return np.asarray(values.mean(axis=0, keepdims=True))
