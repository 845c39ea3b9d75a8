"""Figure of a summary: score curves, marked moments and their nearest neighbors (figure 3).

One curve for the score and one for each criterion that it is made of; one row of pictures for each
marked moment: the moment itself, then six of its ten nearest neighbors.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from vidgist.errors import MissingExtraError, unknown_value
from vidgist.render.document import Document
from vidgist.render.figure_grid import make_grid
from vidgist.render.text import printable
from vidgist.render.times import format_time
from vidgist.render.words import words_of
from vidgist.types import Floats

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from PIL import Image

FORMATS = ("pdf", "png", "svg")

COLORS = ("#2b8a3e", "#c92a2a", "#212529", "#1864ab", "#862e9c", "#e67700")
"""Colors of the marks: green, red and black as in the paper, then more."""

HIGH, LOW = 0.6, 0.3
"""A scaled value from `HIGH` on is called high, one under `LOW` low, as on the page."""


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A marked moment.

    Attributes:
        sample: its index.
        color: of its line and frame.
        label: the reason for the mark.
        pictures: of the moment and its neighbors, or empty.
        times: seconds of each picture.
    """

    sample: int
    color: str
    label: str
    pictures: Sequence[Image.Image] = field(default=())
    times: Sequence[float] = field(default=())


def check(output: Path) -> None:
    """Check that a figure can be drawn.

    Raises:
        SettingError: the suffix of the file is unknown.
        MissingExtraError: Matplotlib is not installed.
    """
    file_format = output.suffix.lower().removeprefix(".")
    if file_format not in FORMATS:
        raise unknown_value("output", file_format or output.name, FORMATS)
    # Matplotlib warns at length if there is no home folder for its cache, which does no harm.
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    try:
        import matplotlib as mpl  # noqa: F401
    except ImportError as error:
        raise MissingExtraError("vidgist plot", "plot") from error


def marks_of(document: Document) -> list[Mark]:
    """Return the three marks of the paper, without those that a video has no moment for.

    Green where the first criterion is furthest above the second, red at the greatest importance,
    black where the second is furthest above the first; with one criterion red, and black at its
    minimum.
    """
    importance = np.nan_to_num(document.importance)
    best = int(importance.argmax())
    values = [np.nan_to_num(criterion) for criterion in document.used.values()]
    titles = [words_of(name).title.lower() for name in document.used]
    before, after = [], []
    if len(values) == 1 and np.ptp(values[0]) > 0:
        after = [(int(values[0].argmin()), COLORS[2], f"low {titles[0]}")]
    elif len(values) > 1:
        first, second = values[:2]
        one, other = titles[:2]
        above, below = int((first - second).argmax()), int((second - first).argmax())
        if first[above] > second[above]:
            clear = first[above] >= HIGH and second[above] < LOW
            label = f"high {one}, low {other}" if clear else f"more {one} than {other}"
            before = [(above, COLORS[0], label)]
        if second[below] > first[below]:
            clear = second[below] >= HIGH and first[below] < LOW
            label = f"low {one}, high {other}" if clear else f"more {other} than {one}"
            after = [(below, COLORS[2], label)]
    return [
        Mark(sample=sample, color=color, label=label)
        for sample, color, label in (*before, (best, COLORS[1], "greatest importance"), *after)
        if sample != best or color == COLORS[1]
    ]


def marks_at(document: Document, times: Sequence[float]) -> list[Mark]:
    """Return marks at the samples nearest to the times, each sample once."""
    samples = dict.fromkeys(int(np.abs(document.times - time).argmin()) for time in times)
    return [
        Mark(sample=sample, color=COLORS[i % len(COLORS)], label="")
        for i, sample in enumerate(samples)
    ]


def draw(document: Document, marks: Sequence[Mark], *, width: float = 7.0) -> Figure:
    """Return the figure.

    Args:
        document: the summary to draw.
        marks: moments to mark, with a row of pictures each if any mark has pictures.
        width: inches; 7 is the width of the text of a two-column paper.
    """
    curves = {"importance": document.importance, **document.used}
    first = next((mark.pictures[0] for mark in marks if mark.pictures), None)
    figure, curve_cells, picture_cells = make_grid(
        width=width,
        curves=len(curves),
        rows=0 if first is None else len(marks),
        shape=1.0 if first is None else first.width / first.height,
    )
    curve_axes = [figure.add_subplot(cell) for cell in curve_cells]
    for axis, (name, values) in zip(curve_axes, curves.items(), strict=True):
        _draw_curve(axis, document, name, values, marks)
    _label_times(curve_axes, document)
    for cells, mark in zip(picture_cells, marks, strict=False):
        _draw_pictures([figure.add_subplot(cell) for cell in cells], mark)
    return figure


def save(figure: Figure, path: Path, *, kind: str, dpi: int = 300) -> None:
    """Write a figure without the date, so that equal figures are equal files.

    Args:
        figure: what `draw` returned.
        path: any name.
        kind: one of `FORMATS`.
        dpi: dots per inch of pictures and of PNG files.
    """
    import matplotlib as mpl

    undated = {"pdf": {"CreationDate": None}, "svg": {"Date": None}, "png": {}}[kind]
    with warnings.catch_warnings(), mpl.rc_context({"svg.hashsalt": "vidgist", "pdf.fonttype": 42}):
        # Letters that the font lacks are drawn as boxes.
        warnings.filterwarnings("ignore", message="Glyph .* missing")
        figure.savefig(path, format=kind, dpi=dpi, metadata=undated)


def _draw_curve(
    axis: Axes, document: Document, name: str, values: Floats, marks: Sequence[Mark]
) -> None:
    title = "Importance" if name == "importance" else words_of(name).title
    axis.set_title(title, fontsize=7, loc="left", pad=2, parse_math=False)
    for start, end in document.pieces:
        axis.axvspan(start, end, color="#3451b2", alpha=0.13, linewidth=0)
    # A single sample has no line; a dot shows it.
    single = np.isfinite(values).sum() == 1
    dot: dict[str, Any] = {"marker": "o", "markersize": 3, "clip_on": False} if single else {}
    axis.plot(document.times, values, color="#343a40", linewidth=0.9, **dot)
    for mark in marks:
        axis.axvline(document.times[mark.sample], color=mark.color, linewidth=1.6, alpha=0.9)
    top, heights = 1.0, [0.0, 0.5, 1.0]
    if name == "importance":
        top = float(np.nanmax(values, initial=0.0))
        heights = round_steps(top, most=3 if _inches(axis)[1] > 0.5 else 2)
    axis.set_ylim(0, 1.05 * top or 1.0)
    axis.set_yticks(heights, [f"{height:g}" for height in heights])
    axis.tick_params(labelsize=6, length=2)
    axis.spines[["top", "right"]].set_visible(False)


def _label_times(axes: Sequence[Axes], document: Document) -> None:
    """Give the curves their common times; only the last one has labels."""
    duration = max(document.duration, 1e-3)
    width = _inches(axes[-1])[0]
    times = time_steps(duration, most=max(2, int(width / 0.45)))
    tenths = len(times) > 1 and times[1] < 1
    labels = [format_time(time) if tenths else format_time(time)[:-2] for time in times]
    for axis in axes:
        axis.set_xlim(0, duration)
        axis.set_xticks(times, labels if axis is axes[-1] else [""] * len(times))
    file = printable(document.video_name)
    room = max(8, int(width / 0.048))
    short = file if len(file) <= room else f"{file[: room // 2]}...{file[-room // 3 :]}"
    text = f"{short}\nshaded: in the summary"
    axes[-1].set_xlabel(text, fontsize=6, labelpad=2, parse_math=False)


def _inches(axis: Axes) -> tuple[float, float]:
    """Return the width and the height of axes."""
    figure = axis.get_figure(root=True)
    assert figure is not None
    width, height = figure.get_size_inches() * axis.get_position().size
    return float(width), float(height)


def round_steps(top: float, *, most: int) -> list[float]:
    """Return 0 and at most ``most`` round numbers up to ``top``."""
    if not top > 0:
        return [0.0, 1.0]
    unit = 10.0 ** np.floor(np.log10(top / most))
    step = next(unit * n for n in (1, 2, 2.5, 5, 10, 20) if top / (unit * n) < most + 1)
    return [float(f"{step * i:.6g}") for i in range(int(top / step) + 1)]


def time_steps(duration: float, *, most: int) -> list[float]:
    """Return 0 and about ``most`` round times up to ``duration``, in seconds."""
    steps = (0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600)
    step: float = next((s for s in steps if duration / s <= most), 0.0)
    if not step:
        step = 3600.0 * np.ceil(duration / most / 3600)
    return [round(step * i, 1) for i in range(int(duration / step + 1e-9) + 1)]


def _draw_pictures(axes: Sequence[Axes], mark: Mark) -> None:
    for axis in axes:
        axis.set_axis_off()
    near = False
    for axis, picture, seconds in zip(axes, mark.pictures, mark.times, strict=False):
        axis.set_anchor("NW")
        axis.imshow(picture)
        axis.set_title(format_time(seconds), fontsize=5, pad=2)
        _draw_frame(axis, mark.color, near=near)
        near = True
    axes[0].annotate(
        mark.label.replace(", ", ",\n").replace(" than ", "\nthan "),
        (0, 0),
        xytext=(0, -3.6),
        xycoords="axes fraction",
        textcoords="offset points",
        fontsize=5.5,
        color=mark.color,
        verticalalignment="top",
        parse_math=False,
        annotation_clip=False,
    )


def _draw_frame(axis: Axes, color: str, *, near: bool) -> None:
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
