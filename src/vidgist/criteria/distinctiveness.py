r"""Distinctiveness: how much a sample differs from its neighbors in uncommon content.

.. math::
   z_t = \frac{f_t - m}{s} \Big/ \sqrt{\tfrac1T \sum_j \Big\| \frac{f_j - m}{s} \Big\|^2}, \qquad
   L_{distinct}(t) = \frac{1}{|A|} \sum_{a \in A} \frac{1}{K_a} \sum_{j \in N_a(t)} ||z_t - z_j||^2

f are the features of the backbone, *not* scaled to length 1: of pooled activations, a long vector
belongs to a picture full of things that the backbone knows. m and s are mean and standard deviation
of each dimension over a bank of unlabeled videos, so that what is common everywhere counts little.
N_a(t) are the K_a = floor(a T) samples nearest to t by the same distance, including t. The shares A
range from the closest neighbors to almost half of the video, so that none has to be tuned.

The mean m cancels out of the differences; it only enters the common divisor.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from vidgist.criteria.alignment import neighbor_count
from vidgist.criteria.criterion import Criterion, Words
from vidgist.criteria.gram import check_features, work_on_blocks
from vidgist.criteria.weighting import check_weights, nearest_weighted, neighbor_masses
from vidgist.progress import Progress, silent
from vidgist.types import Floats

SHARES = (0.025, 0.05, 0.1, 0.2, 0.4)
"""Shares a of the samples that count as neighbors: each twice the one before."""


def standardized(
    features: Floats,
    *,
    mean: Floats | None = None,
    deviation: Floats | None = None,
    weights: Floats | None = None,
) -> Floats:
    """Return the features (T, D) standardized by the bank and scaled to mean squared length 1.

    The video's own mean is subtracted: distances do not change, and those of similar samples are
    no longer differences of large numbers.

    Args:
        features: (T, D).
        mean: (D,) of the bank; 0 without one.
        deviation: (D,) of the bank, not negative; 1 without one. A dimension in which the bank
            does not vary is not scaled.
        weights: (T,) time that each sample stands for; the same for all by default.

    Raises:
        ValueError: a shape is wrong, or a number is not finite.
    """
    features = check_features(features)
    width = features.shape[1]
    for name, values in (("mean", mean), ("deviation", deviation)):
        if values is not None and np.shape(values) != (width,):
            raise ValueError(f"{name}: expected ({width},), got {np.shape(values)}")
    unit = np.ones(width) if deviation is None else np.asarray(deviation, dtype=np.float64)
    scale = np.divide(1.0, unit, out=np.ones(width), where=unit > 0)
    if weights is None:
        center = features.mean(axis=0, dtype=np.float64)
    else:
        center = np.average(features, axis=0, weights=weights)
    offset = (center - (0.0 if mean is None else np.asarray(mean))) * scale
    moved = features - center.astype(features.dtype)
    moved *= scale.astype(features.dtype)
    # About the bank's mean the mean square is that about the own mean and the offset's square.
    if weights is None:
        square = float(np.einsum("td,td->", moved, moved, dtype=np.float64)) / len(moved)
    else:
        squares = np.einsum("td,td->t", moved, moved, dtype=np.float64)
        square = float(np.average(squares, weights=weights))
    square += float(offset @ offset)
    if square > 0:
        moved /= np.sqrt(square).astype(features.dtype)
    return np.asarray(moved)


def nearest_means(distances: Floats, counts: Sequence[int]) -> Floats:
    """Return, for each row of distances (B, T), the mean over counts of the mean of the K smallest.

    The distances are reordered within their rows.
    """
    ascending = sorted(counts)
    size = distances.shape[1]
    for k in reversed(ascending):
        # From the largest down, each within the one before: NumPy uses vector instructions to
        # select one element, but not to select several at once.
        distances[:, :size].partition(k - 1, axis=1)
        size = k
    total = np.zeros(len(distances))
    means = np.zeros(len(distances))
    before = 0
    for k in ascending:
        # Between two counts lie the same distances, in any order.
        total += distances[:, before:k].sum(axis=1, dtype=np.float64)
        means += total / k
        before = k
    return np.asarray(means / len(ascending))


def distinctiveness(
    features: Floats,
    *,
    mean: Floats | None = None,
    deviation: Floats | None = None,
    shares: Sequence[float] = SHARES,
    weights: Floats | None = None,
    progress: Progress = silent,
) -> Floats:
    """Return how much each sample differs from its neighbors in uncommon content.

    Args:
        features: (T, D) of the backbone, not normalized: lengths matter.
        mean: (D,) of the bank; 0 without one.
        deviation: (D,) of the bank; 1 without one.
        shares: of the samples that are neighbors, each in (0, 1].
        weights: (T,) time that each sample stands for; the same for all by default.
        progress: called after each block.

    Returns:
        (T,) float64, not negative; 0 for a single sample and wherever all samples are the same.

    Raises:
        ValueError: a shape or share is wrong, or a number is not finite.

    >>> views = np.array([[1.0, 0.0], [1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    >>> distinctiveness(views, shares=[0.5])
    array([0., 0., 0., 1.])
    """
    if not shares:
        raise ValueError("shares: expected at least one, got none")
    weights = check_weights(weights, len(features))
    moved = standardized(features, mean=mean, deviation=deviation, weights=weights)
    masses = neighbor_masses(weights, shares)
    counts = [
        neighbor_count(len(moved), neighbors=share, count_self=True, round_neighbors="floor")
        for share in shares
    ]
    squares = np.einsum("td,td->t", moved, moved, dtype=np.float64).astype(moved.dtype)
    values = np.empty(len(moved))

    def work(rows: slice, products: Floats) -> None:
        distances = np.multiply(products, -2.0, out=products)
        distances += squares[rows, None]
        distances += squares
        np.maximum(distances, 0.0, out=distances)
        if weights is None:
            values[rows] = nearest_means(distances, counts)
        else:
            values[rows] = nearest_weighted(distances, weights, masses)

    for done in work_on_blocks(work, moved):
        progress("scoring", done, len(moved))
    return values


CRITERION = Criterion(
    name="distinctiveness",
    words=Words(
        title="Distinctiveness",
        about="How much a sample differs in uncommon content from the samples most similar to it,"
        " in small and large neighborhoods.",
        high="stands out from its neighbors",
        middle="stands out a little from its neighbors",
        low="hardly stands out from its neighbors",
    ),
    measure=lambda samples: distinctiveness(
        samples.features,
        mean=None if samples.bank is None else samples.bank.mean,
        deviation=None if samples.bank is None else samples.bank.deviation,
        weights=samples.weights,
        progress=samples.progress,
    ),
    local=True,
    needs_bank=True,
    order=4,
)
