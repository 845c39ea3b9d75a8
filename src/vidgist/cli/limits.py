"""Options of the limits on videos, shared by the commands that open them."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import fields
from typing import Any, ParamSpec, TypeVar

import click

from vidgist.video.container import Limits

P = ParamSpec("P")
R = TypeVar("R")

_OPTIONS: dict[str, tuple[Any, str]] = {
    "max_pixels": (click.IntRange(min=1), "Refuse pictures with more pixels."),
    "max_hours": (click.FloatRange(min=0, min_open=True), "Refuse videos that are longer."),
    "max_streams": (click.IntRange(min=1), "Refuse files with more streams."),
    "max_spool_gb": (
        click.FloatRange(min=0, min_open=True),
        "Refuse standard input, pictures and parts that need a larger temporary file.",
    ),
}


def limit_options(command: Callable[P, R]) -> Callable[..., R]:
    """Add an option for each field of `Limits`.

    The command gets ``limits: Limits``.
    """

    @functools.wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        options: dict[str, Any] = kwargs
        options["limits"] = Limits(**{name: options.pop(name) for name in _OPTIONS})
        return command(*args, **kwargs)

    for field in reversed(fields(Limits)):
        value_type, text = _OPTIONS[field.name]
        option = "--" + field.name.replace("_", "-")
        wrapped = click.option(
            option, type=value_type, default=field.default, show_default=True, help=text
        )(wrapped)
    return wrapped
