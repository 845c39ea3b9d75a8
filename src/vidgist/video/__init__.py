"""Video in and out: probe, decode, seek, encode."""

from vidgist.video.container import Limits, open_video
from vidgist.video.decode import SampleStream, read_frames
from vidgist.video.orient import upright
from vidgist.video.probe import probe

__all__ = ["Limits", "SampleStream", "open_video", "probe", "read_frames", "upright"]
