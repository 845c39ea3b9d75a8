"""Jobs of a batch and their results, as plain JSON between processes."""

from __future__ import annotations

import datetime as dt
import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from vidgist.errors import VidgistError
from vidgist.progress import Progress, silent

SUMMARIZE = "vidgist.batch.summaries:Summaries"
EXTRACT = "vidgist.batch.extractions:Extractions"


@dataclass(frozen=True)
class BatchJob:
    """One video of a batch.

    Attributes:
        video: the file.
        output: folder or file of its results.
    """

    video: Path
    output: Path

    def failure(self, reason: object) -> JobResult:
        """Return the result of a job that failed outside its task."""
        return JobResult(self, {"state": "failed", "error": f"{self.video}: {reason}"})


@dataclass(frozen=True)
class JobResult:
    """Result of a job.

    Attributes:
        job: the job.
        details: plain JSON with "state", and with "error" where it failed.
    """

    job: BatchJob
    details: Mapping[str, Any]

    @property
    def state(self) -> str:
        """`done`, `skipped` (an earlier run has done it) or `failed`."""
        return str(self.details["state"])

    @property
    def error(self) -> str:
        """Why it failed, in one line, else ""."""
        return str(self.details.get("error", ""))

    def record(self) -> dict[str, Any]:
        """Return the line for the journal."""
        return {
            "video": str(self.job.video),
            "state": self.state,
            "error": self.error or None,
            **{k: v for k, v in self.details.items() if k not in ("state", "error", "video")},
            "finished": dt.datetime.now(dt.timezone.utc).isoformat(timespec="seconds"),
        }


@dataclass(frozen=True)
class Setup:
    """Configuration of the workers, in plain JSON.

    Attributes:
        task: the class of their `Task`, as ``module:name``.
        options: its argument.
        threads: of each worker, None for its share of the processors.
    """

    task: str
    options: Mapping[str, Any]
    threads: int | None = None


class Task(Protocol):
    """Work on videos, one after the other, with models that are loaded once."""

    def run(self, job: BatchJob, *, progress: Progress = silent) -> dict[str, Any]:
        """Work on one video; return plain JSON with "state".

        Raises:
            VidgistError: it failed; the message is one line.
        """


def load_task(setup: Mapping[str, Any]) -> Task:
    """Make the task that a `Setup` (as a mapping) describes.

    Raises:
        VidgistError: a setting, model or bank is wrong.
    """
    module, _, name = setup["task"].partition(":")
    task: Task = getattr(importlib.import_module(module), name)(
        {**setup["options"], "threads": setup["threads"]}
    )
    return task


def run_job(task: Task, job: BatchJob, *, progress: Progress = silent) -> JobResult:
    """Run a job; every error becomes a result in the state `failed`."""
    try:
        return JobResult(job, task.run(job, progress=progress))
    except VidgistError as error:
        return JobResult(job, {"state": "failed", "error": str(error)})
    except MemoryError:
        return job.failure("not enough memory; run fewer jobs at a time or lower fps")
    except Exception as error:
        return job.failure(
            f"{type(error).__name__}: {error} (a fault of vidgist; run this video alone with"
            " debug=True for the traceback)"
        )
