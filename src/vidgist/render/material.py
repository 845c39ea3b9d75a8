"""Input of the outputs: a summary, with its source video opened and decoded once for all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from vidgist.errors import VidgistError
from vidgist.progress import Progress, silent
from vidgist.render.stills import Stills
from vidgist.summary import Summary

if TYPE_CHECKING:
    from PIL import Image


@dataclass(frozen=True)
class SourceClocks:
    """The clocks of a source file.

    Attributes:
        readable: whether the file can still be opened.
        offset: seconds that a player shows when the first frame is on screen: more than 0 where
            the sound begins earlier.
        timecode: of the first frame, as the camera wrote it (``HH:MM:SS:FF``), or "".
    """

    readable: bool = False
    offset: float = 0.0
    timecode: str = ""


@dataclass(frozen=True)
class SourceFile:
    """A file of the source, of which there are several where they are one video.

    Attributes:
        path: of the file, absolute.
        start: seconds of the source at which it begins.
        end: seconds of the source at which it ends.
        timecode: of its first frame, or "".
    """

    path: Path
    start: float
    end: float
    timecode: str


@dataclass(frozen=True, kw_only=True)
class Material:
    """What the outputs of one rendering are made from.

    Attributes:
        summary: the summary to write.
        folder: folder of the results, for links from one to another.
        names: all outputs of this rendering.
        progress: called as the current output goes on.
    """

    summary: Summary
    folder: Path
    names: tuple[str, ...] = ()
    progress: Progress = silent

    def has(self, name: str, target: str) -> bool:
        """Return whether an output is made now, or is in the folder already."""
        return name in self.names or (self.folder / target).exists()

    @cached_property
    def stills(self) -> Stills:
        """The keyframes of the summary."""
        return Stills(self.summary, self.frames)

    @cached_property
    def source(self) -> SourceClocks:
        """The clocks of the source file; not readable where it is gone."""
        return self._clocks(self.summary.video.path)

    @cached_property
    def files(self) -> list[SourceFile]:
        """The files of the source, in order."""
        from vidgist.video.part_times import part_times

        timeline = self.summary.timeline
        parts = part_times(self.summary.video.path, timeline)
        ends = [*(start for _, start in parts[1:]), timeline.duration]
        several = len(parts) > 1
        return [
            SourceFile(
                path.absolute(),
                start,
                end,
                (self._clocks(path) if several else self.source).timecode,
            )
            for (path, start), end in zip(parts, ends, strict=True)
        ]

    def _clocks(self, path: Path) -> SourceClocks:
        from vidgist.video.container import NO_LIMITS, open_video

        try:
            with open_video(path, limits=NO_LIMITS) as container:
                start = container.start_time
                tags = [container.metadata, *(s.metadata for s in container.streams)]
                timecode = next((t["timecode"] for t in tags if t.get("timecode")), "")
                # Players count from the first packet of any stream.
                origin = self.summary.timeline.origin
                offset = origin - start / 1_000_000 if start is not None else 0.0
                return SourceClocks(True, max(0.0, offset), timecode)
        except VidgistError:
            return SourceClocks()

    def frames(self, times: Sequence[float]) -> Iterator[Image.Image]:
        """Decode and yield the frames shown at ``times`` (seconds, ascending), at source size.

        Raises:
            VideoError: the video can no longer be read.
        """
        from vidgist.video.seek import frames_at

        yield from frames_at(self.summary.video.path, times, timeline=self.summary.timeline)
