"""A figure for a paper: curves of a video, marked moments, and their nearest neighbours (figure 3).

The left column has a curve for the score and for each criterion it is made of; the right one a row
of pictures for each marked moment: its own, then six of its ten nearest neighbours.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from vidgist.errors import MissingExtraError, unknown_value
from vidgist.render.document import Document
from vidgist.render.report.words import words_of
from vidgist.render.storyboard import clock_time, printable

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from PIL import Image

__all__ = ["FORMATS", "Mark", "check", "draw", "marks_at", "marks_of", "save"]

FORMATS = ("pdf", "png", "svg")

COLOURS = ("#2b8a3e", "#c92a2a", "#212529", "#1864ab", "#862e9c", "#e67700")
"""Of the marks: the paper's green, red and black, then more."""

NEIGHBORS = 6
"""Pictures of neighbours beside that of the marked moment, in two rows."""


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A marked moment.

    Attributes:
        sample: its index.
        colour: of its line and frame.
        label: why it is marked.
        pictures: its own picture and its neighbours', or empty.
        times: seconds of each picture.
    """

    sample: int
    colour: str
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
    try:
        import matplotlib as mpl  # noqa: F401
    except ImportError as error:
        raise MissingExtraError("vidgist plot", "plot") from error


def marks_of(document: Document) -> list[Mark]:
    """Return the paper's three marks.

    Green where the first criterion is high and the second low, red at the greatest importance,
    black where the second is high and the first low; with one criterion only red and black, its
    low.
    """
    names = list(document.used)
    score = np.nan_to_num(document.importance)
    if not names:
        chosen = [(int(score.argmax()), COLOURS[1], "greatest importance")]
    elif len(names) == 1:
        first = np.nan_to_num(document.criteria[names[0]])
        title = words_of(names[0]).title.lower()
        chosen = [
            (int(score.argmax()), COLOURS[1], "greatest importance"),
            (int(first.argmin()), COLOURS[2], f"low {title}"),
        ]
    else:
        first, second = (np.nan_to_num(document.criteria[name]) for name in names[:2])
        one, other = (words_of(name).title.lower() for name in names[:2])
        chosen = [
            (int((first - second).argmax()), COLOURS[0], f"high {one}, low {other}"),
            (int(score.argmax()), COLOURS[1], "greatest importance"),
            (int((second - first).argmax()), COLOURS[2], f"low {one}, high {other}"),
        ]
    seen: dict[int, Mark] = {}
    for sample, colour, label in chosen:
        seen.setdefault(sample, Mark(sample=sample, colour=colour, label=label))
    return list(seen.values())


def marks_at(document: Document, times: Sequence[float]) -> list[Mark]:
    """Return a mark at the sample nearest to each of the given times, each sample once."""
    samples = dict.fromkeys(int(np.abs(document.times - time).argmin()) for time in times)
    return [
        Mark(sample=sample, colour=COLOURS[i % len(COLOURS)], label="")
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
    pictured = any(mark.pictures for mark in marks)
    rows = max(len(curves), len(marks) if pictured else 1)
    height = width * (0.17 * rows + 0.06) if pictured else width * (0.16 * len(curves) + 0.07)
    figure = Figure(figsize=(width, height), layout="constrained")
    if pictured:
        parts = figure.subfigures(1, 2, width_ratios=(1.0, 1.5), wspace=0.02, squeeze=False)
        _draw_curves(parts[0, 0], document, curves, marks)
        _draw_pictures(parts[0, 1], marks)
    else:
        _draw_curves(figure, document, curves, marks)
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


def _draw_curves(
    figure: Any, document: Document, curves: Mapping[str, Any], marks: Sequence[Mark]
) -> None:
    axes = figure.subplots(len(curves), 1, sharex=True, squeeze=False)[:, 0]
    for axis, (name, values) in zip(axes, curves.items(), strict=True):
        title = "Importance" if name == "importance" else words_of(name).title
        axis.set_title(title, fontsize=7, loc="left", pad=2, parse_math=False)
        for start, end in document.shots[document.selected]:
            axis.axvspan(start, end, color="#3451b2", alpha=0.13, linewidth=0)
        axis.plot(document.times, values, color="#343a40", linewidth=0.9)
        for mark in marks:
            axis.axvline(document.times[mark.sample], color=mark.colour, linewidth=1.6, alpha=0.9)
        top = float(np.nanmax(values, initial=0.0)) if name == "importance" else 1.0
        axis.set_ylim(0, 1.05 * top or 1.0)
        axis.set_xlim(0, max(document.duration, 1e-3))
        axis.tick_params(labelsize=6, length=2)
        for side in ("top", "right"):
            axis.spines[side].set_visible(False)
    axes[-1].xaxis.set_major_formatter(lambda seconds, _: clock_time(seconds).removesuffix(".0"))
    name = document.video.replace("\\", "/").rsplit("/", 1)[-1]
    axes[-1].set_xlabel(printable(name)[:60], fontsize=6, parse_math=False)


def _draw_pictures(figure: Any, marks: Sequence[Mark]) -> None:
    grid = figure.add_gridspec(2 * len(marks), 5)
    for row, mark in enumerate(marks):
        anchor = figure.add_subplot(grid[2 * row : 2 * row + 2, :2])
        label = anchor.text(
            0.0,
            -0.04,
            mark.label.replace(", ", ",\n"),
            transform=anchor.transAxes,
            fontsize=5.5,
            color=mark.colour,
            verticalalignment="top",
            parse_math=False,
        )
        label.set_in_layout(False)  # it may run on under the neighbours
        places = [anchor]
        for place in range(NEIGHBORS):
            down, across = divmod(place, 3)
            places.append(figure.add_subplot(grid[2 * row + down, 2 + across]))
        for place, axis in enumerate(places):
            axis.set_axis_off()
            if place < len(mark.pictures):
                _draw_picture(axis, mark, place)


def _draw_picture(axis: Any, mark: Mark, place: int) -> None:
    from matplotlib.patches import Rectangle

    axis.imshow(mark.pictures[place])
    axis.set_title(clock_time(mark.times[place]), fontsize=5, pad=2)
    axis.add_patch(
        Rectangle(
            (0, 0),
            1,
            1,
            transform=axis.transAxes,
            fill=False,
            edgecolor=mark.colour,
            linewidth=2.0 if place == 0 else 0.9,
            linestyle="-" if place == 0 else (0, (3, 2)),
            clip_on=False,
        )
    )
