"""Figures: a new one without a display, where its file goes, and the videos that it shows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from vidgist.datasets import VideoRecord
from vidgist.errors import MissingExtraError, SettingError
from vidgist.paper.context import Context
from vidgist.system.files import whole_file

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


def save_figure(context: Context, figure: Any) -> Path:
    """Write a figure whole or not at all, and return its path.

    Raises:
        SettingError: there is no format of that suffix.
        OutputError: the file exists, or cannot be written.
    """
    path = destination(context)
    with whole_file(path, overwrite=context.overwrite) as partial:
        figure.savefig(partial, dpi=150)
    return path


def destination(context: Context) -> Path:
    """Return where the figure goes: the output, else a PNG of the table's name here.

    Raises:
        SettingError: there is no format of that suffix.
    """
    path = context.output or Path(f"{context.name}.png")
    if path.suffix.lower() not in ENDINGS:
        raise SettingError(f"output: a figure ends in {', '.join(ENDINGS)}, got {path}")
    return path


def videos_with_features(context: Context, metric: str, missing: list[str]) -> list[VideoRecord]:
    """Return the videos with features of the first data set that has some."""
    for dataset in context.with_features(metric, missing):
        fields = ("features", "picks", "n_frames", "video_name")
        return [r for r in dataset.records(fields=fields) if r.features is not None]
    return []
