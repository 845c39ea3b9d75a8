"""PGL-SUM's code of positions, pieces and size, against loops and the released numbers."""

from __future__ import annotations

import math

import numpy as np
import pytest

from vidgist.errors import SettingError
from vidgist.models import METHODS, layers
from vidgist.models.methods import training_settings
from vidgist.models.parts import position_code
from vidgist.training.rivals.pgl_sum import attended_samples

PGL_SUM = METHODS["pgl_sum"]


def test_number_of_parameters() -> None:
    assert PGL_SUM.parameters(1024) == 9_443_329
    assert PGL_SUM.parameters(1280) == 9 * 1280**2 + 6 * 1280 + 1


def test_the_code_of_positions() -> None:
    code = position_code(slice(2, 5), 7, 16)
    assert code.shape == (3, 7)
    for row, place in enumerate((2, 3, 4)):
        for i in range(3):
            angle = place / 10000 ** (2 * i / 16)
            assert code[row, 2 * i] == pytest.approx(math.sin(angle), abs=1e-6)
            assert code[row, 2 * i + 1] == pytest.approx(math.cos(angle), abs=1e-6)
    assert not code[:, 6].any()  # the last odd column


def weights_of(dimension: int, settings: object) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(4)
    shapes = PGL_SUM.shapes(dimension, settings)
    return {n: rng.normal(size=s, scale=0.3).astype(np.float32) for n, s in shapes.items()}


def test_whole_and_pieces_against_loops() -> None:
    """T = 9: pieces of 3, 3 and 3, and an empty fourth."""
    settings = training_settings("pgl_sum", heads=2, pieces=4, piece_heads=2)
    weights = weights_of(16, settings)
    x = np.random.default_rng(5).normal(size=(9, 16)).astype(np.float32)

    def attention(prefix: str, rows: np.ndarray) -> np.ndarray:
        heads = []
        for head in range(2):
            q, k, v = (
                rows @ weights[f"{prefix}{n}.weight"][head].T for n in ("query", "key", "value")
            )
            logits = q @ k.T + position_code(slice(0, len(rows)), len(rows), 16)
            shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
            heads.append(shares @ v)
        return np.hstack(heads) @ weights[f"{prefix}joined.weight"].T

    def unit(rows: np.ndarray) -> np.ndarray:
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)

    whole = attention("whole.", x)
    expected = np.vstack(
        [
            unit(whole[3 * i : 3 * i + 3]) + unit(attention(f"piece.{i}.", x[3 * i : 3 * i + 3]))
            for i in range(3)
        ]
    )
    found = attended_samples(weights, x, settings, layers)
    np.testing.assert_allclose(found, expected, atol=1e-5)
    lengths = np.linalg.norm(found, axis=1)
    assert (lengths <= 2 + 1e-6).all()


@pytest.mark.parametrize("length", [4, 5])
def test_pieces_of_one_and_of_none(length: int) -> None:
    settings = training_settings("pgl_sum", heads=2, piece_heads=2)
    x = np.random.default_rng(6).normal(size=(length, 16)).astype(np.float32)
    found = attended_samples(weights_of(16, settings), x, settings, layers)
    assert found.shape == (length, 16)
    assert np.isfinite(found).all()


def test_heads_must_divide_the_width() -> None:
    with pytest.raises(SettingError, match="multiple of 16, got 24"):
        PGL_SUM.shapes(24, training_settings("pgl_sum"))
