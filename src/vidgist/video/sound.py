"""Sample-exact reading of sound, with silence where a file has none.

Positions come from the timestamps, so that sound that starts late, has gaps, or ends early keeps
its place.  What does not decode becomes silence, never an error.
"""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeAlias, cast

import av
import numpy as np
import numpy.typing as npt

from vidgist.video.container import video_stream
from vidgist.video.mixing import Mixer
from vidgist.video.packet_clock import PacketClock
from vidgist.video.packets import DecodeStats, frame_end, read_packets, shift_after
from vidgist.video.raw_sound import RawSound, is_raw
from vidgist.video.tracks import continuation, open_sound

Samples: TypeAlias = npt.NDArray[np.float32]

SAMPLE_RATES = (48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000)
"""Rates that AAC and all players support; other sound is resampled to 48,000."""

PREROLL = 0.5
"""Seconds decoded before a range: codecs with memory (AAC, MP3, Opus) need them."""

READ_ON = 5.0
"""Seconds ahead up to which decoding is used instead of a seek."""

FURTHER_BACK = 10.0
"""Seconds before the range for the second try, if the first seek arrived too late."""

JITTER = 0.02
"""Seconds by which a timestamp may differ from the sample count and be ignored.

Containers round times (often to 1 ms), and following every rounding would click.
"""

HELD_SECONDS = 0.25
"""Seconds of sound that wait for what follows: where recordings are joined, the padding at the end
of one gives way to the beginning of the next."""


class SoundReader:
    """Reader of ranges of a file's sound in ascending order; a context manager.

    Args:
        path: the video file.
        origin: seconds, on the container's clock, of the first picture: time 0 of the sound.
        steady: whether the container's clock runs through; if not, the file is read from its
            beginning, with its pictures, so that both are on the same clock (`PacketClock`).
        track: index of the stream of sound; default the one that belongs to the video.
        rate: samples a second to be had; default the file's where players support it.

    Attributes:
        rate: samples a second, or None where the file has no sound that can be decoded.
        channels: 1 or 2; more are mixed down to 2.
        lost: packets in the ranges read so far that did not decode.

    Raises:
        VideoError: the file cannot be opened.
    """

    def __init__(
        self,
        path: Path,
        *,
        origin: float,
        steady: bool = True,
        track: int | None = None,
        rate: int | None = None,
    ) -> None:
        self._path = path
        self._track = track
        self._origin = origin
        self._following = contextlib.ExitStack()  # where the sound goes on in another stream
        self._skip: int | None = None  # bytes before sound that begins late
        self._steady = steady
        self._open()
        context: Any = self._stream.codec_context if self._stream is not None else None
        own = 0 if context is None else context.sample_rate
        self._rate: int = rate or (own if own in SAMPLE_RATES else 48_000)
        self.rate = None if context is None else self._rate
        is_mono = context is not None and self._raw is None and context.channels == 1
        self.channels = 1 if is_mono else 2
        self.lost = 0
        self._put_back: tuple[int, Samples] | None = None
        self._position = 0  # end of the last decoded block
        self._end: int | None = None  # end of all sound, once it is known
        self._seekable = steady
        self._start = 0  # of the range that is read

    def read(self, start: float, samples: int) -> Iterator[Samples]:
        """Yield exactly ``samples`` samples from ``start`` seconds on, in blocks (channels, n).

        ``start`` must not be before the end of the last range.
        """
        at = round(start * self._rate)
        end = at + samples
        for position, block in self._blocks_from(at):
            if position >= end:
                self._put_back = (position, block)
                break
            yield from self._silence(position - at)
            at = max(at, position)
            piece = block[:, at - position : end - position]
            if piece.shape[1]:
                yield piece
                at += piece.shape[1]
            if at >= end:
                self._put_back = (position, block)
                break
        yield from self._silence(end - at)

    def __enter__(self) -> SoundReader:
        return self

    def __exit__(self, *exception: object) -> None:
        self._following.close()
        self._container.close()

    def _silence(self, samples: int) -> Iterator[Samples]:
        # In blocks of a second, as a gap may last for hours.
        while samples > 0:
            n = min(samples, self._rate)
            yield np.zeros((self.channels, n), np.float32)
            samples -= n

    def _blocks_from(self, at: int) -> Iterator[tuple[int, Samples]]:
        """Yield (position, block) in order, from sample ``at`` or before it."""
        self._start = at
        if self._end is not None and at >= self._end:
            return
        if self._seekable and at - self._position > READ_ON * self._rate:
            self._seek(at)
        if self._put_back is not None:
            block, self._put_back = self._put_back, None
            yield block
        for position, samples in self._blocks:
            self._position = position + samples.shape[1]
            yield position, samples

    def _seek(self, at: int) -> None:
        """Go to sample ``at`` or before it: by seeking, or from the start of the file."""
        second = at / self._rate
        self._put_back = None
        for back in (PREROLL, FURTHER_BACK):
            if second > back and self._try_seek(second - back):
                self._put_back = next(self._blocks, None)
                if self._put_back is not None and self._put_back[0] <= at:
                    self._position = self._put_back[0] + self._put_back[1].shape[1]
                    return
        # Near the start no seek was tried; elsewhere it failed and would fail again.
        self._seekable = second <= FURTHER_BACK
        self._put_back = None
        self._container.close()
        self._open()
        self._position = 0

    def _open(self) -> None:
        """Open the file at its beginning."""
        self._container, stream, self._skip = open_sound(self._path, skip=self._skip)
        if self._track is not None:
            stream = next(
                (s for s in self._container.streams.audio if s.index == self._track), None
            )
        self._stream: Any = stream
        raw = stream is not None and is_raw(self._container, stream)
        self._raw = RawSound(self._container, stream) if stream is not None and raw else None
        self._clock: PacketClock | None = None
        if not self._steady and self._stream is not None:
            video = video_stream(self._container, self._path)
            self._clock = PacketClock(self._container, video, self._stream)
        self._blocks: Iterator[tuple[int, Samples]] = self._decode()

    def _try_seek(self, second: float) -> bool:
        time_base = float(self._stream.time_base)
        try:
            self._container.seek(
                int((second + self._origin) / time_base), stream=self._stream, backward=True
            )
        except av.error.FFmpegError:
            return False
        self._clock = None
        self._blocks = self._decode()
        return True

    def _decode(self) -> Iterator[tuple[int, Samples]]:
        """Decode from the container's position; yield (position, block), never going back."""
        held: deque[tuple[int, Samples]] = deque()
        holding = 0
        expected: int | None = None
        for stamp, block in self._resampled():
            position = (expected or 0) if stamp is None else stamp
            if expected is not None and abs(position - expected) <= JITTER * self._rate:
                position = expected
            while held and held[-1][0] >= position:  # what was to be heard later gives way
                holding -= held.pop()[1].shape[1]
            if held and held[-1][0] + held[-1][1].shape[1] > position:
                begin, before = held.pop()
                held.append((begin, before[:, : position - begin]))
                holding -= before.shape[1] - (position - begin)
            elif not held and expected is not None and position < expected:
                block = block[:, expected - position :]  # noqa: PLW2901
                position = expected
            if not block.shape[1]:
                continue
            held.append((position, block))
            holding += block.shape[1]
            expected = position + block.shape[1]
            while holding - held[0][1].shape[1] >= HELD_SECONDS * self._rate:
                holding -= held[0][1].shape[1]
                yield held.popleft()
        yield from held
        if expected is not None:
            self._end = expected

    def _resampled(self) -> Iterator[tuple[int | None, Samples]]:
        """Yield (position by its timestamp, block) as decoded, in the rate of the reader."""
        mixer = Mixer(layout="mono" if self.channels == 1 else "stereo", rate=self._rate)
        for frame in self._frames():
            try:
                pieces = list(mixer(frame))
            except (av.error.FFmpegError, ValueError):
                self.lost += 1
                continue
            for piece in pieces:
                position: int | None = None
                if piece.pts is not None and piece.time_base is not None:
                    second = float(piece.pts * piece.time_base) - self._origin
                    position = round(second * self._rate)
                block: Any = piece.to_ndarray()
                yield position, block

    def _frames(self) -> Iterator[av.AudioFrame]:
        """Decode packet by packet; count errors and go on."""
        container, stream, clock = self._container, self._stream, self._clock
        end: int | None = None
        while True:
            shift = None if end is not None else 0
            stats = DecodeStats()
            for packet in read_packets(container, stream, stats, clock=clock):
                try:
                    frames = packet.decode() if self._raw is None else [self._raw.decode(packet)]
                except av.error.FFmpegError:
                    if self._in_range(packet):
                        self.lost += 1
                    continue
                for frame in cast("list[av.AudioFrame]", frames):
                    if shift is None:
                        shift = shift_after(end, frame)
                    if frame.pts is not None:
                        frame.pts += shift
                    end = frame_end(frame)
                    yield frame
            if self._raw is not None:
                return
            with contextlib.suppress(av.error.FFmpegError):
                yield from stream.codec_context.decode(None)
            following = continuation(stream, after=stats.positions.get(stream.index, 0))
            if following is None:
                return
            self._following.enter_context(following[0])
            container, stream, clock = *following, None

    def _in_range(self, packet: Any) -> bool:
        # Packets before the range may fail, as those before them were skipped.
        if packet.pts is None:
            return True
        second = float(packet.pts * packet.time_base) - self._origin
        return second * self._rate >= self._start
