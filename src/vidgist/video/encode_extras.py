"""What an MP4 file holds beside pictures and sound: subtitles, chapters, languages, tags."""

from __future__ import annotations

import struct
import warnings
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import av

from vidgist.captions import Caption
from vidgist.errors import VidgistWarning
from vidgist.video.about import Chapter

_MILLISECOND = Fraction(1, 1000)


@dataclass(frozen=True, kw_only=True)
class Extras:
    """What a clip tells about itself.

    Attributes:
        tags: for the file, by FFmpeg's names.
        language: of the pictures, or "".
        timecode: of the first picture, or "".
        chapters: in the time of the clip.
        captions: in the time of the clip, in order.
        caption_language: or "".
    """

    tags: Mapping[str, str] = field(default_factory=dict)
    language: str = ""
    timecode: str = ""
    chapters: Sequence[Chapter] = ()
    captions: Sequence[Caption] = ()
    caption_language: str = ""


class CaptionTrack:
    """Track of subtitles; in MP4 each sample is a text, and the silence between is empty.

    Args:
        container: with all its other tracks, nothing written yet.
        extras: its captions, at least one.
    """

    def __init__(self, container: Any, extras: Extras) -> None:
        self._container = container
        self._waiting = deque(_without_gaps(extras.captions))
        self._stream: Any = None
        if not hasattr(container, "add_mux_stream"):
            warnings.warn(
                "summary.mp4: has no track of subtitles, which needs PyAV 17 or later; take "
                "srt among the outputs",
                VidgistWarning,
                stacklevel=2,
            )
            return
        self._is_mp4 = container.format.name == "mp4"
        self._stream = container.add_mux_stream("mov_text" if self._is_mp4 else "subrip")
        self._stream.time_base = _MILLISECOND
        if extras.caption_language:
            self._stream.metadata["language"] = extras.caption_language

    def upto(self, seconds: float) -> None:
        """Write the captions that begin before ``seconds``."""
        while self._stream is not None and self._waiting and self._waiting[0].start <= seconds:
            caption = self._waiting.popleft()
            text = caption.text.encode("utf-8")[:0xFFFF]
            if not (text or self._is_mp4):
                continue
            packet = av.Packet(struct.pack(">H", len(text)) + text if self._is_mp4 else text)
            packet.stream = self._stream
            packet.time_base = _MILLISECOND
            packet.pts = packet.dts = round(caption.start * 1000)
            packet.duration = max(1, round(caption.end * 1000) - packet.pts)
            self._container.mux(packet)


def _without_gaps(captions: Iterable[Caption]) -> Iterable[Caption]:
    """Yield captions, cut where the next begins, with empty ones between them."""
    given = list(captions)
    at = 0.0
    for number, caption in enumerate(given):
        last = given[number + 1].start if number + 1 < len(given) else caption.end
        start, end = max(caption.start, at), min(caption.end, last)
        if end - start < 0.001:
            continue
        if start - at >= 0.001:
            yield Caption(at, start, "")
        yield Caption(start, end, caption.text)
        at = end


def write_chapters(container: Any, chapters: Sequence[Chapter], *, ticks: int) -> None:
    """Give a container its chapters, before anything is written; PyAV before 14.2 cannot.

    Args:
        container: not written to so far.
        chapters: in order; a single one tells nothing and is left out.
        ticks: of its clock, a second. The last chapter ends with the clip, not later.
    """
    if len(chapters) < 2 or not hasattr(container, "set_chapters"):
        return
    container.set_chapters(
        [
            {
                "id": number,
                "start": round(chapter.start * ticks),
                "end": int(chapter.end * ticks + 1e-3),
                "time_base": Fraction(1, ticks),
                "metadata": {"title": chapter.title},
            }
            for number, chapter in enumerate(chapters, start=1)
        ]
    )
