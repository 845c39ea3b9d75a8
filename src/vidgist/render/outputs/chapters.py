"""``chapters.vtt``: the shots of the video as WebVTT chapters, for players."""

from __future__ import annotations

import os
from pathlib import Path

from vidgist.render.material import Material
from vidgist.render.output import Output
from vidgist.render.text import legible
from vidgist.render.times import format_timestamp
from vidgist.types import Booleans, Floats


def write(material: Material, path: Path) -> None:
    """Write a chapter for every shot of the video, in the time of players."""
    summary = material.summary
    text = chapter_list(
        summary.shot_seconds + material.source.offset,
        selected=summary.selected,
        scores=summary.shot_scores,
        name=os.fspath(summary.video.path.name),
    )
    path.write_bytes(text.encode("utf-8", "replace"))


def chapter_list(seconds: Floats, *, selected: Booleans, scores: Floats, name: str) -> str:
    """Return the chapters as text.

    Args:
        seconds: (S, 2) start and end of each shot; each chapter lasts at least a millisecond.
        selected: (S,) True where it is in the summary.
        scores: (S,) its score.
        name: file name of the video.
    """
    parts = ["WEBVTT", f"NOTE Shots of {cue_text(name)}"]
    last = 0
    rows = zip(seconds.tolist(), selected.tolist(), scores.tolist(), strict=True)
    for number, ((start, end), chosen, score) in enumerate(rows, start=1):
        first = max(round(start * 1000), last)
        last = max(round(end * 1000), first + 1)
        mark = " \N{BLACK STAR}" if chosen else ""
        title = f"Shot {number}{mark} (score {score:.2f})"
        parts.append(f"{number}\n{format_timestamp(first)} --> {format_timestamp(last)}\n{title}")
    return "\n\n".join(parts) + "\n"


def cue_text(text: str) -> str:
    """Escape a text for WebVTT: one line, no markup, no arrow."""
    return legible(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


OUTPUT = Output("vtt", "chapters.vtt", "the shots as chapters for players", write, order=31)
