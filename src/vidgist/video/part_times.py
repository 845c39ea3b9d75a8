"""Which files a video is made of, and when each begins."""

from __future__ import annotations

import itertools
import os
from pathlib import Path

from vidgist.errors import VidgistError
from vidgist.types import Timeline
from vidgist.video.container import NO_LIMITS
from vidgist.video.skim.timeline import read_timeline
from vidgist.video.sources import find_source

_APART = 0.1
"""Seconds a part by which the parts together may differ from the whole."""


def part_times(path: str | os.PathLike[str], timeline: Timeline) -> list[tuple[Path, float]]:
    """Return the files of a video, each with the second at which it begins.

    Parts that were joined follow each other, or are where their own clocks say, as those of
    recorders that cut their files in the middle of a recording.

    Args:
        path: the video, see `vidgist.video.sources`.
        timeline: of the whole.

    Returns:
        One file that begins at 0 where the video is a single one, and the name as it was given
        where the files are not known or do not add up.
    """
    source = find_source(path)
    if source.kind == "file":
        return [(source.files[0], 0.0)]
    whole = [(Path(source.name), 0.0)]
    if source.kind != "parts":
        return whole
    try:
        own = [read_timeline(file, limits=NO_LIMITS) for file in source.files]
    except VidgistError:
        return whole
    if source.rate is not None:
        lengths = [one.n_frames / float(source.rate) for one in own]
    else:
        lengths = [one.duration for one in own]
    one_by_one = [0.0, *itertools.accumulate(lengths[:-1])]
    by_clock = [one.origin - own[0].origin for one in own]
    for starts in (one_by_one, by_clock):
        differs = abs(starts[-1] + lengths[-1] - timeline.duration) > _APART * len(own)
        if not differs and all(a < b for a, b in itertools.pairwise(starts)):
            return list(zip(source.files, starts, strict=True))
    return whole
