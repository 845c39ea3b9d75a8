"""The registry of outputs: what a summary can be written as."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from vidgist.registry import Registry
from vidgist.render.material import Material
from vidgist.summary import Summary


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
        other_targets: further names, of which the file has one where `choose_target` says so.
        choose_target: returns the name for a summary.

    Example:
        >>> length = Output(
        ...     name="length",
        ...     target="length.txt",
        ...     summary="its length",
        ...     write=lambda material, path: path.write_text(f"{material.summary.duration:.1f} s"),
        ... )
        >>> length.existing(Path("empty-folder"))
        []
    """

    name: str
    target: str
    summary: str
    write: Callable[[Material, Path], None]
    is_folder: bool = False
    is_default: bool = False
    check: Callable[[], None] | None = None
    order: int = 50
    other_targets: tuple[str, ...] = ()
    choose_target: Callable[[Summary], str] | None = None

    def target_of(self, summary: Summary) -> str:
        """Return the name of its file for a summary."""
        return self.target if self.choose_target is None else self.choose_target(summary)

    def existing(self, folder: Path) -> list[str]:
        """Return the names that it has in a folder of results: one, or none."""
        return [t for t in (self.target, *self.other_targets) if os.path.lexists(folder / t)]


OUTPUTS: Registry[Output] = Registry(
    "make", group="vidgist.outputs", package="vidgist.render.outputs", attribute="OUTPUT"
)
"""Name -> output: those of `vidgist.render.outputs`, then those that other packages bring."""


def default_outputs() -> tuple[str, ...]:
    """Return the names of the outputs that are made when the user names none."""
    return tuple(name for name, output in OUTPUTS.items() if output.is_default)
