"""Mixing and resampling of sound to mono or stereo, without exceeding full scale.

Channels are mixed with the matrix of FFmpeg's libswresample (ITU-R BS.775: center and surrounds at
-3 dB), divided by the largest sum of its rows, as ``ffmpeg -ac 2`` does for samples that are whole
numbers.  Without the division, loud 5.1 sound clips.
"""

from __future__ import annotations

from collections.abc import Iterator

import av
import av.error
from av.filter import Graph

_DRY = (BlockingIOError, EOFError)
"""What FFmpeg answers where the filter needs more input, or is done."""


class Mixer:
    """Converter of frames of sound to float samples of one rate and layout.

    Frames may change their format on the way: the converter is then set up again.

    Args:
        layout: `mono` or `stereo`.
        rate: samples a second.
    """

    def __init__(self, *, layout: str, rate: int) -> None:
        self._layout = layout
        self._rate = rate
        self._graph: Graph | None = None
        self._input: tuple[object, ...] | None = None

    def __call__(self, frame: av.AudioFrame) -> Iterator[av.AudioFrame]:
        """Yield what is ready after ``frame``, as planar float32 with timestamps.

        Raises:
            FFmpegError, ValueError: the frame cannot be converted; the next one may be.
        """
        frame_input = (frame.format.name, frame.layout.name, frame.sample_rate, frame.time_base)
        try:
            if self._graph is None or frame_input != self._input:
                self._graph, self._input = self._build(frame), frame_input
            self._graph.push(frame)
            while True:
                mixed = self._graph.pull()
                assert isinstance(mixed, av.AudioFrame)
                yield mixed
        except _DRY:
            return
        except (av.error.FFmpegError, ValueError):
            self._graph = None
            raise

    def _build(self, frame: av.AudioFrame) -> Graph:
        graph = Graph()
        source = graph.add(
            "abuffer",
            sample_rate=str(frame.sample_rate),
            sample_fmt=frame.format.name,
            channel_layout=frame.layout.name,
            time_base=str(frame.time_base or f"1/{frame.sample_rate}"),
        )
        # A matrix whose rows sum to 1 at most keeps peaks under full scale.
        mix = graph.add(
            "aresample",
            f"{self._rate}:out_chlayout={self._layout}:out_sample_fmt=fltp:rematrix_maxval=1",
        )
        sink = graph.add("abuffersink")
        source.link_to(mix)
        mix.link_to(sink)
        graph.configure()
        return graph
