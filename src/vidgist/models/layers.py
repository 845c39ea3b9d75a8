r"""Layers of trained networks in NumPy, for one video of any length, as torch computes them.

Attention over T samples has T x T weights: 1.6 GB a head at T = 20,000. Each row of the softmax
needs its own query only, so that blocks of queries give the exact result in bounded memory:

.. math:: O_{[i, i + b)} = \mathrm{softmax}(Q_{[i, i + b)} K^T) \, V
"""

from __future__ import annotations

import numpy as np

from vidgist.criteria.gram import work_on_blocks
from vidgist.types import Floats

NORM_EPSILON = 1e-6
"""Added to the variance in every LayerNorm."""

_ROWS = 64
"""Rows whose exponentials are taken at once: few enough to stay in the processor's cache."""

_STEPS = 1024
"""Steps of an LSTM whose values are multiplied at once."""


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


def sigmoid(values: Floats) -> Floats:
    """Return 1 / (1 + exp(-x)), elementwise, without overflow."""
    return np.asarray(0.5 * np.tanh(0.5 * values) + 0.5)


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


def bidirectional_lstm(values: Floats, inputs: Floats, states: Floats, biases: Floats) -> Floats:
    """Return the hidden states (T, 2 h) of an LSTM over a sequence, forward beside backward.

    Args:
        values: (T, n).
        inputs: (2, 4 h, n) weights of the values, forward and backward; the gates of each are in
            torch's order: input, forget, cell, output.
        states: (2, 4 h, h) weights of the hidden state before.
        biases: (2, 4 h).
    """
    size = states.shape[2]
    # sigmoid(x) = (tanh(x / 2) + 1) / 2, so that one tanh serves all four gates.
    half = np.full((4 * size, 1), 0.5, np.float32)
    half[2 * size : 3 * size] = 1.0
    inputs, biases = inputs * half, biases * half[:, 0]
    recurrent = np.ascontiguousarray((states * half).transpose(0, 2, 1))
    hidden = np.empty((len(values), 2, size), np.float32)
    state, cell = np.zeros((2, 2, 1, size), np.float32)
    for start in range(0, len(values), _STEPS):
        ways = (values[start : start + _STEPS], values[::-1][start : start + _STEPS])
        entering = np.stack([linear(*way) for way in zip(ways, inputs, biases, strict=True)], 1)
        for step, added in enumerate(entering[:, :, None], start):
            gates = np.tanh(added + state @ recurrent)
            into, forget, new, out = (gates[..., i * size : (i + 1) * size] for i in range(4))
            cell = 0.5 * ((forget + 1) * cell + (into + 1) * new)
            state = 0.5 * (out + 1) * np.tanh(cell)
            hidden[step, 0], hidden[-1 - step, 1] = state[:, 0]
    return hidden.reshape(len(values), 2 * size)
