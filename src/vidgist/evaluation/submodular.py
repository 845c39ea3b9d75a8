r"""Greedy orders by submodular functions: coverage of samples, and a mixture over shots.

The mixture is that of Gygli, Grabner and Van Gool (CVPR 2015) with equal weights: how well the
shots represent the features, how evenly they lie in time, and how interesting they are.
"""

from __future__ import annotations

import heapq

import numpy as np
import numpy.typing as npt

from vidgist.types import Floats

Integers = npt.NDArray[np.integer]


def cover_order(kernel: Floats, *, steps: int) -> list[int]:
    r"""Return the greedy order of samples by :math:`f(S) = \sum_t \max_{i \in S} k_{ti}`.

    Gains never rise as S grows, so that a sample whose old gain is not the largest need not be
    looked at (lazy evaluation).

    Args:
        kernel: k (T, T), not negative.
        steps: how many samples.

    >>> cover_order(np.array([[1.0, 0.9, 0.0], [0.9, 1.0, 0.0], [0.0, 0.0, 1.0]]), steps=2)
    [0, 2]
    """
    covered = np.zeros(len(kernel))
    queue = [(-gain, sample, 0) for sample, gain in enumerate(kernel.sum(axis=0))]
    heapq.heapify(queue)
    order: list[int] = []
    while queue and len(order) < steps:
        _, sample, known = heapq.heappop(queue)
        if known < len(order):
            gain = float(np.maximum(kernel[:, sample] - covered, 0).sum())
            heapq.heappush(queue, (-gain, sample, len(order)))
            continue
        order.append(sample)
        covered = np.maximum(covered, kernel[:, sample])
    return order


def mixture_order(
    features: Floats,
    of_sample: Integers,
    shots: Integers,
    *,
    picks: Integers,
    interest: Floats,
) -> list[int]:
    r"""Return the greedy order of shots by the gain of the mixture for their length.

    With d the squared distance of a sample to the mean of a shot, in features or in time, and
    :math:`\bar d` its mean, to which a shot that is not there counts:

    .. math::
       f(S) = \sum_{d} \left( 1 - \frac{1}{T} \sum_t
       \frac{\min(\min_{i \in S} d_{ti}, \bar d)}{\bar d} \right)
       + \sum_{i \in S} \frac{\text{interest of } i}{\text{all interest}}

    Args:
        features: (T, D).
        of_sample: (T,) the shot of each sample.
        shots: (S, 2) frames, half-open.
        picks: (T,) frames of the samples.
        interest: (T,) of the samples, not negative.
    """
    count = len(shots)
    sizes = np.maximum(np.bincount(of_sample, minlength=count), 1)
    means = np.zeros((count, features.shape[1]))
    np.add.at(means, of_sample, features)
    means = means / sizes[:, None]
    middles = shots.mean(axis=1)
    apart = (
        (features**2).sum(axis=1)[:, None] - 2 * features @ means.T + (means**2).sum(axis=1)[None],
        (picks[:, None] - middles[None]) ** 2.0,
    )
    terms = [np.minimum(d / max(float(d.mean()), 1e-12), 1.0) for d in apart]
    liked = np.bincount(of_sample, weights=interest, minlength=count).astype(np.float64)
    liked /= max(float(liked.sum()), 1e-12)
    lengths = np.diff(shots, axis=1)[:, 0].astype(np.float64)
    nearest = [np.ones(len(features)) for _ in terms]
    left = np.ones(count, dtype=bool)
    order: list[int] = []
    for _ in range(count):
        gains = liked.copy()
        for term, near in zip(terms, nearest, strict=True):
            gains += np.maximum(near[:, None] - term, 0).mean(axis=0)
        worth = np.where(left, gains / lengths, -np.inf)
        best = int(worth.argmax())
        order.append(best)
        left[best] = False
        nearest = [
            np.minimum(near, term[:, best]) for term, near in zip(terms, nearest, strict=True)
        ]
    return order
