"""Deinterlacing: two fields of different times become one picture, by FFmpeg's ``bwdif``.

A picture is made from a frame and its two neighbors, at the time of its first field, so that the
number of frames and their times stay as they are.  Material that went through 2:3 pulldown is
treated the same way: its combed frames become whole, and none is dropped.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, TypeAlias

import av
import av.error
from av.filter import Graph
from av.video.stream import VideoStream

from vidgist.video.filters import filter_graph

_MARKS_FRAMES = frozenset(
    ("h264", "hevc", "mpeg2video", "mpeg1video", "mpeg4", "vc1", "wmv3", "mjpeg", "dvvideo")
)
"""Codecs that say of each frame whether it is interlaced: then the container is not asked."""

_FIELDS_APART = frozenset(("hevc",))
"""Codecs whose fields FFmpeg gives one by one instead of two in a frame."""

_PARITY = {2: "tff", 3: "bff", 4: "tff", 5: "bff"}
"""AVFieldOrder -> the field that is first in time, as FFmpeg's own encoders write it."""


class Neighborhood(NamedTuple):
    """A decoded frame and those next to it in time, as far as they are known and needed."""

    frame: av.VideoFrame
    before: av.VideoFrame | None = None
    after: av.VideoFrame | None = None


Timed: TypeAlias = tuple[float, Neighborhood]


class Deinterlacer:
    """Deinterlacer of the frames of one stream; others pass as they are.

    The filter is kept from frame to frame: where frames come one after the other, each goes through
    it once.
    """

    def __init__(self, stream: VideoStream) -> None:
        context = stream.codec_context
        # PyAV before 18 does not tell what the container says.
        order = _PARITY.get(getattr(context, "field_order", 0))
        self._marked = context.name in _MARKS_FRAMES or order is None
        self._fields_apart = context.name in _FIELDS_APART
        which = "parity=auto:deint=interlaced" if self._marked else f"parity={order}:deint=all"
        self._filters = [("bwdif", f"mode=send_frame:{which}")]
        self._graph: Graph | None = None
        self._last: tuple[av.VideoFrame, ...] = ()

    def applies(self, frame: av.VideoFrame) -> bool:
        """Return whether a frame consists of two fields of different times."""
        return not self._marked or (frame.interlaced_frame and not self._fields_apart)

    def is_field(self, frame: av.VideoFrame) -> bool:
        """Return whether a frame is a single field: whole, and half as high as it is shown."""
        return self._fields_apart and frame.interlaced_frame

    def with_neighbors(self, frames: Iterator[tuple[float, av.VideoFrame]]) -> Iterator[Timed]:
        """Yield (seconds, neighborhood) of each (seconds, frame).

        One frame is read ahead, but only where it is needed.
        """
        before: av.VideoFrame | None = None
        held: tuple[float, av.VideoFrame] | None = None
        for seconds, frame in frames:
            if held is not None:
                yield held[0], Neighborhood(held[1], before, frame)
                before, held = held[1], None
            if self.applies(frame):
                held = seconds, frame
            else:
                yield seconds, Neighborhood(frame)
                before = frame
        if held is not None:
            yield held[0], Neighborhood(held[1], before)

    def __call__(self, picture: Neighborhood) -> av.VideoFrame:
        """Return the frame without its comb; the frame itself where it has none."""
        frame = picture.frame
        if not self.applies(frame):
            return frame
        # At an end, the one neighbor stands for both: motion is then seen all the same.
        before, after = (
            next((f for f in order if f is not None and _layout(f) == _layout(frame)), frame)
            for order in ((picture.before, picture.after), (picture.after, picture.before))
        )
        if self._graph is None or _layout(self._last[-1]) != _layout(frame):
            self._graph, self._last = filter_graph(frame, self._filters), ()
        following: tuple[av.VideoFrame, ...] = (before, frame, after)
        if len(self._last) == 2 and self._last[0] is before and self._last[1] is frame:
            following = (after,)
        shown: av.VideoFrame | None = None
        for pushed in following:
            self._graph.push(pushed)
            shown = _pull(self._graph) or shown
        self._last = (frame, after)
        assert shown is not None
        shown.pts = frame.pts
        if frame.time_base is not None:
            shown.time_base = frame.time_base
        return shown


def _layout(frame: av.VideoFrame) -> tuple[int, int, str]:
    return frame.width, frame.height, frame.format.name


def _pull(graph: Graph) -> av.VideoFrame | None:
    """Return the one picture that is ready, None where the filter waits for the next frame."""
    try:
        pulled = graph.pull()
    except av.error.BlockingIOError:
        return None
    assert isinstance(pulled, av.VideoFrame)
    return pulled
