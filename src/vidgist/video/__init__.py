"""Video in and out: probe, decode, seek, encode."""

from vidgist.video.black import is_black
from vidgist.video.container import Limits, open_video
from vidgist.video.decode import SampleStream, read_frames
from vidgist.video.orient import Upright, upright
from vidgist.video.probe import probe
from vidgist.video.seek import FrameReader, frames_at, frames_between

__all__ = [
    "FrameReader",
    "Limits",
    "SampleStream",
    "Upright",
    "frames_at",
    "frames_between",
    "is_black",
    "open_video",
    "probe",
    "read_frames",
    "upright",
]
