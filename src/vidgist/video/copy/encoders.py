"""Encoders that give a stream a few more frames of its own kind.

They take the source's size, pixel format, colors, fields and shape of pixels; quality is high
enough that nothing is lost that a viewer could see.  No frame refers to a later one, so that each
packet is the next frame that is shown.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Any

import av
import av.error
from av.codec import Codec, CodecContext
from av.codec.codec import UnknownCodecError
from av.container import InputContainer
from av.video.stream import VideoStream

from vidgist.errors import VideoError
from vidgist.video.hdr import encoder_options
from vidgist.video.headers import picture_header
from vidgist.video.units import length_size, split_units

_GLOBAL_HEADER = 1 << 22  # AV_CODEC_FLAG_GLOBAL_HEADER
_INTERLACED = 1 << 18 | 1 << 29  # AV_CODEC_FLAG_INTERLACED_DCT and _ME
_INTRA, _PREDICTED = 1, 2  # AV_PICTURE_TYPE_I, _P

_MOST_DELAY = 2
"""Frames held back for B-frames.  Headers announce as many as those of the source, although there
are no B-frames: else players would change the delay within the clip, or lose what they hold."""
_KEY_EVERY = 250  # frames, as encoders have it
_PROGRESSIVE = (0, 1)  # AV_FIELD_UNKNOWN, AV_FIELD_PROGRESSIVE

_QUANTIZER = 2 * 118  # times FF_QP2LAMBDA
_SCALED = {"flags": "+qscale", "global_quality": str(_QUANTIZER), "bf": "0"}
_VPX = {"deadline": "realtime", "cpu-used": "5", "lag-in-frames": "0", "auto-alt-ref": "0"}

_ENCODERS: Mapping[str, Mapping[str, Mapping[str, str]]] = {
    "h264": {"libx264": {"preset": "ultrafast", "crf": "14"}},
    "hevc": {"libx265": {"crf": "14"}},
    "vp9": {"libvpx-vp9": {**_VPX, "crf": "12", "b": "0"}},
    "vp8": {"libvpx": {**_VPX, "crf": "4", "b": "200M"}},
    "av1": {"libsvtav1": {"preset": "8", "crf": "8", "svtav1-params": "pred-struct=1"}},
    "mpeg2video": {"mpeg2video": _SCALED},
    "mpeg1video": {"mpeg1video": _SCALED},
    "mpeg4": {"mpeg4": _SCALED},
}
"""Encoders of each codec, the best first, with their options."""

_SAME = (
    *("width", "height", "pix_fmt", "sample_aspect_ratio"),
    *("color_range", "color_primaries", "color_trc", "colorspace"),
)
"""What encoders take from the source as it is."""

_FIELDS = frozenset(("h264", "mpeg2video", "mpeg4"))
"""Codecs whose encoder takes interlaced frames as they are."""

_PROFILES = {66: "baseline", 77: "main", 100: "high", 110: "high10", 122: "high422"}
"""Profiles of H.264 by their number, as x264 names them."""

_SEQUENCE = 7
"""Kind of the units of H.264 that hold profile and level."""


def encode_problem(container: InputContainer, stream: VideoStream) -> str:
    """Return why frames cannot be added to a stream, as the rest of a sentence; "" where they can.

    Where every frame is a key frame nothing is ever added.
    """
    context: Any = stream.codec_context
    name = context.codec.canonical_name
    if context.codec.intra_only:
        return ""
    codec = _codec(name)
    if codec is None:
        return f"there is no encoder for {context.codec.long_name} here"
    if context.pix_fmt not in {f.name for f in codec.video_formats or ()}:
        return f"the encoder {codec.name} does not take its pixel format {context.pix_fmt}"
    if stream.metadata.get("alpha_mode") == "1":
        return "its pictures are transparent"
    if name not in _FIELDS and _field_order(context) not in _PROGRESSIVE:
        return f"the encoder {codec.name} does not take interlaced pictures"
    dolby = picture_header(container, stream).dolby_vision
    if dolby is not None and not dolby.has_base_layer:
        return "its colors are those of Dolby Vision alone, for which there is no encoder"
    return ""


class FrameEncoder:
    """Encoder of frames as those of a stream.

    Args:
        stream: of an open file.
        number: of the parameter sets, for H.264.
    """

    def __init__(self, stream: VideoStream, *, number: int = 0) -> None:
        source: Any = stream.codec_context
        codec = _codec(source.codec.canonical_name)
        assert codec is not None, "see encode_problem"
        self._codec, self._stream, self._number = codec, stream, number
        rate = Fraction(stream.guessed_rate or stream.average_rate or 25)
        self._rate = rate.limit_denominator(1001) if 0 < rate <= 1000 else Fraction(25)
        # All encoders have the same parameters: decoding may change those of the source.
        self._delay = min(_delay(source), _MOST_DELAY)
        self._flags = 0 if _field_order(source) in _PROGRESSIVE else _INTERLACED
        self._fields = {
            name: getattr(source, name) for name in _SAME if getattr(source, name, None) is not None
        }

    def header(self) -> bytes:
        """Return the parameter sets of the frames, as units with start codes."""
        with self._errors():
            return bytes(self._open(None).extradata or b"")

    def encode(self, frames: Iterable[av.VideoFrame]) -> Iterator[tuple[bytes, bool]]:
        """Yield (packet, whether it is a key frame) of each frame, in order; the first is one."""
        context: Any = None
        pending = 0
        with self._errors():
            for number, frame in enumerate(frames):
                if context is None:
                    context = self._open(frame)
                if (frame.width, frame.height, frame.format.name) != (
                    context.width,
                    context.height,
                    context.pix_fmt,
                ):
                    raise VideoError(f"{self._name}: the size or format of its pictures changes")
                frame.pts, frame.time_base = number, 1 / self._rate
                frame.pict_type = _PREDICTED if number % _KEY_EVERY else _INTRA
                pending += 1
                for packet in context.encode(frame):
                    pending -= 1
                    yield bytes(packet), packet.is_keyframe
            for packet in context.encode(None) if context is not None else ():
                pending -= 1
                yield bytes(packet), packet.is_keyframe
        if pending:
            raise VideoError(f"{self._name}: {self._codec.name} gives another number of frames")

    def _open(self, frame: av.VideoFrame | None) -> Any:
        context: Any = CodecContext.create(self._codec.name, "w")
        for name, value in self._fields.items():
            setattr(context, name, value)
        context.time_base, context.framerate = 1 / self._rate, self._rate
        context.flags |= self._flags
        kind = self._codec.canonical_name
        options = dict(_ENCODERS[kind][self._codec.name])
        if kind == "h264":
            # Parameter sets go into the header of the file, and nowhere else.
            context.flags |= _GLOBAL_HEADER
            options |= {"x264-params": f"sps-id={self._number}", **_profile(self._stream)}
            options |= {
                "bf": str(self._delay),
                "b-pyramid": "normal" if self._delay > 1 else "none",
            }
        elif kind == "hevc" and frame is not None:
            options = {**encoder_options(frame, preset="ultrafast"), **options}
            frames = f"bframes={self._delay}:b-pyramid={self._delay // 2}"
            options["x265-params"] += f":open-gop=0:info=0:{frames}"
        elif kind == "mpeg4":
            options["bf"] = str(min(self._delay, 1))
        elif kind == "av1":
            os.environ.setdefault("SVT_LOG", "1")  # it prints a dozen lines otherwise
        context.options = options
        context.open()
        return context

    @property
    def _name(self) -> str:
        return self._stream.container.name.removeprefix("file:")

    @contextlib.contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except (av.error.FFmpegError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise VideoError(
                f"{self._name}: {self._codec.name} cannot encode its pictures ({reason})"
            ) from error


def _codec(name: str) -> Codec | None:
    """Return the first encoder of a codec that is here, None where there is none."""
    for encoder in _ENCODERS.get(name, ()):
        with contextlib.suppress(UnknownCodecError):
            return Codec(encoder, "w")
    return None


def _field_order(context: Any) -> int:
    """Return the order of fields of a stream (AVFieldOrder)."""
    return int(getattr(context, "field_order", 0))


def _delay(context: Any) -> int:
    """Return how many frames a decoder holds back to put them in order."""
    return int(getattr(context, "reorder_depth", context.has_b_frames))


def _profile(stream: VideoStream) -> dict[str, str]:
    """Return x264's options for profile and level of a stream: no more than it announces."""
    header = bytes(stream.codec_context.extradata or b"")
    if header[:1] != b"\x01":
        units = split_units(header, length_size=length_size(stream))
        header = next((unit for unit in units if unit and unit[0] & 31 == _SEQUENCE), b"")
    if len(header) < 4:
        return {}
    options = {"level": str(header[3])}
    if profile := _PROFILES.get(header[1]):
        options["profile"] = profile
    return options
