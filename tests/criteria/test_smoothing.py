from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter1d

from vidgist.criteria.smoothing import smooth


@pytest.mark.parametrize("count", [1, 2, 3, 50, 400])
@pytest.mark.parametrize("sigma", [0.05, 0.3, 1.0, 2.5, 40.0])
def test_as_a_library_has_it(count, sigma):
    values = np.random.default_rng(count).random(count)
    np.testing.assert_allclose(
        smooth(values, sigma=sigma), gaussian_filter1d(values, sigma), atol=1e-13
    )


def test_closed_forms():
    np.testing.assert_array_equal(smooth(np.array([1.0, 5.0]), sigma=0), [1.0, 5.0])
    np.testing.assert_allclose(smooth(np.full(9, 0.3), sigma=2.0), 0.3, rtol=1e-14)
    peak = np.zeros(41)
    peak[20] = 1
    bell = smooth(peak, sigma=2.0)
    assert bell.sum() == pytest.approx(1)
    assert bell[20] / bell[22] == pytest.approx(np.exp(0.5))
    np.testing.assert_allclose(bell, bell[::-1])


def test_what_is_equal_stays_equal():
    """Ranks are measured: rounding must not order what is the same."""
    values = np.repeat(np.random.default_rng(0).random(5), 60)
    for block in smooth(values, sigma=1.0).reshape(5, 60):
        assert len(set(block[5:-5])) == 1
