"""Data sets of the field: read, check and write them."""

from vidgist.datasets.eccv16 import Dataset, open_dataset, read_video
from vidgist.datasets.eccv16_writer import append_videos, next_key, write_dataset, write_video
from vidgist.datasets.record import VideoRecord

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
