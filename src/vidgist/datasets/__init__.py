"""Data sets of the field: read, check and write them.

Names are imported when they are first used: who only reads a file of shots needs no HDF5.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vidgist.datasets.eccv16 import Dataset, open_dataset, read_video
    from vidgist.datasets.eccv16_writer import append_videos, next_key, write_dataset, write_video
    from vidgist.datasets.record import VideoRecord

_HOMES = {
    "Dataset": "eccv16",
    "VideoRecord": "record",
    "append_videos": "eccv16_writer",
    "next_key": "eccv16_writer",
    "open_dataset": "eccv16",
    "read_video": "eccv16",
    "write_dataset": "eccv16_writer",
    "write_video": "eccv16_writer",
}

__all__ = [
    "Dataset",
    "VideoRecord",
    "append_videos",
    "next_key",
    "open_dataset",
    "read_video",
    "write_dataset",
    "write_video",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
