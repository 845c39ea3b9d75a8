"""Where the results of each video go, the same from run to run."""

from __future__ import annotations

import contextlib
import itertools
import os
import re
from collections.abc import Sequence
from pathlib import Path

from vidgist.batch.mark import read_mark
from vidgist.errors import InputError
from vidgist.system.fingerprint import content_fingerprint

__all__ = ["result_folders"]

_LONGEST = 240
"""Bytes of a stem that leave room for the ending within the 255 that file systems allow."""

_NUMBERED = re.compile(r"(.*-gist)-([2-9]|[1-9][0-9]{1,5})", re.DOTALL)


def result_folders(
    videos: Sequence[Path], output: Path | None, *, single: bool | None = None
) -> list[Path]:
    """Return the folder of each video's results; two videos of one name get two folders.

    Which of them gets which number is kept where an earlier run has left its marks, so that a video
    that comes in between does not take the folder of another.

    Args:
        videos: all of one run.
        output: the folder that was asked for, None for where one stands.
        single: whether ``output`` itself is the folder of the results; by default where there is
            one video.
    """
    if single is None:
        single = len(videos) == 1
    if output is not None and single:
        return [output]
    base = output or Path()
    folders: dict[int, Path] = {}
    taken = _numbers(base)
    for members in _by_name(videos).values():
        # Also where one video has the stem today: there were others of it in earlier runs.
        earlier = sorted({1, *taken.get(_name(videos[members[0]], 1).casefold(), ())})
        waiting = list(members)
        given = set()
        for member in members:
            number = _earlier(videos[member], base, [n for n in earlier if n not in given])
            if number is not None:
                folders[member] = base / _name(videos[member], number)
                given.add(number)
                waiting.remove(member)
        free = (number for number in itertools.count(1) if number not in given)
        for member, number in zip(waiting, free, strict=False):
            folders[member] = base / _name(videos[member], number)
    return [folders[member] for member in range(len(videos))]


def _by_name(videos: Sequence[Path]) -> dict[str, list[int]]:
    groups: dict[str, list[int]] = {}
    for number, video in enumerate(videos):
        # Names that differ in capitals alone are one on some file systems.
        groups.setdefault(_name(video, 1).casefold(), []).append(number)
    return groups


def _numbers(base: Path) -> dict[str, list[int]]:
    """Return the numbers of the folders that lie there already, by the name of the first."""
    numbers: dict[str, list[int]] = {}
    with contextlib.suppress(OSError), os.scandir(base) as entries:
        for entry in entries:
            found = _NUMBERED.fullmatch(entry.name)
            if found is not None:
                numbers.setdefault(found[1].casefold(), []).append(int(found[2]))
    return numbers


def _earlier(video: Path, base: Path, numbers: list[int]) -> int | None:
    """Return the number of the folder in which an earlier run has put this very video."""
    marks = {number: read_mark(base / _name(video, number)) for number in numbers}
    if not any(marks.values()):
        return None
    content = _content(video)
    return next((n for n, mark in marks.items() if mark and mark.content == content), None)


def _name(video: Path, number: int) -> str:
    stem = _shortened(video.stem or "video")
    return f"{stem}-gist" if number == 1 else f"{stem}-gist-{number}"


def _shortened(name: str) -> str:
    while len(os.fsencode(name)) > _LONGEST:
        name = name[:-1]
    return name


def _content(video: Path) -> str:
    try:
        return content_fingerprint(video) if video.is_file() else ""
    except InputError:
        return ""
