"""Video files among the inputs of a command: named, or of known endings in folders."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from vidgist.errors import InputError, unreadable
from vidgist.video.container import open_video
from vidgist.video.encode import MADE_BY

VIDEO_ENDINGS = frozenset(
    "." + ending
    for ending in (
        *("3g2", "3gp", "asf", "avi", "divx", "dv", "f4v", "flv", "gif", "h264", "h265", "hevc"),
        *("ivf", "m2t", "m2ts", "m2v", "m4v", "mjpeg", "mjpg", "mkv", "mov", "mp4", "mpe", "mpeg"),
        *("mpg", "mts", "mxf", "nut", "obu", "ogm", "ogv", "qt", "rm", "rmvb", "ts", "vob", "webm"),
        *("wmv", "wtv", "y4m"),
    )
)
"""Endings, in lower case, of the video files in a folder."""

MARKER = ".vidgist.json"
"""Name of the marker file in a folder of results, see `vidgist.batch.folders`."""

_SUMMARY = re.compile(rb'\s*\{\s*"vidgist"\s*:\s*"[^"]{1,64}"\s*,\s*"schema"\s*:\s*[0-9]')
"""First bytes of a summary.json of ours; other programs have files of that name, too."""

_CLIPS = frozenset(("summary.mp4", "summary.gif"))
"""Names of our outputs that have a video's ending."""


def find_videos(
    paths: Iterable[Path], *, recursive: bool = False
) -> tuple[list[Path], list[InputError]]:
    """Return the videos that ``paths`` name or hold, and an error for each folder without any.

    A path that is not a folder is kept whatever its name, so that its error is raised where it is
    opened. The files of a folder are sorted by name; no file is listed twice. Hidden files and
    folders are left out, and so are results of an earlier run.

    Args:
        paths: files and folders.
        recursive: look into the folders below, too; links to folders are not followed.
    """
    found: dict[Path, None] = {}
    errors: list[InputError] = []
    for path in paths:
        if not os.path.isdir(path):  # noqa: PTH112 (never raises, whatever the name)
            found[path] = None
            continue
        unread: list[OSError] = []
        inside = list(_inside(path, recursive=recursive, unread=unread))
        found.update(dict.fromkeys(inside))
        errors += map(unreadable, unread)
        if not inside and not unread:
            below = "" if recursive else "; recursive=True looks into the folders below it, too"
            errors.append(InputError(f"{path}: holds no video files{below}"))
    return list(found), errors


def _inside(folder: Path, *, recursive: bool, unread: list[OSError]) -> Iterator[Path]:
    for place, folders, files in os.walk(folder, onerror=unread.append):
        # A summary that an earlier run wrote is not an input.
        results = Path(place) != folder and _holds_results(place, files)
        folders[:] = sorted(f for f in folders if not f.startswith(".")) if recursive else []
        for name in sorted(files):
            path = Path(place, name)
            if name.startswith(".") or path.suffix.lower() not in VIDEO_ENDINGS:
                continue
            if name in _CLIPS and (results or _is_summary(path)):
                continue
            # A pipe or device called x.mp4 would block for ever. A broken link is kept, so that it
            # is reported as a missing video.
            if os.path.isfile(path) or not os.path.exists(path):  # noqa: PTH110, PTH113
                yield path


def _holds_results(place: str, files: list[str]) -> bool:
    if MARKER in files:
        return True
    if "summary.json" not in files:
        return False
    path = Path(place, "summary.json")
    try:
        if not path.is_file():  # a pipe would block for ever
            return False
        with path.open("rb") as file:
            return _SUMMARY.match(file.read(256)) is not None
    except OSError:
        return False


def _is_summary(path: Path) -> bool:
    """Return whether a file is a summary clip of ours, by the comment in its metadata."""
    try:
        with open_video(path) as container:
            return bool(container.metadata.get("comment") == MADE_BY)
    except InputError:
        return False
