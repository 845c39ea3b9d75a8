"""Index page of the results of several videos: covers, durations, links."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from pathlib import Path

from PIL import Image

from vidgist import __version__
from vidgist.errors import DataError, counted
from vidgist.render.document import Document
from vidgist.render.links import relative_url
from vidgist.render.page import assemble, breakable, escape
from vidgist.render.report.pictures import as_text, encode, encoding
from vidgist.render.times import format_duration

FEW, MANY = 400, 240
"""Longer side of a cover in pixels, for a few results and for hundreds."""

HUNDREDS = 150
QUALITY = 60
MOST_PIXELS = 200_000_000

PAGES = (
    ("Report", "report.html"),
    ("Clip", "summary.mp4"),
    ("Clip", "summary.mkv"),
    ("Storyboard", "storyboard.jpg"),
    ("Data", "summary.json"),
)
"""Links of a result to its files, if they exist; the cover links to the first."""


def find_results(folder: Path, *, unread: Callable[[OSError], None] | None = None) -> list[Path]:
    """Return the paths of every summary.json in a folder and below, sorted, without links.

    Args:
        folder: where to search.
        unread: called with the error of each folder that cannot be read.

    Raises:
        DataError: the folder does not exist, or there is no summary.json in it.
    """
    if not folder.is_dir():
        raise DataError(f"{folder}: no such folder; expected one with results of vidgist")
    found = []
    for parent, folders, files in os.walk(folder, onerror=unread):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        if "summary.json" in files:
            found.append(Path(parent, "summary.json"))
    if not found:
        raise DataError(f"{folder}: holds no summary.json; make some with vidgist summarize")
    return found


def cover_file(result: Document) -> Path | None:
    """Return the file to show as the cover of a result, or None."""
    keyframes = sorted((result.folder / "keyframes").glob(f"{result.best_keyframe:04d}_*.jpg"))
    for candidate in (result.folder / "cover.jpg", *keyframes, result.folder / "storyboard.jpg"):
        if candidate.is_file():
            return candidate
    return None


def page(results: list[Document], *, folder: Path, title: str) -> str:
    """Return the page as text.

    Args:
        results: in the order to show them.
        folder: folder of the page, for its relative links.
        title: its heading.
    """
    side = FEW if len(results) <= HUNDREDS else MANY
    videos = format_duration(sum(result.duration for result in results))
    summaries = format_duration(sum(result.summary_duration for result in results))
    count = counted(len(results), "video")
    slots = {
        "title": escape(title),
        "heading": breakable(title),
        "facts": escape(f"{count}, {videos} in all, {summaries} of summaries"),
        # With hundreds, the browser skips the layout of those out of view.
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


def _card(result: Document, *, folder: Path, side: int) -> str:
    existing = [(name, file) for name, file in PAGES if (result.folder / file).is_file()]
    links = [
        (escape(name), escape(url))
        for name, file in existing
        if (url := relative_url(result.folder / file, folder=folder)) is not None
    ]
    name, heading = escape(result.video_name), breakable(result.video_name)
    picture = _cover(result, side=side)
    image = f'<img src="{picture}" alt="" loading="lazy">' if picture else "<span></span>"
    if links:
        label, url = links[0]
        image = f'<a class="cover" href="{url}" aria-label="{label} of {name}">{image}</a>'
    else:
        image = f'<div class="cover">{image}</div>'
    summary, video = result.summary_duration, result.duration
    share = summary / video if video > 0 else 0.0
    times = f"{format_duration(summary)} of {format_duration(video)} ({share:.0%})"
    shots = (
        f"{counted(len(result.pieces), 'piece')} from {result.selected.sum()} of "
        f"{counted(len(result.selected), 'shot')}"
    )
    more = "".join(
        f'<li><a href="{url}" aria-label="{label} of {name}">{label}</a></li>'
        for label, url in links
    )
    return (
        f'<li class="card" data-name="{name}" data-duration="{result.duration:.3f}"'
        f' data-lasting="{summary:.3f}">{image}<h2>{heading}</h2>'
        f"<p>{escape(times)}</p><p>{escape(shots)}</p><ul>{more}</ul></li>"
    )


def _cover(result: Document, *, side: int) -> str:
    """Return the cover as a data URL, or "" if there is none that can be shown."""
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
