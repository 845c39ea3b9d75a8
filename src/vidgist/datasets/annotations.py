"""Annotations of a video, frame by frame, as in the original releases."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from vidgist.types import ShapesInRepr

__all__ = ["Annotation", "as_bytes"]


@dataclass(frozen=True, kw_only=True, repr=False)
class Annotation(ShapesInRepr):
    """The annotations of one video.

    Attributes:
        name: the video's name in the release.
        n_frames: number of frames N that were annotated.
        frame_scores: (U, N) importance of each frame to each annotator (TVSum: 1 to 5), or None.
        frame_summary: (U, N) True where an annotator chose the frame (SumMe), or None.
        frame_rate: frames per second, None where the release does not have it.
        category: TVSum's two letters, "" elsewhere.
    """

    name: str
    n_frames: int
    frame_scores: npt.NDArray[Any] | None = None
    frame_summary: npt.NDArray[np.bool_] | None = None
    frame_rate: float | None = None
    category: str = ""

    def __post_init__(self) -> None:
        for name in ("frame_scores", "frame_summary"):
            values = getattr(self, name)
            if values is not None and (values.ndim != 2 or values.shape[1] != self.n_frames):
                raise ValueError(
                    f"Annotation.{name}: expected (U, {self.n_frames}), got {values.shape}"
                )


def as_bytes(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return the values as uint8 if all are integers in [0, 255], else unchanged."""
    small = np.all((values >= 0) & (values <= 255)) and np.array_equal(values, np.floor(values))
    return values.astype(np.uint8) if small else values
