from __future__ import annotations

import numpy as np
import pytest

from vidgist.evaluation.f1 import f1_scores


def frames(*chosen: int) -> np.ndarray:
    summary = np.zeros(8, bool)
    summary[list(chosen)] = True
    return summary


def test_by_hand():
    summaries = np.stack([frames(0, 1, 2), frames()])
    users = np.stack([frames(0, 1, 2), frames(2, 3), frames(5), frames()])
    # Precision 1/2 and recall 1/3 with the second user: F1 2/5.
    np.testing.assert_allclose(f1_scores(summaries, users), [[1, 0.4, 0, 0], [0, 0, 0, 0]])


def test_against_precision_and_recall():
    rng = np.random.default_rng(0)
    summaries, users = rng.random((3, 200)) < 0.3, rng.random((4, 200)) < 0.2
    found = f1_scores(summaries, users)
    for i, summary in enumerate(summaries):
        for j, user in enumerate(users):
            both = (summary & user).sum()
            precision, recall = both / user.sum(), both / summary.sum()
            expected = 2 * precision * recall / (precision + recall)
            assert found[i, j] == pytest.approx(expected)


def test_shapes_must_fit():
    with pytest.raises(ValueError, match="expected"):
        f1_scores(np.zeros((1, 3), bool), np.zeros((1, 4), bool))
