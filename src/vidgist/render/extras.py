"""What a clip tells about itself, from what its source tells."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from vidgist.captions import cut_along
from vidgist.render.timecode import edit_rate
from vidgist.summary import Summary

if TYPE_CHECKING:
    from vidgist.video.encode_extras import Extras


def extras_of(summary: Summary) -> Extras:
    """Return the tags, chapters and subtitles of a summary's clip.

    There is one chapter a piece, called by its shot; or where the source has chapters, the parts of
    those that are shown.
    """
    from vidgist.video.about import Chapter, about
    from vidgist.video.encode_extras import Extras

    timeline, pieces = summary.timeline, summary.pieces
    source = about(summary.video.path, origin=timeline.origin)
    kept = bool(summary.settings.get("metadata", True))
    rows = zip(pieces.tolist(), summary.selection.shots.tolist(), strict=True)
    chapters: list[Chapter] = []
    at = 0.0
    for (start, end), shot in rows:
        inside = [one.start for one in source.chapters if start < one.start < end]
        borders = [start, *inside, end]
        for first, last in pairwise(borders):
            middle = (first + last) / 2
            named = source.chapters if kept else ()
            names = [one.title for one in named if one.start <= middle < one.end]
            title = next(filter(None, names), "") or f"Shot {shot + 1}"
            chapters.append(Chapter(at, at + last - first, title))
            at += last - first
    return Extras(
        tags=source.tags if kept else {},
        language=source.language,
        timecode=_timecode(summary, source.timecode) if kept else "",
        chapters=chapters,
        captions=cut_along(summary.captions, pieces),
        caption_language=source.subtitle_language or source.language,
    )


def _timecode(summary: Summary, code: str) -> str:
    """Return the camera's timecode of the first picture of a clip, "" where it is not known."""
    video = summary.video
    rate = edit_rate(video.frame_rate, constant=not video.variable_frame_rate).counting_as(code)
    first = rate.parse(code) if code else None
    if first is None:
        return ""
    return rate.timecode(first + rate.frame(float(summary.pieces[0, 0])))
