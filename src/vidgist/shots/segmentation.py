"""Ways of cutting a video into shots: one a record, found by the registry."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from vidgist.errors import VidgistError
from vidgist.registry import Registry
from vidgist.types import Features, Integers


@dataclass(frozen=True, kw_only=True)
class Segmentation:
    """A way of cutting a video into shots.

    Attributes:
        name: what users call it.
        summary: one line for people.
        segment: from the `Features` of T samples to change points (m,), ascending sample indices
            in [1, T): sample i is the first of a new shot.
        order: its place in lists.

    Example:
        >>> def middle(features):
        ...     return np.array([len(features) // 2])
        >>> halves = Segmentation(name="halves", summary="two halves", segment=middle)
        >>> halves.segment(Features(values=np.ones((6, 2)), picks=np.arange(6), n_frames=6))
        array([3])
    """

    name: str
    summary: str
    segment: Callable[[Features], Integers]
    order: float = 100.0


SEGMENTATIONS: Registry[Segmentation] = Registry(
    "shots",
    group="vidgist.shots",
    package="vidgist.shots",
    attribute="SEGMENTATION",
    record=Segmentation,
    wrap=lambda name, segment: Segmentation(
        name=name, summary="shots of your own", segment=segment
    ),
)
"""Every way of cutting by name."""


def change_points(features: Features, *, shots: str) -> Integers:
    """Return the change points (m,) that a way of cutting finds.

    Args:
        features: of the samples.
        shots: name of the way.

    Raises:
        SettingError: there is no such way.
        VidgistError: one of another package fails, or returns what are no change points.
    """
    way = SEGMENTATIONS.find(shots)
    points = np.asarray(SEGMENTATIONS.call(way.name, way.segment, features))
    whole = points.size == 0 or points.dtype.kind in "iu"
    if points.ndim != 1 or not whole:
        got = f"{points.dtype} {points.shape}"
    elif points.size and not (points[0] >= 1 and points[-1] < len(features)):
        got = f"{points.min()} to {points.max()}"
    elif (np.diff(points) <= 0).any():
        got = "some that do not ascend"
    else:
        return points.astype(np.int64)
    raise VidgistError(
        f"shots: '{way.name}': expected ascending indices (m,) in [1, {len(features)}), got {got}; "
        "fix it"
    )
