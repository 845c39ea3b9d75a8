"""The field's HDF5 layout (Zhang et al., ECCV 2016): one group a video, read and written.

A group holds any of ``features`` (T, D), ``picks`` (T,), ``n_frames``, ``n_steps``,
``change_points`` (S, 2) with the first and the last frame of each shot, ``n_frame_per_seg`` (S,),
``gtscore`` (T,), ``gtsummary`` (T,), ``user_summary`` (U, N), ``user_scores`` (U, T) and
``video_name``.  Two more are written of a raw video and ignored by others: ``times`` (T,) seconds,
and the attribute ``fps``.

Inside vidgist shots are half-open; the inclusive ``change_points`` exist in this file alone.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
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
from vidgist.datasets.numbers import NUMBER, finite, read_n_frames, read_picks, whole
from vidgist.datasets.record import VideoRecord
from vidgist.errors import DataError, OutputError
from vidgist.system.files import reserve, whole_file
from vidgist.types import Shots

__all__ = [
    "Dataset",
    "append_videos",
    "next_key",
    "open_dataset",
    "read_video",
    "write_dataset",
    "write_video",
]

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
    """A file of the field's layout: which videos it holds; each is read when it is asked for.

    Attributes:
        path: the file.
        keys: names of the videos' groups, in natural order (video_2 before video_10).
        attributes: what the file says of all its videos, such as the backbone.
    """

    path: Path
    keys: tuple[str, ...]
    attributes: Mapping[str, str | float] = field(default_factory=dict)

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
        """Read one video; of the fields of the file only those named.

        Raises:
            DataError: there is no such video, or a field of it is wrong or damaged.
        """
        return next(self.records(keys=(key,), fields=fields))

    def records(
        self, *, keys: Iterable[str] | None = None, fields: Iterable[str] = FIELDS
    ) -> Iterator[VideoRecord]:
        """Read videos one after the other, so that only one is in memory.

        Args:
            keys: which; default all.
            fields: which fields of the file to read.

        Raises:
            DataError: there is no such video, or a field of it is wrong or damaged.
        """
        wanted, fields = tuple(self.keys if keys is None else keys), tuple(fields)
        with open_hdf5(self.path) as file:
            for key in wanted:
                group = child(file, key) if key in self.keys else None
                if not isinstance(group, h5py.Group):
                    raise DataError(
                        f"{self.path}: has no video '{key}'; it has {len(self)}: "
                        f"{', '.join(self.keys[:3])} ..."
                    )
                record = read_video(group, fields=fields)
                yield replace(record, attributes={**self.attributes, **record.attributes})


def _natural(key: str) -> list[tuple[int, str]]:
    return [(int(p), "") if p.isdecimal() else (-1, p) for p in re.split(r"(\d{1,18})", key)]


def open_dataset(path: str | os.PathLike[str]) -> Dataset:
    """Open a file of the field's layout and list its videos, without reading them.

    Raises:
        DataError: the file is missing, of another kind, damaged, or holds no video.
    """
    path = Path(path)
    with open_hdf5(path) as file:
        names = children(file)
        if "tvsum50" in names:
            raise DataError(
                f"{path}: holds TVSum's annotations, not videos in the field's layout; "
                "give it as --annotations beside a file with features"
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
            "or 'user_summary'; give a file in the field's layout"
        )
    return Dataset(path=path, keys=tuple(sorted(keys, key=_natural)), attributes=attributes)


def read_video(group: h5py.Group, *, fields: Iterable[str] = FIELDS) -> VideoRecord:
    """Read one video's group.

    Args:
        group: an open group, see `vidgist.datasets.hdf5.open_hdf5`.
        fields: which fields of the file to read; those that are missing stay None.

    Raises:
        DataError: a field is not of the layout, contradicts another, or is damaged.
    """
    present = {name: m for name in fields if (m := child(group, name)) is not None}
    place = where(group)

    def array(
        name: str, kinds: str = NUMBER, ndim: int = 1, shape: tuple[int | None, ...] | None = None
    ) -> npt.NDArray[Any] | None:
        if name not in present:
            return None
        return finite(read_array(present[name], kinds=kinds, ndim=ndim, shape=shape), place)

    def numbers(name: str, length: int | None) -> npt.NDArray[np.float64] | None:
        values = array(name, shape=(length,))
        return None if values is None else values.astype(np.float64)

    n_frames = read_n_frames(present, place)
    features = array("features", kinds="f", ndim=2)
    if features is not None and 0 in features.shape:
        raise DataError(f"{place}: features are empty, of shape {features.shape}; extract again")
    n_samples = None if features is None else len(features)
    picks = read_picks(array("picks", shape=(n_samples,)), n_frames, place)
    n_samples = n_samples if picks is None else len(picks)
    user_summary = array("user_summary", ndim=2, shape=(None, n_frames))
    user_scores = array("user_scores", ndim=2, shape=(None, n_samples))
    attributes = read_attributes(group)
    fps = attributes.pop("fps", None)
    return VideoRecord(
        key=str(group.name).rsplit("/", 1)[-1],
        name=read_text(present["video_name"]) if "video_name" in present else "",
        features=features,
        picks=picks,
        times=numbers("times", n_samples),
        n_frames=n_frames,
        shots=_read_shots(array("change_points", ndim=2, shape=(None, 2)), n_frames, place)
        or _shots_of_lengths(array("n_frame_per_seg"), n_frames, place),
        gtscore=numbers("gtscore", n_samples),
        gtsummary=numbers("gtsummary", n_samples),
        user_summary=None if user_summary is None else user_summary > 0,
        user_scores=None if user_scores is None else user_scores.astype(np.float64),
        frame_rate=fps if isinstance(fps, float) and fps > 0 else None,
        attributes=attributes,
    )


def _read_shots(values: npt.NDArray[Any] | None, n_frames: int | None, place: str) -> Shots | None:
    if values is None or len(values) == 0:
        return None
    frames = whole(values, place)
    frames[:, 1] += 1
    if (
        frames[0, 0] < 0
        or np.any(frames[:, 1] <= frames[:, 0])
        or np.any(frames[1:, 0] < frames[:-1, 1])
        or (n_frames is not None and frames[-1, 1] > n_frames)
    ):
        raise DataError(
            f"{place}: change_points must be the first and last frame of shots in order, "
            f"within the {n_frames} frames of the video"
        )
    return Shots(frames=frames)


def _shots_of_lengths(
    values: npt.NDArray[Any] | None, n_frames: int | None, place: str
) -> Shots | None:
    """Return shots that follow each other from frame 0 on, where only their lengths are known."""
    if values is None or len(values) == 0:
        return None
    lengths = whole(values, place)
    ends = np.cumsum(lengths)
    if lengths.min() < 1 or (n_frames is not None and ends[-1] != n_frames):
        raise DataError(
            f"{place}: n_frame_per_seg must be the frames of each shot, at least 1, and all of "
            f"the {n_frames} frames of the video together; correct it, or give change_points"
        )
    return Shots(frames=np.stack([ends - lengths, ends], axis=1))


def write_video(group: h5py.Group, record: VideoRecord) -> None:
    """Write all that is known of a video into an empty group.

    Features keep their float type and are stored plainly; the rest is small or compresses well.
    """
    plain: dict[str, Any] = {
        "features": record.features,
        "picks": record.picks,
        "times": record.times,
        "gtscore": record.gtscore,
        "gtsummary": record.gtsummary,
        "n_frames": record.n_frames,
        "n_steps": record.n_samples,
    }
    if record.shots is not None:
        frames = np.asarray(record.shots.frames, dtype=np.int64)
        plain["change_points"] = frames - np.array([0, 1])
        plain["n_frame_per_seg"] = record.shots.lengths
    for name, value in plain.items():
        if value is not None:
            group.create_dataset(name, data=value)
    users = {"user_summary": record.user_summary, "user_scores": record.user_scores}
    for name, values in users.items():
        if values is not None and values.size:
            stored = values.astype(np.uint8) if values.dtype == np.bool_ else values
            group.create_dataset(name, data=stored, compression="gzip", compression_opts=4)
    if record.name:
        raw = record.name.encode("utf-8", "surrogateescape")
        kind = h5py.string_dtype("utf-8", length=len(raw))
        group.create_dataset("video_name", data=np.array(raw, dtype=kind))
    for name, attribute in record.attributes.items():
        group.attrs[name] = attribute
    if record.frame_rate is not None:
        group.attrs["fps"] = record.frame_rate


def next_key(keys: Iterable[str]) -> str:
    """Return the first ``video_N`` after all of those."""
    numbers = [int(m[1]) for k in keys if (m := re.fullmatch(r"video_(\d{1,9})", k))]
    return f"video_{max(numbers, default=0) + 1}"


_SPARE_BYTES = 1 << 18
"""More than HDF5 itself writes around the numbers of a video."""


def _bytes_of(record: VideoRecord) -> int:
    """Return more bytes than writing a video takes.

    HDF5 crashes when it closes a file on a disk that has become full, so it must not come to that.
    """
    values = (getattr(record, f.name) for f in fields(record))
    return _SPARE_BYTES + sum(v.nbytes for v in values if isinstance(v, np.ndarray))


def append_videos(
    path: str | os.PathLike[str],
    records: Iterable[VideoRecord],
    *,
    attributes: Mapping[str, str | float] | None = None,
    replace_same: bool = False,
) -> tuple[str, ...]:
    """Add videos to a file of the field's layout, or make the file; all of them or none.

    The file is written beside itself and renamed, so that it is whole at any moment.

    Args:
        path: the file.
        records: one or more; a record whose key is "" gets the next free ``video_N``.
        attributes: what holds of all videos of the file, such as the backbone.
        replace_same: write a video over one of the same key.

    Returns:
        The keys under which the records were written.

    Raises:
        DataError: ``path`` exists and is of another kind or damaged.
        OutputError: a key is taken already, or the file cannot be written.
    """
    path = Path(path)
    existing = open_dataset(path) if path.exists() else None
    written = []
    with whole_file(path, overwrite=True) as partial:
        if existing is not None:
            shutil.copyfile(path, partial)
        reserve(partial.parent, _SPARE_BYTES)
        with h5py.File(partial, "a") as file:
            for name, value in (attributes or {}).items():
                file.attrs[name] = value
            for record in records:
                key = record.key or next_key(file)
                if key in file:
                    if not replace_same:
                        raise OutputError(
                            f"{path}: has a video '{key}' already; pass --overwrite to replace it"
                        )
                    del file[key]
                reserve(partial.parent, _bytes_of(record))
                group = file.create_group(key)
                write_video(group, record)
                written.append(key)
    return tuple(written)


def write_dataset(
    path: str | os.PathLike[str],
    records: Iterable[VideoRecord],
    *,
    attributes: Mapping[str, str | float] | None = None,
    overwrite: bool = False,
) -> None:
    """Write a new file of the field's layout, whole or not at all.

    Raises:
        OutputError: ``path`` exists and ``overwrite`` is False, or it cannot be written.
    """
    with whole_file(Path(path), overwrite=overwrite) as partial:
        reserve(partial.parent, _SPARE_BYTES)
        with h5py.File(partial, "w") as file:
            file.attrs.update(attributes or {})
            for record in records:
                reserve(partial.parent, _bytes_of(record))
                write_video(file.create_group(record.key or next_key(file)), record)
