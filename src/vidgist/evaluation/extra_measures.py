"""Measures that some protocols print beside tau, rho and F1, by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from vidgist.criteria.gram import unit_rows
from vidgist.datasets import VideoRecord
from vidgist.evaluation.compared import FRAME_RATE
from vidgist.evaluation.highlights import (
    CLIP,
    above_median,
    average_precision,
    best_share,
    clip_means,
    diversity,
    top_precision,
)

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class JudgedScores:
    """One score vector of a video, with what it is judged by.

    Attributes:
        record: the video.
        picks: (T,) frame index of each sample.
        scores: (T,) one a sample, or (L,) one a place that the protocol compares; see `places`.
        places: (L,) the scores where the protocol compares them, None where it has no annotations.
        annotations: (U, T) at the samples, None where there are none.
        at_places: (U, L) where the protocol compares them.
        summary: (N,) the keyshot summary, None without shots.
    """

    record: VideoRecord
    picks: npt.NDArray[np.integer]
    scores: Floats | None
    places: Floats | None
    annotations: Floats | None
    at_places: Floats | None
    summary: npt.NDArray[np.bool_] | None


def _clip_precision(share: float) -> Callable[[JudgedScores], float]:
    def measure(scored: JudgedScores) -> float:
        if scored.annotations is None or scored.scores is None:
            return float("nan")
        step = float(np.median(np.diff(scored.picks))) if len(scored.picks) > 1 else 1.0
        rate = scored.record.frame_rate or FRAME_RATE
        samples = max(1, round(CLIP * rate / step))
        annotation = scored.annotations.mean(axis=0, keepdims=True)
        labels = best_share(clip_means(annotation, samples)[0], share)
        return average_precision(clip_means(scored.scores[None], samples)[0], labels)

    return measure


def _precision(scored: JudgedScores) -> float:
    """Return the AP where highlights are labels over 0, or annotations over their median."""
    if scored.places is None or scored.at_places is None:
        return float("nan")
    annotation = scored.at_places.mean(axis=0)
    labels = annotation > 0 if annotation.min() <= 0 else above_median(annotation)
    return average_precision(scored.places, labels)


def _printed_precision(scored: JudgedScores) -> float:
    """Return the AP by the trapezoid rule, highlights being labels over 0; 0 where there is none.

    So it is in the code released with UMT (Liu et al., CVPR 2022) and its successors.
    """
    if scored.places is None or scored.at_places is None:
        return float("nan")
    labels = scored.at_places.mean(axis=0) > 0
    return top_precision(scored.places, labels, top=len(labels))


def _top_precision(scored: JudgedScores) -> float:
    if scored.places is None or scored.at_places is None:
        return float("nan")
    each = [top_precision(scored.places, above_median(row)) for row in scored.at_places]
    return float(np.mean(each))


def _diversity(scored: JudgedScores) -> float:
    features = scored.record.features
    if features is None or scored.summary is None:
        return float("nan")
    return diversity(unit_rows(features), scored.summary[scored.picks])


EXTRA_MEASURES: dict[str, Callable[[JudgedScores], float]] = {
    "ap": _precision,
    "ap_trapezoid": _printed_precision,
    "ap50": _clip_precision(0.50),
    "ap15": _clip_precision(0.15),
    "top5": _top_precision,
    "diversity": _diversity,
}
"""Name of a measure -> the function that measures one score vector; NaN where it cannot."""
