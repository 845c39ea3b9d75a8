"""Alignment and uniformity in one pass over the Gram matrix, at the cost of one of them."""

from __future__ import annotations

from typing import Literal

import numpy as np

from vidgist.criteria.alignment import (
    alignment,
    nearest_distance,
    neighbor_count,
    weighted_distance,
)
from vidgist.criteria.criterion import Criterion, Words
from vidgist.criteria.gram import unit_rows, work_on_blocks
from vidgist.criteria.samples import Samples
from vidgist.criteria.uniformity import kernel_counts, log_mean_kernel, uniformity
from vidgist.criteria.weighting import check_weights
from vidgist.progress import Progress, silent
from vidgist.types import Floats


def alignment_and_uniformity(
    features: Floats,
    *,
    neighbors: float = 0.1,
    count_self: bool = False,
    round_neighbors: Literal["round", "floor"] = "round",
    refined: Floats | None = None,
    weights: Floats | None = None,
    progress: Progress = silent,
) -> tuple[Floats, Floats]:
    """Return the values (T,) of `alignment` and of `uniformity`, exactly as these functions do.

    Args:
        features: (T, D); normalized here.
        neighbors: share of the samples that are neighbors, in (0, 1].
        count_self: whether a sample is its own neighbor and counts in its own mean.
        round_neighbors: how a T becomes a whole number.
        refined: (T, D') features whose distances are used instead (eqs 6 and 7).
        weights: (T,) time that each sample stands for; the same for all by default.
        progress: called after each block.

    Raises:
        ValueError: a shape or the share is wrong, or a feature is not finite.
    """
    if refined is not None:  # neighbors and distances come from different Gram matrices
        aligned = alignment(
            features,
            neighbors=neighbors,
            count_self=count_self,
            round_neighbors=round_neighbors,
            refined=refined,
            weights=weights,
        )
        return aligned, uniformity(refined, count_self=count_self, weights=weights)
    unit = unit_rows(features)
    k = neighbor_count(
        len(unit), neighbors=neighbors, count_self=count_self, round_neighbors=round_neighbors
    )
    weights = check_weights(weights, len(unit))
    aligned, uniform = np.empty((2, len(unit)))

    def work(rows: slice, products: Floats) -> None:
        # Alignment only reorders the products of a row: uniformity sums the same ones.
        if weights is None:
            aligned[rows] = nearest_distance(products, k)
        else:
            aligned[rows] = weighted_distance(
                products, weights, neighbors, rows=None if count_self else rows
            )
        count = kernel_counts(rows, len(unit), count_self=count_self, weights=weights)
        uniform[rows] = log_mean_kernel(products, count=count, weights=weights)

    for done in work_on_blocks(work, unit, without_self=not count_self):
        progress("scoring", done, len(unit))
    return aligned, uniform


def _both(samples: Samples) -> tuple[Floats, Floats]:
    if "alignment and uniformity" not in samples.shared:
        samples.shared["alignment and uniformity"] = alignment_and_uniformity(
            samples.features,
            neighbors=samples.neighbors,
            count_self=samples.count_self,
            round_neighbors=samples.round_neighbors,
            refined=samples.refined,
            weights=samples.weights,
            progress=samples.progress,
        )
    both: tuple[Floats, Floats] = samples.shared["alignment and uniformity"]
    return both


# Declared together because they are measured together.
CRITERION = (
    Criterion(
        name="alignment",
        equation="eqs 4 and 6",
        words=Words(
            title="Local dissimilarity",
            about="How much a sample differs from the samples most like it: low where the picture"
            " is static or repeated.",
            high="differs from its neighbors",
            middle="differs somewhat from its neighbors",
            low="looks much like its neighbors",
        ),
        measure=lambda samples: _both(samples)[0],
        local=True,
        refinable=True,
        settings=("neighbors", "count_self", "round_neighbors"),
        order=1,
    ),
    Criterion(
        name="uniformity",
        equation="eqs 5 and 7",
        words=Words(
            title="Global consistency",
            about="How well a sample agrees with the whole video: low for titles, black pictures"
            " and stray frames.",
            high="is typical of the video",
            middle="is fairly typical of the video",
            low="is unlike most of the video",
        ),
        measure=lambda samples: _both(samples)[1],
        refinable=True,
        settings=("count_self",),
        order=2,
    ),
)
