"""Ideas that were in version 0.1 and are no longer: the criterion `promise`, and priors of time.

Promise is how much a sample looks like what stands out and belongs in other videos: its place along
g, the mean over the videos of a bank of the direction in which their own scores rise. A prior is
what one may believe of any video from time alone. score.md and best.md have their figures.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from safetensors.numpy import load_file

from vidgist.criteria import belonging, distinctiveness, minmax
from vidgist.criteria.directions import along, weighted_sum
from vidgist.criteria.smoothing import smooth
from vidgist.scoring.bank.choose import FOLDER
from vidgist.types import Floats


def finish(product: Floats, *, smoothing: float, prior: str = "") -> Floats:
    """Return the importance (T,) that a product of criteria leads to under preset `best`."""
    believed = with_prior(product, prior) if prior else product
    return smooth(np.exp(believed - 1.0), sigma=smoothing)


def shipped_rise() -> Floats:
    """Return g (D,) of the bank that is shipped with EfficientNet-Lite0."""
    return load_file(FOLDER / "efficientnet_lite0.safetensors")["rise"].astype(np.float64)


def rise(features: Floats) -> Floats:
    """Return what one video gives to g: the direction (D,) in which its own score rises.

    Args:
        features: (T, D) as the backbone gives them.

    Returns:
        (D,) float64; 0 where the score, or the features, are constant.

    Raises:
        ValueError: they are not (T, D) with T, D > 0, or hold NaN or infinity.
    """
    score = minmax(distinctiveness(features)) * minmax(belonging(features))
    spread = float(score.std())
    if spread == 0:
        return np.zeros(np.shape(features)[1])
    # The weights sum to 0, so that the mean of x need not be taken off as well.
    return weighted_sum(features, (score - score.mean()) / (spread * len(score)))


def promise(features: Floats, *, direction: Floats | None = None) -> Floats:
    """Return the place of each sample along the direction in which scores rise in other videos.

    Args:
        features: (T, D); brought to length 1 here.
        direction: (D,) g of the bank; 0 without one, so that no sample is preferred.

    Returns:
        (T,) float64.

    Raises:
        ValueError: a shape is wrong, or a number is not finite.
    """
    width = np.shape(features)[1] if np.ndim(features) == 2 else 0
    wanted = np.zeros(width) if direction is None else np.asarray(direction, dtype=np.float64)
    if np.shape(wanted) != (width,):
        raise ValueError(f"direction: expected ({width},), got {np.shape(wanted)}")
    return along(features, wanted)


_WEIGHT = 0.15
"""omega: how much of the score's own spread the prior gets."""

_END = 0.1
"""Share of the video that counts as its beginning, or as its end."""

PRIORS: Mapping[str, Callable[[Floats], Floats]] = {
    "middle": lambda place: 1.0 - np.abs(2.0 * place - 1.0),
    "ends": lambda place: np.minimum(np.minimum(place, 1.0 - place) / _END, 1.0),
}
"""Name -> r as a function of the places u (T,) in (0, 1)."""


def with_prior(score: Floats, name: str) -> Floats:
    """Return a score with a prior of time in it.

    Args:
        score: (T,) in [0, 1], T > 0.
        name: one of `PRIORS`.

    Returns:
        (T,) in [0, 1]; the score itself where it prefers no sample.

    """
    score = np.asarray(score, dtype=np.float64)
    believed = PRIORS[name]((np.arange(len(score)) + 0.5) / len(score))
    spread = believed.std()
    if spread == 0 or np.ptp(score) == 0:
        return score
    return minmax(score + _WEIGHT * score.std() * (believed - believed.mean()) / spread)
