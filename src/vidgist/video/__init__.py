"""Video in and out: probe, decode, seek, encode."""

from vidgist.video.black import is_black
from vidgist.video.container import Limits, open_video
from vidgist.video.decode import SampleStream, read_frames
from vidgist.video.junk import REASONS, Junk, find_junk
from vidgist.video.measures import Measures, measure
from vidgist.video.orient import Upright, upright
from vidgist.video.probe import probe
from vidgist.video.seek import FrameReader, frames_at, frames_between
from vidgist.video.transitions import Transition, TransitionFinder, find_transitions

__all__ = [
    "REASONS",
    "FrameReader",
    "Junk",
    "Limits",
    "Measures",
    "SampleStream",
    "Transition",
    "TransitionFinder",
    "Upright",
    "find_junk",
    "find_transitions",
    "frames_at",
    "frames_between",
    "is_black",
    "measure",
    "open_video",
    "probe",
    "read_frames",
    "upright",
]
