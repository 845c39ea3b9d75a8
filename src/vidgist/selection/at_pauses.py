"""Speech-aware borders: at pauses that are heard, or between sentences that a transcript tells."""

from __future__ import annotations

import os

import numpy as np

from vidgist.selection.pauses import REACH, SHORTEST, move_to_pauses
from vidgist.types import Floats, Timeline
from vidgist.video.speech import speech_around

SENTENCE_REACH = 5.0
"""Seconds by which a border moves to the end of a sentence: most sentences are shorter."""

_APART = 3.3
"""Frames between two sentences at least. Of a pause, a third is kept from either side: the middle
third then holds the time of one frame."""


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


def at_sentences(
    pieces: Floats, allowed: Floats, sentences: Floats, *, budget: float, timeline: Timeline
) -> Floats:
    """Move the borders of pieces to the beginnings and ends of sentences.

    Args:
        pieces: (n, 2) seconds, ascending and disjoint.
        allowed: (n, 2) seconds within which each piece must remain.
        sentences: (m, 2) seconds, ascending and disjoint; one may begin where another ends.
        budget: seconds that all pieces may last together.
        timeline: of the first pass over the file.

    Returns:
        (n, 2) seconds, as `move_to_pauses` gives them.
    """
    spoken = np.array(sentences, np.float64)
    least = _APART * timeline.duration / timeline.n_frames
    missing = np.maximum(0.0, least - (spoken[1:, 0] - spoken[:-1, 1])) / 2
    spoken[:-1, 1] -= missing
    spoken[1:, 0] += missing
    return move_to_pauses(
        np.asarray(pieces, np.float64),
        allowed,
        spoken[spoken[:, 1] > spoken[:, 0]],
        budget=budget,
        reach=SENTENCE_REACH,
        frames=timeline.borders,
        duration=timeline.duration,
    )
