"""The sound of a video file, cut to the sample: stretches of it in order, silence where it is not.

Positions come from the timestamps, so that sound that starts late, has gaps, or ends early stays
where it belongs.  What does not decode is silence, never an error.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, TypeAlias

import av
import numpy as np
import numpy.typing as npt
from av.audio.resampler import AudioResampler

from vidgist.video.container import NO_LIMITS, open_video

__all__ = ["SoundReader"]

Samples: TypeAlias = npt.NDArray[np.float32]

SAMPLE_RATES = (48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000)
"""Rates that AAC and every player know; other sound is brought to 48,000."""

PREROLL = 0.5
"""Seconds decoded before a stretch: codecs with memory (AAC, MP3, Opus) need a run-up."""

READ_ON = 5.0
"""Seconds that are decoded and dropped rather than sought over."""

FURTHER_BACK = 10.0
"""Seconds before the stretch at which a second try starts if the seek landed too late."""

READ_FAILURES = 10
"""Failures to read in a row after which the rest of the file is given up."""

JITTER = 0.02
"""Seconds by which a timestamp may be off before it is believed rather than the sample count.

Containers round times (to 1 ms, often), and following every rounding would click.
"""

LEAP = 1.0
"""Seconds back by which a timestamp must go to mean that the counter began anew."""


class SoundReader:
    """Reads stretches of a file's sound in ascending order; a context manager.

    Args:
        path: the video file.
        origin: seconds, on the container's clock, of the first picture: time 0 of what is read.
        steady: whether the container's clock runs through; if not, nothing is sought, and where it
            goes back (joined recordings) the sound goes on.

    Attributes:
        rate: samples a second, or None where the file has no sound that can be decoded.
        channels: 1 or 2; more are mixed down to 2.
        lost: packets in the stretches read so far that did not decode.

    Raises:
        VideoError: the file cannot be opened.
    """

    def __init__(self, path: Path, *, origin: float, steady: bool = True) -> None:
        self._path = path
        self._origin = origin
        self._container = open_video(path, limits=NO_LIMITS)
        self._stream: Any = self._container.streams.best("audio")
        self.rate: int | None = None
        self.channels = 2
        self.lost = 0
        context: Any = self._stream.codec_context if self._stream is not None else None
        if context is not None:
            self.rate = context.sample_rate if context.sample_rate in SAMPLE_RATES else 48_000
            self.channels = 1 if context.channels == 1 else 2
        self._blocks: Iterator[tuple[int, Samples]] = self._decode()
        self._held: tuple[int, Samples] | None = None
        self._reached = 0  # end of the block that was decoded last
        self._end: int | None = None  # end of all sound, once it was reached
        self._seekable = steady
        self._wanted = 0

    def read(self, start: float, samples: int) -> Iterator[Samples]:
        """Yield exactly ``samples`` samples from ``start`` seconds on, in blocks (channels, n).

        ``start`` must not be before the end of what was read last.
        """
        assert self.rate is not None
        at = round(start * self.rate)
        end = at + samples
        for position, block in self._blocks_from(at):
            if position >= end:
                self._held = (position, block)
                break
            yield from self._silence(position - at)
            at = max(at, position)
            piece = block[:, at - position : end - position]
            if piece.shape[1]:
                yield piece
                at += piece.shape[1]
            if at >= end:
                self._held = (position, block)
                break
        yield from self._silence(end - at)

    def close(self) -> None:
        """Close the file."""
        self._container.close()

    def __enter__(self) -> SoundReader:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _silence(self, samples: int) -> Iterator[Samples]:
        # In blocks of a second: a gap may last for hours.
        assert self.rate is not None
        while samples > 0:
            n = min(samples, self.rate)
            yield np.zeros((self.channels, n), np.float32)
            samples -= n

    def _blocks_from(self, at: int) -> Iterator[tuple[int, Samples]]:
        """Yield (position, block) in order from no later than sample ``at``, where there is any."""
        assert self.rate is not None
        self._wanted = at
        if self._end is not None and at >= self._end:
            return
        if self._seekable and at - self._reached > READ_ON * self.rate:
            self._seek(at)
        if self._held is not None:
            held, self._held = self._held, None
            yield held
        for position, block in self._blocks:
            self._reached = position + block.shape[1]
            yield position, block

    def _seek(self, at: int) -> None:
        """Place the reader before sample ``at``: by seeking, or from the start of the file."""
        assert self.rate is not None
        second = at / self.rate
        self._held = None
        for back in (PREROLL, FURTHER_BACK):
            if second > back and self._try_seek(second - back):
                self._held = next(self._blocks, None)
                if self._held is not None and self._held[0] <= at:
                    self._reached = self._held[0] + self._held[1].shape[1]
                    return
        # Near the start there is no need to seek; elsewhere, once it failed, it will again.
        self._seekable = second <= FURTHER_BACK
        self._held = None
        self._container.close()
        self._container = open_video(self._path, limits=NO_LIMITS)
        self._stream = self._container.streams.best("audio")
        self._blocks = self._decode()
        self._reached = 0

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
        """Decode from where the container stands; yield (position, block), never going back."""
        assert self.rate is not None
        resampler: AudioResampler | None = None
        source: tuple[Any, ...] | None = None
        expected: int | None = None
        shift = 0
        repeated = False
        for frame in self._frames():
            shape = (frame.format.name, frame.layout.name, frame.sample_rate)
            if resampler is None or shape != source:
                layout = "mono" if self.channels == 1 else "stereo"
                resampler = AudioResampler(format="fltp", layout=layout, rate=self.rate)
                source = shape
            try:
                pieces = resampler.resample(frame)
            except (av.error.FFmpegError, ValueError):
                self.lost += 1
                resampler = None
                continue
            for piece in pieces:
                position = expected or 0
                if piece.pts is not None and piece.time_base is not None:
                    second = float(piece.pts * piece.time_base) - self._origin
                    position = round(second * self.rate) + shift
                    ahead = 0 if expected is None else position - expected
                    if ahead < -LEAP * self.rate:
                        position, shift = position - ahead, shift - ahead
                    elif not repeated and abs(ahead) <= JITTER * self.rate:
                        position -= ahead
                block: Any = piece.to_ndarray()
                repeated = expected is not None and position < expected
                if expected is not None and repeated:
                    block = block[:, expected - position :]  # said twice: keep the first
                    position = expected
                if block.shape[1]:
                    expected = position + block.shape[1]
                    yield position, block
        if expected is not None:
            self._end = expected

    def _frames(self) -> Iterator[av.AudioFrame]:
        """Decode packet by packet; count the ones that fail and go on."""
        packets = self._container.demux(self._stream)
        failures = 0
        while failures <= READ_FAILURES:
            try:
                packet = next(packets)
            except StopIteration:
                return
            except av.error.FFmpegError:
                failures += 1
                packets = self._container.demux(self._stream)
                continue
            failures = 0
            try:
                frames = packet.decode()
            except av.error.FFmpegError:
                if self._is_wanted(packet):
                    self.lost += 1
                continue
            yield from frames

    def _is_wanted(self, packet: Any) -> bool:
        # Packets of the run-up may fail: their beginning was sought over.
        assert self.rate is not None
        if packet.pts is None:
            return True
        second = float(packet.pts * packet.time_base) - self._origin
        return second * self.rate >= self._wanted
