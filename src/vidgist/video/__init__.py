"""Video input and output: probe, decode, seek and encode."""

from vidgist.video.container import Limits, open_video
from vidgist.video.decode import SampleStream, read_frames
from vidgist.video.pixels import is_black
from vidgist.video.probe import probe
from vidgist.video.rotation import FrameRotator
from vidgist.video.seek import FrameReader, frames_at

__all__ = [
    "FrameReader",
    "FrameRotator",
    "Limits",
    "SampleStream",
    "frames_at",
    "is_black",
    "open_video",
    "probe",
    "read_frames",
]
