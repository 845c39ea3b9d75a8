"""Scores or a summary of one video, out of a value of a JSON document or of Python."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from vidgist.datasets.intervals import LISTS, Intervals, intervals_of, is_number
from vidgist.errors import DataError

Floats = npt.NDArray[np.float64]
Scored: TypeAlias = "Floats | Intervals"
"""Scores (T,), a summary by frame (N,), or the intervals of a summary."""

SCORE_NAMES = (
    *("importance", "score", "scores", "importance_score", "importance_scores", "frame_scores"),
    *("prediction", "predictions", "pred", "preds", "y_pred", "saliency", "pred_saliency_scores"),
)
"""Names under which scores stand, in the order of precedence."""

SUMMARY_NAMES = ("machine_summary", "summary", "binary_summary")
"""Names under which a summary by frame stands; read where there are no scores."""


def read_value(values: Any, where: str) -> Scored:
    """Return the scores or the summary of one video.

    Args:
        values: numbers, as a list, an array or a series of pandas, also (T, 1) or (1, T); pairs of
            start and end; or an object with one of these under a known name.
        where: the file and the video, for errors.

    Raises:
        DataError: it is nothing of that kind.
    """
    if isinstance(values, Intervals):
        return values
    if hasattr(values, "to_numpy"):  # of pandas, and of the like
        values = values.to_numpy()
    if isinstance(values, np.ndarray):
        return _array(values, where)
    if isinstance(values, tuple):
        values = list(values)
    if isinstance(values, list):
        found = _numbers(values)
        if found is not None:
            return found
    elif isinstance(values, Mapping):
        for name in (*SCORE_NAMES, *SUMMARY_NAMES):
            if name in values:
                return read_value(values[name], where)
        by_index = _by_index(values)
        if by_index is not None:
            return by_index
        for name in LISTS:
            if isinstance(values.get(name), np.ndarray):
                pieces = _array(values[name], where, pairs=True)
                values = {**values, name: pieces.tolist()}
    intervals = intervals_of(values, where)
    if intervals is None:
        raise DataError(
            f"{where}: expected a list of numbers, one a sample or one a frame, or a summary: "
            '{"pieces": [[start, end], ...], "unit": "seconds"}'
        )
    return intervals


def flat(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return an array of shape (T,), (T, 1) or (1, T) as (T,), any other as it is."""
    return values.reshape(-1) if values.ndim == 2 and 1 in values.shape else values


def _array(values: npt.NDArray[Any], where: str, *, pairs: bool = False) -> Floats:
    found = flat(values)
    pairs = pairs and values.ndim == 2 and values.shape[1] == 2
    if found.dtype.kind not in "fiub" or not (found.ndim == 1 or pairs):
        raise DataError(
            f"{where}: expected a vector of numbers, one a sample or one a frame, got "
            f"'{values.dtype}' of shape {values.shape}"
        )
    return (values if pairs else found).astype(np.float64)


def _numbers(values: list[Any]) -> Floats | None:
    """Return a list of T numbers, or of T > 1 lists of one, as an array; None for any other."""
    if len(values) > 1 and all(isinstance(v, list) and len(v) == 1 for v in values):
        values = [v[0] for v in values]
    if all(map(is_number, values)):
        return np.array(values, dtype=np.float64)
    return None


def _by_index(values: Mapping[str, Any]) -> Floats | None:
    """Return the numbers of an object by sample, as pandas writes a column; None for any other."""
    if not values or not all(isinstance(k, str) and k.isdecimal() for k in values):
        return None
    ordered = [values[k] for k in sorted(values, key=int)]
    while ordered and ordered[-1] is None:  # shorter than other columns
        ordered.pop()
    return np.array(ordered, dtype=np.float64) if all(map(is_number, ordered)) else None
