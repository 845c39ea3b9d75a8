"""What players and editing programs need to know of the source file to find a moment in it."""

from __future__ import annotations

from dataclasses import dataclass

from vidgist.errors import VidgistError
from vidgist.summary import Summary
from vidgist.video.container import NO_LIMITS, open_video

__all__ = ["Source", "source_of"]


@dataclass(frozen=True)
class Source:
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


def source_of(summary: Summary) -> Source:
    """Open the source of a summary and return its clocks; never fails."""
    try:
        with open_video(summary.video.path, limits=NO_LIMITS) as container:
            start = container.start_time
            tags = [container.metadata, *(s.metadata for s in container.streams)]
            timecode = next((t["timecode"] for t in tags if t.get("timecode")), "")
            # Players begin to count at the first packet of any stream.
            offset = summary.timeline.origin - start / 1_000_000 if start is not None else 0.0
            return Source(True, max(0.0, offset), timecode)
    except VidgistError:
        return Source()
