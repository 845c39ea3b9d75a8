"""What the figures share: the plotting library, where a file goes, whose features are used."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from vidgist.datasets import VideoRecord
from vidgist.errors import MissingExtraError, SettingError
from vidgist.paper.context import Context
from vidgist.system.files import whole_file

__all__ = ["NAMES", "figure_file", "new_figure", "videos_with_features"]

NAMES = {"tvsum": "TVSum", "summe": "SumMe"}
ENDINGS = (".png", ".pdf", ".svg")


def new_figure(*, columns: int = 1, width: float = 6.0, height: float = 4.0) -> tuple[Any, Any]:
    """Return a figure and its axes, drawn without a display.

    Raises:
        MissingExtraError: Matplotlib is not installed.
    """
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError:
        raise MissingExtraError("drawing a figure", "figures") from None
    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure, figure.subplots(1, columns)


@contextlib.contextmanager
def figure_file(context: Context) -> Iterator[Path]:
    """Give the path to draw to; the figure appears whole or not at all.

    Raises:
        SettingError: the ending is none that can be drawn.
        OutputError: the file exists, or cannot be written.
    """
    path = destination(context)
    with whole_file(path, overwrite=context.overwrite) as partial:
        yield partial


def destination(context: Context) -> Path:
    """Return where the figure goes: ``-o``, else a PNG of the benchmark's name here."""
    path = context.output or Path(f"{context.name}.png")
    if path.suffix.lower() not in ENDINGS:
        raise SettingError(f"-o {path}: a figure ends in {', '.join(ENDINGS)}")
    return path


def videos_with_features(context: Context, metric: str) -> list[VideoRecord]:
    """Return the videos of the first data set found that have features."""
    for dataset in context.with_features(metric):
        fields = ("features", "picks", "n_frames", "video_name")
        return [r for r in dataset.records(fields=fields) if r.features is not None]
    return []
