"""Inputs that are no single file, by their names: parts, pictures, standard input, another rate.

=====================  ====================================================================
``a.vob + b.vob``      files that are one video: they follow each other
``shot/%04d.png``      numbered pictures, in the order of their numbers
``shot/``              a folder of numbered pictures
``-``                  standard input
``NAME @ 24``          any of these, or a file, at 24 frames a second
=====================  ====================================================================

A path that exists as a file is that file, whatever its name.  `prepare_input` makes one temporary
file of the rest, which is then read as every file is; names in messages and results stay those
given.
"""

from __future__ import annotations

import hashlib
import os
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from vidgist.errors import InputError, SettingError, VideoError
from vidgist.system.fingerprint import content_fingerprint
from vidgist.video.container import Limits
from vidgist.video.joined import join
from vidgist.video.pictures import is_animation, numbered, write_animation, write_pictures
from vidgist.video.spool import Room, is_spooled, keep, new_file, real_path

STANDARD_INPUT = "-"
_JOINT = " + "
_RATE = re.compile(r"(.+) @ (\d+(?:\.\d+)?|\d+/\d+)", re.DOTALL)

DEFAULT_RATE = Fraction(25)
"""Pictures a second of a sequence, as FFmpeg takes them."""

_BLOCK = 1 << 20


@dataclass(frozen=True)
class Source:
    """What a name stands for.

    Attributes:
        name: as it was given, without the rate.
        files: the files to read, in order; none for standard input.
        kind: `file`, `parts`, `pictures` or `stdin`.
        rate: frames a second that replace those of the file, None for its own.
    """

    name: str
    files: tuple[Path, ...]
    kind: str = "file"
    rate: Fraction | None = None

    @property
    def note(self) -> str | None:
        """What the user should know of the source, in one sentence."""
        if self.kind != "pictures" or self.rate is not None:
            return None
        return (
            f"{len(self.files)} pictures, taken as {DEFAULT_RATE} a second; for another rate name"
            f" it '{self.name} @ 12'"
        )

    @property
    def is_there(self) -> bool:
        """Whether its files exist; never raises."""
        return all(os.path.isfile(file) for file in self.files)  # noqa: PTH113

    @property
    def stem(self) -> str:
        """Name for results: of the first part, the folder of pictures, or ``stdin``."""
        if self.kind == "stdin":
            return "stdin"
        if self.kind == "pictures":
            path = Path(self.name)
            return (path.parent.absolute() if "%" in path.name else path.absolute()).name
        return self.files[0].stem if self.files else Path(self.name).stem


def find_source(path: str | os.PathLike[str]) -> Source:
    """Return what a name stands for; a missing file is a file, whose error is raised elsewhere."""
    name = os.fspath(path)
    if name == STANDARD_INPUT:
        return Source(name, (), "stdin")
    if os.path.isfile(name):  # noqa: PTH113 (never raises, whatever the name)
        return Source(name, (Path(name),))
    if (match := _RATE.fullmatch(name)) and (rate := _rate(match[2])):
        return replace(find_source(match[1]), rate=rate)
    if pictures := numbered(Path(name)):
        return Source(name, tuple(pictures), "pictures")
    parts = _parts(name)
    if len(parts) > 1 and any(os.path.isfile(part) for part in parts):  # noqa: PTH113
        return Source(name, tuple(parts), "parts")
    return Source(name, (Path(name),))


def joined_name(paths: Sequence[str | os.PathLike[str]]) -> Path:
    """Return the name of files that follow each other as one video.

    >>> str(joined_name(["a.vob", "b.vob"]))
    'a.vob + b.vob'
    """
    return Path(_JOINT.join(os.fspath(path) for path in paths))


def with_rate(path: str | os.PathLike[str], rate: str) -> Path:
    """Return the name of an input at another rate.

    Raises:
        SettingError: the rate cannot be read.

    >>> str(with_rate("clip.avi", "29.97"))
    'clip.avi @ 29.97'
    """
    if not _rate(rate):
        raise SettingError(
            f"input_rate: expected frames a second such as 24, 29.97 or 30000/1001, got '{rate}'"
        )
    return Path(f"{os.fspath(path)} @ {rate}")


def absolute_name(path: str | os.PathLike[str]) -> str:
    """Return the name of an input with absolute paths, for processes in other folders."""
    source = find_source(path)
    names = source.files if source.kind == "parts" else (source.name,)
    name = _JOINT.join(os.path.abspath(part) for part in names)  # noqa: PTH100
    return name if source.rate is None else f"{name} @ {source.rate}"


def _parts(name: str) -> list[Path]:
    """Split a name at the joints; names of files may hold ` + ` themselves."""
    parts: list[str] = []
    for piece in name.split(_JOINT):
        whole = parts[-1] + _JOINT + piece if parts else ""
        if os.path.isfile(whole) and not (os.path.isfile(parts[-1]) and os.path.isfile(piece)):  # noqa: PTH113
            parts[-1] = whole
        else:
            parts.append(piece)
    return [Path(part) for part in parts]


def _rate(text: str) -> Fraction | None:
    try:
        rate = Fraction(text)
    except (ValueError, ZeroDivisionError):
        return None
    # 29.97 and 23.976 stand for thirty and twenty-four thousand by 1001.
    near = Fraction(round(rate * 1001 / 1000) * 1000, 1001)
    if rate.denominator != 1 and abs(near - rate) < Fraction(1, 500):
        rate = near
    return rate if 0 < rate <= 1000 else None


def prepare_input(path: str | os.PathLike[str], *, limits: Limits | None = None) -> Source:
    """Make an input readable by `open_video`; a plain file needs nothing.

    Raises:
        VideoError: a part is missing or does not fit, or the input exceeds a limit.
    """
    source = find_source(path)
    limits = limits or Limits()
    if is_spooled(path):
        return source
    room = Room(source.name, most=limits.spool_bytes, name="max_spool_gb")
    if source.kind == "file":
        file = source.files[0]
        if is_animation(file):
            target = new_file("animation.mov")
            write_animation(file, target, limits=limits, room=room)
            keep(path, target)
        elif source.rate is not None:
            keep(path, file)
        return source
    target = new_file("input.mov")
    try:
        if source.kind == "stdin":
            _read_standard_input(target, room)
        elif source.kind == "parts":
            join(source.files, target, limits=limits, room=room)
        else:
            write_pictures(
                source.files, target, rate=source.rate or DEFAULT_RATE, limits=limits, room=room
            )
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    keep(path, target)
    return source


def forced_rate(path: str | os.PathLike[str]) -> Fraction | None:
    """Return the frames a second that replace those of the file, None for its own."""
    source = find_source(path)
    return source.rate if source.kind != "pictures" else None


def source_fingerprint(path: str | os.PathLike[str]) -> str:
    """Return a fingerprint of an input's content, see `content_fingerprint`.

    Raises:
        InputError: it cannot be read.
    """
    source = find_source(path)
    if source.kind == "stdin":
        return content_fingerprint(real_path(path))
    if source.kind == "file" and source.rate is None:
        return content_fingerprint(source.files[0])
    digest = hashlib.sha256(repr((source.kind, source.rate)).encode())
    files = source.files
    if source.kind == "pictures":
        for file in files:
            digest.update(f"{file.name}:{_size(file)};".encode("utf-8", "surrogateescape"))
        files = files[:: max(1, len(files) // 16)]
    for file in files:
        digest.update(content_fingerprint(file).encode())
    return digest.hexdigest()[:32]


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError as error:
        raise InputError(f"{file}: cannot be read ({error.strerror}); check the name") from error


def _read_standard_input(target: Path, room: Room) -> None:
    if sys.stdin is None or sys.stdin.isatty():
        raise VideoError(f"{STANDARD_INPUT}: standard input is a terminal; pipe a video into it")
    with target.open("wb") as file:
        while block := sys.stdin.buffer.read(_BLOCK):
            room.take(len(block))
            file.write(block)
    if not target.stat().st_size:
        raise VideoError(f"{STANDARD_INPUT}: standard input is empty; pipe a video into it")
