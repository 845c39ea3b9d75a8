"""Several files as one video, written into one temporary file without encoding pictures again.

Parts of transport and program streams and of raw streams are appended byte by byte, as recorders
and DVDs have cut them.  Of other files the packets of the pictures are copied, each part after the
end of the one before, and the sound is decoded, so that it fits to the sample whatever the codecs.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import av.error
import numpy as np
from av.bitstream import BitStreamFilterContext
from av.container import InputContainer
from av.video.stream import VideoStream

from vidgist.errors import VideoError, first_line
from vidgist.video.container import Limits, open_video, video_stream
from vidgist.video.mixing import Mixer
from vidgist.video.packet_clock import PacketClock
from vidgist.video.packets import DecodeStats, read_packets
from vidgist.video.sound import Samples, SoundReader
from vidgist.video.spool import Room
from vidgist.video.tracks import sound_stream
from vidgist.video.units import length_size

_APPENDED = frozenset(
    ("mpegts", "mpegtsraw", "mpeg", "mpegvideo", "h264", "hevc", "vvc", "m4v", "mjpeg", "dv", "obu")
)
"""Formats whose parts are one file when they are put one after the other."""

_IN_BAND = {"h264": "h264_mp4toannexb", "hevc": "hevc_mp4toannexb", "vvc": "vvc_mp4toannexb"}
"""Filters that repeat the parameters of the decoder in the packets: those of parts may differ."""

_RATE = 48_000
_BLOCK = 1 << 20


def join(parts: Sequence[Path], target: Path, *, limits: Limits, room: Room) -> None:
    """Write parts, one after the other, into one file.

    Raises:
        VideoError: a part cannot be opened or has another codec than the first, or a limit is
            exceeded.
    """
    formats, codecs, hears = [], [], False
    for part in parts:
        with open_video(part, limits=limits) as container:
            stream = video_stream(container, part)
            formats.append(container.format.name)
            codecs.append(stream.codec_context.name)
            hears = hears or bool(container.streams.audio)
        if codecs[-1] != codecs[0]:
            raise VideoError(
                f"{part}: its pictures are {codecs[-1]}, those of {parts[0]} {codecs[0]}; convert"
                " one of them first"
            )
    if set(formats) <= _APPENDED and len(set(formats)) == 1:
        with target.open("wb") as file:
            for part in parts:
                _append(part, file.write, room)
        return
    # AVI has no times of presentation, which others need; in AVI again it needs none.
    kinds = ("avi",) if set(formats) == {"avi"} else ("mov", "matroska", "nut")
    for kind in kinds:
        try:
            _copy(parts, target, kind, hears, limits, room)
        except (av.error.FFmpegError, ValueError) as error:
            reason = error  # another container may take the codec
        else:
            return
    raise VideoError(
        f"{parts[0]}: {codecs[0]} cannot be joined ({first_line(reason)}); convert the parts first"
    ) from reason


def _append(part: Path, write: Callable[[bytes], object], room: Room) -> None:
    with part.open("rb") as file:
        while block := file.read(_BLOCK):
            room.take(len(block))
            write(block)


def _copy(
    parts: Sequence[Path], target: Path, kind: str, hears: bool, limits: Limits, room: Room
) -> None:
    """Copy the packets of the pictures, and the decoded sound, into a new container."""
    with av.open(str(target), "w", format=kind) as output:
        joiner = _Joiner(output, hears=hears, in_band=kind != "avi", room=room)
        for part in parts:
            with open_video(part, limits=limits) as container:
                joiner.add(part, container, video_stream(container, part))


class _Joiner:
    """Writer of parts, each after the end of the one before."""

    def __init__(self, output: Any, *, hears: bool, in_band: bool, room: Room) -> None:
        self._output = output
        self._hears = hears
        self._in_band = in_band
        self._room = room
        self._pictures: Any = None
        self._sound: Any = None
        self._samples = 0  # of sound, written so far
        self._last = -(1 << 62)  # time of decoding of the last packet, in ticks
        self._end = Fraction(0)  # seconds

    def add(self, part: Path, container: InputContainer, stream: VideoStream) -> None:
        """Copy one part."""
        new = self._pictures is None
        if new:
            self._pictures = self._output.add_stream_from_template(stream)
            self._pictures.time_base = self._base = stream.time_base or Fraction(1, 90_000)
        name = _IN_BAND.get(stream.codec_context.name) if self._in_band else None
        bits = None
        # Where start codes separate the units, the parameters are in the packets already.
        if name is not None and length_size(stream):
            bits = BitStreamFilterContext(name, stream, self._pictures if new else None)
        if new and self._hears:
            self._sound = self._output.add_stream("pcm_s16le", rate=_RATE)
            self._sound.layout = "stereo"
        offset, base = self._end, stream.time_base or self._base
        first: int | None = None
        hearing: _PartSound | None = None
        with contextlib.ExitStack() as stack:
            for packet in _packets(part, container, stream):
                stamp = packet.pts if packet.pts is not None else packet.dts
                if first is None:
                    first = stamp or 0
                    if self._sound is not None:
                        hearing = stack.enter_context(_PartSound(part, float(first * base)))
                decoded = packet.dts
                if stamp is not None:
                    ends = (stamp - first + (packet.duration or 0)) * base
                    self._end = max(self._end, offset + ends)
                for copied in [packet] if bits is None else bits.filter(packet):
                    self._write(copied, offset - first * base, base)
                if hearing is not None and decoded is not None:
                    self._hear(hearing, offset, offset + (decoded - first) * base)
            if hearing is not None:
                self._hear(hearing, offset, self._end)

    def _write(self, packet: Any, shift: Fraction, base: Fraction) -> None:
        self._room.take(packet.size)

        def ticks(stamp: int | None) -> int | None:
            return None if stamp is None else round((stamp * base + shift) / self._base)

        shown, decoded = ticks(packet.pts), ticks(packet.dts)
        decoded = max(self._last + 1, decoded if decoded is not None else self._last + 1)
        self._last = decoded
        if shown is None and not self._in_band:
            packet.pts = None
        else:
            packet.pts = max(decoded, decoded if shown is None else shown)
        packet.dts, packet.time_base = decoded, self._base
        packet.duration = round((packet.duration or 0) * base / self._base)
        packet.stream = self._pictures
        self._output.mux(packet)

    def _hear(self, sound: _PartSound, offset: Fraction, until: Fraction) -> None:
        """Write the sound of a part up to a second of the whole, a second of it at a time."""
        while (missing := round(until * _RATE) - self._samples) > 0:
            at = self._samples - round(offset * _RATE)
            block = sound.read(at, min(missing, _RATE))
            self._samples += block.shape[1]
            self._room.take(block.nbytes // 2)
            whole = np.clip(np.rint(block.T * 32_767), -32_768, 32_767).astype(np.int16)
            frame = av.AudioFrame.from_ndarray(whole.reshape(1, -1), "s16", "stereo")
            frame.sample_rate, frame.time_base = _RATE, Fraction(1, _RATE)
            frame.pts = self._samples - block.shape[1]
            self._output.mux(self._sound.encode(frame))


class _PartSound:
    """Sound of a part in stereo at the rate of the whole; silence where it has none."""

    def __init__(self, part: Path, origin: float) -> None:
        # A part may be several recordings itself.
        self._reader = SoundReader(part, origin=origin, steady=False)
        self._mixer = Mixer(layout="stereo", rate=_RATE)
        self._mixed = np.zeros((2, 0), np.float32)
        self._read = 0  # samples of the part's own rate

    def __enter__(self) -> _PartSound:
        return self

    def __exit__(self, *exception: object) -> None:
        self._reader.__exit__()

    def read(self, at: int, samples: int) -> Samples:
        """Return (2, samples) from sample ``at`` on; calls follow each other."""
        rate = self._reader.rate
        if rate is None:
            return np.zeros((2, samples), np.float32)
        count = round((at + samples) * rate / _RATE) - self._read
        layout = "mono" if self._reader.channels == 1 else "stereo"
        for block in self._reader.read(self._read / rate, max(0, count)):
            frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(block), "fltp", layout)
            frame.sample_rate, frame.pts, frame.time_base = rate, self._read, Fraction(1, rate)
            self._read += block.shape[1]
            mixed = [piece.to_ndarray() for piece in self._mixer(frame)]
            self._mixed = np.concatenate([self._mixed, *mixed], axis=1)
        out = self._mixed[:, :samples]
        self._mixed = self._mixed[:, samples:]
        # The resampler holds some samples back: they come with the next call.
        return out if out.shape[1] else np.zeros((2, samples), np.float32)


def _packets(part: Path, container: InputContainer, stream: VideoStream) -> Iterator[Any]:
    """Yield the packets of a part, as far as it can be read, with its recordings on one clock."""
    clock = PacketClock(container, stream, sound_stream(container, part))
    yield from read_packets(container, stream, DecodeStats(), clock=clock)
