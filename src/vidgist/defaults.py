"""Defaults and names that the command line and the library share, each written once."""

from __future__ import annotations

__all__ = ["DEFAULT_FPS", "DEFAULT_LENGTH", "ENGINES"]

DEFAULT_LENGTH = "15%"
"""The most that a summary may last."""

DEFAULT_FPS = 2.0
"""Samples a second, as the field's benchmarks have them (every 15th frame of 30)."""

ENGINES = ("processes", "ray")
"""Where the workers of a batch run: on this machine, or on a Ray cluster."""
