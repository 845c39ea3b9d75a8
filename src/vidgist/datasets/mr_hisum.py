"""Mr.HiSum's labels by the YouTube ids of its videos (Sul et al., NeurIPS 2023).

``mr_hisum.h5`` numbers its videos (``video_1`` ...); ``metadata.csv`` of the same release says what
they are: a row a video with ``video_id``, ``youtube_id``, and the place in YouTube-8M
(``yt8m_file``, ``random_id``). It is read where it lies beside the file.
"""

from __future__ import annotations

import re
from pathlib import Path

import h5py
import numpy as np

from vidgist.datasets.annotations import Annotation
from vidgist.datasets.hdf5 import child, children, open_hdf5, read_array, where
from vidgist.datasets.intervals import Intervals
from vidgist.datasets.numbers import NUMBER, finite
from vidgist.datasets.relatives import SAMPLE_RATE, samples_as_frames
from vidgist.errors import DataError
from vidgist.system.text_file import column_name, read_text_file, table_rows

METADATA = "metadata.csv"
MAX_FILE = 64 * 2**20
"""Bytes of a table of names; that of 31,892 videos has 2 million."""

_ID = re.compile(r"[\w-]{1,64}")
_AGAIN = "give Mr.HiSum's metadata.csv as released"


def is_mr_hisum(path: Path) -> bool:
    """Tell whether the first video of an HDF5 file has samples in the place of frames."""
    with open_hdf5(path) as file:
        for name in children(file):
            group = child(file, name)
            if isinstance(group, h5py.Group):
                return samples_as_frames(group) is not None
    return False


def read_names(path: Path) -> dict[str, str]:
    """Return the YouTube id of each video, by the name of its group.

    Args:
        path: Mr.HiSum's ``metadata.csv``.

    Raises:
        DataError: the file is missing or no such table, or names a video twice.
    """
    text = read_text_file(path, max_bytes=MAX_FILE, cure=_AGAIN)
    try:
        head, *rows = table_rows(text) or [[]]
    except ValueError as error:
        raise DataError(f"{path}: is a damaged table ({error}); {_AGAIN}") from None
    columns = [column_name(cell) for cell in head]
    if not {"video_id", "youtube_id"} <= set(columns):
        raise DataError(f"{path}: has no columns 'video_id' and 'youtube_id'; {_AGAIN}")
    key, name = columns.index("video_id"), columns.index("youtube_id")
    names: dict[str, str] = {}
    for number, row in enumerate(rows, start=2):
        if len(row) <= max(key, name) or not _ID.fullmatch(row[name]):
            raise DataError(f"{path}: row {number}: has no YouTube id; {_AGAIN}")
        if row[key] in names:
            raise DataError(f"{path}: row {number}: names {row[key][:40]} a second time; {_AGAIN}")
        names[row[key]] = row[name]
    return names


def names_beside(path: Path) -> dict[str, str]:
    """Return the YouTube ids of the videos of a file, where the table of names lies beside it.

    Raises:
        DataError: the table is damaged.
    """
    table = path.with_name(METADATA)
    return read_names(table) if table.is_file() and is_mr_hisum(path) else {}


def read_mr_hisum(path: Path) -> dict[str, Annotation]:
    """Read what viewers replayed most, one label a second.

    Args:
        path: ``mr_hisum.h5``; videos go by their YouTube id where ``metadata.csv`` lies beside it,
            else by the name of their group.

    Raises:
        DataError: a file is damaged, or a label is missing.
    """
    names = names_beside(path)
    found = {}
    with open_hdf5(path) as file:
        for key in children(file):
            group = child(file, key)
            if not isinstance(group, h5py.Group) or samples_as_frames(group) is None:
                raise DataError(f"{path}: {key}: is not of Mr.HiSum's layout; fetch the file again")
            labels = finite(
                read_array(child(group, "gtscore"), kinds=NUMBER, shape=(None,)), where(group)
            )
            starts = np.arange(len(labels)) / SAMPLE_RATE
            clips = Intervals(pieces=np.stack([starts, starts + 1 / SAMPLE_RATE], axis=1))
            name = names.get(key, key)
            scores = labels[None].astype(np.float64)
            found[name] = Annotation(name=name, n_frames=None, clips=clips, clip_scores=scores)
    return found
