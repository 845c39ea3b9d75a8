"""Options on the inputs of a command: several files as one video, another frame rate."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import click

from vidgist.video.inputs import find_videos
from vidgist.video.sources import joined_name, with_rate

P = ParamSpec("P")
R = TypeVar("R")


def input_options(command: Callable[P, R]) -> Callable[..., R]:
    """Add ``--join`` and ``--input-rate``, which change the names in ``videos``."""

    @click.option(
        "--join", is_flag=True, help="Take all VIDEOs, in order, as parts of one: 'A + B'."
    )
    @click.option(
        "--input-rate",
        metavar="RATE",
        help="Frames a second of pictures, or of a file that states a wrong rate: 'NAME @ RATE'.",
    )
    @functools.wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        options: dict[str, Any] = kwargs
        join, rate = options.pop("join"), options.pop("input_rate")
        videos = options["videos"]
        if join:
            found, errors = find_videos([Path(video) for video in videos])
            if errors:
                raise errors[0]
            videos = (joined_name(found),)
        if rate is not None:
            videos = tuple(with_rate(video, rate) for video in videos)
        options["videos"] = videos
        return command(*args, **kwargs)

    return wrapped
