"""``vidgist summarize`` for one video after another: recognized, guarded, marked when done."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from vidgist.batch.guard import own_folder, state_of, unchanged
from vidgist.batch.mark import Mark, read_mark, remove_mark, write_mark
from vidgist.batch.settings import prepare
from vidgist.batch.work import Job
from vidgist.errors import OutputError, VidgistError
from vidgist.progress import Progress, silent

__all__ = ["Summaries"]


class Summaries:
    """Summarizes videos with the same settings; models are loaded once.

    Args:
        options: see `vidgist.batch.settings.prepare`; and besides

            - ``make``: names of the outputs;
            - ``overwrite``: replace results that exist;
            - ``resume``: skip what is done, and leave a mark to tell it by.

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

    def is_done(self, job: Job) -> bool:
        """Return whether an earlier run has made all that is asked for; never raises."""
        from vidgist.system.fingerprint import content_fingerprint

        mark = read_mark(job.output)
        if mark is None or mark.begun or self._overwrite or not job.video.is_file():
            return False
        try:
            return not self._todo(job.output, mark, content_fingerprint(job.video))[0]
        except VidgistError:
            return False

    def run(self, job: Job, *, progress: Progress = silent) -> dict[str, Any]:
        """Make the results of one video, or see that they are there.

        Raises:
            VidgistError: the video cannot be used, or the results not be written.
        """
        from vidgist.render import check_outputs
        from vidgist.system.fingerprint import content_fingerprint
        from vidgist.video import open_video

        video, folder = job.video, job.output
        # Says better than anything else what is wrong with a file, and never waits for a pipe.
        open_video(video, limits=self._arguments.get("limits")).close()
        before, content = state_of(video), content_fingerprint(video)
        with own_folder(folder):
            mark = read_mark(folder)
            try:
                todo, ours = self._todo(folder, mark, content)
                if not todo:
                    return {"state": "skipped", "video": str(video), "output": str(folder)}
                replace = self._overwrite or ours
                check_outputs(folder, make=todo, overwrite=replace)
            except OutputError as error:
                # The folder alone does not say which of many videos was to go there.
                raise OutputError(f"{video}: {error}") from error
            done = {} if self._overwrite else self._kept(mark, content, folder)
            begun = Mark(content=content, settings=self._settings, done=done, begun=todo)
            result = self._results(
                job, todo, replace=replace, mark=begun, before=before, progress=progress
            )
            return {"state": "done", "content": content, **result}

    def _results(
        self,
        job: Job,
        todo: tuple[str, ...],
        *,
        replace: bool | Sequence[str],
        mark: Mark,
        before: Any,
        progress: Progress,
    ) -> dict[str, Any]:
        from vidgist.pipeline import summarize
        from vidgist.render import OUTPUTS, check_outputs, render

        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            summary = summarize(
                job.video,
                with_thumbnails="report" in todo,
                progress=progress,
                **self._arguments,
            )
            unchanged(job.video, before)
            # Asked again: others may have written there during the work. From the mark on, what
            # is made is ours to be made again.
            check_outputs(job.output, make=todo, overwrite=replace)
            write_mark(job.output, mark)
            paths = render(summary, job.output, make=todo, overwrite=replace, progress=progress)
            unchanged(job.video, before)
        if self._resume:
            made = {name: _size(job.output / OUTPUTS[name].target) for name in todo}
            write_mark(
                job.output,
                Mark(content=mark.content, settings=mark.settings, done={**mark.done, **made}),
            )
        else:
            remove_mark(job.output)
        return {
            "video": str(job.video),
            "output": str(job.output),
            "files": [str(path) for path in paths],
            "duration": summary.timeline.duration,
            "samples": len(summary.features),
            "shots": len(summary.shots),
            "selected": int(summary.selected.sum()),
            "summary": summary.duration,
            "budget": summary.budget,
            "warnings": list(dict.fromkeys([*summary.warnings, *(str(w.message) for w in caught)])),
        }

    def _todo(
        self, folder: Path, mark: Mark | None, content: str
    ) -> tuple[tuple[str, ...], Sequence[str]]:
        """Return the outputs to make, and which of them may be replaced unasked."""
        if mark is None or self._overwrite:
            return self._make, ()
        if not self._same(mark, content):
            if mark.done and self._resume:
                raise OutputError(
                    f"{folder}: {self._difference(mark, content)}; pass --overwrite to replace the"
                    " results, or choose another folder with -o"
                )
            # Files are renamed when whole: what a killed run left under its name is a result.
            return self._make, ()
        if not self._resume:
            return self._make, mark.begun
        kept = self._kept(mark, content, folder)
        return tuple(name for name in self._make if name not in kept), mark.begun

    def _kept(self, mark: Mark | None, content: str, folder: Path) -> dict[str, int]:
        """Return what a mark says is done and is, as far as one can see, still there."""
        from vidgist.render import OUTPUTS

        if mark is None or not self._resume or not self._same(mark, content):
            return {}
        return {
            name: size
            for name, size in mark.done.items()
            if name in OUTPUTS and _size(folder / OUTPUTS[name].target) == size
        }

    def _same(self, mark: Mark, content: str) -> bool:
        return mark.content == content and mark.settings == self._settings

    def _difference(self, mark: Mark, content: str) -> str:
        if mark.content != content:
            return "holds the results of another video, or of this one before it was changed"
        changed = [
            f"{name} was {mark.settings.get(name)}, now {value}"
            for name, value in self._settings.items()
            if mark.settings.get(name) != value
        ]
        return f"made with other settings ({', '.join(changed[:3]) or 'of another version'})"


def _size(path: Path) -> int:
    """Return the bytes of a file, 0 for a folder, -1 for what is not there."""
    try:
        return 0 if path.is_dir() else path.stat().st_size
    except OSError:
        return -1
