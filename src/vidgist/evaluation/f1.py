r"""F1 between a summary and the summaries of annotators (eqs 13 and 14).

.. math:: F_1 = \frac{2 P R}{P + R} = \frac{2 |A \cap B|}{|A| + |B|}

A and B are the sets of frames in the two summaries, P and R precision and recall.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def f1_scores(
    summaries: npt.NDArray[np.bool_], user_summaries: npt.NDArray[np.bool_]
) -> npt.NDArray[np.float64]:
    """F1 of each summary with each annotator's summary.

    Args:
        summaries: (R, N) True where a summary holds the frame.
        user_summaries: (U, N).

    Returns:
        (R, U) in [0, 1]; 0 where the two share no frame, so also where one of them is empty.

    Raises:
        ValueError: the shapes do not fit.

    >>> summary = np.array([[True, True, False, False]])
    >>> f1_scores(summary, np.array([[True, False, False, False], [False, False, True, True]]))
    array([[0.66666667, 0.        ]])
    """
    if summaries.ndim != 2 or user_summaries.shape[1:] != summaries.shape[1:]:
        raise ValueError(
            f"summaries: expected (R, N) and (U, N), got {summaries.shape}, {user_summaries.shape}"
        )
    # In float32 the products run on the BLAS, and counts are exact up to 16 million frames.
    dtype = np.float32 if summaries.shape[1] < 2**24 else np.float64
    both = (summaries.astype(dtype) @ user_summaries.astype(dtype).T).astype(np.float64)
    sizes = summaries.sum(axis=1)[:, None] + user_summaries.sum(axis=1)[None, :]
    return np.where(both > 0, 2.0 * both / np.maximum(sizes, 1), 0.0)
