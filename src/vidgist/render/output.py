"""The registry of outputs: what a summary can be written as."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from vidgist.registry import Registry
from vidgist.render.material import Material


@dataclass(frozen=True)
class Output:
    """One file, or one folder of files, that a summary can be written as.

    Attributes:
        name: as users choose it.
        target: name of the file or folder in the folder of the results.
        summary: what it is, in one clause for users.
        write: writes it at the given path, which `render` renames to ``target`` when done; it may
            raise VideoError where the video can no longer be read.
        is_folder: whether ``write`` gets an empty folder to fill.
        is_default: whether it is made when the user names no outputs.
        check: raises MissingExtraError where a package that the output needs is not installed.
        order: outputs are made, and linked on the page, in ascending order.
    """

    name: str
    target: str
    summary: str
    write: Callable[[Material, Path], None]
    is_folder: bool = False
    is_default: bool = False
    check: Callable[[], None] | None = None
    order: int = 50


OUTPUTS: Registry[Output] = Registry(
    "make", group="vidgist.outputs", package="vidgist.render.outputs", attribute="OUTPUT"
)
"""Name -> output: those of `vidgist.render.outputs`, then those that other packages bring."""


def default_outputs() -> tuple[str, ...]:
    """Return the names of the outputs that are made when the user names none."""
    return tuple(name for name, output in OUTPUTS.items() if output.is_default)
