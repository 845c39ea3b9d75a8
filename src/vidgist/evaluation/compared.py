"""What a protocol compares with what: annotations and scores on the same places of a video."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from vidgist.datasets import VideoRecord
from vidgist.evaluation.keyshots import keyshot_summaries
from vidgist.evaluation.protocols import SEGMENT, Protocol
from vidgist.types import Shots

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

SECONDS = 2.0
"""Length of TVSum's annotated segments."""

FRAME_RATE = 30.0
"""Frames per second where a file does not say, as most of TVSum's videos have."""

_DECIMALS = 12
"""Digits that a mean keeps: those of equal numbers must stay equal, or ties would be ranked."""


@dataclass(frozen=True, kw_only=True)
class Compared:
    """Annotations of a video as a protocol sees them, and how scores get there.

    Attributes:
        annotations: (U, L) what scores are correlated with, before any mean over annotators.
        people: (U, L) what takes the place of scores in the row of an annotator.
        steps: (T,) frames for which each score stands, where scores are compared frame by frame.
        borders: (L + 1,) frames between which scores are averaged; None where they are not.
    """

    annotations: Floats
    people: Floats
    steps: Integers | None = None
    borders: Integers | None = None


def compared(
    record: VideoRecord,
    protocol: Protocol,
    *,
    metric: str,
    picks: npt.NDArray[np.integer],
    n_frames: int,
    shots: Shots | None,
) -> Compared | None:
    """Return what a protocol compares on a video; None where it has no such annotations.

    Args:
        record: with its annotations.
        protocol: as it is on the metric.
        metric: ``tvsum`` or ``summe``.
        picks: (T,) frame index of each sample.
        n_frames: N.
        shots: of the protocol, None where there are none.
    """
    own = "scores" if metric == "tvsum" and protocol.annotations == "own" else "summaries"
    # Whole summaries are compared from the first frame on, scores from the first sample on.
    first = 0 if protocol.compare == "summary" else int(picks[0])
    if protocol.at == "picks":
        values = _at_picks(record, own, picks)
        return None if values is None else Compared(annotations=values, people=values)
    values = _by_frame(record, own, picks, n_frames)
    if values is None:
        return None
    people = values
    if protocol.compare == "scores" and own == "summaries" and metric == "tvsum":
        scores = _by_frame(record, "scores", picks, n_frames)
        people = values if scores is None or len(scores) != len(values) else scores
    if protocol.at == "frames":
        return Compared(
            annotations=values[:, first:],
            people=people[:, first:],
            steps=np.diff(np.append(picks, n_frames)) if protocol.compare == "scores" else None,
        )
    borders = _borders(protocol, picks, n_frames, shots, record.frame_rate)
    if borders is None:
        return None
    averaged = means(values, borders)
    return Compared(annotations=averaged, people=averaged, borders=borders)


def _at_picks(record: VideoRecord, kind: str, picks: npt.NDArray[np.integer]) -> Floats | None:
    if kind == "scores":
        scores = record.user_scores
        return None if scores is None or len(scores) == 0 else scores
    summary = record.user_summary
    return None if summary is None or len(summary) == 0 else summary[:, picks].astype(np.float64)


def _by_frame(
    record: VideoRecord, kind: str, picks: npt.NDArray[np.integer], n_frames: int
) -> Floats | None:
    """Return annotations (U, N), scores as steps where the file has them at the picks alone."""
    if kind == "summaries":
        summary = record.user_summary
        return None if summary is None or len(summary) == 0 else summary.astype(np.float64)
    if record.frame_scores is not None:
        return record.frame_scores.astype(np.float64)
    scores = record.user_scores
    if scores is None or len(scores) == 0:
        return None
    steps = np.diff(np.append(picks, n_frames))
    steps[0] += picks[0]
    return np.repeat(scores, steps, axis=1)


def _borders(
    protocol: Protocol,
    picks: npt.NDArray[np.integer],
    n_frames: int,
    shots: Shots | None,
    frame_rate: float | None,
) -> Integers | None:
    """Return the frames (L + 1,) between which a protocol averages; a rest at the end counts."""
    if protocol.at == "runs":
        starts = picks
    elif protocol.at == "shots":
        if shots is None:
            return None
        starts = shots.frames[:, 0]
    else:
        length = SEGMENT if protocol.at == "segments" else SECONDS * (frame_rate or FRAME_RATE)
        count = int(np.ceil(n_frames / length - 1e-9))
        starts = np.round(np.arange(count) * length).astype(np.int64)
    inside = starts[starts < n_frames]
    return np.append(inside, n_frames).astype(np.int64)


def means(values: npt.NDArray[np.floating], borders: npt.NDArray[np.integer]) -> Floats:
    """Return the means (R, L) of values (R, N) between borders (L + 1,), equal ones equal.

    >>> means(np.array([[1.0, 3.0, 5.0]]), np.array([0, 2, 3])).tolist()
    [[2.0, 5.0]]
    """
    start = int(borders[0])
    sums = np.add.reduceat(values[:, start : int(borders[-1])], borders[:-1] - start, axis=1)
    return np.asarray(np.round(sums / np.diff(borders), _DECIMALS))


def score_means(
    scores: npt.NDArray[np.floating],
    picks: npt.NDArray[np.integer],
    n_frames: int,
    borders: npt.NDArray[np.integer],
) -> Floats:
    """Return the means (R, L) of scores (R, T), spread over frames as steps, between borders.

    Scores are scaled to a range of 1 first, which changes no rank, so that rounding finds ties.
    """
    steps = np.diff(np.append(picks, n_frames))
    steps[0] += picks[0]
    low = scores.min(axis=1, keepdims=True)
    span = np.ptp(scores, axis=1, keepdims=True)
    scaled = (scores - low) / np.where(span > 0, span, 1.0)
    return means(np.repeat(scaled, steps, axis=1), borders)


def shots_of(record: VideoRecord, protocol: Protocol) -> Shots | None:
    """Return the shots that a protocol uses: the record's, or these in random order.

    The order is the same in every run, and does not depend on the other videos.
    """
    shots = record.shots
    if shots is None or protocol.shots == "official":
        return shots
    rng = np.random.default_rng(zlib.crc32(f"{record.key} shots".encode()))
    lengths = rng.permutation(shots.lengths)
    edges = int(shots.frames[0, 0]) + np.append(0, np.cumsum(lengths))
    return Shots(frames=np.stack([edges[:-1], edges[1:]], axis=1))


def references_of(
    record: VideoRecord,
    protocol: Protocol,
    *,
    metric: str,
    picks: npt.NDArray[np.integer],
    n_frames: int,
    shots: Shots | None,
) -> npt.NDArray[np.bool_] | None:
    """Return the users' summaries (U, N) that F1 is measured with.

    Where they are rebuilt, it is from the annotators' scores, and so on TVSum alone.
    """
    if protocol.references == "released" or metric != "tvsum" or shots is None:
        return record.user_summary
    values, places = record.user_scores, picks
    if record.frame_scores is not None:
        values, places = record.frame_scores.astype(np.float64), np.arange(n_frames)
    if values is None or len(values) == 0:
        return record.user_summary
    return summaries_by(protocol, values, picks=places, n_frames=n_frames, shots=shots)


def summaries_by(
    protocol: Protocol,
    scores: npt.NDArray[np.floating],
    *,
    picks: npt.NDArray[np.integer],
    n_frames: int,
    shots: Shots,
) -> npt.NDArray[np.bool_]:
    """Return the keyshot summaries (R, N) of scores (R, T) by the rules of a protocol."""
    return keyshot_summaries(
        scores,
        picks=picks,
        n_frames=n_frames,
        frames=shots.frames,
        integer_values=protocol.integer_values,
        budget=protocol.budget,
        budget_of=int(shots.frames[-1, 1]) if protocol.budget_of == "shots" else n_frames,
        select=protocol.select,
    )
