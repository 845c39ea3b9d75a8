"""Sample-exact reading of sound, with silence where a file has none.

Positions come from the timestamps, so that sound that starts late, has gaps, or ends early keeps
its place.  What does not decode becomes silence, never an error.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeAlias

import av
import numpy as np
import numpy.typing as npt

from vidgist.video.mixing import Mixer
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

READ_FAILURES = 10
"""Read errors in a row after which the rest of the file is given up."""

JITTER = 0.02
"""Seconds by which a timestamp may differ from the sample count and be ignored.

Containers round times (often to 1 ms), and following every rounding would click.
"""

LEAP = 1.0
"""Seconds by which timestamps must go back to mean that the clock was reset."""


class SoundReader:
    """Reader of ranges of a file's sound in ascending order; a context manager.

    Args:
        path: the video file.
        origin: seconds, on the container's clock, of the first picture: time 0 of the sound.
        steady: whether the container's clock runs through; if not, seeking is not used, and where
            the clock goes back (joined recordings) the sound continues.

    Attributes:
        rate: samples a second, or None where the file has no sound that can be decoded.
        channels: 1 or 2; more are mixed down to 2.
        lost: packets in the ranges read so far that did not decode.

    Raises:
        VideoError: the file cannot be opened.
    """

    def __init__(self, path: Path, *, origin: float, steady: bool = True) -> None:
        self._path = path
        self._origin = origin
        self._following = contextlib.ExitStack()  # where the sound goes on in another stream
        self._container, stream, self._skip = open_sound(path)
        self._stream: Any = stream
        context: Any = self._stream.codec_context if self._stream is not None else None
        rate = 0 if context is None else context.sample_rate
        self._rate: int = rate if rate in SAMPLE_RATES else 48_000
        self.rate = None if context is None else self._rate
        self.channels = 1 if context is not None and context.channels == 1 else 2
        self.lost = 0
        self._blocks: Iterator[tuple[int, Samples]] = self._decode()
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
        self._container, self._stream, _ = open_sound(self._path, skip=self._skip)
        self._blocks = self._decode()
        self._position = 0

    def _try_seek(self, second: float) -> bool:
        time_base = float(self._stream.time_base)
        try:
            self._container.seek(
                int((second + self._origin) / time_base), stream=self._stream, backward=True
            )
        except av.error.FFmpegError:
            return False
        self._blocks = self._decode()
        return True

    def _decode(self) -> Iterator[tuple[int, Samples]]:
        """Decode from the container's position; yield (position, block), never going back."""
        mixer = Mixer(layout="mono" if self.channels == 1 else "stereo", rate=self._rate)
        expected: int | None = None
        shift = 0
        overlaps = False
        for frame in self._frames():
            try:
                pieces = list(mixer(frame))
            except (av.error.FFmpegError, ValueError):
                self.lost += 1
                continue
            for piece in pieces:
                position = expected or 0
                if piece.pts is not None and piece.time_base is not None:
                    second = float(piece.pts * piece.time_base) - self._origin
                    position = round(second * self._rate) + shift
                    ahead = 0 if expected is None else position - expected
                    if ahead < -LEAP * self._rate:
                        position, shift = position - ahead, shift - ahead
                    elif not overlaps and abs(ahead) <= JITTER * self._rate:
                        position -= ahead
                block: Any = piece.to_ndarray()
                overlaps = expected is not None and position < expected
                if expected is not None and overlaps:
                    block = block[:, expected - position :]  # keep the first of two
                    position = expected
                if block.shape[1]:
                    expected = position + block.shape[1]
                    yield position, block
        if expected is not None:
            self._end = expected

    def _frames(self) -> Iterator[av.AudioFrame]:
        """Decode packet by packet; count errors and go on."""
        container, stream, after = self._container, self._stream, 0
        packets = container.demux(stream)
        failures = 0
        while failures <= READ_FAILURES:
            try:
                packet = next(packets)
            except StopIteration:
                following = continuation(stream, after=after)
                if following is None:
                    return
                self._following.enter_context(following[0])
                container, stream = following
                packets = container.demux(stream)
                continue
            except av.error.FFmpegError:
                failures += 1
                packets = container.demux(stream)
                continue
            failures = 0
            after = packet.pos or after
            try:
                frames = packet.decode()
            except av.error.FFmpegError:
                if self._in_range(packet):
                    self.lost += 1
                continue
            yield from frames

    def _in_range(self, packet: Any) -> bool:
        # Packets before the range may fail, as those before them were skipped.
        if packet.pts is None:
            return True
        second = float(packet.pts * packet.time_base) - self._origin
        return second * self._rate >= self._start
