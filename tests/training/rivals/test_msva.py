"""MSVA's window, its streams and the maps of its score."""

from __future__ import annotations

import numpy as np
import pytest

from vidgist.errors import SettingError
from vidgist.models import METHODS, layers
from vidgist.models.methods import training_settings
from vidgist.models.parts import apply, mix
from vidgist.training.rivals.msva import fused_streams

MSVA = METHODS["msva"]


def test_a_window_of_one_shows_only_the_sample_itself() -> None:
    rng = np.random.default_rng(1)
    queries, keys, values = rng.normal(size=(3, 8, 4))
    for transposed in (False, True):
        found = mix(layers, queries, keys, values, window=1, transposed=transposed)
        np.testing.assert_allclose(found, values, atol=1e-6)
    # A window that holds all is none.
    expected = mix(layers, queries, keys, values)
    np.testing.assert_allclose(mix(layers, queries, keys, values, window=8), expected)


def test_a_window_against_a_loop() -> None:
    rng = np.random.default_rng(2)
    queries, keys, values = rng.normal(size=(3, 9, 4))
    found = mix(layers, queries, keys, values, window=3)
    for t in range(9):
        seen = [u for u in range(9) if abs(t - u) < 3]
        shares = np.exp(keys[seen] @ queries[t])
        np.testing.assert_allclose(found[t], shares @ values[seen] / shares.sum(), atol=1e-6)


def weights_of(dimension: int, settings: object) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(3)
    shapes = MSVA.shapes(dimension, settings)
    return {n: rng.normal(size=s).astype(np.float32) for n, s in shapes.items()}


def test_equal_streams_give_as_many_times_one() -> None:
    one, three = training_settings("msva"), training_settings("msva", streams=3)
    weights = weights_of(8, one)
    features = np.random.default_rng(4).normal(size=(20, 8)).astype(np.float32)
    single = fused_streams(weights, features, one, layers)
    triple = fused_streams(weights, np.hstack([features] * 3), three, layers)
    np.testing.assert_allclose(triple, 3 * single, rtol=1e-5)


def test_three_maps_in_a_row_are_one() -> None:
    weights = weights_of(8, training_settings("msva", hidden=5, last=6))
    rows = np.random.default_rng(5).normal(size=(7, 8)).astype(np.float32)
    found = rows
    for name in ("first", "second", "hidden"):
        found = apply(layers, weights, name, found)
    maps = [weights[f"{name}.weight"] for name in ("first", "second", "hidden")]
    shift = maps[2] @ (maps[1] @ weights["first.bias"] + weights["second.bias"])
    matrix = maps[2] @ maps[1] @ maps[0]
    expected = rows @ matrix.T + shift + weights["hidden.bias"]
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-3)


def test_number_of_parameters() -> None:
    attention, head = 4 * 1280**2 + 2 * 1280, 1281 * 365 + 366 * 365 + 366 * 512 + 2 * 512 + 513
    assert MSVA.parameters(1280) == attention + head
    assert MSVA.parameters(2560, training_settings("msva", streams=2)) == MSVA.parameters(1280)


def test_streams_must_divide_the_width() -> None:
    with pytest.raises(SettingError, match="streams: expected as many as divide the 10 numbers"):
        MSVA.shapes(10, training_settings("msva", streams=3))
