r"""Layers of trained networks in NumPy, for one video of any length, as torch computes them.

Attention over T samples has T x T weights: 1.6 GB a head at T = 20,000. Each row of the softmax
needs its own query only, so that blocks of queries give the exact result in bounded memory:

.. math:: O_{[i, i + b)} = \mathrm{softmax}(Q_{[i, i + b)} K^T) \, V
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from vidgist.criteria.gram import BLOCK_BYTES, work_on_blocks
from vidgist.types import Floats

NORM_EPSILON = 1e-6
"""Added to the variance in every LayerNorm."""

_ROWS = 64
"""Rows whose exponentials are taken at once: few enough to stay in the processor's cache."""

_STEPS = 1024
"""Steps of an LSTM whose values are multiplied at once."""


Array: TypeAlias = Any
"""An array of NumPy, or a tensor of torch: what both understand is written once for both."""


class Layers(Protocol):
    """Layers that a network is made of: those of this module, or the same by torch for training."""

    def linear(self, values: Array, weight: Array, bias: Array | None = None) -> Array: ...  # noqa: D102
    def unit_length(self, values: Array) -> Array: ...  # noqa: D102
    def layer_norm(self, values: Array, scale: Array, bias: Array) -> Array: ...  # noqa: D102
    def sample_norm(self, values: Array, scale: Array, bias: Array) -> Array: ...  # noqa: D102
    def sigmoid(self, values: Array) -> Array: ...  # noqa: D102
    def log(self, values: Array) -> Array: ...  # noqa: D102
    def tanh(self, values: Array) -> Array: ...  # noqa: D102
    def relu(self, values: Array) -> Array: ...  # noqa: D102
    def largest(self, values: Array) -> Array: ...  # noqa: D102
    def window_mean(self, values: Array, size: int) -> Array: ...  # noqa: D102
    def softmax(self, values: Array) -> Array: ...  # noqa: D102
    def dropout(self, values: Array, share: float) -> Array: ...  # noqa: D102
    def concat(self, parts: Sequence[Array], axis: int = 0) -> Array: ...  # noqa: D102
    def constant(self, values: npt.NDArray[Any]) -> Array: ...  # noqa: D102
    def detach(self, values: Array) -> Array: ...  # noqa: D102
    def blocks(self, count: int) -> Iterator[slice]: ...  # noqa: D102
    def bidirectional_lstm(  # noqa: D102
        self,
        values: Array,
        inputs: Array,
        states: Array,
        biases: Array,
        start: tuple[Array, Array] | None = None,
    ) -> Array: ...


def linear(values: Floats, weight: Floats, bias: Floats | None = None) -> Floats:
    """Return x W^T + b: (..., n) values by a weight (m, n) and a bias (m,) give (..., m)."""
    product = values @ weight.T
    if bias is not None:
        product += bias
    return np.asarray(product)


def unit_length(values: Floats) -> Floats:
    """Return rows (T, n) scaled to length 1; a length under 1e-12 counts as that, as in torch."""
    return np.asarray(values / np.maximum(np.linalg.norm(values, axis=1, keepdims=True), 1e-12))


def layer_norm(values: Floats, scale: Floats, bias: Floats) -> Floats:
    """Return rows (T, n) of mean 0 and variance 1, times ``scale`` (n,), plus ``bias`` (n,)."""
    centered = values - values.mean(axis=1, keepdims=True)
    variance = np.einsum("tn,tn->t", centered, centered) / values.shape[1]
    centered /= np.sqrt(variance + NORM_EPSILON)[:, None]
    return np.asarray(centered * scale + bias)


def sample_norm(values: Floats, scale: Floats, bias: Floats) -> Floats:
    """Return rows (T, n), less their mean, over s + 1e-6 with s their deviation over n - 1.

    The LayerNorm that was released with VASNet, from which others took it.

    >>> sample_norm(np.array([[1.0, 2.0, 3.0, 4.0]]), np.ones(4), np.zeros(4)).round(4)
    array([[-1.1619, -0.3873,  0.3873,  1.1619]])
    """
    centered = values - values.mean(axis=1, keepdims=True)
    spread = np.sqrt((centered**2).sum(axis=1, keepdims=True) / max(1, values.shape[1] - 1))
    return np.asarray(centered / (spread + NORM_EPSILON) * scale + bias)


def sigmoid(values: Floats) -> Floats:
    """Return 1 / (1 + exp(-x)), elementwise, without overflow."""
    return np.asarray(0.5 * np.tanh(0.5 * values) + 0.5)


def log(values: Floats) -> Floats:
    """Return the natural logarithm, elementwise."""
    return np.asarray(np.log(values))


def tanh(values: Floats) -> Floats:
    """Return tanh(x), elementwise."""
    return np.asarray(np.tanh(values))


def relu(values: Floats) -> Floats:
    """Return max(0, x), elementwise."""
    return np.maximum(values, 0)


def largest(values: Floats) -> Floats:
    """Return the largest number of each row (T, n), as (T,)."""
    return np.asarray(values.max(axis=1))


def window_mean(values: Floats, size: int) -> Floats:
    """Return the mean of rows [t - size / 2, t + size / 2) of (T, n), zeros outside, as (T, n).

    >>> window_mean(np.array([[1.0], [2.0], [3.0]]), 2)[:, 0]
    array([0.5, 1.5, 2.5])
    """
    half = size // 2
    sums = np.cumsum(values, axis=0, dtype=np.float64)
    sums = np.concatenate([np.zeros((1, values.shape[1])), sums])
    places = np.arange(len(values))
    last, first = np.minimum(places + half, len(values)), np.maximum(places - half, 0)
    return np.asarray((sums[last] - sums[first]) / size, dtype=values.dtype)


def softmax(values: Floats) -> Floats:
    """Return the softmax of rows (T, n)."""
    values = np.exp(values - values.max(axis=1, keepdims=True))
    return np.asarray(values / values.sum(axis=1, keepdims=True))


def dropout(values: Floats, share: float) -> Floats:
    """Return the values: nothing is dropped but while training."""
    return values


def concat(parts: Sequence[Floats], axis: int = 0) -> Floats:
    """Return arrays joined along an axis."""
    return np.concatenate(parts, axis=axis)


def constant(values: npt.NDArray[Any]) -> Floats:
    """Return numbers that are not learned, as float32."""
    return np.asarray(values, dtype=np.float32)


def detach(values: Floats) -> Floats:
    """Return the values: there is no gradient but while training."""
    return values


def blocks(count: int) -> Iterator[slice]:
    """Yield slices of ``count`` rows whose products with all rows fit into bounded memory."""
    step = max(1, BLOCK_BYTES // (4 * count))
    for start in range(0, count, step):
        yield slice(start, min(start + step, count))


def attention(queries: Floats, keys: Floats, values: Floats) -> Floats:
    """Return softmax(Q K^T) V of one head, (T, n), in memory bounded for every T.

    Args:
        queries: (T, d), already divided by the square root of d.
        keys: (T, d).
        values: (T, n).
    """
    mixed = np.empty_like(values)

    def mix(block: slice, weights: Floats) -> None:
        sums = np.empty((len(weights), 1), weights.dtype)
        for start in range(0, len(weights), _ROWS):
            rows = weights[start : start + _ROWS]
            rows -= rows.max(axis=1, keepdims=True)
            np.exp(rows, out=rows)
            rows.sum(axis=1, keepdims=True, out=sums[start : start + _ROWS])
        mixed[block] = weights @ values / sums

    for _ in work_on_blocks(mix, queries, keys):
        pass
    return mixed


def bidirectional_lstm(
    values: Floats,
    inputs: Floats,
    states: Floats,
    biases: Floats,
    start: tuple[Floats, Floats] | None = None,
) -> Floats:
    """Return the hidden states (T, 2 h) of an LSTM over a sequence, forward beside backward.

    Args:
        values: (T, n).
        inputs: (2, 4 h, n) weights of the values, forward and backward; the gates of each are in
            torch's order: input, forget, cell, output.
        states: (2, 4 h, h) weights of the hidden state before.
        biases: (2, 4 h).
        start: (h,) hidden state and (h,) cell before the first step of both; default zeros.
    """
    size = states.shape[2]
    # sigmoid(x) = (tanh(x / 2) + 1) / 2, so that one tanh serves all four gates.
    half = np.full((4 * size, 1), 0.5, np.float32)
    half[2 * size : 3 * size] = 1.0
    inputs, biases = inputs * half, biases * half[:, 0]
    recurrent = np.ascontiguousarray((states * half).transpose(0, 2, 1))
    hidden = np.empty((len(values), 2, size), np.float32)
    state, cell = np.zeros((2, 2, 1, size), np.float32)
    if start is not None:
        state, cell = (np.tile(part, (2, 1, 1)) for part in start)
    for first in range(0, len(values), _STEPS):
        ways = (values[first : first + _STEPS], values[::-1][first : first + _STEPS])
        entering = np.stack([linear(*way) for way in zip(ways, inputs, biases, strict=True)], 1)
        for step, added in enumerate(entering[:, :, None], first):
            gates = np.tanh(added + state @ recurrent)
            into, forget, new, out = (gates[..., i * size : (i + 1) * size] for i in range(4))
            cell = 0.5 * ((forget + 1) * cell + (into + 1) * new)
            state = 0.5 * (out + 1) * np.tanh(cell)
            hidden[step, 0], hidden[-1 - step, 1] = state[:, 0]
    return hidden.reshape(len(values), 2 * size)


_WAYS = ("", "_reverse")
"""Endings of torch's names for the weights of each direction."""


def stacked_lstm(
    weights: Mapping[str, Floats], values: Floats, *, prefix: str = "lstm", layers: int = 1
) -> Floats:
    """Return the hidden states (T, 2 h) of a bidirectional LSTM of several layers.

    Args:
        weights: arrays by torch's names, of the shapes of `lstm_shapes`.
        values: (T, n).
        prefix: of the names.
        layers: each of which sees both directions of the one before.
    """
    for layer in range(layers):
        inputs, states, biases, more = (
            np.stack([weights[f"{prefix}.{name}_l{layer}{way}"] for way in _WAYS])
            for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        )
        values = bidirectional_lstm(values, inputs, states, biases + more)
    return values


def lstm_shapes(
    width: int, hidden: int, *, prefix: str = "lstm", layers: int = 1
) -> dict[str, tuple[int, ...]]:
    """Return the name and shape of every tensor of a bidirectional LSTM, as torch has them.

    Args:
        width: n, numbers of a sample that enters.
        hidden: h, width of each direction.
        prefix: of the names.
        layers: how many.
    """
    shapes: dict[str, tuple[int, ...]] = {}
    for layer in range(layers):
        for way in _WAYS:
            ending = f"_l{layer}{way}"
            shapes |= {
                f"{prefix}.weight_ih{ending}": (4 * hidden, width if not layer else 2 * hidden),
                f"{prefix}.weight_hh{ending}": (4 * hidden, hidden),
                f"{prefix}.bias_ih{ending}": (4 * hidden,),
                f"{prefix}.bias_hh{ending}": (4 * hidden,),
            }
    return shapes
