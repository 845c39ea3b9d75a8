"""What is done to a video, as something that any process can be told in plain JSON."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from vidgist.errors import VidgistError
from vidgist.progress import Progress, silent

__all__ = ["EXTRACT", "SUMMARIZE", "Job", "Outcome", "Setup", "Work", "attempt", "load_work"]

SUMMARIZE = "vidgist.batch.summaries:Summaries"
EXTRACT = "vidgist.batch.extractions:Extractions"
"""The works there are."""


@dataclass(frozen=True)
class Job:
    """One video to work on.

    Attributes:
        video: the file.
        output: folder or file of its results.
    """

    video: Path
    output: Path


@dataclass(frozen=True)
class Outcome:
    """How it ended.

    Attributes:
        job: what it was.
        state: `done`, `skipped` (it was done before) or `failed`.
        result: what there is to say of it, as plain JSON.
        error: why it failed, in one line, else "".
    """

    job: Job
    state: str
    result: Mapping[str, Any]
    error: str = ""


@dataclass(frozen=True)
class Setup:
    """How workers are set up, in plain JSON.

    Attributes:
        work: the class of their `Work`, as ``module:name``.
        options: what it is made with.
        threads: of each worker, None for its share of the processors.
    """

    work: str
    options: Mapping[str, Any]
    threads: int | None = None

    def as_json(self) -> dict[str, Any]:
        """Return plain values."""
        return {"work": self.work, "options": dict(self.options), "threads": self.threads}


class Work(Protocol):
    """Models loaded once, then video after video."""

    def run(self, job: Job, *, progress: Progress = silent) -> dict[str, Any]:
        """Work on one video; return plain JSON with "state" in it.

        Raises:
            VidgistError: it failed; the message is one line.
        """


def load_work(setup: Mapping[str, Any]) -> Work:
    """Load what `Setup.as_json` describes.

    Raises:
        VidgistError: a setting, model or bank is wrong.
    """
    module, _, name = setup["work"].partition(":")
    options = {**setup["options"], "threads": setup["threads"]}
    made: Work = getattr(importlib.import_module(module), name)(options)
    return made


def attempt(work: Work, job: Job, *, progress: Progress = silent) -> dict[str, Any]:
    """Work on one video; whatever goes wrong becomes ``{"state": "failed", "error": ...}``."""
    try:
        return work.run(job, progress=progress)
    except VidgistError as error:
        return {"state": "failed", "error": str(error)}
    except MemoryError:
        return {
            "state": "failed",
            "error": f"{job.video}: not enough memory; lower --jobs or --fps",
        }
    except Exception as error:
        return {
            "state": "failed",
            "error": f"{job.video}: {type(error).__name__}: {error} (a fault of vidgist;"
            " summarize it alone with --debug to see where)",
        }
