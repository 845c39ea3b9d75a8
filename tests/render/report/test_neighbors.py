from __future__ import annotations

import numpy as np
import pytest

from vidgist.render.report.neighbors import nearest


@pytest.mark.parametrize("n", [2, 3, 11, 40, 300])
def test_they_are_the_nearest_by_cosine(n: int) -> None:
    features = np.random.default_rng(n).normal(size=(n, 6)).astype(np.float32)
    found = nearest(features, neighbors=0.1)
    assert found.count == max(1, round(0.1 * n))
    assert found.ranks[0] == 1
    assert found.ranks[-1] == found.count
    assert list(found.ranks[: min(5, found.count)]) == list(range(1, min(5, found.count) + 1))
    for t in range(n):
        others = [
            (
                float(features[t] @ features[j])
                / float(np.linalg.norm(features[t]) * np.linalg.norm(features[j])),
                j,
            )
            for j in range(n)
            if j != t
        ]
        others.sort(key=lambda pair: -pair[0])
        for place, rank in enumerate(found.ranks):
            assert found.similarity[t, place] == pytest.approx(others[rank - 1][0], abs=1e-5)
            assert found.samples[t, place] != t
        assert found.samples[t, 0] == others[0][1]


def test_a_lone_sample_has_none() -> None:
    found = nearest(np.ones((1, 4)))
    assert found.ranks == ()
    assert found.samples.shape == (1, 0)


def test_equal_samples_are_their_own_neighbors_all_at_one() -> None:
    found = nearest(np.ones((30, 4)), neighbors=0.1)
    assert np.allclose(found.similarity, 1.0)
    assert np.all(found.samples != np.arange(30)[:, None])
