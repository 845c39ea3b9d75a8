"""Labels of YouTube Highlights and QVHighlights: clips of videos, and how much each matters.

YouTube Highlights (Sun et al., ECCV 2014) has a folder a video, named by its YouTube id, below one
a domain. Its ``match_label.json`` is ``[[[start, end], ...], [label, ...]]``: clips of about 100
frames that overlap by half, and 1 where a clip is in the edited video, -1 where it is not, 0 at its
borders.

QVHighlights (Lei et al., NeurIPS 2021) has an object a line and query: ``vid``, ``duration``,
``relevant_clip_ids`` of clips of 2 seconds, and ``saliency_scores``, from 0 to 4 of three
annotators for each of these clips. The other clips are 0, as in the evaluation that was released
with it; every annotator of every query of a video counts as one.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from vidgist.datasets.annotations import Annotation
from vidgist.datasets.intervals import Intervals, is_number
from vidgist.errors import DataError
from vidgist.system.json_file import read_json
from vidgist.system.text_file import read_text_file

LABELS = "match_label.json"
CLIP_SECONDS = 2.0
MAX_FILE = 512 * 2**20
MAX_CLIPS = 1_000_000
_AGAIN = "fetch the file again"


def read_youtube_highlights(folder: Path) -> dict[str, Annotation]:
    """Read the labels of all videos below a folder.

    Args:
        folder: of the data set, of a domain, or of one video.

    Returns:
        The video's YouTube id -> its annotation, sorted by it; nothing where the folder has none.

    Raises:
        DataError: a file is wrong or damaged, or a video is in the folder twice.
    """
    found: dict[str, Annotation] = {}
    for path in sorted(folder.glob(f"**/{LABELS}")):
        name = path.parent.resolve().name
        if name in found:
            raise DataError(f"{folder}: has {name} twice; give the folder of one data set")
        found[name] = _youtube_video(path, name)
    return dict(sorted(found.items()))


def _youtube_video(path: Path, name: str) -> Annotation:
    document = read_json(path, max_bytes=MAX_FILE, cure=_AGAIN)
    try:
        clips, labels = document
        pieces = np.array(clips, dtype=np.float64).reshape(-1, 2)
        scores = np.array(labels, dtype=np.float64).reshape(1, -1)
    except (TypeError, ValueError, OverflowError):
        raise DataError(f"{path}: expected [[[start, end], ...], [label, ...]]; {_AGAIN}") from None
    return _annotation(str(path), name, Intervals(pieces=pieces, unit="frames"), scores)


def read_qvhighlights(path: Path) -> dict[str, Annotation]:
    """Read the labels of all videos of a file of JSON lines.

    Returns:
        The video's name -> its annotation, in the order of the file.

    Raises:
        DataError: the file is missing or damaged, or has no labels, as that of the test part.
    """
    text = read_text_file(path, max_bytes=MAX_FILE, cure="give QVHighlights' annotations")
    rows: dict[str, list[Any]] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            name, scores = _query(line, f"{path}: line {number}")
            rows.setdefault(name, []).append(scores)
    found = {}
    for name, parts in rows.items():
        if len({part.shape[1] for part in parts}) > 1:
            raise DataError(f"{path}: {name}: has several durations; {_AGAIN}")
        scores = np.concatenate(parts)
        starts = CLIP_SECONDS * np.arange(scores.shape[1])
        clips = Intervals(pieces=np.stack([starts, starts + CLIP_SECONDS], axis=1))
        found[name] = _annotation(str(path), name, clips, scores)
    if not found:
        raise DataError(f"{path}: holds no labels; {_AGAIN}")
    return found


def _query(line: str, where: str) -> tuple[str, Any]:
    """Return the video of a line and the scores (annotators, clips) of its query."""
    try:
        one = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise DataError(f"{where}: is damaged JSON ({error}); {_AGAIN}") from None
    if not isinstance(one, dict) or not isinstance(one.get("vid"), str):
        raise DataError(f"{where}: has no 'vid'; give QVHighlights' annotations")
    ids, values = one.get("relevant_clip_ids"), one.get("saliency_scores")
    duration: Any = one.get("duration")
    if ids is None or values is None:
        raise DataError(
            f"{where}: has no 'saliency_scores', as the test part of QVHighlights; give the part "
            "for training or validation"
        )
    count = int(np.ceil(duration / CLIP_SECONDS)) if is_number(duration) else -1
    try:
        places = np.array(ids, dtype=np.int64)
        of_clips = np.array(values, dtype=np.float64).reshape(len(places), -1)
        if not 0 < count <= MAX_CLIPS or of_clips.size == 0 or places.min() < 0:
            raise ValueError
        scores = np.zeros((of_clips.shape[1], count))
        scores[:, places] = of_clips.T
    except (TypeError, ValueError, IndexError, OverflowError):
        raise DataError(
            f"{where}: 'saliency_scores' and 'relevant_clip_ids' are not those of a video of "
            f"{duration!r} s; {_AGAIN}"
        ) from None
    return one["vid"], scores


def _annotation(where: str, name: str, clips: Intervals, scores: Any) -> Annotation:
    pieces = clips.pieces
    if (
        scores.shape[1] != len(pieces)
        or len(pieces) == 0
        or not (np.isfinite(pieces).all() and np.isfinite(scores).all())
        or (np.diff(pieces) <= 0).any()
        or (np.diff(pieces.mean(axis=1)) < 0).any()
        or pieces[0, 0] < 0
    ):
        raise DataError(f"{where}: expected clips in order, and one label for each; {_AGAIN}")
    return Annotation(name=name, n_frames=None, clips=clips, clip_scores=scores)
