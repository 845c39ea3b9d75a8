"""Numbered pictures and animated WebP as one video, without loss, in a temporary file.

Each picture is one packet: PNG, JPEG and DPX files as they are, others as PNG.  They are opened one
by one, by names that were listed here; no name is handed to FFmpeg as a pattern.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

import av
from PIL import Image, ImageOps, UnidentifiedImageError

from vidgist.errors import VideoError, first_line
from vidgist.video.container import Limits
from vidgist.video.spool import Room

_COPIED = {".png": "png", ".jpg": "mjpeg", ".jpeg": "mjpeg", ".jpe": "mjpeg", ".dpx": "dpx"}
"""Endings of the pictures that are copied, and FFmpeg's names of their codecs."""

_CONVERTED = frozenset(
    (".webp", ".bmp", ".tif", ".tiff", ".tga", ".ppm", ".pgm", ".pnm", ".jp2", ".avif", ".sgi")
)
"""Endings of the pictures that Pillow reads."""

PICTURE_ENDINGS = frozenset((*_COPIED, *_CONVERTED))

_FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "TIFF", "TGA", "PPM", "JPEG2000", "AVIF", "SGI")
"""Pillow's names of what is read; others, such as EPS, may start programs."""

_NUMBERED = re.compile(r"(.*?)(\d+)", re.DOTALL)
_PLACEHOLDER = re.compile(r"%(?:0(\d{1,2}))?d")

_PIXEL_FORMATS = {"png": "rgb24", "mjpeg": "yuvj420p", "dpx": "gbrp10be"}

_MILLISECONDS = Fraction(1, 1000)


def numbered(path: Path) -> list[Path]:
    """Return numbered pictures in order: of ``shot/%04d.png``, or of a folder of nothing else.

    A folder counts if its pictures have one name, one ending and different numbers, at least two;
    other files beside them do not matter, unless they are pictures, too.
    """
    if _PLACEHOLDER.search(path.name):
        return _of_pattern(path)
    groups: dict[tuple[str, str], list[tuple[int, Path]]] = {}
    for name in _names(path):
        file = path / name
        ending = file.suffix.lower()
        if name.startswith(".") or ending not in PICTURE_ENDINGS:
            continue
        if not (match := _NUMBERED.fullmatch(file.stem)):
            return []
        groups.setdefault((match[1], ending), []).append((int(match[2]), file))
    if len(groups) != 1:
        return []
    ((_, pictures),) = groups.items()
    return [file for _, file in sorted(pictures)] if len(pictures) > 1 else []


def _of_pattern(path: Path) -> list[Path]:
    placeholder = _PLACEHOLDER.search(path.name)
    assert placeholder is not None
    before, after = path.name[: placeholder.start()], path.name[placeholder.end() :]
    digits = f"\\d{{{int(placeholder[1] or 1)},}}"
    name = re.compile(f"{re.escape(before)}({digits}){re.escape(after)}", re.DOTALL)
    found = [(int(m[1]), path.parent / n) for n in _names(path.parent) if (m := name.fullmatch(n))]
    return [file for _, file in sorted(found)]


def _names(folder: Path) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            return [entry.name for entry in entries if entry.is_file()]
    except OSError:
        return []


def is_animation(path: Path) -> bool:
    """Return whether a file is an animated WebP, which FFmpeg does not read; never raises."""
    try:
        if not path.is_file():
            return False
        with path.open("rb") as file:
            head = file.read(21)
    except (OSError, ValueError):
        return False
    return head[:4] == b"RIFF" and head[8:16] == b"WEBPVP8X" and bool(head[20] & 2)


def write_pictures(
    files: Sequence[Path], target: Path, *, rate: Fraction, limits: Limits, room: Room
) -> None:
    """Write pictures as the frames of a video.

    Raises:
        VideoError: one cannot be read, or a limit is exceeded.
    """
    codec = _COPIED.get(files[0].suffix.lower(), "png")

    def packets() -> Iterator[tuple[bytes, int]]:
        for file in files:
            copied = _COPIED.get(file.suffix.lower()) == codec
            yield (_bytes_of(file) if copied else _as_png(file, limits)), 1

    size = _size_of(files[0], limits)
    _write(packets(), target, codec=codec, size=size, tick=1 / rate, room=room)


def write_animation(path: Path, target: Path, *, limits: Limits, room: Room) -> None:
    """Write the frames of an animated WebP, each for its own time.

    Raises:
        VideoError: it cannot be read, or a limit is exceeded.
    """

    def packets(image: Image.Image) -> Iterator[tuple[bytes, int]]:
        for number in range(getattr(image, "n_frames", 1)):
            image.seek(number)
            image.load()  # only then the time is known
            shown = int(image.info.get("duration", 0))
            # Browsers show frames without a time for a tenth of a second.
            yield _png(image), shown if shown > 10 else 100

    with _opened(path, limits) as image:
        _write(packets(image), target, codec="png", size=image.size, tick=_MILLISECONDS, room=room)


def _write(
    pictures: Iterable[tuple[bytes, int]],
    target: Path,
    *,
    codec: str,
    size: tuple[int, int],
    tick: Fraction,
    room: Room,
) -> None:
    """Write pictures, (bytes, ticks that it is shown) each, as the packets of a QuickTime file."""
    with av.open(str(target), "w", format="mov") as output:
        stream: Any = output.add_stream(codec, rate=1 / tick)
        stream.width, stream.height = size
        stream.pix_fmt = _PIXEL_FORMATS[codec]
        stream.time_base = tick
        stamp = 0
        for data, shown in pictures:
            room.take(len(data))
            packet = av.Packet(data)
            packet.stream = stream
            packet.pts = packet.dts = stamp
            packet.time_base, packet.duration = tick, shown
            packet.is_keyframe = True
            output.mux(packet)
            stamp += shown


def _size_of(file: Path, limits: Limits) -> tuple[int, int]:
    if file.suffix.lower() != ".dpx":
        with _opened(file, limits) as image:
            return image.size
    head = _bytes_of(file)[:780]
    order: Literal["big", "little"] = "big" if head[:4] == b"SDPX" else "little"
    if len(head) < 780 or head[:4] not in (b"SDPX", b"XPDS"):
        raise VideoError(f"{file}: not a DPX picture, or damaged; leave it out")
    width, height = (int.from_bytes(head[at : at + 4], order) for at in (772, 776))
    return width, height


def _bytes_of(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise VideoError(f"{file}: cannot be read ({error.strerror}); check the name") from error


def _as_png(file: Path, limits: Limits) -> bytes:
    with _opened(file, limits) as image:
        return _png(ImageOps.exif_transpose(image))


def _png(image: Image.Image) -> bytes:
    if image.mode not in ("RGB", "RGBA", "L", "LA", "I;16"):
        image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    data = io.BytesIO()
    image.save(data, "PNG", compress_level=1)
    return data.getvalue()


@contextlib.contextmanager
def _opened(file: Path, limits: Limits) -> Iterator[Image.Image]:
    """Open a picture within the limits; errors on the way name the file."""
    try:
        with Image.open(file, formats=_FORMATS) as image:
            width, height = image.size
            if width * height > limits.max_pixels:
                raise VideoError(
                    f"{file}: a picture of {width} x {height} is larger than the limit;"
                    f" raise max_pixels={limits.max_pixels} if you trust the file"
                )
            yield image
    except UnidentifiedImageError as error:
        raise VideoError(f"{file}: not a picture, or damaged; leave it out") from error
    except (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError) as error:
        raise VideoError(f"{file}: cannot be read ({first_line(error)}); leave it out") from error
