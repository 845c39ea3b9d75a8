"""Join of files that describe the same videos, by their names, else by their lengths.

It lets anyone evaluate any backbone on the original videos: features of ``vidgist features``,
annotations of the original release, shots of a file of the field.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from vidgist.datasets.annotations import (
    Annotation,
    is_tvsum_text,
    read_summe,
    read_tvsum,
    read_tvsum_text,
)
from vidgist.datasets.eccv16 import Dataset
from vidgist.datasets.highlights import read_qvhighlights, read_youtube_highlights
from vidgist.datasets.mr_hisum import is_mr_hisum, read_mr_hisum
from vidgist.datasets.names import VIDEO_SUFFIX, plain_name
from vidgist.datasets.record import VideoRecord
from vidgist.errors import DataError
from vidgist.evaluation.keyshots import keyshot_summaries
from vidgist.system.file_kind import HDF5, JSON, UNKNOWN, first_bytes, kind_of_bytes
from vidgist.types import Shots

MAX_EXTRA = 0.01
"""Decoders differ in the last frames of a video; a larger share means that it is another video."""

T = TypeVar("T")


def read_annotations(path: str | os.PathLike[str]) -> dict[str, Annotation]:
    """Read original annotations, recognized by their content.

    Args:
        path: TVSum's ``ydata-tvsum50.mat`` or ``ydata-tvsum50-anno.tsv``; SumMe's folder ``GT`` or
            a file of it; a folder of YouTube Highlights; a file of QVHighlights (JSON lines);
            ``mr_hisum.h5``, with ``metadata.csv`` beside it for the names of its videos.

    Raises:
        DataError: it is none of these, or damaged.
    """
    path = Path(path)
    if path.is_dir():
        return read_youtube_highlights(path) or read_summe(path)
    head = first_bytes(path)
    kind = kind_of_bytes(head)
    if kind == JSON:
        return read_qvhighlights(path)
    if kind == UNKNOWN and is_tvsum_text(head.decode("utf-8", "replace").lstrip("\ufeff")):
        return read_tvsum_text(path)
    if kind == HDF5:
        return read_mr_hisum(path) if is_mr_hisum(path) else read_tvsum(path)
    return read_summe(path)


def find_partner(
    name: str,
    n_frames: int | None,
    candidates: Mapping[str, T],
    frames_of: Callable[[T], int | None],
) -> T | None:
    """Return the candidate that is the video of this name, or None.

    A name must be the same, or the only one that differs in nothing but case, spaces, underscores
    and suffix. A video without a name is found by its number of frames, if only one has it.

    Args:
        name: of the video, "" where unknown.
        n_frames: of the video, None where unknown.
        candidates: name -> candidate.
        frames_of: returns a candidate's number of frames, None where unknown.
    """
    exact = VIDEO_SUFFIX.sub("", re.split(r"[/\\]", name)[-1])
    for known in (name, exact):
        if known and known in candidates:
            return candidates[known]
    if name:
        same = [c for n, c in candidates.items() if plain_name(n) == plain_name(name)]
    elif n_frames is not None:
        same = [c for c in candidates.values() if frames_of(c) == n_frames]
    else:
        same = []
    return same[0] if len(same) == 1 else None


def _fit(values: npt.NDArray[Any], n_frames: int, name: str) -> npt.NDArray[Any]:
    """Cut or pad (U, N') to (U, N) at the end."""
    extra = n_frames - values.shape[1]
    if abs(extra) > MAX_EXTRA * values.shape[1]:
        raise DataError(
            f"{name}: has {n_frames} frames, but {values.shape[1]} were annotated; "
            "is it the same video at the same frame rate?"
        )
    return np.pad(values, ((0, 0), (0, extra)), mode="edge") if extra > 0 else values[:, :n_frames]


def annotate(record: VideoRecord, annotation: Annotation) -> VideoRecord:
    """Return the record with the annotations of its video, at its own samples and frames.

    TVSum's scores become ``user_scores`` at the picks and, where the record has shots, the
    ``user_summary`` that the field derives from them: for each annotator the knapsack over the
    shots' mean scores. SumMe's choices are the ``user_summary`` as they are. Labels of clips become
    ``user_scores``: those of the clip whose middle is nearest to a sample.

    Raises:
        DataError: the video has another number of frames than was annotated.
    """
    label = annotation.name
    if annotation.clips is not None:
        return _annotate_clips(record, annotation)
    n_frames = annotation.n_frames if record.n_frames is None else record.n_frames
    assert n_frames is not None  # what is annotated by frame has a number of them
    record = replace(
        record,
        name=record.name or label,
        n_frames=n_frames,
        frame_rate=record.frame_rate or annotation.frame_rate,
    )
    picks = record.sample_picks
    if picks is None:
        raise DataError(
            f"{label}: its features have {record.n_samples} samples of {n_frames} frames, and no "
            "'picks' to say which; extract them with vidgist features"
        )
    record = replace(record, picks=picks)
    if annotation.frame_summary is not None:
        summary = _fit(annotation.frame_summary, n_frames, label)
        record = replace(record, user_summary=summary, gtscore=summary[:, picks].mean(axis=0))
    if annotation.frame_scores is not None:
        scores = _fit(annotation.frame_scores, n_frames, label)
        record = replace(
            record,
            frame_scores=scores,
            user_scores=scores[:, picks].astype(np.float64),
            gtscore=scores[:, picks].mean(axis=0) / 5.0,
        )
        if record.shots is not None:
            summary = keyshot_summaries(
                scores,
                picks=np.arange(n_frames),
                n_frames=n_frames,
                frames=record.shots.frames,
            )
            record = replace(record, user_summary=summary)
    return record


def _annotate_clips(record: VideoRecord, annotation: Annotation) -> VideoRecord:
    """Return the record with the labels of clips at its samples."""
    clips, scores = annotation.clips, annotation.clip_scores
    assert clips is not None
    assert scores is not None
    label, middles = annotation.name, clips.pieces.mean(axis=1)
    rate = 1.0 if clips.unit == "frames" else record.frame_rate
    end = float(clips.pieces[:, 1].max())
    if record.n_samples == len(middles) and record.picks is None:  # a sample is a clip
        if rate is None:
            rate = len(middles) / end
            record = replace(record, frame_rate=rate)
        n_frames = record.n_frames or int(np.ceil(end * rate))
        picks = np.minimum(np.floor(middles * rate).astype(np.int64), n_frames - 1)
        record = replace(record, n_frames=n_frames, picks=picks)
    else:
        picks = record.sample_picks
        if clips.unit == "seconds" and record.times is not None:
            places = record.times
        elif picks is not None and rate is not None:
            places = picks / rate
        else:
            raise DataError(
                f"{label}: its file does not say when its samples are shown ('times', or 'picks' "
                "and the attribute 'fps'); extract them with vidgist features"
            )
        longest = float(np.diff(clips.pieces).max())
        if not end - 2 * longest <= places[-1] <= end + longest:
            raise DataError(
                f"{label}: its samples end at {places[-1]:g} {clips.unit}, but its clips at "
                f"{end:g}; is it the same video at the same frame rate?"
            )
        between = (middles[1:] + middles[:-1]) / 2
        scores = scores[:, np.searchsorted(between, places, side="right")]
    return replace(
        record, name=record.name or label, user_scores=scores, gtscore=scores.mean(axis=0)
    )


def fill(record: VideoRecord, other: VideoRecord) -> VideoRecord:
    """Fill the missing fields of a record from another record of the same video.

    Raises:
        DataError: the two do not agree on the number of samples or frames.
    """
    for name, mine, its in (
        ("samples", record.n_samples, other.n_samples),
        ("frames", record.n_frames, other.n_frames),
    ):
        if mine is not None and its is not None and mine != its:
            raise DataError(
                f"{record.name or record.key}: has {mine} {name} in one file and {its} in the "
                "other; extract the features at the same picks"
            )
    lacking = {
        name: getattr(other, name)
        for name, value in vars(record).items()
        if name not in ("key", "attributes") and (value is None or (name == "name" and not value))
    }
    return replace(record, **lacking)


def with_features_of(features: Dataset, annotated: Dataset) -> Iterator[VideoRecord]:
    """Yield an annotated data set's videos with the features of another file."""
    names = {r.name: r.key for r in features.records(fields=("video_name",)) if r.name}
    for record in annotated:
        key = names.get(record.name, record.key if record.key in features else "")
        bare = replace(record, features=None)
        if not key:
            yield bare
            continue
        theirs = features.read(key, fields=("features", "picks", "video_name"))
        attributes = {**record.attributes, **theirs.attributes}
        yield replace(fill(replace(theirs, attributes=attributes), bare), key=record.key)


def join(
    records: Iterable[VideoRecord],
    *,
    annotations: Mapping[str, Annotation] | None = None,
    shots_from: Dataset | None = None,
) -> Iterator[VideoRecord]:
    """Join videos with their annotations, and with the shots of a file of the field.

    Args:
        records: such as those of a file that ``vidgist features`` wrote.
        annotations: name -> annotation, of `read_annotations`.
        shots_from: a file with ``change_points`` of the same videos.

    Yields:
        The records that were annotated, under their own keys; the others are left out.

    Raises:
        DataError: a video has another number of frames than was annotated or cut into shots.
    """
    cut = {}
    if shots_from is not None:
        fields = ("video_name", "n_frames", "change_points", "picks")
        cut = {r.name or r.key: r for r in shots_from.records(fields=fields)}
    by_key = {r.key: r for r in cut.values()}
    for bare in records:
        record = bare
        if not bare.name and bare.n_frames is None:
            record = _known_by_key(bare, by_key.get(bare.key))
        joined = record
        partner = find_partner(record.name, record.n_frames, cut, lambda r: r.n_frames)
        if partner is not None and partner.shots is not None:
            shots = partner.shots
            if record.n_frames is not None:
                shots = _fit_shots(shots, record.n_frames, record.name or record.key)
            joined = replace(joined, shots=shots)
        if annotations is not None:
            own = record.name or (record.key if record.key in annotations else "")
            annotation = find_partner(own, record.n_frames, annotations, lambda a: a.n_frames)
            if annotation is None:
                continue
            joined = annotate(joined, annotation)
        yield joined


def _known_by_key(record: VideoRecord, same: VideoRecord | None) -> VideoRecord:
    """Take name, frames and picks from the video of the same key, if it has as many samples."""
    if same is None or same.n_samples != record.n_samples:
        return record
    return replace(
        record,
        name=same.name or same.key,
        n_frames=same.n_frames,
        picks=same.sample_picks if record.picks is None else record.picks,
    )


def _fit_shots(shots: Shots, n_frames: int, name: str) -> Shots:
    frames = shots.frames.copy()
    end = int(frames[-1, 1])
    if abs(n_frames - end) > MAX_EXTRA * end or n_frames <= int(frames[-1, 0]):
        raise DataError(
            f"{name}: has {n_frames} frames, but its shots end at {end}; "
            "is it the same video at the same frame rate?"
        )
    frames[-1, 1] = n_frames
    return Shots(frames=frames)
