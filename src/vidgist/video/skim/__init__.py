"""Skimming: the index of a video and its key frames, in place of every frame."""

from vidgist.video.skim.index import FrameIndex
from vidgist.video.skim.stream import SkimStream

__all__ = ["FrameIndex", "SkimStream"]
