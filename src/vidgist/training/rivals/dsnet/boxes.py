"""Segments in time: their overlap, how detections become segments, and segments scores."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from vidgist.types import Floats

Booleans = npt.NDArray[np.bool_]


def segments_of(keyshots: Booleans) -> Floats:
    """Return the runs of True in (T,) as half-open segments (S, 2).

    >>> segments_of(np.array([0, 1, 1, 0, 1], dtype=bool)).tolist()
    [[1.0, 3.0], [4.0, 5.0]]
    """
    edges = np.diff(np.concatenate([[0], np.asarray(keyshots, dtype=np.int8), [0]]))
    return np.stack([np.flatnonzero(edges > 0), np.flatnonzero(edges < 0)], axis=1).astype(float)


def overlaps(boxes: Floats, others: Floats) -> Floats:
    """Return the intersection over union (B, S) of segments (B, 2) and (S, 2)."""
    first = np.maximum(boxes[:, None, 0], others[None, :, 0])
    last = np.minimum(boxes[:, None, 1], others[None, :, 1])
    both = np.maximum(last - first, 0)
    lengths = (boxes[:, 1] - boxes[:, 0])[:, None] + (others[:, 1] - others[:, 0])[None]
    return np.asarray(both / np.maximum(lengths - both, 1e-12))


def anchor_boxes(count: int, widths: Sequence[int]) -> Floats:
    """Return the anchors (T x W, 2) of T samples: of each sample, one of each width around it."""
    centers = np.repeat(np.arange(count, dtype=np.float64), len(widths))
    halves = np.tile(np.asarray(widths, dtype=np.float64), count) / 2
    return np.stack([centers - halves, centers + halves], axis=1)


def encode_anchors(segments: Floats, anchors: Floats) -> Floats:
    """Return the offsets (B, 2) that turn anchors into segments: of centers, of log widths."""
    center, width = segments.mean(axis=1), np.diff(segments, axis=1)[:, 0]
    own_center, own_width = anchors.mean(axis=1), np.diff(anchors, axis=1)[:, 0]
    return np.stack([(center - own_center) / own_width, np.log(width / own_width)], axis=1)


def decode_anchors(offsets: Floats, widths: Sequence[int]) -> Floats:
    """Return the segments (T x W, 2) that offsets (T, W, 2) make of the anchors."""
    anchors = anchor_boxes(len(offsets), widths)
    moved = np.asarray(offsets, dtype=np.float64).reshape(-1, 2)
    own_width = np.diff(anchors, axis=1)[:, 0]
    center = anchors.mean(axis=1) + moved[:, 0] * own_width
    half = own_width * np.exp(np.minimum(moved[:, 1], 30.0)) / 2
    return np.stack([center - half, center + half], axis=1)


def decode_distances(logarithms: Floats) -> Floats:
    """Return the segments (T, 2) that begin and end the exp of these before and after a sample."""
    distances = np.exp(np.minimum(np.asarray(logarithms, dtype=np.float64), 30.0))
    places = np.arange(len(distances))
    return np.stack([places - distances[:, 0], places + distances[:, 1] + 1], axis=1)


def strongest(boxes: Floats, confidence: Floats, *, overlap: float) -> npt.NDArray[np.int64]:
    """Return the segments that stay, strongest first: none overlaps a stronger one so much.

    Args:
        boxes: (B, 2).
        confidence: (B,).
        overlap: intersection over union from which on a segment is dropped.
    """
    by_start = np.argsort(boxes[:, 0], kind="stable")
    starts = boxes[by_start, 0]
    longest = float(np.diff(boxes, axis=1).max(initial=0.0))
    alive = np.ones(len(boxes), dtype=bool)
    kept = []
    for index in np.argsort(-confidence, kind="stable"):
        if not alive[index]:
            continue
        kept.append(index)
        # Only what begins near enough can meet it.
        first, last = np.searchsorted(starts, [boxes[index, 0] - longest, boxes[index, 1]])
        near = by_start[first:last]
        near = near[alive[near]]
        alive[near[overlaps(boxes[near], boxes[[index]])[:, 0] >= overlap]] = False
        alive[index] = False
    return np.array(kept, dtype=np.int64)


def segment_scores(boxes: Floats, confidence: Floats, count: int, *, overlap: float) -> Floats:
    """Return of T samples the largest confidence of the segments that stay and cover it, else 0.

    Args:
        boxes: (B, 2), which are clipped to the video and rounded.
        confidence: (B,).
        count: T.
        overlap: see `strongest`.
    """
    whole = np.rint(np.clip(boxes, 0, count))
    sound = np.flatnonzero(whole[:, 1] > whole[:, 0])
    whole, confidence = whole[sound], confidence[sound]
    scores = np.zeros(count)
    for index in strongest(whole, confidence, overlap=overlap)[::-1]:
        start, stop = whole[index].astype(int)
        scores[start:stop] = confidence[index]
    return scores
