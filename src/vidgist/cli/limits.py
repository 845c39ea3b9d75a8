"""Options that raise what a video may ask for, shared by the commands that open videos."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

import click

from vidgist.video.container import Limits

__all__ = ["limit_options"]

P = ParamSpec("P")
R = TypeVar("R")

_DEFAULT = Limits()


def limit_options(command: Callable[P, R]) -> Callable[..., R]:
    """Add ``--max-pixels``, ``--max-hours`` and ``--max-streams``.

    The command gets ``limits: Limits``.
    """

    @click.option(
        "--max-pixels",
        type=click.IntRange(min=1),
        default=_DEFAULT.pixels,
        show_default=True,
        help="Refuse pictures of more pixels.",
    )
    @click.option(
        "--max-hours",
        type=click.FloatRange(min=0, min_open=True),
        default=_DEFAULT.seconds / 3600,
        show_default=True,
        help="Refuse videos that are longer.",
    )
    @click.option(
        "--max-streams",
        type=click.IntRange(min=1),
        default=_DEFAULT.streams,
        show_default=True,
        help="Refuse files of more streams.",
    )
    @functools.wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        options: dict[str, Any] = kwargs
        options["limits"] = Limits(
            pixels=options.pop("max_pixels"),
            seconds=options.pop("max_hours") * 3600,
            streams=options.pop("max_streams"),
        )
        return command(*args, **kwargs)

    return wrapped
