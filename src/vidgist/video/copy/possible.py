"""Whether a video can be cut without re-encoding, and where."""

from __future__ import annotations

import os

from vidgist.errors import SettingError
from vidgist.types import Timeline
from vidgist.video.container import NO_LIMITS, Limits, open_video, video_stream
from vidgist.video.copy.encoders import encode_problem
from vidgist.video.copy.points import CutPoints, copy_problem, cut_points, read_cut_points
from vidgist.video.copy.write import container_for
from vidgist.video.skim.index import FrameIndex

EXACT = "exact"
"""Value of ``copy`` for pieces that keep their borders."""


def check_copy(copy: bool | str, audio: str) -> None:
    """Raise SettingError where the value is none, or the choice of sound contradicts copying."""
    if copy not in (False, True, EXACT):
        raise SettingError(f"copy: expected True, False or '{EXACT}', got {copy!r}")
    if copy and audio in ("mix", "stereo"):
        raise SettingError(
            f"copy: sound is copied as it is, which audio='{audio}' does not allow; take"
            " audio='all', or leave out copy=True"
        )


def where_to_cut(
    path: str | os.PathLike[str],
    timeline: Timeline,
    *,
    copy: bool | str,
    index: FrameIndex | None = None,
    limits: Limits | None = None,
) -> CutPoints | str | None:
    """Return where a video can be cut.

    Args:
        path: the video.
        timeline: of the same video.
        copy: ``"exact"`` where frames at the borders of pieces may be encoded anew.
        index: of its frames, where it was read before.
        limits: what the video may have at most.

    Returns:
        The points; None for anywhere; or why it cannot be copied, as the rest of a sentence.

    Raises:
        VideoError: the file cannot be opened.
    """
    if not container_for(path):
        return "no container that players know holds its pictures as they are"
    if copy == EXACT:
        if problem := copy_problem(path, timeline):
            return problem
        with open_video(path, limits=limits or NO_LIMITS) as container:
            problem = encode_problem(container, video_stream(container, path))
        return f"{problem}; copy=True cuts at key frames instead" if problem else None
    if index is not None:
        return cut_points(index, timeline)
    return read_cut_points(path, timeline, limits=limits)
