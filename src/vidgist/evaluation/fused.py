"""Scores by the features of another file, and the sum of the scores of several files.

Each file is scored at its own samples, with its own bank; the scores are read off at the samples of
the data set and added by `vidgist.scoring.fusion`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from vidgist.datasets import Dataset, VideoRecord, open_dataset
from vidgist.errors import DataError
from vidgist.evaluation.entries import BankOf, Entry, matched, other_videos, statistics_of
from vidgist.evaluation.join import MAX_EXTRA, find_partner
from vidgist.evaluation.judge import Judge
from vidgist.scoring.fusion import fuse
from vidgist.scoring.scorer import Scorer
from vidgist.types import Scores

Floats = npt.NDArray[np.float64]


def partners(dataset: Dataset, other: Dataset) -> dict[str, str]:
    """Return the keys of the videos of a data set that another file has too, and its keys of them.

    Videos are the same by their name, by a number of frames that one alone has, or, where a file
    has neither, by their key.
    """
    fields = ("video_name", "n_frames")
    theirs = list(other.records(fields=fields))
    by_name = {record.name or record.key: record for record in theirs}
    by_key = {record.key: record for record in theirs}
    found = {}
    for record in dataset.records(fields=fields):
        same = find_partner(record.name, record.n_frames, by_name, lambda r: r.n_frames)
        if same is None and (known := by_key.get(record.key)) is not None:
            same = None if record.name and known.name else known
        if same is not None:
            found[record.key] = same.key
    return found


def other_features_entry(
    name: str,
    file: Dataset,
    scorer: Scorer,
    *,
    keys: Mapping[str, str],
    bank: BankOf | None = None,
) -> Entry:
    """Return the row of a scorer on the features of another file, at the data set's samples.

    Args:
        name: of the row.
        file: with the features.
        scorer: gives the scores of their samples.
        keys: key of a video -> its key in the file, see `partners`.
        bank: which bank a video of the file is scored with, in the place of the scorer's own.
    """

    def scores(judge: Judge) -> Floats:
        record = judge.record
        theirs, middles = _placed(file.read(keys[record.key]), record, file.path)
        chosen = scorer if bank is None else scorer.with_bank(bank(theirs))
        importance = chosen.score(theirs.to_features()).importance
        return np.interp(judge.picks, middles, importance)

    return _entry(name, scores)


def with_other_files(
    entry: Entry,
    scorer: Scorer,
    *,
    dataset: Dataset,
    paths: Sequence[Path],
    others: bool,
) -> tuple[list[Entry], frozenset[str]]:
    """Return the row of the sum of the scores of a data set's features and of other files'.

    Args:
        entry: the row of the data set's features alone.
        scorer: of all files, before it is matched to one.
        dataset: the data set.
        paths: the other files.
        others: whether a video's bank is that of the other videos of its file.

    Returns:
        The row of the sum, then that of each file alone, and the videos that are in all files.

    Raises:
        DataError: a file is missing or wrong, or has no video of the data set.
    """
    keys = frozenset(dataset.keys)
    alone = [replace(entry, name=f"{entry.name}, {_label(dataset)} alone")]
    labels = [_label(dataset)]
    for path in paths:
        file = open_dataset(path)
        same = partners(dataset, file)
        keys &= set(same)
        if not keys:
            raise DataError(
                f"{path}: has no video of {dataset.path.name}; give features of the same videos, "
                "under the same names ('video_name')"
            )
        banks = other_videos(statistics_of(file.records(fields=("features",)))) if others else None
        label = _label(file)
        labels.append(label if label not in labels else path.stem)
        alone.append(
            other_features_entry(
                f"{entry.name}, {labels[-1]} alone",
                file,
                matched(scorer, file),
                keys=same,
                bank=banks,
            )
        )
    return [fused_entry(f"{entry.name}, {' + '.join(labels)}", alone), *alone], keys


def _label(dataset: Dataset) -> str:
    """Return the name of a file's backbone, or of the file where it does not say."""
    return str(dataset.attributes.get("backbone", "")) or dataset.path.stem


def fused_entry(name: str, entries: Sequence[Entry]) -> Entry:
    """Return the row of the sum of other rows' scores, as z-scores over the time of the video."""

    def scores(judge: Judge) -> Floats:
        found = [entry.scores(judge) for entry in entries]
        parts = [Scores(criteria={}, importance=values) for values in found if values is not None]
        weights = judge.record.to_features().weights
        return np.asarray(fuse(parts, weights=weights).importance)

    return _entry(name, scores)


def _entry(name: str, scores: Callable[[Judge], Floats]) -> Entry:
    return Entry(
        name=name,
        measure=lambda judge: judge.measure(scores(judge)[None]),
        needs_features=True,
        scores=scores,
    )


def _placed(theirs: VideoRecord, record: VideoRecord, path: Path) -> tuple[VideoRecord, Floats]:
    """Return a video with picks, and the frames (T,) in whose middle its samples are.

    Without picks they are those of the data set where there are as many, else equal parts of the
    video.

    Raises:
        DataError: there are no features, or the video has another number of frames.
    """
    where, count = f"{path.name}: {theirs.key}", theirs.n_samples
    if count is None or theirs.features is None:
        raise DataError(f"{where}: has no 'features'; extract them with vidgist features")
    ours, n_frames = record.n_frames, theirs.n_frames or record.n_frames
    if n_frames is None or ours is None:
        raise DataError(
            f"{where}: no file says how many frames the video has ('n_frames'), so that samples "
            "cannot be joined; extract the features with vidgist features"
        )
    if abs(n_frames - ours) > MAX_EXTRA * ours:
        raise DataError(
            f"{where}: has {n_frames} frames, and in the data set {ours}; "
            "is it the same video at the same frame rate?"
        )
    rate = theirs.frame_rate or record.frame_rate
    if theirs.picks is None and count == record.n_samples and record.sample_picks is not None:
        theirs = replace(theirs, picks=record.sample_picks, times=record.times)
    if theirs.sample_picks is not None:
        placed = replace(theirs, picks=theirs.sample_picks, n_frames=n_frames, frame_rate=rate)
        return placed, theirs.sample_picks.astype(np.float64)
    part = n_frames / count
    starts = np.arange(count, dtype=np.float64) * part
    picks = np.floor(starts).astype(np.int64)
    return replace(theirs, picks=picks, n_frames=n_frames, frame_rate=rate), starts + part / 2
