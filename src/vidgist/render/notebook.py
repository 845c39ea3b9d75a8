"""A summary in a notebook: its page, its plot and its table."""

from __future__ import annotations

import base64
import html
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from vidgist.errors import MissingExtraError, counted
from vidgist.render.text import printable
from vidgist.render.times import format_duration, format_time
from vidgist.summary import Summary
from vidgist.types import Floats

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_PICTURES = 24
"""Pieces that get a picture: all of it is stored in the notebook."""

POINTS = 600
"""Points of the curve; of a longer video, the highest of each interval."""

_WIDTH, _HEIGHT = 900, 120
_BLUE, _LIGHT, _GRAY = "#2458c8", "#c8d8f8", "#888"


def summary_html(summary: Summary) -> str:
    """Return a summary as HTML without links: a line, a storyboard of the pieces, and the curve.

    The pictures are the thumbnails of the summary; without them there are only times.
    """
    lasting = f"{format_duration(summary.duration)} of {format_duration(summary.timeline.duration)}"
    pieces, shots = counted(len(summary.pieces), "piece"), counted(len(summary.shots), "shot")
    name = html.escape(printable(summary.video.name))
    head = f"<div><b>{name}</b>: {lasting}, {pieces} of {shots}</div>"
    return f'<div style="max-width:{_WIDTH}px">{head}{_storyboard(summary)}{_curve(summary)}</div>'


def _storyboard(summary: Summary) -> str:
    cells = []
    for (start, _), sample in zip(
        summary.pieces[:MOST_PICTURES], summary.piece_samples, strict=False
    ):
        label = f'<figcaption style="color:{_GRAY}">{format_time(float(start))}</figcaption>'
        picture = ""
        if summary.thumbnails:
            data = base64.b64encode(summary.thumbnails[int(sample)]).decode("ascii")
            picture = f'<img alt="" src="data:image/jpeg;base64,{data}" style="height:80px"/>'
        cells.append(f'<figure style="margin:2px">{picture}{label}</figure>')
    left_out = len(summary.pieces) - len(cells)
    more = f'<div style="color:{_GRAY}">and {left_out} more</div>' if left_out > 0 else ""
    return (
        '<div style="display:flex;flex-wrap:wrap;font-size:11px;text-align:center">'
        f"{''.join(cells)}</div>{more}"
    )


def _curve(summary: Summary) -> str:
    """Return the importance over time as SVG, with the pieces behind it."""
    end = summary.timeline.duration
    times, values = _highest(summary.times, summary.scores.importance, POINTS)
    low, high = float(values.min()), float(values.max())
    x = times / end * _WIDTH
    y = _HEIGHT - 4 - (values - low) / ((high - low) or 1.0) * (_HEIGHT - 8)
    points = " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x, y, strict=True))
    bars = "".join(
        f'<rect x="{start / end * _WIDTH:.1f}" y="0" height="{_HEIGHT}" '
        f'width="{max(1.0, (stop - start) / end * _WIDTH):.1f}" fill="{_LIGHT}"/>'
        for start, stop in summary.pieces.tolist()
    )
    return (
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" style="width:100%;height:auto">'
        f"<title>Importance from 0:00 to {format_time(end)}; the pieces are shaded</title>{bars}"
        f'<polyline fill="none" stroke="{_BLUE}" stroke-width="1.5" points="{points}"/></svg>'
    )


def _highest(times: Floats, values: Floats, count: int) -> tuple[Floats, Floats]:
    """Return times and values of at most ``count`` points: the highest of each run."""
    if len(values) <= count:
        return times, values
    edges = np.linspace(0, len(values), count + 1).astype(np.int64)
    places = [a + int(values[a:b].argmax()) for a, b in pairwise(edges.tolist())]
    return times[places], values[places]


def plot_summary(summary: Summary, ax: Axes | None = None) -> Axes:
    """Draw importance over time, borders of shots, and the pieces that are shown.

    Args:
        summary: of a video.
        ax: axes to draw into; new ones by default.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    if ax is None:
        try:
            import matplotlib.pyplot as plt
        except ImportError as error:
            raise MissingExtraError("plot", "plot") from error
        _, ax = plt.subplots(figsize=(9, 2.4), layout="constrained")
    for number, (start, end) in enumerate(summary.pieces):
        ax.axvspan(start, end, color=_LIGHT, lw=0, label="shown" if number == 0 else None)
    for border in summary.shot_seconds[1:, 0]:
        ax.axvline(border, color="#ddd", lw=0.5, zorder=0)
    ax.plot(summary.times, summary.scores.importance, color=_BLUE, lw=1.2, label="importance")
    ax.set_xlim(0, summary.timeline.duration)
    ax.set_xlabel("seconds")
    ax.set_ylabel("importance")
    return ax


def summary_frame(summary: Summary) -> Any:
    """Return a data frame of pandas with a row a sample.

    Columns: ``time`` in seconds, each scaled criterion, ``importance``, ``shot`` (index from 0),
    ``shown`` (whether a piece holds the sample) and ``junk`` (the reason, "" for none).

    Raises:
        MissingExtraError: pandas is not installed.
    """
    try:
        import pandas as pd
    except ImportError as error:
        raise MissingExtraError("to_pandas", "pandas") from error
    times = summary.times[:, None]
    starts, ends = summary.pieces.T
    shot = np.searchsorted(summary.shots.frames[:, 0], summary.features.picks, side="right") - 1
    return pd.DataFrame(
        {
            **summary.samples,
            "shot": shot,
            "shown": ((times >= starts) & (times < ends)).any(axis=1),
            "junk": summary.junk,
        }
    )
