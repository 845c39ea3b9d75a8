"""The frames at the borders of parts, encoded anew, and a check of what a player then sees."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import av
import av.error
import numpy as np
import numpy.typing as npt
from av.packet import Packet

from vidgist.errors import VideoError
from vidgist.types import Floats
from vidgist.video.container import NO_LIMITS, open_video, video_stream
from vidgist.video.copy.encoders import FrameEncoder, encode_problem
from vidgist.video.copy.joints import Joints
from vidgist.video.copy.parts import Run
from vidgist.video.packets import configure_decoder
from vidgist.video.runs import frames_of, packets_from

Picture = npt.NDArray[np.float32]

_SIDE = 64
"""Pixels on each side of the small pictures that are compared, at least."""

_MOST_OFF = 8.0
"""Root of the mean squared difference of pixels, of 255, from which on one picture is not the
other: encoding changes them by 1 or 2, a lack of what they refer to by tens."""

BESIDE = 4
"""Copied frames on each side of a joint that are compared as well."""

_SAME_SECONDS = 0.0015
"""Seconds by which times may differ: containers round to a millisecond."""


class BorderFrames:
    """Frames of runs that are encoded anew; a context manager.

    Args:
        source: path of the video.
        joints: of its stream, after all of its packets were watched.
        runs: of all parts, in order.
    """

    def __init__(self, source: str | os.PathLike[str], joints: Joints, runs: Sequence[Run]) -> None:
        self._source = source
        self._needed: set[int] = set()
        for run in runs:
            self._needed.update(run.ticks if run.entry else sorted(run.ticks)[-BESIDE:])
            self._needed.update(run.following)
        self._entry: tuple[int, int] | None = None
        self._at = 0
        self._decoded: Iterator[av.VideoFrame] = iter(())
        # Of its own: decoding goes back and forth where copying goes on.
        self._container = open_video(source, limits=NO_LIMITS)
        try:
            self._stream = video_stream(self._container, source)
            if problem := encode_problem(self._container, self._stream):
                raise VideoError(f"{os.fspath(source)}: {problem}")
            configure_decoder(self._stream, limits=NO_LIMITS)
            self._encoder = FrameEncoder(self._stream, number=joints.free_number())
            joints.prepare(self._encoder)
        except BaseException:
            self._container.close()
            raise
        self._joints = joints
        self.seen: dict[int, Picture] = {}

    def __enter__(self) -> BorderFrames:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._container.close()

    def packets(self, run: Run, before: Sequence[int]) -> Iterator[Packet[Any]]:
        """Yield the packets of a run.

        Args:
            run: to be encoded.
            before: ticks of frames before it, to be kept for comparison.

        Raises:
            VideoError: a frame does not decode, or cannot be encoded.
        """
        for data, is_key in self._encoder.encode(self._frames(run, before)):
            packet: Packet[Any] = Packet(self._joints.encoded(data))
            packet.is_keyframe = is_key
            if self._stream.time_base is not None:
                packet.time_base = self._stream.time_base
            yield packet

    def _frames(self, run: Run, before: Sequence[int]) -> Iterator[av.VideoFrame]:
        """Decode the frames of a run; keep small pictures of them and of those beside them."""
        assert run.entry is not None
        waiting = list(run.ticks)
        beside = {*before, *run.following}
        last = max((*run.ticks, *run.following))
        if run.entry != self._entry or min(run.ticks) <= self._at:
            self._entry = run.entry
            packets = packets_from(self._container, self._stream, *run.entry, max(self._needed))
            self._decoded = frames_of(self._stream, packets, self._needed)
        # Else it goes on: where key frames are far apart, nothing is decoded twice.
        for frame in self._decoded:
            tick = frame.pts
            if tick is not None and (tick in beside or tick in waiting):
                self.seen[tick] = _small(frame)
            if waiting and tick == waiting[0]:
                waiting.pop(0)
                yield frame
            if tick is not None and tick >= last:
                self._at = tick
                break
        if waiting:
            raise VideoError(
                f"{os.fspath(self._source)}: a frame at the border of a piece does not decode"
            )


def check_clip(path: Path, times: Floats, pictures: Mapping[int, Picture]) -> None:
    """Decode a clip around its joints, and compare it with the source.

    Args:
        path: the clip.
        times: (N,) seconds at which its pictures are shown, ascending.
        pictures: small pictures of the source, by the place in ``times``.

    Raises:
        VideoError: a frame is missing, comes at another time, or shows something else.
    """
    with av.open(f"file:{path.absolute()}") as container:
        stream = container.streams.video[0]
        configure_decoder(stream, limits=NO_LIMITS)
        tick = float(stream.time_base or 1)
        for first, last in _windows(sorted(pictures)):
            place = first
            with contextlib.suppress(av.error.FFmpegError):
                container.seek(round(times[first] / tick), stream=stream, backward=True)
                for frame in container.decode(stream):
                    seconds = (frame.pts or 0) * tick
                    if seconds < times[first] - _SAME_SECONDS:
                        continue
                    if abs(seconds - times[place]) > _SAME_SECONDS:
                        break
                    if place in pictures and _differs(_small(frame), pictures[place]):
                        break
                    place += 1
                    if place > last:
                        break
            if place <= last:
                raise VideoError(
                    f"summary{path.suffix}: frames are not as in the source at {times[place]:.3f} s"
                )


def _windows(places: Sequence[int]) -> list[tuple[int, int]]:
    """Return (first, last) of places that follow each other."""
    found: list[tuple[int, int]] = []
    for place in places:
        if found and place == found[-1][1] + 1:
            found[-1] = (found[-1][0], place)
        else:
            found.append((place, place))
    return found


def _differs(one: Picture, other: Picture) -> bool:
    return bool(np.sqrt(np.mean((one - other) ** 2)) > _MOST_OFF)


def _small(frame: av.VideoFrame) -> Picture:
    """Return every so many pixels of a frame's first plane, in [0, 255]."""
    plane: Any = frame.planes[0]
    bits = frame.format.components[0].bits
    held = np.frombuffer(plane, np.uint8 if bits <= 8 else np.uint16)
    rows = held.reshape(frame.height, -1)[:, : frame.width]
    step_y, step_x = (max(1, side // _SIDE) for side in rows.shape)
    return np.asarray(rows[::step_y, ::step_x] / 2.0 ** (bits - 8), np.float32)
