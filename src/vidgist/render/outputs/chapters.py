"""The shots of the video as chapters: for players, editors, containers and video sites."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

from vidgist.errors import VidgistWarning
from vidgist.render.material import Material
from vidgist.render.output import Output
from vidgist.render.text import legible
from vidgist.render.times import format_timestamp
from vidgist.types import Booleans, Floats

_YOUTUBE_SECONDS = 10
"""Shortest chapter of a video on YouTube, by its help page on video chapters."""

_YOUTUBE_CHAPTERS = 3
"""Least number of chapters that YouTube shows, by the same page."""


@dataclass(frozen=True)
class ShotChapter:
    """One chapter, in whole milliseconds, half-open.

    Attributes:
        start: begin, on the clock of players.
        end: at least a millisecond later.
        title: one line of text.
        number: of its shot, from 1.
    """

    start: int
    end: int
    title: str
    number: int


def chapters_of(seconds: Floats, *, selected: Booleans, scores: Floats) -> list[ShotChapter]:
    """Return a chapter for every shot.

    Args:
        seconds: (S, 2) start and end of each shot, in order.
        selected: (S,) True where it is in the summary, which the title marks with a star.
        scores: (S,) its score.
    """
    found: list[ShotChapter] = []
    last = 0
    rows = zip(seconds.tolist(), selected.tolist(), scores.tolist(), strict=True)
    for number, ((start, end), chosen, score) in enumerate(rows, start=1):
        first = max(round(start * 1000), last)
        last = max(round(end * 1000), first + 1)
        mark = " \N{BLACK STAR}" if chosen else ""
        found.append(ShotChapter(first, last, f"Shot {number}{mark} (score {score:.2f})", number))
    return found


def webvtt(chapters: Sequence[ShotChapter], name: str) -> str:
    """Return WebVTT, for the chapters of players and pages."""
    parts = ["WEBVTT", f"NOTE Shots of {cue_text(name)}"]
    for chapter in chapters:
        times = f"{format_timestamp(chapter.start)} --> {format_timestamp(chapter.end)}"
        parts.append(f"{chapter.number}\n{times}\n{cue_text(chapter.title)}")
    return "\n\n".join(parts) + "\n"


def cue_text(text: str) -> str:
    """Escape a text for WebVTT: one line, no markup, no arrow."""
    return legible(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def ffmetadata(chapters: Sequence[ShotChapter], name: str) -> str:
    """Return FFmpeg's metadata: ``ffmpeg -i video -i FILE -map_metadata 1 -c copy`` adds it."""
    lines = [";FFMETADATA1"]
    for chapter in chapters:
        times = f"START={chapter.start}\nEND={chapter.end}"
        lines.append(f"[CHAPTER]\nTIMEBASE=1/1000\n{times}\ntitle={_escaped(chapter.title)}")
    return "\n".join(lines) + "\n"


def _escaped(text: str) -> str:
    return "".join(f"\\{c}" if c in "=;#\\" else c for c in legible(text))


def ogm(chapters: Sequence[ShotChapter], name: str) -> str:
    """Return the chapter text of OGM tools, which mkvmerge and MP4Box read."""
    lines = []
    for number, chapter in enumerate(chapters, start=1):
        lines += [
            f"CHAPTER{number:02d}={format_timestamp(chapter.start)}",
            f"CHAPTER{number:02d}NAME={legible(chapter.title)}",
        ]
    return "\n".join(lines) + "\n"


def matroska(chapters: Sequence[ShotChapter], name: str) -> str:
    """Return Matroska's chapter XML, for mkvmerge and mkvpropedit."""
    root = ET.Element("Chapters")
    edition = ET.SubElement(root, "EditionEntry")
    for chapter in chapters:
        atom = ET.SubElement(edition, "ChapterAtom")
        ET.SubElement(atom, "ChapterUID").text = str(chapter.number)
        for side, value in (("Start", chapter.start), ("End", chapter.end)):
            ET.SubElement(atom, f"ChapterTime{side}").text = f"{format_timestamp(value)}000000"
        display = ET.SubElement(atom, "ChapterDisplay")
        ET.SubElement(display, "ChapterString").text = legible(chapter.title)
        ET.SubElement(display, "ChapterLanguage").text = "eng"
    ET.indent(root)
    head = '<?xml version="1.0" encoding="UTF-8"?>\n'
    return head + ET.tostring(root, encoding="unicode") + "\n"


def youtube(chapters: Sequence[ShotChapter], name: str) -> str:
    """Return lines for a description on YouTube: from 0:00 on, ten seconds and more each.

    Shots that are shorter belong to the chapter before them.  YouTube wants three or more: a
    warning says so where the video has fewer.
    """
    kept: list[ShotChapter] = []
    least = 1000 * _YOUTUBE_SECONDS
    for chapter in chapters:
        # Whole seconds are what the list holds.
        start = chapter.start // 1000 * 1000 if kept else 0
        room = chapters[-1].end - start >= least
        if not kept or (room and start - kept[-1].start >= least):
            kept.append(ShotChapter(start, chapter.end, chapter.title, chapter.number))
    if len(kept) < _YOUTUBE_CHAPTERS:
        warnings.warn(
            f"chapters.txt: {len(kept)} of the {_YOUTUBE_CHAPTERS} chapters that YouTube wants; "
            f"the others are shorter than {_YOUTUBE_SECONDS} seconds",
            VidgistWarning,
            stacklevel=2,
        )
    return "".join(f"{_clock(c.start // 1000)} Shot {c.number}\n" for c in kept)


def _clock(seconds: int) -> str:
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"


def _output(
    name: str,
    target: str,
    summary: str,
    text: Callable[[Sequence[ShotChapter], str], str],
    *,
    order: int,
) -> Output:
    def write(material: Material, path: Path) -> None:
        summary = material.summary
        chapters = chapters_of(
            summary.shot_seconds + material.source.offset,
            selected=summary.selected,
            scores=summary.shot_scores,
        )
        path.write_bytes(text(chapters, summary.video.name).encode("utf-8", "replace"))

    return Output(name, target, f"the shots as chapters {summary}", write, order=order)


OUTPUT = (
    _output("vtt", "chapters.vtt", "for players", webvtt, order=31),
    _output("ffmetadata", "chapters.ffmetadata", "as FFmpeg's metadata", ffmetadata, order=36),
    _output("ogm", "chapters.ogm", "as OGM text, for mkvmerge and MP4Box", ogm, order=37),
    _output("mkvxml", "chapters.xml", "as Matroska XML, for mkvmerge", matroska, order=38),
    _output("youtube", "chapters.txt", "for the description of a YouTube video", youtube, order=39),
)
