"""``storyboard.jpg``: a contact sheet of the keyframes with their times."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from vidgist.render.material import Material
from vidgist.render.output import Output
from vidgist.render.stills import TILE_SIDE, Still
from vidgist.render.text import printable
from vidgist.render.times import format_duration, format_time
from vidgist.summary import Summary

if TYPE_CHECKING:
    from PIL import Image, ImageFont

PAPER, INK, QUIET, EDGE = (22, 24, 29), (236, 238, 242), (150, 156, 168), (44, 48, 56)
MARGIN, GAP = 40, 20
TITLE_SIZE, NOTE_SIZE, LABEL_SIZE = 34, 20, 19
HEADER = 112
LABEL_HEIGHT = 34
CAPTION_SIZE, CAPTION_HEIGHT = 16, 24

PICTURE_AREA = 3_600_000
"""Total area of the pictures in pixels, which keeps the file to a few megabytes."""

MIN_SIDE = 130
"""Least width of a cell in pixels, for its label."""

SHEET_SHAPE = 1.5
"""Preferred width by height of a sheet, which fits screens and paper."""

QUALITY = 90


@dataclass(frozen=True)
class Grid:
    """The places of the pictures on the sheet, in pixels.

    Attributes:
        columns: pictures side by side.
        rows: rows of pictures.
        cell: (width, height) of a picture without its label.
        size: (width, height) of the sheet.
        label: height of what stands under a picture.
    """

    columns: int
    rows: int
    cell: tuple[int, int]
    size: tuple[int, int]
    label: int = LABEL_HEIGHT

    def corner(self, index: int) -> tuple[int, int]:
        """Return (left, top) of picture ``index``."""
        row, column = divmod(index, self.columns)
        width, height = self.cell
        return (MARGIN + column * (width + GAP), HEADER + row * (height + self.label + GAP))


def choose_grid(count: int, *, aspect: float, label: int = LABEL_HEIGHT) -> Grid:
    """Return the grid for ``count`` pictures whose width by height is ``aspect``.

    The number of columns brings the sheet near to `SHEET_SHAPE` with few empty cells.
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
            HEADER + rows * (cell[1] + label + GAP) - GAP + MARGIN,
        )
        empty = (columns * rows - count) / (columns * rows)
        cost = abs(math.log(sheet[0] / sheet[1] / SHEET_SHAPE)) + empty
        if cost < least:
            best, least = Grid(columns, rows, cell, sheet, label), cost
    assert best is not None
    return best


def draw_sheet(
    tiles: list[tuple[Still, Image.Image]],
    *,
    title: str,
    note: str,
    aspect: float,
    said: Sequence[str] = (),
) -> Image.Image:
    """Draw the sheet.

    Args:
        tiles: keyframes with their small pictures.
        title: large line of text.
        note: small line of text under it.
        aspect: width by height of a cell; other pictures are fitted into it.
        said: a caption for each tile, "" for none; or nothing.
    """
    from PIL import Image, ImageDraw, ImageFont

    label = LABEL_HEIGHT + CAPTION_HEIGHT * any(said)
    grid = choose_grid(len(tiles), aspect=aspect, label=label)
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
        time = format_time(still.seconds)
        draw.text((left + cell_width, base), time, font=font, fill=INK, anchor="rm")
        if any(said):
            small = ImageFont.load_default(CAPTION_SIZE)
            words = _beginning(said[index], small, cell_width)
            draw.text((left, base + CAPTION_HEIGHT), words, font=small, fill=INK, anchor="lm")
    return sheet


def write(material: Material, path: Path) -> None:
    """Write the sheet of a summary."""
    tiles = material.stills.tiles()
    summary = material.summary
    sheet = draw_sheet(
        tiles,
        title=printable(summary.video.name),
        note=_note(summary, shown=len(tiles)),
        aspect=min(8.0, max(1 / 8, summary.video.width / summary.video.height)),
        said=[_said(summary, still) for still, _ in tiles],
    )
    sheet.save(path, quality=QUALITY, optimize=True)


def _note(summary: Summary, *, shown: int) -> str:
    count = len(summary.pieces)
    video, gist = summary.timeline.duration, summary.duration
    pieces = "1 piece" if count == 1 else f"{count} pieces"
    text = f"{format_duration(gist)} of {format_duration(video)} ({gist / video:.0%}) in {pieces}"
    if shown < len(summary.stills):
        text += f"; {shown} of {len(summary.stills)} keyframes shown"
    return text


def _said(summary: Summary, still: Still) -> str:
    """Return the caption at a still, "" where there is none or the font lacks its letters."""
    at = still.seconds
    text = next((one.text for one in summary.captions if one.start <= at < one.end), "")
    shown = printable(" ".join(text.split()))
    return shown if all(ord(c) < 0x180 for c in shown) else ""


def _beginning(text: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont, room: float) -> str:
    """Return as many words of a text as ``room`` pixels hold."""
    shown, words = text, text.split()
    while font.getlength(shown) > room and len(words) > 1:
        words.pop()
        shown = " ".join(words) + " ..."
    return _fitted(shown, font, room)


def _fitted(text: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont, room: float) -> str:
    """Return the text, without its middle if it is wider than ``room`` pixels."""
    shown, keep = text, len(text)
    while font.getlength(shown) > room and keep > 1:
        keep -= 1
        shown = f"{text[: (keep + 1) // 2]}...{text[len(text) - keep // 2 :]}"
    return shown


OUTPUT = Output(
    "storyboard", "storyboard.jpg", "a sheet of the keyframes", write, is_default=True, order=20
)
