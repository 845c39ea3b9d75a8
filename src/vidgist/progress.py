"""Progress callback: a protocol, and one that does nothing."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Callback that a stage calls during its work."""

    def __call__(self, stage: str, done: float, total: float | None, /) -> None:
        """Report that ``done`` of ``total`` units (None: unknown) of ``stage`` are finished."""


def silent(stage: str, done: float, total: float | None) -> None:
    """Ignore the report."""
