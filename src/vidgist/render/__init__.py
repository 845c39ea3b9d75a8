"""A summary into files: one output a module, each file whole or not at all.

`OUTPUTS` is the table of what can be made.  To add an output, write a module with a function
``write(job, path)`` that writes one file (or fills one folder) at ``path``, and name it there.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from vidgist.errors import OutputError, SettingError, unknown_value
from vidgist.progress import Progress, silent
from vidgist.render import (
    chapters,
    clip,
    cover,
    data,
    edl,
    keyframes,
    otio,
    preview,
    report,
    storyboard,
)
from vidgist.render.job import Job
from vidgist.summary import Summary
from vidgist.system.files import whole_file, whole_folder

__all__ = ["DEFAULT_OUTPUTS", "OUTPUTS", "Job", "Output", "check_outputs", "render"]


@dataclass(frozen=True)
class Output:
    """One kind of output.

    Attributes:
        target: name of the file or folder in the folder of the results.
        write: writes it at the given path, which `render` renames to ``target`` when done.
        is_folder: whether ``write`` gets an empty folder to fill.
        check: raises MissingExtraError where what the output needs is not installed.
    """

    target: str
    write: Callable[[Job, Path], None]
    is_folder: bool = False
    check: Callable[[], None] | None = None


OUTPUTS: dict[str, Output] = {
    "keyframes": Output("keyframes", keyframes.write, is_folder=True),
    "storyboard": Output("storyboard.jpg", storyboard.write),
    "csv": Output("scores.csv", data.write_csv),
    "vtt": Output("chapters.vtt", chapters.write),
    "edl": Output("summary.edl", edl.write),
    "otio": Output("timeline.otio", otio.write, check=otio.check),
    "cover": Output("cover.jpg", cover.write),
    "gif": Output("summary.gif", preview.write_gif),
    "webp": Output("preview.webp", preview.write_webp),
    "mp4": Output("summary.mp4", clip.write),
    "report": Output("report.html", report.write),
    "json": Output("summary.json", data.write_json),
}
"""Name, as in ``--make`` -> output, in the order in which they are made.

``keyframes`` stands before ``storyboard``, which reuses its pictures; ``json`` stands last, so that
where a summary.json is, everything else that was asked for is too.
"""

DEFAULT_OUTPUTS = ("mp4", "keyframes", "storyboard", "report", "json")
"""What is made when nothing else is asked for."""


def check_outputs(
    folder: str | Path,
    *,
    make: Iterable[str] | None = None,
    overwrite: bool | Collection[str] = False,
) -> list[str]:
    """Return the names of the outputs to make, in order; raise where they could not be made.

    To be called before any work, so that nothing is computed only to be refused.

    Args:
        folder: where they are to lie.
        make: names out of `OUTPUTS`; default `DEFAULT_OUTPUTS`.
        overwrite: replace what exists; or the names of the outputs that may be replaced.

    Raises:
        SettingError: a name is unknown, or there is none.
        OutputError: a result exists in ``folder`` and may not be replaced.
        MissingExtraError: an output needs a package that is not installed.
    """
    asked = list(DEFAULT_OUTPUTS if make is None else [make] if isinstance(make, str) else make)
    if not asked:
        raise SettingError(f"--make: name at least one of {', '.join(OUTPUTS)}")
    for name in asked:
        if name not in OUTPUTS:
            raise unknown_value("--make", name, OUTPUTS)
    names = [name for name in OUTPUTS if name in asked]
    for name in names:
        check = OUTPUTS[name].check
        if check is not None:
            check()
    targets = [OUTPUTS[name].target for name in names if not _may_replace(name, overwrite)]
    existing = [target for target in targets if os.path.lexists(Path(folder, target))]
    if existing:
        raise OutputError(
            f"{folder}: {', '.join(existing)} exist{'s' if len(existing) == 1 else ''} already; "
            "pass --overwrite to replace, or choose another folder with -o"
        )
    return names


def render(
    summary: Summary,
    folder: str | Path,
    *,
    make: Iterable[str] | None = None,
    overwrite: bool | Collection[str] = False,
    progress: Progress = silent,
) -> list[Path]:
    """Write the outputs into ``folder``, each whole or not at all; return their paths.

    Args:
        summary: what `summarize` returned; its video file is read again for the pictures.
        folder: made where missing.
        make: names out of `OUTPUTS`; default `DEFAULT_OUTPUTS`.
        overwrite: replace what exists; or the names of the outputs that may be replaced.
        progress: told how far each output is.

    Raises:
        SettingError: an output's name is unknown.
        OutputError: a result exists and may not be replaced, or it cannot be written.
        VideoError: the video can no longer be read.

    Warns:
        VidgistWarning: part of the video or of its sound did not decode.
    """
    folder = Path(folder)
    names = check_outputs(folder, make=make, overwrite=overwrite)
    job = Job(summary=summary, folder=folder, names=tuple(names), progress=progress)
    paths = []
    for name in names:
        output = OUTPUTS[name]
        path = folder / output.target
        whole = whole_folder if output.is_folder else whole_file
        progress(f"writing {output.target}", 0, None)
        with whole(path, overwrite=_may_replace(name, overwrite)) as partial:
            output.write(job, partial)
        paths.append(path)
    return paths


def _may_replace(name: str, overwrite: bool | Collection[str]) -> bool:
    return overwrite if isinstance(overwrite, bool) else name in overwrite
