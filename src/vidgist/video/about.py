"""What a video file tells about itself: title, date, place, languages, chapters, timecode."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from vidgist.video.container import NO_LIMITS, open_video, video_stream

TAGS = (
    *("title", "artist", "album_artist", "album", "composer", "genre", "track", "grouping"),
    *("date", "creation_time", "copyright", "description", "synopsis", "show", "network"),
    *("episode_id", "season_number", "episode_sort", "lyrics", "keywords", "hd_video"),
)
"""Tags that MP4 files can hold, by FFmpeg's names."""

PLACE = "location"
"""Tag of the place, in ISO 6709: it is private, and `info` and the page tell that it is there."""

_SAME = {
    "com.apple.quicktime.title": "title",
    "com.apple.quicktime.creationdate": "date",
    "com.apple.quicktime.location.iso6709": PLACE,
    "com.apple.quicktime.artist": "artist",
    "com.apple.quicktime.author": "artist",
    "com.apple.quicktime.copyright": "copyright",
    "com.apple.quicktime.description": "description",
    "date_recorded": "date",
    "date_released": "date",
    "year": "date",
    "author": "artist",
    "comment": "description",  # the comment of a summary tells that it is one
    "location-eng": PLACE,
}
"""Other names, in lower case, of the same."""

_DEVICE = (("make", "model"), ("com.apple.quicktime.make", "com.apple.quicktime.model"))


@dataclass(frozen=True)
class Chapter:
    """A chapter of a file, in seconds from its first picture."""

    start: float
    end: float
    title: str


@dataclass(frozen=True, kw_only=True)
class About:
    """What a file tells about itself.

    Attributes:
        tags: of `TAGS` and the place, by name.
        device: maker and model of the camera, or "".
        language: of the pictures, or "".
        subtitle_language: of its text subtitles, or "".
        timecode: of the first picture, or "".
        chapters: in order.
    """

    tags: Mapping[str, str] = field(default_factory=dict)
    device: str = ""
    language: str = ""
    subtitle_language: str = ""
    timecode: str = ""
    chapters: tuple[Chapter, ...] = ()


def about(path: str | os.PathLike[str], *, origin: float = 0.0) -> About:
    """Read what a file tells about itself.

    Args:
        path: a local video file.
        origin: time of the first picture on the container's clock, in seconds.

    Raises:
        VideoError: the file cannot be opened, or has no video.
    """
    with open_video(path, limits=NO_LIMITS) as container:
        return about_open(container, video_stream(container, path), origin=origin)


def about_open(container: Any, stream: Any, *, origin: float = 0.0) -> About:
    """Return what an open file with its video stream tells about itself, see `about`."""
    every = [container.metadata, *(s.metadata for s in container.streams)]
    raw = {key.lower(): text for key, text in container.metadata.items() if text.strip()}
    tags: dict[str, str] = {}
    for key, text in raw.items():
        name = _SAME.get(key, key)
        if (name in TAGS or name == PLACE) and (name == key or name not in raw):
            tags.setdefault(name, text)
    devices = (" ".join(filter(None, map(raw.get, names))) for names in _DEVICE)
    texts = [_language(s) for s in container.streams.subtitles]
    read: Any = getattr(container, "chapters", list)  # PyAV 14.2 and later
    chapters = tuple(_chapter(one, origin) for one in read())
    return About(
        tags=tags,
        device=next(filter(None, devices), ""),
        language=_language(stream),
        subtitle_language=next(filter(None, texts), ""),
        timecode=next((tag["timecode"] for tag in every if tag.get("timecode")), ""),
        chapters=chapters,
    )


def _language(stream: Any) -> str:
    language = stream.metadata.get("language", "")
    return "" if language == "und" else str(language)


def _chapter(one: Mapping[str, Any], origin: float) -> Chapter:
    start, end = (float(one[side] * one["time_base"]) - origin for side in ("start", "end"))
    return Chapter(start, end, one["metadata"].get("title", ""))
