"""Where the results of each video go, the same from run to run."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from vidgist.batch.mark import read_mark
from vidgist.errors import InputError
from vidgist.features.content import content_fingerprint

__all__ = ["result_folders"]

_LONGEST = 240
"""Bytes of a stem that leave room for the ending within the 255 that file systems allow."""


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
    for members in _by_name(videos).values():
        free = list(range(1, len(members) + 1))
        waiting = list(members)
        if len(members) > 1:
            for member in members:
                number = _earlier(videos[member], base, free)
                if number is not None:
                    folders[member] = base / _name(videos[member], number)
                    free.remove(number)
                    waiting.remove(member)
        for member, number in zip(waiting, free, strict=True):
            folders[member] = base / _name(videos[member], number)
    return [folders[member] for member in range(len(videos))]


def _by_name(videos: Sequence[Path]) -> dict[str, list[int]]:
    groups: dict[str, list[int]] = {}
    for number, video in enumerate(videos):
        # Names that differ in capitals alone are one on some file systems.
        groups.setdefault(_name(video, 1).casefold(), []).append(number)
    return groups


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
