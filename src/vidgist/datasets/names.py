"""Names of videos, as files spell them."""

from __future__ import annotations

import re

VIDEO_SUFFIX = re.compile(r"\.(mp4|m4v|mkv|webm|avi|mov|mpe?g|flv|wmv|ogv|mat)$", re.IGNORECASE)

COLUMNS = (
    *("video", "video_id", "video_name", "video_key", "vid", "key", "name", "file", "filename"),
)
"""Names of a column, or of a field, that names a video."""


def plain_name(name: str) -> str:
    """Normalize a name: no folder, suffix, case, nor the characters that file systems change.

    >>> plain_name("videos/Base jumping.MP4")
    'base_jumping'
    """
    stem = VIDEO_SUFFIX.sub("", re.split(r"[/\\]", name)[-1])
    return re.sub(r"[\s_\-.]+", "_", stem).casefold().strip("_")
