"""Data sets of other layouts: highlights, and features of TVSum and SumMe at other samples."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import h5py
import numpy as np

from vidgist.datasets import Dataset, VideoRecord, open_dataset
from vidgist.datasets.hdf5 import child, children, open_hdf5, read_array, read_attributes
from vidgist.errors import DataError
from vidgist.evaluation.compared import SECONDS
from vidgist.evaluation.segmentation import kts_shots
from vidgist.paper.library import Library

FEWEST = 20
"""Clips of a video of highlights, for a summary of 15% to be a choice."""


def summe_file(library: Library) -> Path | None:
    """Return the file with features of SumMe at picks of its own, None where there is none."""
    known = library.annotated.get("summe", [])
    others = (path for path in library.find("summe") if path not in known)
    return next((path for path in others if _holds(path, "picks", "relative")), None)


def highlights_file(library: Library) -> Path | None:
    """Return the file of YouTube Highlights, None where there is none."""
    paths = library.find("highlights")
    return next((path for path in paths if _holds(path, "clip", "match")), None)


def segments_file(library: Library) -> Path | None:
    """Return the file of TVSum by segments of two seconds, None where there is none."""
    known = library.annotated.get("tvsum", [])
    others = (path for path in library.find("tvsum") if path not in known)
    return next((p for p in others if _holds(p, "features", "user_scores")), None)


def _holds(path: Path, *names: str) -> bool:
    """Tell whether the first group of a file has members of these names."""
    try:
        with open_hdf5(path) as file:
            group = child(file, children(file)[0])
            return isinstance(group, h5py.Group) and set(names) <= set(children(group))
    except (DataError, IndexError):
        return False


def _groups(path: Path) -> Iterator[h5py.Group]:
    with open_hdf5(path) as file:
        for name in sorted(children(file)):
            group = child(file, name)
            if isinstance(group, h5py.Group):
                yield group


def summe(features: Path, annotated: Path) -> Iterator[VideoRecord]:
    """Yield SumMe's videos with the features of one file and the annotations of another.

    Args:
        features: a group a video, by its name, with ``picks`` (T,) and ``relative`` (T, D), vectors
            of length 1 with the cosines of the features.
        annotated: a file in the field's layout.

    Raises:
        DataError: a file is damaged.
    """
    by_name = {record.name.replace("_", " "): record for record in open_dataset(annotated)}
    for group in _groups(features):
        name = str(group.name).strip("/")
        record = by_name.get(name.replace("_", " "))
        picks = read_array(child(group, "picks"), kinds="iu", shape=(None,))
        if record is None or record.n_frames is None:
            continue
        values = read_array(child(group, "relative"), kinds="f", shape=(None, None))
        inside = picks < record.n_frames
        yield replace(
            record,
            key=name,
            features=values[inside].astype(np.float32),
            picks=picks[inside].astype(np.int64),
            times=None,
            gtscore=None,
            gtsummary=None,
        )


def segments(path: Path, annotated: Dataset | None = None) -> Iterator[VideoRecord]:
    """Yield TVSum's videos by the segments of two seconds in which they were annotated.

    Args:
        path: a group a video, by its name, with ``features`` (T, D) and ``user_scores`` (U, T), and
            the attributes ``fps`` and ``n_frames``; segment i is shown from 2 i seconds on.
        annotated: a file in the field's layout, whose keys the videos get.

    Raises:
        DataError: the file is damaged.
    """
    keys = {}
    if annotated is not None:
        keys = {r.name: r.key for r in annotated.records(fields=("video_name",)) if r.name}
    for record in open_dataset(path):
        rate = record.frame_rate
        count = record.n_samples
        if rate is None or count is None:
            raise DataError(f"{path}: {record.key}: has no 'fps' or no 'features'")
        picks = np.floor(np.arange(count) * SECONDS * rate).astype(np.int64)
        n_frames = max(int(record.attributes.get("n_frames", 0)), int(picks[-1]) + 1)
        key = keys.get(record.key, record.key)
        yield replace(record, key=key, name=record.key, picks=picks, n_frames=n_frames)


def highlights(path: Path) -> Iterator[VideoRecord]:
    """Yield the videos of YouTube Highlights whose labels tell 20 clips or more apart.

    A sample is a clip of some seconds, shown at its beginning; its label (1, 0 or -1) stands as the
    only annotator's score. Shots are those of our own segmentation.

    Args:
        path: a group a video with ``clip`` (T, 2) first and last frame, ``features`` (T, D) and
            ``match`` (T,), and an attribute ``fps``.

    Raises:
        DataError: the file is damaged.
    """
    for group in _groups(path):
        clips = read_array(child(group, "clip"), kinds="fiu", shape=(None, 2))
        labels = read_array(child(group, "match"), kinds="iuf", shape=(None,)).astype(np.float64)
        if len(clips) < FEWEST or np.ptp(labels) == 0:
            continue
        order = np.argsort(clips[:, 0], kind="stable")
        picks = clips[order, 0].astype(np.int64)
        values = read_array(child(group, "features"), kinds="f", shape=(None, None))
        record = VideoRecord(
            key=str(group.name).strip("/"),
            features=values[order].astype(np.float32),
            picks=picks,
            n_frames=int(picks[-1] + max(1, np.median(np.diff(picks)))),
            user_scores=labels[order][None],
            frame_rate=float(read_attributes(group).get("fps", 0)) or None,
        )
        yield replace(record, shots=kts_shots(record))
