"""Clips of the video's own packets, in the place of ones that are encoded."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from vidgist.progress import Progress, silent
from vidgist.render.extras import extras_of
from vidgist.summary import Summary

ENDINGS = (".mp4", ".mkv")
"""Endings of a clip: MP4, and Matroska where MP4 cannot hold the streams as they are."""


def is_copied(summary: Summary) -> bool:
    """Return whether the clip is to be made of the video's own packets."""
    return bool(summary.settings.get("copy"))


def ending_of(summary: Summary) -> str:
    """Return the ending of the clip of a summary.

    Raises:
        VideoError: the video cannot be opened any more.
    """
    from vidgist.video.copy import container_for

    if not is_copied(summary):
        return ENDINGS[0]
    return container_for(summary.video.path, tracks=_tracks(summary)) or ENDINGS[0]


def copy_clip(
    summary: Summary,
    path: Path,
    parts: Sequence[tuple[float, float]],
    progress: Progress = silent,
) -> list[str]:
    """Write the clip of a summary without encoding, or with the frames at borders encoded anew.

    Args:
        summary: with pieces at key frames, unless its setting is ``copy="exact"``.
        path: the file; its ending chooses the container.
        parts: the pieces, adjacent ones joined.
        progress: called as the file grows.

    Returns:
        What was left out, one sentence each.

    Raises:
        VideoError: the video can no longer be read, or cannot be cut there.
        OutputError: the packets cannot be copied.
    """
    from vidgist.video.copy import EXACT, copy_pieces
    from vidgist.video.encode import MADE_BY

    return copy_pieces(
        summary.video.path,
        path,
        np.array(parts),
        origin=summary.timeline.origin,
        exact=summary.settings["copy"] == EXACT,
        tracks=_tracks(summary),
        extras=extras_of(summary),
        comment=MADE_BY,
        progress=progress,
    )


def _tracks(summary: Summary) -> list[int] | None:
    """Return the streams of sound that a clip gets, None for all."""
    from vidgist.video.voices import choose_voices, sound_tracks

    path, audio = summary.video.path, str(summary.settings.get("audio", "best"))
    if audio in ("best", "all"):
        return None
    voices = choose_voices(path, audio, tracks=sound_tracks(path))
    return [track.index for voice in voices for track in voice.tracks]
