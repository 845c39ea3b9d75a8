"""Opening of video files, restricted to one local file and to limits.

FFmpeg follows playlists, scripts and references to other files and over the network.  Here it may
open regular local files only, with demuxers that read one file, and never what such a file refers
to.
"""

from __future__ import annotations

import contextlib
import errno
import io
import itertools
import math
import os
import re
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import av.error
from av.container import InputContainer
from av.stream import Disposition
from av.video.stream import VideoStream

from vidgist.errors import SettingError, VideoError
from vidgist.system.file_kind import HDF5, UNKNOWN, VIDEO, kind_of_bytes
from vidgist.video.protection import protection
from vidgist.video.spool import real_path

FORMATS = (
    # Files of phones, cameras, screens and the web.
    *("mov", "mp4", "matroska", "webm", "avi", "mpegts", "mpeg", "flv", "live_flv", "asf", "ogg"),
    *("mxf", "gxf", "nut", "wtv", "rm", "dv", "swf", "nsv", "nuv", "ivf", "mpegtsraw", "mjpeg"),
    *("h264", "hevc", "vvc", "h263", "m4v", "mpegvideo", "vc1", "av1", "obu", "avs2", "avs3"),
    *("cavsvideo", "dirac", "dnxhd", "ipu", "yuv4mpegpipe", "gif", "apng", "jpegxl_anim", "flic"),
    *("ipmovie", "roq", "smk", "bink", "xmv", "4xm", "mtv", "lmlm4", "kux", "pmp", "film_cpk"),
    # Recorders of surveillance cameras, and cameras of high speed.
    *("dhav", "ifv", "iv8", "cine"),
    # Files of sound, so that the message can be "no video in it".
    *("mp3", "wav", "w64", "flac", "aac", "ac3", "eac3", "aiff", "au", "caf", "amr", "ape", "wv"),
    *("tta", "dts", "truehd", "oma", "voc"),
)
"""Names of the allowed demuxers: none of them opens a second file.

Left out on purpose: hls, dash, imf, concat, sdp, rtsp (they refer to other files), image2 (its
names are patterns), mlv and vobsub (they look for further files), tty and the ANSI art formats
(they take any text), lavfi and capture devices.
"""

_PROBES_SAFELY = tuple(int(part) for part in av.__version__.split(".")[:2]) >= (17, 1)
"""Whether PyAV can be given options of decoders when it opens a file.

Before 17.1 it reads beyond the end of an array where streams appear later (MPEG program streams);
there, too large pictures are refused by `configure_decoder`, not while the file is opened.
"""

_TAGS: dict[str, Any] = (
    {"metadata_errors": "replace"} if int(av.__version__.split(".")[0]) < 19 else {}
)
"""What opens files whose tags are not UTF-8; from 19 on PyAV takes no other way."""

_GENERATE_TIMESTAMPS = 1  # AVFMT_FLAG_GENPTS
_MOVING = 5
"""Packets from which on a track counts as moving, as in FFmpeg's `av_find_best_stream`."""

_PACKETS = 1000
"""Packets that are read where a file does not say how many frames its tracks have."""

_PHOTO_BRANDS = frozenset(("avif", "heic", "heim", "heis", "heix", "hevm", "hevs", "mif1", "miaf"))
"""Major brands of the containers of photos (HEIF, AVIF)."""

_RESTARTS = 0x0200  # AVFMT_TS_DISCONT
_STILL = Disposition.attached_pic | Disposition.timed_thumbnails

_ADDRESS = re.compile(
    r"((?:https?|ftps?|sftp|rtsp|rtmps?|s3|gs):)//?([^/].*)", re.IGNORECASE | re.DOTALL
)

_PLAYLISTS = (b"#extm3u", b"ffconcat", b"[playlist]", b"<?xml", b"<smil", b"<asx", b"v=0")
"""First bytes, in small letters, of files that only refer to others."""


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Largest video that is accepted; raise the limits for files that you trust.

    Attributes:
        max_pixels: width times height of a picture; 8192 x 4320 (8K of cinemas) is allowed.
        max_hours: duration.
        max_streams: streams in the file, attachments included.
        max_spool_gb: gigabytes of the temporary file for standard input, pictures or parts.

    Example:
        >>> import vidgist
        >>> try:
        ...     vidgist.probe("demo.mp4", limits=Limits(max_pixels=100_000))
        ... except vidgist.VideoError as error:
        ...     print(str(error).partition(";")[0])
        demo.mp4: pictures of 640 x 360 are larger than the limit
    """

    max_pixels: int = 36_000_000
    max_hours: float = 24.0
    max_streams: int = 256
    max_spool_gb: float = 50.0

    def __post_init__(self) -> None:
        for name in ("max_pixels", "max_hours", "max_streams", "max_spool_gb"):
            if not getattr(self, name) > 0:
                raise SettingError(f"{name}: expected more than 0, got {getattr(self, name)}")

    @property
    def spool_bytes(self) -> int:
        """Bytes of the largest temporary file."""
        return int(min(self.max_spool_gb, 1e9) * 1e9)

    @property
    def seconds(self) -> float:
        """Longest duration in seconds."""
        return self.max_hours * 3600


NO_LIMITS = Limits(max_pixels=(1 << 31) - 1, max_hours=math.inf, max_streams=1 << 30)
"""For files that were held to their limits before, in the first pass over them."""


def open_video(
    path: str | os.PathLike[str], *, limits: Limits | None = None, skip: int = 0
) -> InputContainer:
    """Open a regular local file with FFmpeg.

    The name is taken literally, also where FFmpeg gives its characters a meaning.

    Args:
        path: the file.
        limits: what is accepted, default `Limits()`.
        skip: bytes of the file to leave out, for streams that begin late.

    Returns:
        The open container, to be used as a context manager.

    Raises:
        VideoError: it is missing, empty, not a file, not readable, not of a known format, refers to
            other files, or exceeds a limit.
    """
    limits = limits or Limits()
    path = Path(path)
    file = real_path(path)
    head = _read_head(file)
    if head.lower().startswith(_PLAYLISTS):
        raise VideoError(
            f"{path}: a playlist or script, not a video; give the video files that it names"
        )
    try:
        container: InputContainer = av.open(
            f"file:{os.path.abspath(file)}",  # noqa: PTH100 (resolve() would follow links)
            mode="r",
            **_TAGS,
            container_options={
                "protocol_whitelist": "file",
                "format_whitelist": ",".join(FORMATS),
                "enable_drefs": "0",
                "use_absolute_path": "0",
                **({"skip_initial_bytes": str(skip)} if skip else {}),
            },
            options={"max_pixels": str(limits.max_pixels)} if _PROBES_SAFELY else None,
        )
    except (av.error.FFmpegError, ValueError, OSError) as error:
        raise _open_error(path, head, error) from error
    # PyAV lets FFmpeg invent timestamps by looking ahead, and gets them wrong for H.264 in AVI.
    container.flags &= ~_GENERATE_TIMESTAMPS
    try:
        _check_limits(path, container, limits)
    except VideoError:
        container.close()
        raise
    return container


class Section(io.RawIOBase):
    """The bytes of a file from ``begin`` to ``end``, as a file."""

    def __init__(self, path: Path, begin: int, end: int) -> None:
        self._file = path.open("rb")
        self._at = 0
        self.path, self.begin, self.size = path, begin, end - begin

    def readable(self) -> bool:  # noqa: D102
        return True

    def seekable(self) -> bool:  # noqa: D102
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: D102
        self._file.seek(self.begin + self._at)
        data = self._file.read(min(len(buffer), max(0, self.size - self._at)))
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:  # noqa: D102
        self._at = max(0, offset + {os.SEEK_CUR: self._at, os.SEEK_END: self.size}.get(whence, 0))
        return self._at

    def close(self) -> None:  # noqa: D102
        self._file.close()
        super().close()


@contextlib.contextmanager
def open_section(
    path: Path, begin: int, end: int, *, kind: str
) -> Iterator[tuple[InputContainer, Section]]:
    """Open a part of a file whose format has neither header nor index.

    Args:
        path: a file that `open_video` has opened.
        begin: position of its first byte.
        end: position after its last byte.
        kind: name of the format.

    Raises:
        FFmpegError: there is nothing in it.
    """
    options = {"protocol_whitelist": "file"}
    with (
        Section(path, begin, end) as section,
        av.open(section, format=kind, **_TAGS, container_options=options) as part,
    ):
        part.flags &= ~_GENERATE_TIMESTAMPS
        yield part, section


def video_stream(container: InputContainer, path: str | os.PathLike[str]) -> VideoStream:
    """Return the video stream that a player would show: a track that moves, no cover or still.

    Raises:
        VideoError: there is none, it is a photo, or there is no decoder for it.
    """
    moving = [s for s in container.streams.video if not is_cover_art(s)]
    if not moving and not container.streams.video and not container.streams.audio:
        raise VideoError(f"{path}: no video in it; it is cut off, or another kind of file")
    if not moving:
        content = "only cover art" if container.streams.video else "no video"
        sound = " beside the sound" if container.streams.audio else ""
        raise VideoError(f"{path}: {content} in it{sound}; give a file with moving pictures")
    decodable = [s for s in moving if s.codec_context is not None]
    if not decodable:
        if encryption := protection(Path(path)):
            raise VideoError(f"{path}: encrypted ({encryption}); give a copy without protection")
        raise VideoError(
            f"{path}: its video has a codec without a decoder here; convert it to H.264 first"
        )
    frames = {s.index: s.frames for s in decodable}
    if len(decodable) > 1 and not all(frames.values()):
        frames = _first_packets(path, decodable)
    brand = container.metadata.get("major_brand", "")
    if brand in _PHOTO_BRANDS and max(frames.values()) <= 1:
        raise VideoError(f"{path}: a photo, not a video; give a file with moving pictures")

    def rank(stream: VideoStream) -> tuple[int, bool, int, int]:
        # As in FFmpeg's own choice, a track of a few pictures is behind one that moves.
        moving = min(frames[stream.index], _MOVING)
        area = (stream.codec_context.width or 0) * (stream.codec_context.height or 0)
        return moving, bool(stream.disposition & Disposition.default), area, -stream.index

    return max(decodable, key=rank)


def _first_packets(path: str | os.PathLike[str], streams: Sequence[VideoStream]) -> dict[int, int]:
    """Return how many packets of each stream the beginning of a file holds, `_MOVING` at most."""
    counts = dict.fromkeys((stream.index for stream in streams), 0)
    with (
        open_video(path, limits=NO_LIMITS) as container,
        contextlib.suppress(av.error.FFmpegError, IndexError),
    ):
        known = [s for s in container.streams.video if s.index in counts]
        for packet in itertools.islice(container.demux(known), _PACKETS):
            counts[packet.stream.index] += packet.size > 0
            if min(counts.values()) >= _MOVING:
                break
    return counts


def restarts(container: InputContainer) -> bool:
    """Return whether the clock of a container of this kind may start anew anywhere."""
    return bool(container.format.flags & _RESTARTS)


def is_cover_art(stream: VideoStream) -> bool:
    """Return whether a stream is cover art or thumbnails, which is not the video."""
    return bool(stream.disposition & _STILL)


def duration_error(path: str | os.PathLike[str], limits: Limits) -> VideoError:
    """Return the error for a video that is longer than the limit."""
    return VideoError(
        f"{os.fspath(path)}: longer than the limit of {limits.max_hours:g} hours;"
        f" raise max_hours={limits.max_hours:g} if you trust the file"
    )


def _read_head(path: Path) -> bytes:
    """Return the first bytes of the file, without what may stand before a playlist."""
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise VideoError(f"{path}: a folder, not a video; give the files in it")
        if not stat.S_ISREG(status.st_mode):
            raise VideoError(f"{path}: not a regular file; copy the video to a disk first")
        with path.open("rb") as file:
            head = file.read(64)
    except FileNotFoundError:
        if address := _ADDRESS.match(str(path)):
            # `Path` has removed the second slash.
            raise VideoError(
                f"{address[1]}//{address[2]}: an address, not a file; download the video first"
            ) from None
        raise VideoError(
            f"{path}: no such file; check the name (only files on this machine are read)"
        ) from None
    except PermissionError:
        raise VideoError(f"{path}: not readable; check its permissions") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise VideoError(f"{path}: cannot be opened ({reason}); check the name") from error
    if not head:
        raise VideoError(f"{path}: an empty file (0 bytes); copy or download it again")
    return head.removeprefix(b"\xef\xbb\xbf").lstrip()


def _open_error(path: Path, head: bytes, error: Exception) -> VideoError:
    kind = kind_of_bytes(head)
    if kind == HDF5:
        return VideoError(
            f"{path}: is an HDF5 file, not a video; vidgist score and vidgist evaluate take"
            " features in HDF5 files"
        )
    if kind not in (VIDEO, UNKNOWN):
        return VideoError(f"{path}: is {kind}, not a video; check the name, or download it again")
    number = getattr(error, "errno", None)
    if number == errno.EINVAL:
        return VideoError(
            f"{path}: not a kind of video file that is read here"
            " (pictures, subtitles, playlists and scripts are not); convert it to MP4 first"
        )
    if number == errno.ENOMEM:
        return VideoError(f"{path}: FFmpeg ran out of memory opening it; the file may be damaged")
    return VideoError(
        f"{path}: not a video, or damaged beyond reading (no valid header found);"
        " check that it is complete and plays elsewhere"
    )


def _check_limits(path: Path, container: InputContainer, limits: Limits) -> None:
    count = len(container.streams)
    if count > limits.max_streams:
        raise VideoError(
            f"{path}: {count} streams are more than the limit;"
            f" raise max_streams={limits.max_streams} if you trust the file"
        )
    for stream in container.streams.video:
        if stream.codec_context is None:
            continue
        width, height = stream.codec_context.width, stream.codec_context.height
        if width * height > limits.max_pixels:
            raise VideoError(
                f"{path}: pictures of {width} x {height} are larger than the limit;"
                f" raise max_pixels={limits.max_pixels} if you trust the file"
            )
    # Where clocks may start anew, the difference of first and last timestamp is no duration.
    seconds = (container.duration or 0) / av.time_base
    if seconds > limits.seconds and not restarts(container):
        raise duration_error(path, limits)
