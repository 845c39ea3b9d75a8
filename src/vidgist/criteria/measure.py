"""Alignment and uniformity in one visit of the Gram matrix, as a whole video needs them."""

from __future__ import annotations

from typing import Literal

import numpy as np

from vidgist.criteria.alignment import nearest_distance, neighbor_count
from vidgist.criteria.gram import unit_rows, work_on_blocks
from vidgist.criteria.uniformity import log_mean_kernel
from vidgist.progress import Progress, silent
from vidgist.types import Floats

__all__ = ["measure"]


def measure(
    features: Floats,
    *,
    neighbors: float = 0.1,
    count_self: bool = False,
    round_neighbors: Literal["round", "floor"] = "round",
    progress: Progress = silent,
) -> dict[str, Floats]:
    """Return the raw criteria of a video: `alignment` and `uniformity`, (T,) each.

    The same values as the functions of these names give, at the cost of one of them.

    Raises:
        ValueError: a shape or the share is wrong, or a feature is not finite.
    """
    unit = unit_rows(features)
    k = neighbor_count(
        len(unit), neighbors=neighbors, count_self=count_self, round_neighbors=round_neighbors
    )
    count = len(unit) if count_self else len(unit) - 1
    values: dict[str, Floats] = {
        "alignment": np.empty(len(unit)),
        "uniformity": np.empty(len(unit)),
    }

    def work(rows: slice, products: Floats) -> None:
        # Alignment only reorders the products of a row: uniformity sums the same ones.
        values["alignment"][rows] = nearest_distance(products, k)
        values["uniformity"][rows] = log_mean_kernel(products, count=count)

    for done in work_on_blocks(work, unit, without_self=not count_self):
        progress("scoring", done, len(unit))
    return values
