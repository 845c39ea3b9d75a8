"""Text subtitles that a video file holds."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from typing import Any

import av
import av.error

from vidgist.captions import Caption, clean_captions
from vidgist.video.container import NO_LIMITS, open_video

_TEXT = frozenset(("mov_text", "subrip", "srt", "webvtt", "ass", "ssa", "text", "eia_608"))
"""Codecs of subtitles that are text; others are pictures."""

_OVERRIDE = re.compile(r"\{[^}]*\}")
_READ_FAILURES = 16


def subtitles_of(
    path: str | os.PathLike[str],
    *,
    origin: float = 0.0,
    streams: Iterable[Mapping[str, Any]] | None = None,
) -> tuple[Caption, ...]:
    """Return the captions of the first track of text subtitles, none if there is no such track.

    A track that is marked as the default comes first.

    Args:
        path: a local video file.
        origin: time of the first picture on the container's clock, in seconds.
        streams: of `vidgist.types.VideoInfo`, by which a file without subtitles is not read.

    Raises:
        VideoError: the file cannot be opened.
    """
    if streams is not None and not any(s["codec"] in _TEXT for s in streams):
        return ()
    captions: list[Caption] = []
    with open_video(path, limits=NO_LIMITS) as container:
        tracks = [s for s in container.streams.subtitles if _codec(s) in _TEXT]
        if not tracks:
            return ()
        track: Any = max(tracks, key=lambda s: (bool(s.disposition.value & 1), -s.index))
        failures = 0
        packets = container.demux(track)
        while failures < _READ_FAILURES:
            try:
                packet = next(packets)
                captions += _captions(packet, origin)
            except StopIteration:
                break
            except (av.error.FFmpegError, ValueError):
                failures += 1
    return clean_captions(captions)


def _codec(stream: Any) -> str:
    context = stream.codec_context
    return context.name if context is not None else ""


def _captions(packet: Any, origin: float) -> list[Caption]:
    if packet.pts is None or not packet.duration or not packet.size:
        return []
    start = float(packet.pts * packet.time_base) - origin
    end = start + float(packet.duration * packet.time_base)
    lines = []
    for subtitle in packet.decode() or ():
        dialogue = getattr(subtitle, "dialogue", None)
        text = dialogue if dialogue is not None else getattr(subtitle, "text", b"")
        plain = text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)
        lines.append(_OVERRIDE.sub("", plain).replace("\\N", "\n").replace("\\n", "\n"))
    return [Caption(start, end, "\n".join(lines))] if lines else []
