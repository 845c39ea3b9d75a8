"""An index page over the results of several videos: covers, durations, links."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath

import numpy as np
from PIL import Image

from vidgist import __version__
from vidgist.errors import DataError
from vidgist.render.document import Document, read_document
from vidgist.render.links import relative_url
from vidgist.render.page import assemble, breakable, escape
from vidgist.render.report.pictures import as_text, encode, encoding
from vidgist.render.times import format_duration

__all__ = ["Result", "cover_file", "find_results", "page", "read_result"]

FEW, MANY = 400, 240
"""Longer side of a cover in pixels: of a few results, and of hundreds."""

HUNDREDS = 150
QUALITY = 60
MOST_PIXELS = 200_000_000

PAGES = (
    ("Report", "report.html"),
    ("Clip", "summary.mp4"),
    ("Storyboard", "storyboard.jpg"),
    ("Data", "summary.json"),
)
"""Links of a result, where the file is there; the first is where its cover leads."""


@dataclass(frozen=True, kw_only=True)
class Result:
    """The result of one video.

    Attributes:
        folder: where it lies.
        document: its summary.json.
    """

    folder: Path
    document: Document

    @property
    def name(self) -> str:
        """The video's file name."""
        # The results may come from a Windows machine; elsewhere a backslash is part of a name,
        # or of the escape for a byte that is no text.
        path = self.document.video
        windows = bool(re.match(r"[A-Za-z]:|\\\\", path))
        name = PureWindowsPath(path).name if windows else path.rsplit("/", 1)[-1]
        return name or self.folder.name


def find_results(folder: Path, *, unread: Callable[[OSError], None] | None = None) -> list[Path]:
    """Return every summary.json in a folder and below, sorted; links are not followed.

    Args:
        folder: where to look.
        unread: told of each folder in it that cannot be read.

    Raises:
        DataError: the folder cannot be read, or there is none in it.
    """
    if not folder.is_dir():
        raise DataError(f"{folder}: no such folder; give one that holds results of vidgist")
    found = []
    for place, folders, files in os.walk(folder, onerror=unread):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        if "summary.json" in files:
            found.append(Path(place, "summary.json"))
    if not found:
        raise DataError(
            f"{folder}: holds no summary.json; run vidgist summarize with -o {folder} first"
        )
    return found


def read_result(path: Path) -> Result:
    """Return the result whose summary.json lies at ``path``.

    Raises:
        DataError: it is damaged.
    """
    return Result(folder=path.parent, document=read_document(path))


def cover_file(result: Result) -> Path | None:
    """Return the file of the picture that stands for a result, or None."""
    document = result.document
    best = int(np.argmax(np.where(document.selected, np.nan_to_num(document.scores), -np.inf)))
    number = int(document.selected[: best + 1].sum())
    keyframes = sorted((result.folder / "keyframes").glob(f"{number:04d}_*.jpg"))
    for candidate in (result.folder / "cover.jpg", *keyframes, result.folder / "storyboard.jpg"):
        if candidate.is_file():
            return candidate
    return None


def page(results: list[Result], *, folder: Path, title: str) -> str:
    """Return the page as text.

    Args:
        results: in the order in which they are shown.
        folder: where the page will lie, for its relative links.
        title: its heading.
    """
    side = FEW if len(results) <= HUNDREDS else MANY
    videos = format_duration(sum(result.document.duration for result in results))
    summaries = format_duration(sum(result.document.summary_duration for result in results))
    count = f"{len(results)} video{'s' * (len(results) != 1)}"
    slots = {
        "title": escape(title),
        "heading": breakable(title),
        "facts": escape(f"{count}, {videos} in all, {summaries} of summaries"),
        # Of hundreds a browser need not lay out those that are out of sight.
        "many": " many" if len(results) > HUNDREDS else "",
        "cards": "\n".join(_card(result, folder=folder, side=side) for result in results),
        "version": escape(__version__),
    }
    return assemble(
        "gallery.html",
        styles=("base.css", "gallery.css"),
        scripts=("gallery.js",),
        data={},
        slots=slots,
    )


def _card(result: Result, *, folder: Path, side: int) -> str:
    document = result.document
    there = [(name, file) for name, file in PAGES if (result.folder / file).is_file()]
    links = [
        (escape(name), escape(url))
        for name, file in there
        if (url := relative_url(result.folder / file, folder=folder)) is not None
    ]
    name = escape(result.name)
    picture = _cover(result, side=side)
    image = f'<img src="{picture}" alt="" loading="lazy">' if picture else "<span></span>"
    if links:
        label, url = links[0]
        image = f'<a class="cover" href="{url}" aria-label="{label} of {name}">{image}</a>'
    else:
        image = f'<div class="cover">{image}</div>'
    summary, video = document.summary_duration, document.duration
    share = summary / video if video > 0 else 0.0
    times = f"{format_duration(summary)} of {format_duration(video)} ({share:.0%})"
    shots = f"{int(document.selected.sum())} of {len(document.selected)} shots"
    more = "".join(
        f'<li><a href="{url}" aria-label="{label} of {name}">{label}</a></li>'
        for label, url in links
    )
    return (
        f'<li class="card" data-name="{name}" data-duration="{document.duration:.3f}"'
        f' data-lasting="{document.summary_duration:.3f}">{image}<h2>{breakable(result.name)}</h2>'
        f"<p>{escape(times)}</p><p>{escape(shots)}</p><ul>{more}</ul></li>"
    )


def _cover(result: Result, *, side: int) -> str:
    """Return the cover as a data URL, "" where there is none that can be shown."""
    file = cover_file(result)
    if file is None:
        return ""
    try:
        with Image.open(io.BytesIO(file.read_bytes()), formats=["JPEG"]) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                return ""
            picture.draft("RGB", (2 * side, 2 * side))
            small = picture.convert("RGB")
        small.thumbnail((side, side), Image.Resampling.LANCZOS)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return ""
    return f"data:{encoding()[1]};base64,{as_text(encode(small, quality=QUALITY))}"
