"""VASNet's attention, its two ways to mix and its LayerNorm, against values worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from vidgist.errors import SettingError
from vidgist.models import METHODS, layers
from vidgist.models.methods import training_settings
from vidgist.models.parts import mix

VASNET = METHODS["vasnet"]


def test_the_text_and_the_code_mix_by_transposed_weights() -> None:
    """Q K^T = [[0.06, 0], [0, 0]]: weights (.5150, .4850) and (.5, .5)."""
    queries = 0.06 * np.array([[1.0, 0.0], [0.0, 0.0]])
    keys, values = np.array([[1.0, 0.0], [0.0, 0.0]]), np.array([[1.0], [2.0]])
    text = mix(layers, queries, keys, values)
    code = mix(layers, queries, keys, values, transposed=True)
    np.testing.assert_allclose(text[:, 0], [1.4850, 1.5000], atol=5e-5)
    np.testing.assert_allclose(code[:, 0], [1.5150, 1.4850], atol=5e-5)


def test_both_can_be_chosen() -> None:
    assert training_settings("vasnet").transposed
    assert training_settings("vasnet", preset="reference").transposed
    assert not training_settings("vasnet", preset="paper").transposed
    with pytest.raises(SettingError, match="preset: unknown value 'text'"):
        training_settings("vasnet", preset="text")
    rng = np.random.default_rng(1)
    shapes = VASNET.shapes(6, training_settings("vasnet"))
    weights = {n: rng.normal(size=s).astype(np.float32) for n, s in shapes.items()}
    features = rng.normal(size=(9, 6)).astype(np.float32)
    reference, paper = (
        VASNET.score(weights, features, training_settings("vasnet", preset=preset))
        for preset in ("reference", "paper")
    )
    assert not np.allclose(reference, paper)


def test_layer_norms() -> None:
    row, ones, zeros = np.array([[1.0, 2.0, 3.0, 4.0]]), np.ones(4), np.zeros(4)
    released = layers.sample_norm(row, ones, zeros)[0]
    np.testing.assert_allclose(released, [-1.16190, -0.38730, 0.38730, 1.16190], atol=1e-5)
    torchs = layers.layer_norm(row, ones, zeros)[0]
    np.testing.assert_allclose(torchs, [-1.34164, -0.44721, 0.44721, 1.34164], atol=1e-5)


@pytest.mark.parametrize("dimension", [1024, 1280])
def test_number_of_parameters(dimension: int) -> None:
    d = dimension
    expected = 4 * d * d + (d + 1) * 1024 + 1025 + 2 * d + 2048
    assert VASNET.parameters(d) == expected


def test_one_network_by_hand() -> None:
    rng = np.random.default_rng(2)
    settings = training_settings("vasnet", hidden=5, preset="paper")
    weights = {n: rng.normal(size=s) for n, s in VASNET.shapes(4, settings).items()}
    features = rng.normal(size=(6, 4))
    x = features / np.linalg.norm(features, axis=1, keepdims=True)
    q, k, v = (x @ weights[f"{n}.weight"].T for n in ("query", "key", "value"))
    shares = np.exp(0.06 * q @ k.T)
    shares /= shares.sum(axis=1, keepdims=True)
    y = shares @ v @ weights["joined.weight"].T + x

    def norm(rows: np.ndarray, name: str) -> np.ndarray:
        spread = rows.std(axis=1, ddof=1, keepdims=True) + 1e-6
        centered = rows - rows.mean(axis=1, keepdims=True)
        return centered / spread * weights[f"{name}.weight"] + weights[f"{name}.bias"]

    hidden = norm(y, "norm") @ weights["hidden.weight"].T + weights["hidden.bias"]
    last = norm(np.maximum(hidden, 0), "last_norm")
    logits = last @ weights["out.weight"][0] + weights["out.bias"]
    found = VASNET.score(weights, features, settings)
    np.testing.assert_allclose(found, 1 / (1 + np.exp(-logits)), atol=1e-6)
