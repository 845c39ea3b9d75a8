from __future__ import annotations

import dataclasses
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from clips import render_clip
from summaries import summary_of
from vidgist.render import render, stills
from vidgist.render.outputs.storyboard import (
    CAPTION_HEIGHT,
    GAP,
    HEADER,
    LABEL_HEIGHT,
    MARGIN,
    PAPER,
    choose_grid,
    draw_sheet,
)
from vidgist.render.stills import Still


def tile(number, color, size=(160, 90)):
    return Still(number, number - 1, number - 1, 10.0 * number), Image.new("RGB", size, color)


@pytest.mark.parametrize("count", [1, 2, 3, 4, 7, 12, 30, 61, 120])
@pytest.mark.parametrize("aspect", [1 / 8, 9 / 16, 1.0, 16 / 9, 2.4, 8.0])
def test_layout(count, aspect):
    grid = choose_grid(count, aspect=aspect)
    assert grid.columns * grid.rows >= count > grid.columns * (grid.rows - 1)
    right = max(grid.corner(k)[0] for k in range(count)) + grid.cell[0] + MARGIN
    assert right == grid.size[0]
    low = grid.corner(count - 1)[1] + grid.cell[1]
    assert low < grid.size[1] < low + 100
    assert max(grid.size) < 8000
    assert grid.size[0] * grid.size[1] < 12_000_000


def test_layout_keeps_the_shape_of_pictures():
    for aspect in (9 / 16, 1.0, 16 / 9):
        for count in (1, 10, 100):
            width, height = choose_grid(count, aspect=aspect).cell
            assert width / height == pytest.approx(aspect, rel=0.02)


def test_sheets_come_near_the_shape_of_a_screen():
    for count in (6, 12, 24, 100):
        width, height = choose_grid(count, aspect=16 / 9).size
        assert 0.9 < width / height < 2.4


def test_pictures_stand_in_order_on_the_sheet():
    colors = [(200, 30, 30), (30, 200, 30), (30, 30, 200)]
    tiles = [tile(k + 1, color) for k, color in enumerate(colors)]
    sheet = draw_sheet(tiles, title="talk.mp4", note="", aspect=16 / 9)
    grid = choose_grid(3, aspect=16 / 9)
    for k, color in enumerate(colors):
        left, top = grid.corner(k)
        middle = (left + grid.cell[0] // 2, top + grid.cell[1] // 2)
        assert sheet.getpixel(middle) == color


def test_other_shapes_are_fitted_whole():
    sheet = draw_sheet([tile(1, (250, 0, 0), (90, 160))], title="", note="", aspect=16 / 9)
    left, top = choose_grid(1, aspect=16 / 9).corner(0)
    red = (np.asarray(sheet)[..., 0] > 200) & (np.asarray(sheet)[..., 1] < 50)
    rows, columns = np.flatnonzero(red.any(axis=1)), np.flatnonzero(red.any(axis=0))
    assert (rows[-1] - rows[0]) / (columns[-1] - columns[0]) == pytest.approx(160 / 90, rel=0.03)
    assert rows[0] >= top
    assert columns[0] > left


def inked(sheet, box):
    """Return whether anything but paper lies in (left, top, right, bottom)."""
    part = np.asarray(sheet.crop(box)).astype(int)
    return bool((np.abs(part - PAPER).max(axis=-1) > 60).any())


@pytest.mark.parametrize("title", ["talk.mp4", "x" * 400 + ".mp4", "日本 \ufffd.mkv", "a"])
def test_title_stays_within_the_margins(title):
    sheet = draw_sheet([tile(1, (9, 9, 9))], title=title, note="n" * 300, aspect=16 / 9)
    width = sheet.size[0]
    assert inked(sheet, (MARGIN, 0, width - MARGIN, HEADER))
    assert not inked(sheet, (width - MARGIN + 2, 0, width, HEADER))


@pytest.mark.skipif(os.name != "posix", reason="names of any bytes")
def test_the_file(tmp_path, monkeypatch):
    clip = render_clip(tmp_path / "a.mp4", scenes=(0.6,) * 5)
    notes = []

    def noting(tiles, *, title, note, aspect, said):
        notes.append((len(tiles), title, note))
        assert not any(said)
        return draw_sheet(tiles, title=title, note=note, aspect=aspect)

    monkeypatch.setattr("vidgist.render.outputs.storyboard.draw_sheet", noting)
    monkeypatch.setattr(stills, "MAX_TILES", 3)
    summary = summary_of(clip.path, cuts=clip.cuts, selected=(0, 1, 2, 4))
    (path,) = render(summary, tmp_path / "out", make=["storyboard"])
    with Image.open(path) as image:
        assert image.format == "JPEG"
        assert image.size[0] >= 640
    assert notes == [(3, "a.mp4", "2.4 s of 3.0 s (80%) in 4 pieces; 3 of 4 keyframes shown")]
    strange = dataclasses.replace(summary.video, path=Path(os.fsdecode(b"\xff\n.mp4")))
    with pytest.raises(Exception, match="no such file"):
        render(dataclasses.replace(summary, video=strange), tmp_path / "2", make=["storyboard"])


def test_captions_stand_under_their_pictures(tmp_path):
    pictures = [Image.new("RGB", (320, 180), (90, 90, 90)) for _ in range(4)]
    tiles = [(Still(n + 1, n, n, float(n)), picture) for n, picture in enumerate(pictures)]
    facts = {"title": "a.mp4", "note": "note", "aspect": 16 / 9}
    bare = draw_sheet(tiles, **facts)
    said = ["", "Hello.", "A caption that is much too long for the room " * 5, ""]
    sheet = draw_sheet(tiles, **facts, said=said)
    assert sheet.width == bare.width
    assert sheet.height > bare.height
    grid = choose_grid(4, aspect=16 / 9, label=LABEL_HEIGHT + CAPTION_HEIGHT)
    for index, words in enumerate(said):
        left, top = grid.corner(index)
        strip = sheet.crop(
            (left, top + grid.cell[1] + 30, left + grid.cell[0] + GAP, top + grid.cell[1] + 58)
        )
        inked = np.abs(np.asarray(strip, int) - PAPER).max() > 60
        assert inked == bool(words)
        beyond = np.asarray(strip.crop((grid.cell[0] + 2, 0, grid.cell[0] + GAP, 28)), int)
        assert np.abs(beyond - PAPER).max() < 20
