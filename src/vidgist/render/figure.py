"""A figure for a paper: curves of a video, marked moments, and their nearest neighbors (figure 3).

The left column has a curve for the score and for each criterion it is made of; the right one a row
of pictures for each marked moment: its own, then six of its ten nearest neighbors.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from vidgist.errors import MissingExtraError, unknown_value
from vidgist.render.document import Document
from vidgist.render.figure_layout import Box, Layout, Row, layout
from vidgist.render.report.words import words_of
from vidgist.render.text import printable
from vidgist.render.times import format_time

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from PIL import Image

__all__ = [
    "FORMATS",
    "Mark",
    "check",
    "draw",
    "marks_at",
    "marks_of",
    "round_steps",
    "save",
    "time_steps",
]

FORMATS = ("pdf", "png", "svg")

COLORS = ("#2b8a3e", "#c92a2a", "#212529", "#1864ab", "#862e9c", "#e67700")
"""Of the marks: the paper's green, red and black, then more."""

HIGH, LOW = 0.6, 0.3
"""Scaled values that count as high, and under which they count as low, as on the page."""


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A marked moment.

    Attributes:
        sample: its index.
        color: of its line and frame.
        label: why it is marked.
        pictures: its own picture and its neighbors', or empty.
        times: seconds of each picture.
    """

    sample: int
    color: str
    label: str
    pictures: Sequence[Image.Image] = field(default=())
    times: Sequence[float] = field(default=())


def check(output: Path) -> None:
    """Raise where the figure could not be drawn.

    Raises:
        SettingError: the ending of the file is unknown.
        MissingExtraError: Matplotlib is not installed.
    """
    kind = output.suffix.lower().removeprefix(".")
    if kind not in FORMATS:
        raise unknown_value("-o", kind or output.name, FORMATS)
    # Where there is no home to keep its cache in, Matplotlib says so at length; it does no harm.
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    try:
        import matplotlib as mpl  # noqa: F401
    except ImportError as error:
        raise MissingExtraError("vidgist plot", "plot") from error


def marks_of(document: Document) -> list[Mark]:
    """Return the paper's three marks.

    Green where the first criterion is furthest above the second, red at the greatest importance,
    black where the second is furthest above the first; with one criterion only red and black, its
    low.  What a video without such a moment has not is left out.
    """
    names = list(document.used)
    score = np.nan_to_num(document.importance)
    red = (int(score.argmax()), COLORS[1], "greatest importance")
    chosen = [red]
    values = [np.nan_to_num(document.criteria[name]) for name in names]
    titles = [words_of(name).title.lower() for name in names]
    if len(names) == 1:
        lowest = int(values[0].argmin())
        if np.ptp(values[0]) > 0:
            chosen = [red, (lowest, COLORS[2], f"low {titles[0]}")]
    elif names:
        first, second = values[:2]
        one, other = titles[:2]
        above, below = int((first - second).argmax()), int((second - first).argmax())
        chosen = []
        if first[above] > second[above]:
            clear = first[above] >= HIGH and second[above] < LOW
            label = f"high {one}, low {other}" if clear else f"more {one} than {other}"
            chosen.append((above, COLORS[0], label))
        chosen.append(red)
        if second[below] > first[below]:
            clear = second[below] >= HIGH and first[below] < LOW
            label = f"low {one}, high {other}" if clear else f"more {other} than {one}"
            chosen.append((below, COLORS[2], label))
    return [
        Mark(sample=sample, color=color, label=label)
        for sample, color, label in chosen
        if sample != red[0] or color == COLORS[1]
    ]


def marks_at(document: Document, times: Sequence[float]) -> list[Mark]:
    """Return a mark at the sample nearest to each of the given times, each sample once."""
    samples = dict.fromkeys(int(np.abs(document.times - time).argmin()) for time in times)
    return [
        Mark(sample=sample, color=COLORS[i % len(COLORS)], label="")
        for i, sample in enumerate(samples)
    ]


def draw(document: Document, marks: Sequence[Mark], *, width: float = 7.0) -> Figure:
    """Return the figure.

    Args:
        document: what to draw.
        marks: moments to mark; a row of pictures for each where any has pictures.
        width: inches; 7 is the text of a page of two columns.
    """
    from matplotlib.figure import Figure

    curves = {"importance": document.importance, **document.used}
    first = next((mark.pictures[0] for mark in marks if mark.pictures), None)
    places = layout(
        width=width,
        curves=len(curves),
        rows=0 if first is None else len(marks),
        shape=1.0 if first is None else first.width / first.height,
    )
    figure = Figure(figsize=(places.width, places.height))
    _draw_curves(figure, places, document, curves, marks)
    for row, mark in zip(places.rows, marks, strict=False):
        _draw_pictures(figure, places, row, mark)
    return figure


def save(figure: Figure, path: Path, *, kind: str, dpi: int = 300) -> None:
    """Write a figure, without the date, so that equal figures are equal files.

    Args:
        figure: what `draw` returned.
        path: where to; any name.
        kind: one of `FORMATS`.
        dpi: dots an inch of pictures and of PNG files.
    """
    import matplotlib as mpl

    undated = {"pdf": {"CreationDate": None}, "svg": {"Date": None}, "png": {}}[kind]
    with warnings.catch_warnings(), mpl.rc_context({"svg.hashsalt": "vidgist", "pdf.fonttype": 42}):
        # A name in letters that the font has not is drawn with boxes, which one sees.
        warnings.filterwarnings("ignore", message="Glyph .* missing")
        figure.savefig(path, format=kind, dpi=dpi, metadata=undated)


def _axes(figure: Figure, places: Layout, box: Box, **options: Any) -> Any:
    """Return axes that fill a box."""
    wide, tall = places.width, places.height
    bottom = tall - box.top - box.height
    return figure.add_axes(
        (box.left / wide, bottom / tall, box.width / wide, box.height / tall), **options
    )


def _draw_curves(
    figure: Figure,
    places: Layout,
    document: Document,
    curves: Mapping[str, Any],
    marks: Sequence[Mark],
) -> None:
    duration = max(document.duration, 1e-3)
    for box, (name, values) in zip(places.curves, curves.items(), strict=True):
        last = box is places.curves[-1]
        axis = _axes(figure, places, box)
        title = "Importance" if name == "importance" else words_of(name).title
        axis.set_title(title, fontsize=7, loc="left", pad=2, parse_math=False)
        for start, end in document.shots[document.selected]:
            axis.axvspan(start, end, color="#3451b2", alpha=0.13, linewidth=0)
        # A single sample has no line; a dot shows it.
        dot = (
            {"marker": "o", "markersize": 3, "clip_on": False}
            if np.isfinite(values).sum() == 1
            else {}
        )
        axis.plot(document.times, values, color="#343a40", linewidth=0.9, **dot)
        for mark in marks:
            axis.axvline(document.times[mark.sample], color=mark.color, linewidth=1.6, alpha=0.9)
        top = float(np.nanmax(values, initial=0.0)) if name == "importance" else 1.0
        axis.set_ylim(0, 1.05 * top or 1.0)
        heights = (
            [0.0, 0.5, 1.0]
            if name != "importance"
            else round_steps(top, most=3 if box.height > 0.5 else 2)
        )
        axis.set_yticks(heights, [f"{height:g}" for height in heights])
        axis.set_xlim(0, duration)
        times = time_steps(duration, most=max(2, int(box.width / 0.45)))
        tenths = len(times) > 1 and times[1] < 1
        labels = [format_time(time) if tenths else format_time(time)[:-2] for time in times]
        axis.set_xticks(times, labels if last else [""] * len(times))
        axis.tick_params(labelsize=6, length=2)
        for side in ("top", "right"):
            axis.spines[side].set_visible(False)
        if last:
            file = printable(document.video.replace("\\", "/").rsplit("/", 1)[-1])
            room = max(8, int(box.width / 0.048))
            short = file if len(file) <= room else f"{file[: room // 2]}...{file[-room // 3 :]}"
            text = f"{short}\nshaded: in the summary"
            axis.set_xlabel(text, fontsize=6, labelpad=2, parse_math=False)


def round_steps(top: float, *, most: int) -> list[float]:
    """Return 0 and round numbers up to ``top``, at most ``most`` of them besides 0."""
    if not top > 0:
        return [0.0, 1.0]
    unit = 10.0 ** np.floor(np.log10(top / most))
    step = next(unit * n for n in (1, 2, 2.5, 5, 10, 20) if top / (unit * n) < most + 1)
    return [float(f"{step * i:.6g}") for i in range(int(top / step) + 1)]


def time_steps(duration: float, *, most: int) -> list[float]:
    """Return 0 and seconds up to ``duration`` that fall on round clock times, ``most`` about."""
    steps = (0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600)
    step: float = next((s for s in steps if duration / s <= most), 0.0)
    if not step:
        step = 3600.0 * np.ceil(duration / most / 3600)
    return [round(step * i, 1) for i in range(int(duration / step + 1e-9) + 1)]


def _draw_pictures(figure: Figure, places: Layout, row: Row, mark: Mark) -> None:
    boxes = (row.anchor, *row.neighbors)
    for i, (box, picture, seconds) in enumerate(
        zip(boxes, mark.pictures, mark.times, strict=False)
    ):
        axis = _axes(figure, places, box, anchor="NW")
        axis.set_axis_off()
        axis.imshow(picture)
        axis.set_title(format_time(seconds), fontsize=5, pad=2)
        _draw_frame(axis, mark.color, near=i > 0)
    figure.text(
        row.anchor.left / places.width,
        1 - (row.anchor.top + row.anchor.height + 0.05) / places.height,
        mark.label.replace(", ", ",\n").replace(" than ", "\nthan "),
        fontsize=5.5,
        color=mark.color,
        verticalalignment="top",
        parse_math=False,
    )


def _draw_frame(axis: Any, color: str, *, near: bool) -> None:
    from matplotlib.patches import Rectangle

    axis.add_patch(
        Rectangle(
            (0, 0),
            1,
            1,
            transform=axis.transAxes,
            fill=False,
            edgecolor=color,
            linewidth=0.9 if near else 2.0,
            linestyle=(0, (3, 2)) if near else "-",
            clip_on=False,
        )
    )
