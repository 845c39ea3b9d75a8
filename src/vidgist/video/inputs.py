"""Video files among the inputs of a command: named, or of known endings in folders."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from vidgist.errors import InputError, unreadable
from vidgist.video.container import open_video
from vidgist.video.encode import MADE_BY
from vidgist.video.pictures import numbered
from vidgist.video.signatures import is_video

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

_SHARED_ENDINGS = frozenset(
    "." + ending
    for ending in (
        *("ts", "360", "amv", "dat", "dav", "dvr-ms", "insv", "lrv", "m1v", "m2p", "mod", "mpv"),
        *("rec", "tod", "tp", "trp", "vro", "vid", "vp6", "xesc", "swf", "mk3d", "3gpp", "3gp2"),
        *("264", "265", "266", "avc", "av1", "evo", "f4p", "mjp", "mp2v", "mp4v", "mpeg4", "bik"),
    )
)
"""Endings of videos and of files of other programs: TypeScript, games, music, settings."""

_OTHER_ENDINGS = frozenset(
    "." + ending
    for ending in (
        *("aac", "ac3", "aif", "aiff", "flac", "m4a", "m4b", "m4p", "mka", "mp3", "oga", "ogg"),
        *("opus", "spx", "wav", "weba", "wma", "bmp", "cr3", "heif", "jp2", "jpe", "jpeg", "jpg"),
        *("svg", "tga", "tif", "tiff", "idx", "srt", "ass", "ssa", "sub", "sup", "vtt", "bup"),
        *("ifo", "thm", "iso", "part", "crdownload", "download", "partial", "tmp", "aria2", "ytdl"),
        *("csv", "db", "doc", "docx", "gz", "h5", "htm", "html", "json", "log", "md", "npy", "npz"),
        *("onnx", "pdf", "py", "safetensors", "tar", "txt", "xml", "yaml", "yml", "zip", "7z"),
    )
)
"""Endings of sound, pictures, subtitles, downloads that go on, and documents: not looked into."""

_NAMED = 3
"""Files that a note names."""

MARKER = ".vidgist.json"
"""Name of the marker file in a folder of results, see `vidgist.batch.folders`."""

_SUMMARY = re.compile(rb'\s*\{\s*"vidgist"\s*:\s*"[^"]{1,64}"\s*,\s*"schema"\s*:\s*[0-9]')
"""First bytes of a summary.json of ours; other programs have files of that name, too."""

_CLIPS = frozenset(("summary.mp4", "summary.mkv", "summary.gif"))
"""Names of our outputs that have a video's ending."""


def _unnoted(text: str) -> None:
    """Drop a note."""


def find_videos(
    paths: Iterable[Path], *, recursive: bool = False, note: Callable[[str], None] = _unnoted
) -> tuple[list[Path], list[InputError]]:
    """Return the videos that ``paths`` name or hold, and an error for each folder without any.

    A path that is not a folder is kept whatever its name, so that its error is raised where it is
    opened. The files of a folder are sorted by name; no file is listed twice. Hidden files and
    folders are left out, and so are results of an earlier run. Files of unusual endings are taken
    where their first bytes are a video's. A folder of numbered pictures without a video is a video.

    Args:
        paths: files and folders.
        recursive: look into the folders below, too; links to folders are not followed.
        note: called with a sentence on files that are left out though they end as videos do.
    """
    found: dict[Path, None] = {}
    errors: list[InputError] = []
    for path in paths:
        if not os.path.isdir(path):  # noqa: PTH112 (never raises, whatever the name)
            found[path] = None
            continue
        unread: list[OSError] = []
        left_out: list[Path] = []
        inside = list(_inside(path, recursive=recursive, unread=unread, left_out=left_out))
        if not inside and numbered(path):
            inside = [path]
        found.update(dict.fromkeys(inside))
        errors += map(unreadable, unread)
        if left_out:
            note(_sentence(path, left_out))
        if not inside and not unread:
            below = "" if recursive else "; recursive=True looks into the folders below it, too"
            errors.append(InputError(f"{path}: holds no video files{below}"))
    return list(found), errors


def _sentence(folder: Path, files: list[Path]) -> str:
    named = ", ".join(os.fspath(file.relative_to(folder)) for file in files[:_NAMED])
    more = f" and {len(files) - _NAMED} more" if len(files) > _NAMED else ""
    return f"{folder}: left out, as their first bytes are no video's: {named}{more}"


def _inside(
    folder: Path, *, recursive: bool, unread: list[OSError], left_out: list[Path]
) -> Iterator[Path]:
    for place, folders, files in os.walk(folder, onerror=unread.append):
        # A summary that an earlier run wrote is not an input.
        results = Path(place) != folder and _holds_results(place, files)
        folders[:] = sorted(f for f in folders if not f.startswith(".")) if recursive else []
        for name in sorted(files):
            path = Path(place, name)
            ending = path.suffix.lower()
            if name.startswith(".") or ending in _OTHER_ENDINGS:
                continue
            if ending not in VIDEO_ENDINGS or ending in _SHARED_ENDINGS:
                # Unlike videos that cannot be read, files of other programs are no errors.
                if not _has_bytes(path):
                    if ending not in VIDEO_ENDINGS:
                        continue
                elif not is_video(path):
                    if ending in _SHARED_ENDINGS:
                        left_out.append(path)
                    continue
            if name in _CLIPS and (results or _is_summary(path)):
                continue
            # A pipe or device called x.mp4 would block for ever. A broken link is kept, so that it
            # is reported as a missing video.
            if os.path.isfile(path) or not os.path.exists(path):  # noqa: PTH110, PTH113
                yield path


def _has_bytes(path: Path) -> bool:
    try:
        return path.is_file() and path.stat().st_size > 0  # a pipe would block for ever
    except OSError:
        return False


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
            # Matroska has its names in capitals.
            tags = {name.lower(): text for name, text in container.metadata.items()}
            return tags.get("comment") == MADE_BY
    except InputError:
        return False
