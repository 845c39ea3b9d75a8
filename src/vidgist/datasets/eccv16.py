"""Reader of the field's HDF5 layout (Zhang et al., ECCV 2016): one group a video.

A group holds any of ``features`` (T, D), ``picks`` (T,), ``n_frames``, ``n_steps``,
``change_points`` (S, 2) with the first and the last frame of each shot, ``n_frame_per_seg`` (S,),
``gtscore`` (T,), ``gtsummary`` (T,), ``user_summary`` (U, N), ``user_scores`` (U, T) and
``video_name``.  vidgist adds ``times`` (T,) seconds and the attribute ``fps``, which other programs
ignore.  `vidgist.datasets.relatives` reads what Mr.HiSum and YouTube Highlights do otherwise.

Inside vidgist shots are half-open; the inclusive ``change_points`` exist in this file alone.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import numpy.typing as npt

from vidgist.datasets.hdf5 import (
    child,
    children,
    open_hdf5,
    read_array,
    read_attributes,
    read_text,
    where,
)
from vidgist.datasets.mr_hisum import names_beside
from vidgist.datasets.numbers import NUMBER, as_integers, finite, read_n_frames, read_picks
from vidgist.datasets.record import VideoRecord
from vidgist.datasets.relatives import (
    as_inclusive,
    samples_as_frames,
    with_clips,
    with_samples_as_frames,
)
from vidgist.errors import DataError
from vidgist.types import Shots

FIELDS = (
    "features",
    "picks",
    "times",
    "n_frames",
    "change_points",
    "n_frame_per_seg",
    "gtscore",
    "gtsummary",
    "user_summary",
    "user_scores",
    "video_name",
)
_MARKS = {*FIELDS, "n_steps"}


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """The videos of a file of the field's layout, each read on demand.

    Attributes:
        path: the file.
        keys: names of the videos' groups, in natural order (video_2 before video_10).
        attributes: of the file, for all its videos, such as the backbone.
        names: name of a video by its key, of a table beside the file (Mr.HiSum's).

    Example:
        >>> import tempfile
        >>> from vidgist.datasets import VideoRecord, open_dataset, write_dataset
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     records = [VideoRecord(key=f"video_{i}", features=np.ones((3, 8))) for i in (1, 2)]
        ...     write_dataset(f"{folder}/data.h5", records)
        ...     for video in open_dataset(f"{folder}/data.h5"):
        ...         print(video.key, video.features.shape)
        video_1 (3, 8)
        video_2 (3, 8)
    """

    path: Path
    keys: tuple[str, ...]
    attributes: Mapping[str, str | float] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.keys)

    def __contains__(self, key: object) -> bool:
        return key in self.keys

    def __getitem__(self, key: str) -> VideoRecord:
        """Read one video, see `read`."""
        return self.read(key)

    def __iter__(self) -> Iterator[VideoRecord]:
        """Read one video after the other."""
        return self.records()

    def read(self, key: str, *, fields: Iterable[str] = FIELDS) -> VideoRecord:
        """Read one video, or only the named fields of it.

        Raises:
            DataError: there is no such video, or a field of it is wrong or damaged.
        """
        return next(self.records(keys=(key,), fields=fields))

    def records(
        self, *, keys: Iterable[str] | None = None, fields: Iterable[str] = FIELDS
    ) -> Iterator[VideoRecord]:
        """Read videos one after the other, so that only one is in memory.

        Args:
            keys: of the videos; default all.
            fields: of the file to read.

        Raises:
            DataError: there is no such video, or a field of it is wrong or damaged.
        """
        keys, fields = tuple(self.keys if keys is None else keys), tuple(fields)
        with open_hdf5(self.path) as file:
            for key in keys:
                group = child(file, key) if key in self.keys else None
                if not isinstance(group, h5py.Group):
                    raise DataError(
                        f"{self.path}: has no video '{key}'; it has {len(self)}: "
                        f"{', '.join(self.keys[:3])} ..."
                    )
                record = read_video(group, fields=fields)
                yield replace(
                    record,
                    name=record.name or self.names.get(key, ""),
                    attributes={**self.attributes, **record.attributes},
                )

    def features(self) -> Iterator[tuple[str, npt.NDArray[np.floating[Any]]]]:
        """Yield key and features (T, D) of every video that has some.

        Raises:
            DataError: the features of a video are damaged.
        """
        for record in self.records(fields=("features",)):
            if record.features is not None:
                yield record.key, record.features


def _natural(key: str) -> list[tuple[int, str]]:
    return [(int(p), "") if p.isdecimal() else (-1, p) for p in re.split(r"(\d{1,18})", key)]


def open_dataset(path: str | os.PathLike[str]) -> Dataset:
    """Open a file of the field's layout and list its videos, without reading them.

    Raises:
        DataError: the file is missing, of another kind, damaged, or holds no video.

    Example:
        >>> import tempfile
        >>> from vidgist.datasets import VideoRecord, write_dataset
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     write_dataset(f"{folder}/data.h5", [VideoRecord(key="video_1", n_frames=450)])
        ...     dataset = open_dataset(f"{folder}/data.h5")
        ...     dataset.keys, dataset["video_1"].n_frames
        (('video_1',), 450)
    """
    path = Path(path)
    with open_hdf5(path) as file:
        names = children(file)
        if "tvsum50" in names:
            raise DataError(
                f"{path}: holds TVSum's annotations, not videos in the field's layout; "
                "give it as annotations='FILE' beside a file with features"
            )
        keys = []
        for name in names:
            member = child(file, name)
            if isinstance(member, h5py.Group) and not _MARKS.isdisjoint(children(member)):
                keys.append(name)
        attributes = read_attributes(file)
    if not keys:
        raise DataError(
            f"{path}: is an HDF5 file, but none of its groups is a video with 'features', 'picks' "
            "or 'user_summary'; put each video's features (T, D) at VIDEO/features"
        )
    keys.sort(key=_natural)
    return Dataset(path=path, keys=tuple(keys), attributes=attributes, names=names_beside(path))


def read_video(group: h5py.Group, *, fields: Iterable[str] = FIELDS) -> VideoRecord:
    """Read one video's group.

    Args:
        group: an open group, see `vidgist.datasets.hdf5.open_hdf5`.
        fields: of the file to read; those that are missing are None.

    Raises:
        DataError: a field is not of the layout, contradicts another, or is damaged.
    """
    present = {name: m for name in fields if (m := child(group, name)) is not None}
    path = where(group)

    def array(
        name: str, *, kinds: str = NUMBER, shape: tuple[int | None, ...] = (None,)
    ) -> npt.NDArray[Any] | None:
        if name not in present:
            return None
        return finite(read_array(present[name], kinds=kinds, shape=shape), path, name)

    def numbers(name: str, length: int | None) -> npt.NDArray[np.float64] | None:
        values = array(name, shape=(length,))
        return None if values is None else values.astype(np.float64)

    alone = samples_as_frames(group)
    n_frames = read_n_frames(present, path) if alone is None else alone
    features = array("features", kinds="f", shape=(None, None))
    if features is not None and 0 in features.shape:
        raise DataError(f"{path}: features are empty, of shape {features.shape}; extract again")
    n_samples = None if features is None else len(features)
    if features is not None:
        _check_turned(features.shape, present, path)
    picks = read_picks(array("picks", shape=(n_samples,)), n_frames, path)
    n_samples = n_samples if picks is None else len(picks)
    user_summary = array("user_summary", shape=(None, n_frames))
    user_scores = array("user_scores", shape=(None, n_samples))
    attributes = read_attributes(group)
    fps = attributes.pop("fps", None)
    shots = array("change_points", shape=(None, 2))
    if alone is not None and shots is not None:
        shots = as_inclusive(shots, alone)
    record = VideoRecord(
        key=str(group.name).rsplit("/", 1)[-1],
        name=read_text(present["video_name"]) if "video_name" in present else "",
        features=features,
        picks=picks,
        times=numbers("times", n_samples),
        n_frames=n_frames,
        shots=_read_shots(shots, n_frames, path)
        or _shots_of_lengths(array("n_frame_per_seg"), n_frames, path),
        gtscore=numbers("gtscore", n_samples),
        gtsummary=numbers("gtsummary", n_samples),
        user_summary=None if user_summary is None else user_summary > 0,
        user_scores=None if user_scores is None else user_scores.astype(np.float64),
        frame_rate=fps if isinstance(fps, float) and fps > 0 else None,
        attributes=attributes,
    )
    if alone is not None:
        return with_samples_as_frames(record, group, alone)
    return with_clips(record, group, attributes)


def _check_turned(shape: tuple[int, ...], present: Mapping[str, Any], path: str) -> None:
    """Make sure that features are (T, D) and not turned round, by the length of another field.

    Raises:
        DataError: they are (D, T).
    """
    for name in ("picks", "gtscore", "gtsummary"):
        other: tuple[int, ...] = getattr(present.get(name), "shape", ())
        if len(other) == 1 and other[0] == shape[1] != shape[0]:
            raise DataError(
                f"{path}: 'features' are turned round: {shape} for the {shape[1]} samples of "
                f"'{name}'; write them as (samples, numbers), transposed"
            )


def _read_shots(values: npt.NDArray[Any] | None, n_frames: int | None, path: str) -> Shots | None:
    if values is None or len(values) == 0:
        return None
    frames = as_integers(values, path)
    frames[:, 1] += 1
    if (
        frames[0, 0] < 0
        or np.any(frames[:, 1] <= frames[:, 0])
        or np.any(frames[1:, 0] < frames[:-1, 1])
        or (n_frames is not None and frames[-1, 1] > n_frames)
    ):
        raise DataError(
            f"{path}: change_points must be the first and last frame of shots in order, "
            f"within the {n_frames} frames of the video"
        )
    return Shots(frames=frames)


def _shots_of_lengths(
    values: npt.NDArray[Any] | None, n_frames: int | None, path: str
) -> Shots | None:
    """Return contiguous shots from frame 0, from their lengths."""
    if values is None or len(values) == 0:
        return None
    lengths = as_integers(values, path)
    ends = np.cumsum(lengths)
    if lengths.min() < 1 or (n_frames is not None and ends[-1] != n_frames):
        raise DataError(
            f"{path}: n_frame_per_seg must be the frames of each shot, at least 1, and all of "
            f"the {n_frames} frames of the video together; correct it, or give change_points"
        )
    return Shots(frames=np.stack([ends - lengths, ends], axis=1))
