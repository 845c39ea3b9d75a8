"""How long work tells that it goes on: one small protocol, silent by default."""

from __future__ import annotations

from typing import Protocol

__all__ = ["Progress", "silent"]


class Progress(Protocol):
    """Called by a stage as it goes on."""

    def __call__(self, stage: str, done: float, total: float | None, /) -> None:
        """Tell that ``done`` of ``total`` units (None: unknown) of ``stage`` are finished."""


def silent(stage: str, done: float, total: float | None) -> None:
    """Tell nobody."""
