"""Writer of the field's HDF5 layout, see `vidgist.datasets.eccv16`."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from vidgist.datasets.eccv16 import open_dataset
from vidgist.datasets.record import VideoRecord
from vidgist.errors import OutputError
from vidgist.system.files import reserve, whole_file


def write_video(group: h5py.Group, record: VideoRecord) -> None:
    """Write a video into an empty group.

    Features keep their float type and are not compressed; the rest is small or compresses well.
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
        dtype = h5py.string_dtype("utf-8", length=len(raw))
        group.create_dataset("video_name", data=np.array(raw, dtype=dtype))
    for name, attribute in record.attributes.items():
        group.attrs[name] = attribute
    if record.frame_rate is not None:
        group.attrs["fps"] = record.frame_rate


def next_key(keys: Iterable[str]) -> str:
    """Return the first ``video_N`` after all keys of this form.

    >>> next_key(["video_2", "video_10"])
    'video_11'
    """
    numbers = [int(m[1]) for k in keys if (m := re.fullmatch(r"video_(\d{1,9})", k))]
    return f"video_{max(numbers, default=0) + 1}"


_SPARE_BYTES = 1 << 18
"""More than HDF5 itself adds to the numbers of a video."""


def _bytes_of(record: VideoRecord) -> int:
    """Return an upper bound of the bytes that a video takes.

    They are reserved first: HDF5 crashes when it closes a file on a full disk.
    """
    values = (getattr(record, f.name) for f in fields(record))
    return _SPARE_BYTES + sum(v.nbytes for v in values if isinstance(v, np.ndarray))


def append_videos(
    path: str | os.PathLike[str],
    records: Iterable[VideoRecord],
    *,
    attributes: Mapping[str, str | float] | None = None,
    overwrite: bool = False,
) -> tuple[str, ...]:
    """Add videos to a file of the field's layout, or make the file; all of them or none.

    A copy is written and renamed, so that the file is complete at any moment.

    Args:
        path: the file.
        records: one or more; a record whose key is "" gets the next free ``video_N``.
        attributes: of the file, for all its videos, such as the backbone.
        overwrite: replace a video of the same key.

    Returns:
        The keys under which the records were written.

    Raises:
        DataError: ``path`` exists and is of another kind or damaged.
        OutputError: a key is taken already, or the file cannot be written.

    Example:
        >>> import tempfile
        >>> from vidgist.datasets import VideoRecord
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     append_videos(f"{folder}/data.h5", [VideoRecord(key="", n_frames=450)])
        ...     append_videos(f"{folder}/data.h5", [VideoRecord(key="", n_frames=300)])
        ('video_1',)
        ('video_2',)
    """
    path = Path(path)
    existing = open_dataset(path) if path.exists() else None
    with whole_file(path, overwrite=True) as partial:
        if existing is not None:
            shutil.copyfile(path, partial)
        return _add(partial, path, records, attributes, overwrite=overwrite)


def write_dataset(
    path: str | os.PathLike[str],
    records: Iterable[VideoRecord],
    *,
    attributes: Mapping[str, str | float] | None = None,
    overwrite: bool = False,
) -> None:
    """Write a new file of the field's layout, complete or not at all.

    Args: as in `append_videos`, but ``overwrite`` replaces the file.

    Raises:
        OutputError: ``path`` exists and ``overwrite`` is False, or it cannot be written.

    Example:
        >>> import tempfile
        >>> import numpy as np
        >>> from vidgist.datasets import VideoRecord, open_dataset
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     record = VideoRecord(key="video_1", features=np.ones((3, 8)))
        ...     write_dataset(f"{folder}/data.h5", [record], attributes={"backbone": "mine"})
        ...     open_dataset(f"{folder}/data.h5").attributes["backbone"]
        'mine'
    """
    with whole_file(Path(path), overwrite=overwrite) as partial:
        _add(partial, Path(path), records, attributes)


def _add(
    partial: Path,
    path: Path,
    records: Iterable[VideoRecord],
    attributes: Mapping[str, str | float] | None,
    *,
    overwrite: bool = False,
) -> tuple[str, ...]:
    written = []
    reserve(partial.parent, _SPARE_BYTES)
    with h5py.File(partial, "a") as file:
        file.attrs.update(attributes or {})
        for record in records:
            key = record.key or next_key(file)
            if key in file:
                if not overwrite:
                    raise OutputError(
                        f"{path}: has a video '{key}'; pass overwrite=True to replace it"
                    )
                del file[key]
            reserve(partial.parent, _bytes_of(record))
            write_video(file.create_group(key), record)
            written.append(key)
    return tuple(written)
