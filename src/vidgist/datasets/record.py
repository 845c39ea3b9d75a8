"""One video of a data set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from vidgist.errors import DataError
from vidgist.shapes import ShapesInRepr
from vidgist.types import Features, Shots

SAMPLE_STEP = 15
"""The field samples every 15th frame; used where a file has no ``picks``."""

WIDTHS = "widths"
"""Attribute of files whose features are those of several backbones: such as ``"1280+1024"``."""


@dataclass(frozen=True, kw_only=True, repr=False)
class VideoRecord(ShapesInRepr):
    """The data of one video.  Every field but ``key`` may be missing (None).

    Attributes:
        key: name of the video's group in the file, such as "video_1".
        name: name of the video itself, "" where the file does not have it.
        features: (T, D) backbone features in the file's own float type, not normalized.
        picks: (T,) frame index of each sample, not descending, from 0.
        times: (T,) seconds of each sample from the first frame.
        n_frames: number of frames N.
        shots: S shots, half-open.
        gtscore: (T,) mean importance over annotators.
        gtsummary: (T,) reference summary of the field, binary.
        user_summary: (U, N) True where an annotator's summary holds the frame.
        user_scores: (U, T) importance that each annotator gave each sample.
        frame_scores: (U, N) importance that each annotator gave each frame; not part of the
            field's files, but of the original annotations.
        frame_rate: frames per second.
        attributes: of the group and of the file.

    Example:
        >>> VideoRecord(key="video_1", n_frames=40).sample_picks
        array([ 0, 15, 30])
    """

    key: str
    name: str = ""
    features: npt.NDArray[np.floating[Any]] | None = None
    picks: npt.NDArray[np.int64] | None = None
    times: npt.NDArray[np.float64] | None = None
    n_frames: int | None = None
    shots: Shots | None = None
    gtscore: npt.NDArray[np.float64] | None = None
    gtsummary: npt.NDArray[np.float64] | None = None
    user_summary: npt.NDArray[np.bool_] | None = None
    user_scores: npt.NDArray[np.float64] | None = None
    frame_scores: npt.NDArray[Any] | None = None
    frame_rate: float | None = None
    attributes: Mapping[str, str | float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "attributes", MappingProxyType(dict(self.attributes)))

    @property
    def n_samples(self) -> int | None:
        """Number of samples T, None where no field has it."""
        for array in (self.picks, self.features, self.gtscore):
            if array is not None:
                return len(array)
        if self.user_scores is not None:
            return int(self.user_scores.shape[1])
        return None

    @property
    def sample_picks(self) -> npt.NDArray[np.int64] | None:
        """(T,) picks; by default every 15th frame, where T or N is known."""
        if self.picks is not None:
            return self.picks
        if self.n_frames is not None:
            picks = np.arange(0, self.n_frames, SAMPLE_STEP)
            return picks if self.n_samples in (None, len(picks)) else None
        return None

    def to_features(self) -> Features:
        """Return the features with the positions of their samples.

        Raises:
            DataError: the record has no features.
        """
        values = self.need("features")
        picks = self.sample_picks
        if picks is None and self.n_samples is not None:
            picks = np.arange(self.n_samples) * SAMPLE_STEP
        assert picks is not None
        n_frames = self.n_frames if self.n_frames is not None else int(picks[-1]) + 1
        return Features(
            values=values,
            picks=picks,
            n_frames=n_frames,
            backbone=str(self.attributes.get("backbone", "")),
            times=self._seconds(picks),
            widths=self._widths(values.shape[1]),
        )

    def _widths(self, dimension: int) -> tuple[int, ...]:
        """Return the dimensions of the backbones whose features lie side by side, () for one.

        Raises:
            DataError: they are no numbers that make D together.
        """
        text = str(self.attributes.get(WIDTHS, ""))
        parts = text.split("+") if text else []
        widths = tuple(int(part) for part in parts if part.isdecimal() and len(part) < 8)
        if text and (len(widths) < len(parts) or 0 in widths or sum(widths) != dimension):
            raise DataError(
                f"{self.key}: 'widths' is {text[:40]!r} for features of {dimension} numbers; "
                "extract the features again"
            )
        return widths

    def _seconds(self, picks: npt.NDArray[np.int64]) -> npt.NDArray[np.float64] | None:
        """Return the seconds (T,) of the samples, None where they count as two a second.

        That is how the field takes every 15th frame, whatever the frame rate.
        """
        usual = len(picks) < 2 or bool((np.diff(picks) == SAMPLE_STEP).all())
        if self.times is not None or self.frame_rate is None or usual:
            return self.times
        return np.asarray((picks - picks[0]) / self.frame_rate)

    def need(self, *fields: str) -> Any:
        """Return the value of a field, or a tuple of several; none may be missing.

        Raises:
            DataError: one is missing.
        """
        for name in fields:
            if getattr(self, name) is None:
                raise DataError(
                    f"{self.key}: the file has no '{_FILE_NAMES.get(name, name)}' for it; "
                    "add the field or leave the video out"
                )
        values = tuple(getattr(self, name) for name in fields)
        return values[0] if len(values) == 1 else values


_FILE_NAMES = {"shots": "change_points"}
