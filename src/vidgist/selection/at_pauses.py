"""Speech-aware borders: detection of speech and the move to pauses in one step."""

from __future__ import annotations

import os

import numpy as np

from vidgist.selection.pauses import REACH, SHORTEST, move_to_pauses
from vidgist.types import Floats, Timeline
from vidgist.video.speech import speech_around


def at_pauses(
    path: str | os.PathLike[str],
    pieces: Floats,
    allowed: Floats,
    *,
    budget: float,
    timeline: Timeline,
    reach: float = REACH,
    shortest: float = SHORTEST,
) -> Floats:
    """Move the borders of pieces of a video to pauses in its speech.

    Only the sound around the borders is read. Moved borders are times of frames.

    Args:
        path: the video file.
        pieces: (n, 2) seconds, ascending and disjoint.
        allowed: (n, 2) seconds within which each piece must remain.
        budget: seconds that all pieces may last together.
        timeline: of the first pass over the file.
        reach: seconds by which a border may move at most.
        shortest: seconds below which no piece falls that is not shorter already.

    Returns:
        (n, 2) seconds, as `move_to_pauses` gives them; the pieces themselves where nobody speaks.

    Raises:
        ValueError: see `move_to_pauses`.
        VideoError: the file cannot be opened any more.
    """
    borders = np.asarray(pieces, np.float64)
    speech = speech_around(
        path,
        borders.reshape(-1).tolist(),
        reach=reach,
        origin=timeline.origin,
        steady=timeline.steady,
    )
    return move_to_pauses(
        borders,
        allowed,
        speech,
        budget=budget,
        reach=reach,
        shortest=shortest,
        frames=timeline.borders,
        duration=timeline.duration,
    )
