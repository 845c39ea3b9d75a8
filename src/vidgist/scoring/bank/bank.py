r"""Bank: statistics of the features of many videos, as three vectors.

.. math::
   m = \overline{\bar f}, \qquad s^2 = \overline{\overline{f^2}} - m^2, \qquad c = \overline{\bar x}

The inner means run over the samples of a video, the outer ones over videos, so that every video has
the same weight, whatever its length; x are the features f at length 1. No label is needed, and no
picture can be recovered: a bank has 3 D numbers, whatever the number of videos.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from vidgist.criteria.directions import unit_blocks
from vidgist.criteria.gram import check_features
from vidgist.criteria.weighting import check_weights
from vidgist.errors import DataError
from vidgist.shapes import ShapesInRepr
from vidgist.types import Floats

VECTORS = ("mean", "deviation", "common")
"""The vectors of a bank: m, s and c."""


@dataclass(frozen=True, kw_only=True, repr=False)
class Bank(ShapesInRepr):
    """Statistics of a backbone's features over unlabeled videos.

    Attributes:
        mean: (D,) m, of the features, not normalized.
        deviation: (D,) s, not negative.
        common: (D,) c, the mean direction.
        videos: how many videos it is made from.
        samples: how many samples they had together.
        backbone: name of the backbone, "" where unknown.
        fingerprint: of the backbone, "" where unknown.
        source: name of the bank in messages.

    Example:
        >>> import vidgist
        >>> bank = vidgist.shipped_bank("efficientnet_lite0")
        >>> bank.dimension, bank.videos, bank.samples
        (1280, 13, 723)
    """

    mean: Floats
    deviation: Floats
    common: Floats
    videos: int
    samples: int
    backbone: str = ""
    fingerprint: str = ""
    source: str = "the bank"

    def __post_init__(self) -> None:
        shape = (len(self.mean),)
        for name in VECTORS:
            values = getattr(self, name)
            if values.shape != shape or 0 in shape:
                raise ValueError(f"Bank.{name}: expected (D,) with D > 0, got {values.shape}")
            if not np.isfinite(values).all():
                raise ValueError(f"Bank.{name}: expected finite numbers, got NaN or infinity")
        if self.deviation.min() < 0:
            raise ValueError("Bank.deviation: expected at least 0, got a negative number")
        if self.videos < 1 or self.samples < self.videos:
            raise ValueError(f"Bank: expected samples of videos, got {self.samples}, {self.videos}")

    @property
    def dimension(self) -> int:
        """Length D of a feature."""
        return len(self.mean)

    @property
    def label(self) -> str:
        """Description of the bank in the settings of a summary."""
        return f"{self.source} ({self.videos} videos, {self.samples} samples)"

    def misfit(self, *, dimension: int, backbone: str = "", fingerprint: str = "") -> str | None:
        """Return the reason why the bank does not fit these features, or None if it does."""
        if dimension != self.dimension:
            return f"its features have {self.dimension} numbers, these have {dimension}"
        if fingerprint and self.fingerprint:
            if fingerprint == self.fingerprint:
                return None  # the same network under another name, such as an exported file
            if backbone == self.backbone:
                return f"it was made with another version of {backbone}"
        if backbone and self.backbone and backbone != self.backbone:
            return f"it was made with {self.backbone}, these features with {backbone}"
        return None

    def check(self, *, dimension: int, backbone: str = "", fingerprint: str = "") -> None:
        """Check that the bank fits these features.

        Raises:
            DataError: it was made with another backbone, or another version of it.
        """
        why = self.misfit(dimension=dimension, backbone=backbone, fingerprint=fingerprint)
        if why is not None:
            raise DataError(
                f"{self.source}: {why}; make a bank for them with vidgist bank, or pass bank='none'"
            )


@dataclass(frozen=True, kw_only=True, repr=False)
class VideoStatistics(ShapesInRepr):
    """What one video gives to a bank: means (D,) over its samples, in float64.

    Attributes:
        mean: of the features.
        square: of their squares.
        direction: of the features at length 1.
        samples: how many there were.
    """

    mean: npt.NDArray[np.float64]
    square: npt.NDArray[np.float64]
    direction: npt.NDArray[np.float64]
    samples: int


def video_statistics(features: Floats, *, weights: Floats | None = None) -> VideoStatistics:
    """Return what the features (T, D) of one video give to a bank.

    Args:
        features: (T, D), not normalized.
        weights: (T,) time that each sample stands for; the same for all by default.

    Raises:
        ValueError: they are not (T, D) with T, D > 0, or hold NaN or infinity.
    """
    features = check_features(features)
    count = len(features)
    weights = check_weights(weights, count)
    mean, square, direction = np.zeros((3, features.shape[1]))
    for rows, unit in unit_blocks(features):
        block = features[rows].astype(np.float64)
        if weights is None:
            mean += block.sum(axis=0)
            square += np.einsum("td,td->d", block, block)
            direction += unit.sum(axis=0)
        else:
            mean += weights[rows] @ block
            square += weights[rows] @ block**2
            direction += weights[rows] @ unit
    total = count if weights is None else weights.sum()
    return VideoStatistics(
        mean=mean / total,
        square=square / total,
        direction=direction / total,
        samples=count,
    )


def bank_of(
    videos: Iterable[VideoStatistics],
    *,
    backbone: str = "",
    fingerprint: str = "",
    source: str = "the bank",
) -> Bank:
    """Return the bank of some videos, each weighing the same.

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
