"""One stream of frames that are copied and frames that are encoded anew.

Each kind of stream says in its own way how its frames are encoded:

- H.264: parameter sets have numbers.  Those of the encoder get one that is free, and stand in the
  header of the file beside those of the source.
- HEVC: encoders give no choice of the number, so that parameter sets stand in the stream (``hev1``
  in MP4): those of the encoder before its frames, those of the source before each of its key
  frames, to which a player may seek.
- AV1, MPEG-1, 2 and 4: headers stand in the stream as well; where the source has them in the header
  of its file alone they are put before its key frames.
- VP8 and VP9: a key frame says everything.
"""

from __future__ import annotations

from typing import Any

from av.packet import Packet
from av.video.stream import VideoStream

from vidgist.errors import VideoError
from vidgist.video.copy.encoders import FrameEncoder
from vidgist.video.copy.parameter_sets import (
    MOST_NUMBER,
    has_sets_of_hevc,
    numbers,
    numbers_in_header,
    sets_of_hevc,
    with_sets,
)
from vidgist.video.units import (
    after_cut,
    join_units,
    length_size,
    split_units,
    with_data,
)

_HEADERS = {
    "mpeg1video": (b"\0\0\x01\xb3",),
    "mpeg2video": (b"\0\0\x01\xb3",),
    "mpeg4": tuple(b"\0\0\x01" + bytes([0x20 | layer]) for layer in range(16)),
}
"""Start codes of headers: sequence (ITU-T H.262, 6.2.2.1), video object layer (MPEG-4 part 2)."""

_AV1_SEQUENCE = 1
_AV1_CONFIGURATION = 4
"""Bytes of AV1CodecConfigurationRecord before its sequence header."""


class Joints:
    """What makes one stream of copied and encoded frames.

    Args:
        video: the source's pictures.

    Attributes:
        header: that of the file; None for the source's.
        sets_in_stream: whether parameter sets stand in the stream.
    """

    def __init__(self, video: VideoStream) -> None:
        self._video = video
        self._kind = video.codec_context.codec.canonical_name
        self._header = bytes(video.codec_context.extradata or b"")
        self._length_size = length_size(video)
        self._numbers: set[int] = set()
        self._is_mixed = False
        self.header: bytes | None = None
        self.sets_in_stream = False

    def watch(self, packet: Packet[Any]) -> None:
        """Take notice of a packet that may be copied."""
        if self._kind == "h264":
            self._numbers |= numbers(bytes(packet), length_size=self._length_size)

    def free_number(self) -> int:
        """Return a number of parameter sets that the source does not use; 0 but for H.264.

        Raises:
            VideoError: it uses all.
        """
        if self._kind != "h264":
            return 0
        used = self._numbers | numbers_in_header(self._header)
        free = (number for number in range(MOST_NUMBER, -1, -1) if number not in used)
        number = next(free, None)
        if number is None:
            raise VideoError(f"{self._name}: every number of a parameter set is in use")
        return number

    def prepare(self, encoder: FrameEncoder) -> None:
        """Make room for the frames of an encoder; nothing is changed without it.

        Raises:
            VideoError: the header is full.
        """
        self._is_mixed = True
        self.sets_in_stream = self._kind == "hevc"
        if self._kind == "h264":
            self.header = with_sets(self._header, encoder.header())
            if self.header is None:
                raise VideoError(f"{self._name}: its header has no room for parameter sets")

    def encoded(self, data: bytes) -> bytes:
        """Return a packet of the encoder as the source has its own."""
        if self._kind not in ("h264", "hevc"):
            return data
        return join_units(split_units(data, length_size=0), length_size=self._length_size)

    def copied(self, packet: Packet[Any], *, first: bool) -> Packet[Any]:
        """Return a packet of the source as it stands beside encoded ones.

        Args:
            packet: of the source.
            first: whether another frame is before it than in the source.
        """
        if first:
            packet = after_cut(self._video, packet)
        if not (self._is_mixed and packet.is_keyframe and self._header):
            return packet
        data = bytes(packet)
        missing = self._missing(data)
        return with_data(packet, missing + data) if missing else packet

    def _missing(self, data: bytes) -> bytes:
        """Return the headers that a key frame lacks."""
        if self._kind == "hevc":
            if has_sets_of_hevc(split_units(data, length_size=self._length_size)):
                return b""
            return join_units(sets_of_hevc(self._header), length_size=self._length_size)
        if self._kind == "av1" and self._header[0] >> 7:
            begins = data[:1] and data[0] >> 3 & 15 == _AV1_SEQUENCE
            return b"" if begins else self._header[_AV1_CONFIGURATION:]
        codes = _HEADERS.get(self._kind, ())
        return b"" if not codes or any(code in data for code in codes) else self._header

    @property
    def _name(self) -> str:
        return self._video.container.name.removeprefix("file:")
