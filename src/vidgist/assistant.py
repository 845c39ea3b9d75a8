"""The gist as tools of a Model Context Protocol server, for assistants.

An assistant asks what is in a video and gets a few stills with their times and the reasons.  It
reads only below the folders that are given at the start, and writes only below the one for results.

.. seealso:: https://modelcontextprotocol.io, whose official package runs the server; the extra
   `mcp` installs it.
"""

from __future__ import annotations

import io
import json
import os
import threading
import warnings
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

from vidgist import __version__
from vidgist.errors import (
    InputError,
    MissingExtraError,
    OutputError,
    SettingError,
    VidgistError,
    VidgistWarning,
)
from vidgist.keyframes import find_keyframes
from vidgist.pipeline import summarize
from vidgist.progress import Progress
from vidgist.recut import load_summary, recut
from vidgist.render.outputs.data import as_document
from vidgist.render.times import format_time
from vidgist.render.words import reason_of
from vidgist.selection.budget import parse_time
from vidgist.selection.edits import Edits, parse_interval, parse_shift
from vidgist.summary import Summary
from vidgist.video import Limits, frames_at, probe
from vidgist.video.inputs import find_videos
from vidgist.video.skim.timeline import read_timeline

try:
    from anyio import from_thread
    from mcp.server.mcpserver import Context, Image, MCPServer
    from mcp.server.mcpserver.exceptions import ToolError
except ImportError as missing:
    raise MissingExtraError("vidgist.assistant", "mcp") from missing

if TYPE_CHECKING:
    from PIL import Image as Pillow

MOST_STILLS = 32
"""Greatest number of stills in an answer: more does not fit into a conversation."""

MOST_SIDE = 1568
"""Longest side of a still in pixels; models shrink larger pictures."""

MOST_LISTED = 500
"""Greatest number of videos in a list."""

QUALITY = 80
"""JPEG quality of stills."""

INSTRUCTIONS = """Tools that look at video files without any network.
Ask list_videos for what is there, then look for stills that stand for a whole video, with times.
moments shows chosen times. make_summary writes a short clip, stills and a page; change_summary
changes its pieces. Times are seconds from the first picture."""


class Library:
    """The folders that an assistant may read, and the one that it may write into.

    Args:
        folders: with videos; at least one.
        results: for what is made, or None where nothing may be written.
        limits: what a video may have at most.

    Raises:
        InputError: a folder is not there.
    """

    def __init__(
        self,
        folders: Iterable[str | Path],
        *,
        results: str | Path | None = None,
        limits: Limits | None = None,
    ) -> None:
        self.folders = [self._real(folder) for folder in folders]
        self.results = None if results is None else self._real(results)
        self.limits = limits or Limits()
        if not self.folders:
            raise SettingError("folders: expected at least one, got none")

    @staticmethod
    def _real(folder: str | Path) -> Path:
        path = Path(folder).resolve()
        if not path.is_dir():
            raise InputError(f"{folder}: not a folder; give one that exists")
        return path

    def find(self, name: str) -> Path:
        """Return the path that a name means, absolute or below one of the folders.

        Raises:
            InputError: nothing of that name is below a folder; links that lead out count as such.
        """
        known = [*self.folders, *([self.results] if self.results is not None else [])]
        for folder in known:
            try:
                path = (folder / name).resolve()
                inside = any(path.is_relative_to(one) for one in known)
                if inside and path.exists():
                    return path
            except (OSError, ValueError):  # a name that no file can have
                continue
        # The same words whether it is missing or elsewhere: nothing is told about other folders.
        raise InputError(f"{name}: no such file in the folders of this server; see list_videos")

    def target(self, name: str) -> Path:
        """Return a folder for results.

        Raises:
            OutputError: nothing may be written, or the name leads out of the folder.
        """
        if self.results is None:
            raise OutputError(
                "results: this server may not write; give it a folder for results to allow it"
            )
        path = (self.results / name).resolve()
        if not path.is_relative_to(self.results) or path == self.results:
            raise OutputError(f"{name}: not a name for a folder of results; give a plain name")
        return path

    def shown(self, path: Path) -> str:
        """Return a path as an assistant names it: relative to its folder."""
        for folder in (*self.folders, *([self.results] if self.results is not None else [])):
            if path.is_relative_to(folder):
                return os.fspath(path.relative_to(folder))
        return path.name


def server(library: Library) -> MCPServer[Any]:
    """Return the server with its tools; ``run()`` talks on standard input and output."""
    made: MCPServer[Any] = MCPServer(
        "vidgist", version=__version__, instructions=INSTRUCTIONS, log_level="WARNING"
    )
    busy = threading.Lock()  # one video at a time: decoding and networks use every processor

    def answered(work: Callable[[Progress], list[Any]], context: Context[Any]) -> list[Any]:
        try:
            with busy:
                return work(_reporter(context))
        except (VidgistError, OSError) as error:
            raise ToolError(str(error)) from error

    def picture(image: Pillow.Image) -> Image:
        file = io.BytesIO()
        image.save(file, "JPEG", quality=QUALITY)
        return Image(data=file.getvalue(), format="jpeg")

    def list_videos(folder: str = ".") -> list[Any]:
        """List the videos in the folders of this server, or in one folder below them."""
        try:
            return [_listed(library, folder)]
        except VidgistError as error:
            raise ToolError(str(error)) from error

    def facts(video: str) -> list[Any]:
        """Tell duration, size, frame rate, codecs, tracks and languages of a video file."""
        try:
            return [_facts(library, video)]
        except VidgistError as error:
            raise ToolError(str(error)) from error

    def look(context: Context[Any], video: str, stills: int = 8, size: int = 768) -> list[Any]:
        """Show what is in a video: the stills that stand for it best, each with its time.

        stills: how many, 1 to 32. size: longest side in pixels, at most 1568.
        """

        def work(progress: Progress) -> list[Any]:
            _expect("stills", stills, MOST_STILLS)
            _expect("size", size, MOST_SIDE)
            path = library.find(video)
            found = find_keyframes(path, stills, limits=library.limits, progress=progress)
            lasts = format_time(found.timeline.duration)
            answer: list[Any] = [f"{video}: {lasts} long, {len(found)} stills"]
            rows = zip(found.times, found.scores, found.ranks, strict=True)
            for (time, score, rank), image in zip(rows, found.images(size=size), strict=True):
                answer.append(
                    f"{format_time(time)} ({time:.3f} s), importance {score:.2f}, rank {rank + 1}"
                )
                answer.append(picture(image))
            return [*answer, *(f"note: {text}" for text in found.warnings)]

        return answered(work, context)

    def moments(
        context: Context[Any], video: str, times: Sequence[str], size: int = 768
    ) -> list[Any]:
        """Show the pictures at chosen times, such as "12.5" or "1:30" (at most 32)."""

        def work(progress: Progress) -> list[Any]:
            _expect("times", len(times), MOST_STILLS)
            _expect("size", size, MOST_SIDE)
            path = library.find(video)
            timeline = read_timeline(path, limits=library.limits, progress=progress)
            seconds = sorted(
                parse_time(str(text), timeline.duration, name="times") for text in times
            )
            answer: list[Any] = []
            images = frames_at(path, seconds, timeline=timeline, limits=library.limits)
            for time, image in zip(seconds, images, strict=True):
                image.thumbnail((size, size))
                answer += [f"{format_time(time)} ({time:.3f} s)", picture(image)]
            return answer

        return answered(work, context)

    def make_summary(
        context: Context[Any],
        video: str,
        length: str = "auto",
        name: str = "",
        replace: bool = False,
    ) -> list[Any]:
        """Choose the pieces worth seeing; write clip, stills, storyboard, page and data.

        length: auto, a share (15%), 90s or 1:30. name: folder of the results, by default that of
        the video with -gist. replace: also results of that name that exist. Where this server may
        not write, only the pieces are told.
        """

        def work(progress: Progress) -> list[Any]:
            path = library.find(video)
            target = (
                library.target(name or f"{path.stem}-gist")
                if library.results is not None or name
                else None
            )
            if target is not None and target.exists() and not replace:
                raise OutputError(f"{library.shown(target)}: exists; give replace, or a name")
            notes: list[str] = []
            gist = summarize(path, length=length, limits=library.limits, progress=progress)
            if target is not None:
                notes = _saved(gist, target)
            return _pieces(gist, library, target, notes)

        return answered(work, context)

    def change_summary(
        context: Context[Any],
        name: str,
        keep: Sequence[int] | None = None,
        drop: Sequence[int] = (),
        add: Sequence[str] = (),
        move: Sequence[str] = (),
        length: str | None = None,
    ) -> list[Any]:
        """Change the pieces of a summary that make_summary wrote, and write it again.

        keep, drop: numbers of pieces from 1. add: ranges such as "1:20-1:27". move: shifts such as
        "4:+0.5s". length: as for
        make_summary. Without a change the first choice comes back.
        """

        def work(progress: Progress) -> list[Any]:
            target = library.target(name)
            before = load_summary(library.find(name), limits=library.limits, progress=progress)
            source = before.video.path.resolve()
            library.find(os.fspath(source))
            lasts = before.timeline.duration
            edits = Edits(
                keep=None if keep is None else tuple(keep),
                drop=tuple(drop),
                add=tuple(parse_interval(text, lasts) for text in add),
                move=dict(parse_shift(text) for text in move),
                length=length,
            )
            after = recut(before, edits, from_proposal=edits == Edits())
            return _pieces(after, library, target, _saved(after, target))

        return answered(work, context)

    for tool in (list_videos, facts, look, moments, make_summary, change_summary):
        made.add_tool(tool, structured_output=False)
    return made


def _reporter(context: Any) -> Progress:
    """Return a progress callback that the client hears of, at most a few times a second."""
    last = 0.0

    def report(stage: str, done: float, total: float | None) -> None:
        nonlocal last
        if monotonic() - last < 0.3:
            return
        last = monotonic()
        from_thread.run(context.report_progress, done, total, stage)

    return report


def _expect(name: str, value: int, most: int) -> None:
    if not 1 <= value <= most:
        raise SettingError(f"{name}: expected 1 to {most}, got {value}")


def _listed(library: Library, folder: str) -> str:
    places = library.folders if folder in ("", ".") else [library.find(folder)]
    found, _ = find_videos(places, recursive=True)
    names = [library.shown(path) for path in found]
    if not names:
        return "There are no videos."
    more = [f"and {len(names) - MOST_LISTED} more"] if len(names) > MOST_LISTED else []
    return "\n".join([*names[:MOST_LISTED], *more])


def _facts(library: Library, video: str) -> str:
    info = probe(library.find(video), limits=library.limits)
    values = {name: value for name, value in vars(info).items() if name != "path"}
    values["streams"] = [dict(stream) for stream in info.streams]
    return json.dumps({"video": video, **values}, indent=1, default=str)


def _saved(gist: Summary, target: Path) -> list[str]:
    """Write the results; return what was to be said."""
    with warnings.catch_warnings(record=True) as noted:
        warnings.simplefilter("always", VidgistWarning)
        gist.save(target, overwrite=True)
    return [str(one.message) for one in noted if issubclass(one.category, VidgistWarning)]


def _pieces(
    gist: Summary, library: Library, target: Path | None, notes: Sequence[str]
) -> list[Any]:
    document = as_document(gist)
    whole, lasts = format_time(gist.timeline.duration), format_time(gist.duration)
    lines = [f"{library.shown(gist.video.path.resolve())}: {lasts} of {whole}"]
    for number, piece in enumerate(document["pieces"], start=1):
        why = reason_of(piece["reason"]).shown.format(piece="another piece")
        lines.append(
            f"piece {number}: {format_time(piece['start'])} to {format_time(piece['end'])}, "
            f"score {piece['score']:.2f}. {why}."
        )
    if target is not None:
        made = sorted(path.name for path in target.iterdir() if not path.name.startswith("."))
        lines.append(f"written to {library.shown(target)}: {', '.join(made)}")
    lines += [f"note: {text}" for text in (*gist.warnings, *notes)]
    return ["\n".join(lines)]
