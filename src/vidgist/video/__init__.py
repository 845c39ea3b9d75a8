"""Video input and output: probe, decode, seek and encode."""

from vidgist.video.container import Limits, open_video
from vidgist.video.decode import SampleStream, read_frames
from vidgist.video.junk import Junk, find_junk
from vidgist.video.measures import Measures, measure
from vidgist.video.probe import probe
from vidgist.video.seek import FrameReader, frames_at
from vidgist.video.transitions import Transition, find_transitions

__all__ = [
    "FrameReader",
    "Junk",
    "Limits",
    "Measures",
    "SampleStream",
    "Transition",
    "find_junk",
    "find_transitions",
    "frames_at",
    "measure",
    "open_video",
    "probe",
    "read_frames",
]
