"""``storyboard.jpg``: a contact sheet of the key frames with their times, made to be looked at."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from vidgist.render.job import Job
from vidgist.render.stills import TILE_SIDE, Still
from vidgist.render.text import legible
from vidgist.summary import Summary

__all__ = ["Layout", "clock_time", "draw_sheet", "lasting", "layout", "printable", "write"]

PAPER, INK, QUIET, EDGE = (22, 24, 29), (236, 238, 242), (150, 156, 168), (44, 48, 56)
MARGIN, GAP = 40, 20
TITLE_SIZE, NOTE_SIZE, LABEL_SIZE = 34, 20, 19
HEADER = 112
LABEL_HEIGHT = 34

PICTURE_AREA = 3_600_000
"""Pixels that all pictures take together, so that a sheet of many stays a few megabytes."""

MIN_SIDE = 130
"""Least width in pixels of a cell: its label needs it."""

SHEET_SHAPE = 1.5
"""Width by height that a sheet comes near to: it fits screens and paper."""

QUALITY = 90


@dataclass(frozen=True)
class Layout:
    """Places on the sheet, in pixels.

    Attributes:
        columns: pictures side by side.
        rows: rows of pictures.
        cell: (width, height) of a picture, without its label.
        size: (width, height) of the sheet.
    """

    columns: int
    rows: int
    cell: tuple[int, int]
    size: tuple[int, int]

    def corner(self, index: int) -> tuple[int, int]:
        """Return (left, top) of picture ``index``."""
        row, column = divmod(index, self.columns)
        width, height = self.cell
        return (
            MARGIN + column * (width + GAP),
            HEADER + row * (height + LABEL_HEIGHT + GAP),
        )


def layout(count: int, *, aspect: float) -> Layout:
    """Return the grid for ``count`` pictures (at least 1) of that width by height.

    Of all numbers of columns the one that gives the sheet nearest to `SHEET_SHAPE` with few
    cells empty.
    """
    area = min(PICTURE_AREA / count, TILE_SIDE * TILE_SIDE / max(aspect, 1 / aspect))
    width = math.sqrt(area * aspect)
    shrink = min(1.0, TILE_SIDE / width, TILE_SIDE * aspect / width)
    width = max(MIN_SIDE, round(width * shrink))
    cell = (width, max(1, min(TILE_SIDE, round(width / aspect))))
    best, least = None, math.inf
    for columns in range(1, count + 1):
        rows = math.ceil(count / columns)
        sheet = (
            2 * MARGIN + columns * (cell[0] + GAP) - GAP,
            HEADER + rows * (cell[1] + LABEL_HEIGHT + GAP) - GAP + MARGIN,
        )
        empty = (columns * rows - count) / (columns * rows)
        cost = abs(math.log(sheet[0] / sheet[1] / SHEET_SHAPE)) + empty
        if cost < least:
            best, least = Layout(columns, rows, cell, sheet), cost
    assert best is not None
    return best


def clock_time(seconds: float) -> str:
    """Return ``m:ss.t`` or ``h:mm:ss.t``."""
    tenths = round(seconds * 10)
    minutes, tenths = divmod(tenths, 600)
    hours, minutes = divmod(minutes, 60)
    rest = f"{tenths // 10:02d}.{tenths % 10}"
    return f"{hours}:{minutes:02d}:{rest}" if hours else f"{minutes}:{rest}"


def lasting(seconds: float) -> str:
    """Return how long something lasts: ``15 ms``, ``4.2 s``, ``2:19 min``, ``1:02:03 h``."""
    if seconds < 0.0995:
        return f"{1000 * seconds:.0f} ms"
    if seconds < 0.95:
        return f"{seconds:.2f} s"
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    whole = clock_time(round(seconds)).rpartition(".")[0]
    return f"{whole} {'min' if seconds < 3599.5 else 'h'}"


_PLAIN = str.maketrans("\u2010\u2011\u2012\u2013\u2014\u2018\u2019\u201c\u201d", "-----''\"\"")


def printable(text: str) -> str:
    """Return the text on one line, with a mark for whatever is no character.

    Dashes, quotation marks and spaces become the plain ones: the font has no others.
    """
    plain = legible(text.translate(_PLAIN))
    return "".join(" " if c.isspace() else c for c in plain)


def draw_sheet(
    tiles: list[tuple[Still, Image.Image]], *, title: str, note: str, aspect: float
) -> Image.Image:
    """Draw the sheet.

    Args:
        tiles: key frames with their (small) pictures.
        title: the large line.
        note: the small line under it.
        aspect: width by height of a cell; pictures of another shape are fitted into it.
    """
    grid = layout(len(tiles), aspect=aspect)
    # A single narrow column would leave no room for the title.
    width = max(grid.size[0], 640)
    inset = (width - grid.size[0]) // 2
    sheet = Image.new("RGB", (width, grid.size[1]), PAPER)
    draw = ImageDraw.Draw(sheet)
    room = width - 2 * MARGIN
    for text, size, top, ink in ((title, TITLE_SIZE, 24, INK), (note, NOTE_SIZE, 68, QUIET)):
        font = ImageFont.load_default(size)
        draw.text((MARGIN, top), _fitted(text, font, room), font=font, fill=ink)
    font = ImageFont.load_default(LABEL_SIZE)
    for index, (still, picture) in enumerate(tiles):
        left, top = grid.corner(index)
        left += inset
        cell_width, cell_height = grid.cell
        scale = min(cell_width / picture.width, cell_height / picture.height)
        fitted = picture.resize(
            (max(1, round(picture.width * scale)), max(1, round(picture.height * scale))),
            Image.Resampling.LANCZOS,
        )
        draw.rectangle((left - 1, top - 1, left + cell_width, top + cell_height), fill=EDGE)
        sheet.paste(
            fitted,
            (left + (cell_width - fitted.width) // 2, top + (cell_height - fitted.height) // 2),
        )
        base = top + cell_height + LABEL_HEIGHT // 2 + 2
        draw.text((left, base), str(still.number), font=font, fill=QUIET, anchor="lm")
        time = clock_time(still.seconds)
        draw.text((left + cell_width, base), time, font=font, fill=INK, anchor="rm")
    return sheet


def write(job: Job, path: Path) -> None:
    """Write the sheet of a summary.

    Raises:
        VideoError: the video can no longer be read.
    """
    tiles = job.stills.tiles()
    summary = job.summary
    sheet = draw_sheet(
        tiles,
        title=printable(summary.video.path.name),
        note=_note(summary, shown=len(tiles)),
        aspect=min(8.0, max(1 / 8, summary.video.width / summary.video.height)),
    )
    sheet.save(path, quality=QUALITY, optimize=True)


def _note(summary: Summary, *, shown: int) -> str:
    count = int(summary.selected.sum())
    video, gist = summary.timeline.duration, summary.duration
    shots = "1 shot" if count == 1 else f"{count} shots"
    text = f"{lasting(gist)} of {lasting(video)} ({gist / video:.0%}) in {shots}"
    if shown < count:
        text += f"; {shown} of their {count} key frames shown"
    return text


def _fitted(text: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont, room: float) -> str:
    """Return the text, its middle left out where it is wider than ``room`` pixels."""
    if font.getlength(text) <= room:
        return text
    few, many = 0, len(text)
    while few < many - 1:  # the most characters that fit, half from either end
        keep = (few + many) // 2
        if font.getlength(_shortened(text, keep)) <= room:
            few = keep
        else:
            many = keep
    return _shortened(text, few)


def _shortened(text: str, keep: int) -> str:
    front = (keep + 1) // 2
    return text[:front] + "..." + (text[len(text) - (keep - front) :] if keep > front else "")
