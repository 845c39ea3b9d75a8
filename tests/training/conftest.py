"""What the tests of training share; those that need torch skip where it is not installed."""

from __future__ import annotations

import numpy as np
import pytest


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(20221122)
