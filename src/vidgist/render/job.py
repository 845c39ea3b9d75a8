"""What one call of `render` hands to every output: the summary, and pictures decoded once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from vidgist.progress import Progress, silent
from vidgist.render.stills import Stills
from vidgist.summary import Summary

__all__ = ["Job"]


@dataclass(frozen=True, kw_only=True)
class Job:
    """One rendering.

    Attributes:
        summary: what to render.
        folder: where the results will lie, for links from one to another.
        names: all outputs of this rendering.
        progress: told how far the current output is.
    """

    summary: Summary
    folder: Path
    names: tuple[str, ...] = ()
    progress: Progress = silent

    @cached_property
    def stills(self) -> Stills:
        """The key frames, decoded once for all outputs."""
        return Stills(self.summary)
