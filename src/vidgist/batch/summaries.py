"""Task of ``vidgist summarize``: make the outputs of a video that are not finished yet."""

from __future__ import annotations

import contextlib
import dataclasses
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from vidgist.batch.folders import ResultMarker
from vidgist.batch.guard import FileState, check_unchanged, file_state, lock_folder
from vidgist.batch.jobs import BatchJob
from vidgist.batch.settings import prepare
from vidgist.errors import OutputError, VidgistError
from vidgist.pipeline import summarize
from vidgist.progress import Progress, silent
from vidgist.render import OUTPUTS, check_outputs, render
from vidgist.video import open_video
from vidgist.video.inputs import MARKER
from vidgist.video.sources import find_source, prepare_input, source_fingerprint
from vidgist.video.spool import release


class Summaries:
    """Task that summarizes videos with the same settings and models.

    Args:
        options: see `vidgist.batch.settings.prepare`; and besides

            - ``make``: names of the outputs;
            - ``overwrite``: replace results that exist;
            - ``resume``: skip what is finished, and leave a marker to recognize it by.

    Attributes:
        notes: what the user should know of the settings, one sentence each.

    Raises:
        VidgistError: a setting, model or bank is wrong.
    """

    def __init__(self, options: Mapping[str, Any]) -> None:
        options = dict(options)
        self._make: tuple[str, ...] = tuple(options.pop("make"))
        self._overwrite: bool = options.pop("overwrite")
        self._resume: bool = options.pop("resume")
        prepared = prepare(options)
        self._arguments = prepared.arguments
        self._settings = prepared.identity
        self.notes = prepared.notes

    def is_done(self, job: BatchJob) -> bool:
        """Return whether an earlier run has made all outputs; never raises."""
        marker = ResultMarker.read(job.output)
        if marker is None or marker.begun or self._overwrite or not find_source(job.video).is_there:
            return False
        try:
            return not self._plan(job.output, marker, source_fingerprint(job.video))[0]
        except VidgistError:
            return False

    def run(self, job: BatchJob, *, progress: Progress = silent) -> dict[str, Any]:
        """Make the results of one video, or see that they are there.

        Raises:
            VidgistError: the video cannot be used, or the results not be written.
        """
        try:
            return self._run(job, progress)
        finally:
            release(job.video)

    def _run(self, job: BatchJob, progress: Progress) -> dict[str, Any]:
        video, folder = job.video, job.output
        # First, as it has the best messages and does not wait for pipes.
        limits = self._arguments.get("limits")
        prepare_input(video, limits=limits)
        open_video(video, limits=limits).close()
        before, content = file_state(video), source_fingerprint(video)
        paths = {"video": str(video), "output": str(folder)}
        with lock_folder(folder):
            try:
                outputs, begun, done = self._plan(folder, ResultMarker.read(folder), content)
                if not outputs:
                    return {"state": "skipped", **paths}
                replace = self._overwrite or begun
                check_outputs(folder, make=outputs, overwrite=replace)
            except OutputError as error:
                # The folder alone does not tell which of many videos it is for.
                raise OutputError(f"{video}: {error}") from error
            marker = ResultMarker(
                content=content, settings=self._settings, done=done, begun=outputs
            )
            details = self._results(job, marker, replace, before=before, progress=progress)
            return {"state": "done", "content": content, **paths, **details}

    def _results(
        self,
        job: BatchJob,
        marker: ResultMarker,
        replace: bool | Sequence[str],
        *,
        before: FileState | None,
        progress: Progress,
    ) -> dict[str, Any]:
        video, folder, outputs = job.video, job.output, marker.begun
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            summary = summarize(
                video, with_thumbnails="report" in outputs, progress=progress, **self._arguments
            )
            check_unchanged(video, before)
            # Others may have written there during the work. From the marker on, what is there is
            # of this run and may be replaced by the next.
            check_outputs(folder, make=outputs, overwrite=replace)
            marker.write(folder)
            paths = render(summary, folder, make=outputs, overwrite=replace, progress=progress)
            check_unchanged(video, before)
        if self._resume:
            done = {**marker.done, **{name: _size(folder, name) for name in outputs}}
            dataclasses.replace(marker, done=done, begun=()).write(folder)
        else:
            with contextlib.suppress(OSError):
                (folder / MARKER).unlink()
        return {
            "files": [str(path) for path in paths],
            "duration": summary.timeline.duration,
            "samples": len(summary.features),
            "shots": len(summary.shots),
            "selected": int(summary.selected.sum()),
            "pieces": len(summary.pieces),
            "summary": summary.duration,
            "budget": summary.budget,
            "warnings": list(dict.fromkeys([*summary.warnings, *(str(w.message) for w in caught)])),
        }

    def _plan(
        self, folder: Path, marker: ResultMarker | None, content: str
    ) -> tuple[tuple[str, ...], tuple[str, ...], dict[str, int]]:
        """Return the outputs to make, those it may replace, and the sizes of finished ones."""
        if marker is None or self._overwrite:
            return self._make, (), {}
        if marker.content != content or marker.settings != self._settings:
            if marker.done and self._resume:
                raise OutputError(
                    f"{folder}: {self._difference(marker, content)}; pass overwrite=True to replace"
                    " the results, or choose another folder"
                )
            # Files are renamed when they are complete, so those under their final name are results.
            return self._make, (), {}
        if not self._resume:
            return self._make, marker.begun, {}
        done = {
            name: size for name, size in marker.done.items() if 0 <= size == _size(folder, name)
        }
        return tuple(name for name in self._make if name not in done), marker.begun, done

    def _difference(self, marker: ResultMarker, content: str) -> str:
        if marker.content != content:
            return "holds the results of another video, or of this one before it was changed"
        changed = [
            f"{name} was {marker.settings.get(name)}, now {value}"
            for name, value in self._settings.items()
            if marker.settings.get(name) != value
        ]
        return f"made with other settings ({', '.join(changed[:3]) or 'of another version'})"


def _size(folder: Path, output: str) -> int:
    """Return the bytes of an output's file, 0 for a folder, -1 where there is none."""
    try:
        path = folder / OUTPUTS[output].existing(folder)[0]
        return 0 if path.is_dir() else path.stat().st_size
    except (KeyError, IndexError, OSError):
        return -1
