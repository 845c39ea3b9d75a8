"""Settings of the score are checked when they are made, whoever makes them."""

from __future__ import annotations

import pytest

from vidgist.errors import SettingError
from vidgist.scoring.presets import preset


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"smoothing": "a"}, "smoothing: expected a number, got 'a'"),
        ({"neighbors": "0.1"}, "neighbors: expected a number, got '0.1'"),
        ({"threshold": [1]}, r"threshold: expected a number, got \[1\]"),
        ({"smoothing": float("nan")}, "smoothing: expected at least 0, got nan"),
        ({"avoid_zeros": "epsilon"}, "avoid_zeros: .*epsilon.*eps"),
        ({"round_neighbors": "ceil"}, "round_neighbors: .*ceil.*round, floor"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_a_wrong_value_is_named(change, says):
    with pytest.raises(SettingError, match=f"^{says}"):
        preset("paper", **change)
