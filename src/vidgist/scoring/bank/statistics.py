"""Computation of a bank: statistics of each video, then their means over videos."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from vidgist.criteria.directions import unit_blocks
from vidgist.criteria.gram import check_features
from vidgist.errors import DataError
from vidgist.scoring.bank.bank import Bank
from vidgist.types import Floats, ShapesInRepr

__all__ = ["VideoStatistics", "bank_of", "video_statistics"]


@dataclass(frozen=True, kw_only=True, repr=False)
class VideoStatistics(ShapesInRepr):
    """Statistics of one video for a bank: means (D,) over its samples, in float64.

    Attributes:
        mean: of the features.
        square: of their squares.
        direction: of the features at length 1.
        samples: number of samples.
    """

    mean: npt.NDArray[np.float64]
    square: npt.NDArray[np.float64]
    direction: npt.NDArray[np.float64]
    samples: int


def video_statistics(features: Floats) -> VideoStatistics:
    """Return the statistics of the features (T, D) of one video.

    Raises:
        ValueError: they are not (T, D) with T, D > 0, or hold NaN or infinity.
    """
    features = check_features(features)
    mean, square, direction = np.zeros((3, features.shape[1]))
    for rows, unit in unit_blocks(features):
        block = features[rows].astype(np.float64)
        mean += block.sum(axis=0)
        square += np.einsum("td,td->d", block, block)
        direction += unit.sum(axis=0)
    count = len(features)
    return VideoStatistics(
        mean=mean / count,
        square=square / count,
        direction=direction / count,
        samples=count,
    )


def bank_of(
    videos: Iterable[VideoStatistics],
    *,
    backbone: str = "",
    fingerprint: str = "",
    source: str = "the bank",
) -> Bank:
    """Return the bank of some videos, all with the same weight.

    Raises:
        DataError: there is none, or their features differ in length.
    """
    parts = list(videos)
    if not parts:
        raise DataError(f"{source}: no video to make a bank from; give at least one that decodes")
    if len({len(part.mean) for part in parts}) > 1:
        raise DataError(f"{source}: the videos' features differ in length; use one backbone")
    mean = np.mean([part.mean for part in parts], axis=0)
    square = np.mean([part.square for part in parts], axis=0)
    return Bank(
        mean=mean,
        deviation=np.sqrt(np.maximum(square - mean**2, 0.0)),
        common=np.mean([part.direction for part in parts], axis=0),
        videos=len(parts),
        samples=sum(part.samples for part in parts),
        backbone=backbone,
        fingerprint=fingerprint,
        source=source,
    )
