"""A summary written as files, each whole or not at all.

`OUTPUTS` is the registry of what can be written.  To add an output, declare one in a module of
`vidgist.render.outputs`, or in a package of your own under the entry point group
``vidgist.outputs``::

    def write(material, path):
        path.write_text(f"{material.summary.duration:.1f} s")

    OUTPUT = Output(name="length", target="length.txt", summary="its length", write=write)
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path

from vidgist.errors import OutputError, SettingError
from vidgist.progress import Progress, silent
from vidgist.render.material import Material
from vidgist.render.notebook import plot_summary, summary_frame, summary_html
from vidgist.render.output import OUTPUTS, Output, default_outputs
from vidgist.summary import Summary
from vidgist.system.files import whole_file, whole_folder

__all__ = [
    "OUTPUTS",
    "Material",
    "Output",
    "check_outputs",
    "default_outputs",
    "plot_summary",
    "render",
    "summary_frame",
    "summary_html",
]


def check_outputs(
    folder: str | Path,
    *,
    make: Iterable[str] | None = None,
    overwrite: bool | Collection[str] = False,
) -> list[str]:
    """Check that outputs can be written, before any work; return their names in order.

    Args:
        folder: folder of the results.
        make: names of `OUTPUTS`; default `default_outputs`.
        overwrite: replace what exists; or the names of the outputs that may be replaced.

    Raises:
        SettingError: a name is unknown, or there is none.
        OutputError: a result exists in ``folder`` and may not be replaced.
        MissingExtraError: an output needs a package that is not installed.
    """
    names = default_outputs() if make is None else (make,) if isinstance(make, str) else make
    outputs = {name: OUTPUTS.find(name) for name in names}
    if not outputs:
        raise SettingError(f"make: expected at least one of {', '.join(OUTPUTS)}, got none")
    outputs = dict(sorted(outputs.items(), key=lambda item: item[1].order))
    for output in outputs.values():
        if output.check is not None:
            output.check()
    existing = [
        target
        for name, output in outputs.items()
        if not _may_replace(name, overwrite)
        for target in output.existing(Path(folder))
    ]
    if existing:
        raise OutputError(
            f"{folder}: {', '.join(existing)} exist{'s' if len(existing) == 1 else ''} already; "
            "pass overwrite=True to replace, or choose another folder"
        )
    return list(outputs)


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
        make: names of `OUTPUTS`; default `default_outputs`.
        overwrite: replace what exists; or the names of the outputs that may be replaced.
        progress: called as each output goes on.

    Raises:
        SettingError: an output's name is unknown.
        OutputError: a result exists and may not be replaced, or it cannot be written.
        VideoError: the video can no longer be read.

    Warns:
        VidgistWarning: part of the video or of its sound did not decode.

    Example:
        >>> import vidgist
        >>> gist = vidgist.summarize("demo.mp4", length="5s")
        >>> [path.name for path in render(gist, "rendered-gist", make=["mp4", "cover", "json"])]
        ['cover.jpg', 'summary.mp4', 'summary.json']
    """
    folder = Path(folder)
    names = check_outputs(folder, make=make, overwrite=overwrite)
    material = Material(summary=summary, folder=folder, names=tuple(names), progress=progress)
    paths = []
    for name in names:
        output = OUTPUTS[name]
        path = folder / output.target_of(summary)
        whole = whole_folder if output.is_folder else whole_file
        progress(f"writing {path.name}", 0, None)
        with whole(path, overwrite=_may_replace(name, overwrite)) as partial:
            output.write(material, partial)
        for other in set(output.existing(folder)) - {path.name}:
            (folder / other).unlink()  # of an earlier run, which this one replaces
        paths.append(path)
    return paths


def _may_replace(name: str, overwrite: bool | Collection[str]) -> bool:
    return overwrite if isinstance(overwrite, bool) else name in overwrite
