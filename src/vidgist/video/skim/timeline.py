"""Timeline of a video by its index, or by decoding where it has none that holds."""

from __future__ import annotations

import os

from vidgist.progress import Progress, silent
from vidgist.types import Timeline
from vidgist.video.container import Limits
from vidgist.video.decode import SampleStream
from vidgist.video.skim.stream import SkimStream

_RARELY = 0.01
"""Pictures a second that are looked at: only the times are wanted."""


def read_timeline(
    path: str | os.PathLike[str],
    *,
    limits: Limits | None = None,
    progress: Progress = silent,
) -> Timeline:
    """Return the times of all frames of a video, at the speed of the disk where possible.

    Args:
        path: a local video file.
        limits: what is accepted, default `Limits()`.
        progress: called with the seconds read and the duration in the header.

    Raises:
        VideoError: the file cannot be opened, exceeds a limit, or none of its frames decodes.
    """
    skimmed = SkimStream(path, fps=_RARELY, size=(2, 2), limits=limits, progress=progress)
    for _ in skimmed:
        pass
    if not skimmed.problem:
        return skimmed.timeline
    decoded = SampleStream(path, fps=_RARELY, size=(2, 2), limits=limits, progress=progress)
    for _ in decoded:
        pass
    return decoded.timeline
