"""Encoding to files that play everywhere: H.264 (yuv420p) and AAC, in MP4.

HDR pictures that are kept as they are become HEVC of 10 bits (see `vidgist.video.hdr`).

Frames keep their own times: the time base is a multiple of the frame rate's numerator (30,000 for
29.97) of at least 90,000 ticks a second, so that no rounding is visible or adds up.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeAlias

import av
import numpy as np
import numpy.typing as npt
from av.video.reformatter import Interpolation

from vidgist.errors import OutputError
from vidgist.video.encode_extras import CaptionTrack, Extras, write_chapters
from vidgist.video.hdr import ENCODER, PIXEL_FORMAT, TAG, encoder_options
from vidgist.video.pixels import CONVERTIBLE, RGB, UNSPECIFIED, fix_color_matrix, to_rgb
from vidgist.video.tone import ToneMapper, is_hdr

Samples: TypeAlias = npt.NDArray[np.float32]

MAX_SIDE = 8192
"""Longest side of a clip in pixels: the limit of H.264 decoders."""

MIN_SIDE = 16
"""Shortest side: one macroblock, which some decoders need."""

VIDEO_OPTIONS = {"crf": "23", "bf": "0", "forced-idr": "1"}
# Without B-frames the order of decoding is that of display. MP4 keeps durations in the order of
# decoding only, so that with them varying frame rates end at the wrong time in many players.

TICKS = 90_000

MADE_BY = "a summary by vidgist"
"""Comment in every summary.mp4 and summary.gif; files with it are not summarized again."""

LIMITED_RANGE, FULL_RANGE = 1, 2  # AVCOL_RANGE_MPEG, AVCOL_RANGE_JPEG


def ticks_per_second(frame_rate: float) -> int:
    """Return a time base in which frames of that rate (0: unknown) start on whole ticks.

    >>> ticks_per_second(25), ticks_per_second(30000 / 1001)
    (90000, 90000)
    """
    rate = Fraction(frame_rate).limit_denominator(1001)
    if rate <= 0 or rate.numerator > TICKS * 10:
        return TICKS
    return rate.numerator * math.ceil(TICKS / rate.numerator)


def even_size(width: int, height: int) -> tuple[int, int]:
    """Return the size with even sides between `MIN_SIDE` and `MAX_SIDE`, as 4:2:0 color needs.

    >>> even_size(853, 480)
    (854, 480)
    """
    shrink = min(1.0, MAX_SIDE / max(width, height))

    def side(pixels: int) -> int:
        whole = round(pixels * shrink)
        return max(MIN_SIDE, min(whole + whole % 2, MAX_SIDE))

    return side(width), side(height)


@dataclass(frozen=True)
class SoundFormat:
    """A track of sound to be encoded.

    Attributes:
        rate: samples a second.
        channels: 1 or 2.
        language: code, or "".
        title: for people, or "".
    """

    rate: int
    channels: int = 2
    language: str = ""
    title: str = ""


class ClipEncoder:
    """Encoder of one MP4 file, or Matroska file by its ending; a context manager.

    The first picture determines the size and the color tags; later ones are scaled to it.

    Args:
        path: the file; replaced if it exists.
        frame_rate: average frames a second, a hint; 0.0 where unknown.
        sounds: the tracks of sound; players take the first.
        preset: of x264, from `ultrafast` to `veryslow` (slower gives smaller files).
        subject: name of the file in error messages; default ``path``.
        comment: for the file's metadata.
        extras: tags, chapters and subtitles.
    """

    def __init__(
        self,
        path: Path,
        *,
        frame_rate: float = 0.0,
        sounds: Sequence[SoundFormat] = (),
        preset: str = "superfast",
        subject: str | None = None,
        comment: str = "",
        extras: Extras | None = None,
    ) -> None:
        self._subject = subject or str(path)
        self._options = {**VIDEO_OPTIONS, "preset": preset}
        self._ticks = ticks_per_second(frame_rate)
        hint = Fraction(frame_rate).limit_denominator(1001)
        self._rate = hint if 0 < hint <= 1000 else Fraction(25)
        self._sounds = tuple(sounds)
        self._extras = extras or Extras()
        # "file:" keeps a name such as "http:x.mp4" from being taken for an address.
        # Time base of the whole file: milliseconds, the default, would round the duration up.
        mp4 = {"movflags": "+faststart", "movie_timescale": str(self._ticks)}
        name, options = ("matroska", {}) if path.suffix == ".mkv" else ("mp4", mp4)
        self._container = av.open(f"file:{path.absolute()}", "w", format=name, options=options)
        self._container.metadata.update(self._extras.tags)
        if comment:
            self._container.metadata["comment"] = comment
        self._video: Any = None
        self._tracks: list[Any] = []
        self._captions: CaptionTrack | None = None
        self._pixel_format = "yuv420p"
        self._tone = ToneMapper()
        self._last = -1
        self._durations: dict[int, int] = {}
        self._sent = [0] * len(self._sounds)

    def picture(self, frame: av.VideoFrame, *, start: float, end: float, cut: bool = False) -> None:
        """Add a picture that is shown from ``start`` to ``end`` seconds of the clip.

        Pictures come in order. ``cut`` makes a key frame, to which players can seek.
        """
        tick = round(start * self._ticks)
        if tick <= self._last:
            return  # two frames at one time: keep the first
        with self._errors():
            if self._video is None:
                self._open(frame)
            if is_hdr(frame) and self._pixel_format != PIXEL_FORMAT:
                frame = self._tone(frame)  # it began as SDR
            frame = self._convert(frame)
            self._last = frame.pts = tick
            frame.time_base = Fraction(1, self._ticks)
            # Rounded down: the last picture ends with the clip, which must not be too long.
            self._durations[tick] = max(1, int(end * self._ticks + 1e-3) - tick)
            frame.pict_type = 1 if cut else 0  # AV_PICTURE_TYPE_I, or the encoder's own choice
            if self._captions is not None:
                self._captions.upto(start)
            self._mux_pictures(self._video.encode(frame))

    def sound(self, samples: Samples, *, track: int = 0) -> None:
        """Add the next samples of a track, (channels, n) float32 in [-1, 1]; after a picture."""
        if not self._tracks or samples.shape[1] == 0:
            return
        audio = self._tracks[track]
        with self._errors():
            block = np.ascontiguousarray(np.clip(samples, -1.0, 1.0), dtype=np.float32)
            layout = _layout(self._sounds[track])
            frame = av.AudioFrame.from_ndarray(block, format="fltp", layout=layout)
            frame.sample_rate = audio.rate
            frame.time_base = Fraction(1, audio.rate)
            frame.pts = self._sent[track]
            self._sent[track] += samples.shape[1]
            self._container.mux(audio.encode(frame))

    def n_samples(self, track: int = 0) -> int:
        """Return the samples of a track added so far."""
        return self._sent[track]

    def __enter__(self) -> ClipEncoder:
        return self

    def __exit__(self, kind: type[BaseException] | None, *exception: object) -> None:
        if kind is not None:
            with contextlib.suppress(Exception):
                self._container.close()
            return
        with self._errors():
            if self._video is not None:
                self._mux_pictures(self._video.encode(None))
            for audio in self._tracks:
                self._container.mux(audio.encode(None))
            if self._captions is not None:
                self._captions.upto(math.inf)
            self._container.close()

    def _open(self, frame: av.VideoFrame) -> None:
        width, height = even_size(frame.width, frame.height)
        self._matrix = _matrix(frame, height)
        if is_hdr(frame):
            self._pixel_format = PIXEL_FORMAT
            options = encoder_options(frame, preset=self._options["preset"])
            video: Any = self._container.add_stream(ENCODER, self._rate, options)
            video.codec_context.codec_tag = TAG
        else:
            video = self._container.add_stream("libx264", self._rate, self._options)
        video.width, video.height, video.pix_fmt = width, height, self._pixel_format
        video.time_base = video.codec_context.time_base = Fraction(1, self._ticks)
        video.codec_context.thread_count = 0  # as many as the machine has
        video.color_range = LIMITED_RANGE
        video.colorspace = self._matrix
        video.color_primaries, video.color_trc = _tags(frame)
        self._video = video
        _tell(video, language=self._extras.language)
        if self._extras.timecode:
            video.metadata["timecode"] = self._extras.timecode
        for sound in self._sounds:
            audio: Any = self._container.add_stream("aac", sound.rate)
            audio.layout = _layout(sound)
            audio.bit_rate = 96_000 if sound.channels == 1 else 160_000
            _tell(audio, language=sound.language, title=sound.title)
            self._tracks.append(audio)
        if self._extras.captions:
            self._captions = CaptionTrack(self._container, self._extras)
        write_chapters(self._container, self._extras.chapters, ticks=self._ticks)

    def _mux_pictures(self, packets: list[av.Packet[Any]]) -> None:
        for packet in packets:
            # Encoders do not pass the duration on, and for the last frame nothing else gives it.
            packet.duration = self._durations.pop(int(packet.pts or 0))
            self._container.mux(packet)

    def _convert(self, frame: av.VideoFrame) -> av.VideoFrame:
        """Return the frame in the clip's size, pixel format, matrix and limited range."""
        if any(component.is_alpha for component in frame.format.components):
            frame = av.VideoFrame.from_ndarray(to_rgb(frame), format="rgb24")
        full = frame.color_range == FULL_RANGE or frame.format.name.startswith("yuvj")
        same_size = (frame.width, frame.height) == (self._video.width, self._video.height)
        if frame.format.name == self._pixel_format and same_size and not full:
            return frame
        frame = fix_color_matrix(frame)
        matrix = self._matrix if self._matrix in CONVERTIBLE else UNSPECIFIED
        return frame.reformat(
            width=self._video.width,
            height=self._video.height,
            format=self._pixel_format,
            src_colorspace=matrix if frame.format.is_rgb else frame.colorspace,
            dst_colorspace=matrix,
            src_color_range=FULL_RANGE if full or frame.format.is_rgb else LIMITED_RANGE,
            dst_color_range=LIMITED_RANGE,
            interpolation=Interpolation.BICUBIC if not same_size else Interpolation.BILINEAR,
        )

    def _errors(self) -> contextlib.AbstractContextManager[None]:
        return writing_errors(
            f"{self._subject}: cannot be encoded",
            advice="leave 'mp4' out of the outputs to get the other results",
        )


@contextlib.contextmanager
def writing_errors(failed: str, *, advice: str) -> Iterator[None]:
    """Turn errors of FFmpeg while a clip is written into `OutputError`.

    Args:
        failed: what cannot be done; the reason comes after it.
        advice: what to do.
    """
    try:
        yield
    except av.error.FFmpegError as error:
        if isinstance(error, OSError) and error.errno is not None and error.errno > 0:
            raise  # full disk and the like: `vidgist.system.files` makes the message
        raise OutputError(f"{failed} ({error.strerror}); {advice}") from error


def _layout(sound: SoundFormat) -> str:
    return "mono" if sound.channels == 1 else "stereo"


def _tell(stream: Any, *, language: str = "", title: str = "") -> None:
    if language:
        stream.metadata["language"] = language
    if title:
        # Players show one or the other.
        stream.metadata["title"] = stream.metadata["handler_name"] = title


def _matrix(frame: av.VideoFrame, height: int) -> int:
    """Return the clip's color matrix (AVColorSpace): the source's or, for RGB, the usual one."""
    if frame.format.is_rgb or frame.colorspace == RGB:
        return 1 if height >= 720 else 6  # BT.709 for HD, else SMPTE 170M, as players guess
    return frame.colorspace


def _tags(frame: av.VideoFrame) -> tuple[int, int]:
    """Return the frame's primaries and transfer characteristic (FFmpeg's numbers)."""
    # PyAV before 17 does not have them; players then take those of the matrix.
    primaries = getattr(frame, "color_primaries", UNSPECIFIED)
    transfer = getattr(frame, "color_trc", UNSPECIFIED)
    return primaries or UNSPECIFIED, transfer or UNSPECIFIED
