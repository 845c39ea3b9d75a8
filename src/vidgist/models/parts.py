"""Parts that several networks share, written once for NumPy and torch.

Weights are looked up by their names below a prefix: ``query.weight``, ``norm.bias``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from vidgist.models.layers import Array, Layers

Shapes = dict[str, tuple[int, ...]]
Weights = Mapping[str, Array]


def linear_shapes(name: str, entering: int, leaving: int, *, bias: bool = True) -> Shapes:
    """Return the shapes of a linear map.

    >>> linear_shapes("out", 8, 1)
    {'out.weight': (1, 8), 'out.bias': (1,)}
    """
    shapes: Shapes = {f"{name}.weight": (leaving, entering)}
    return shapes | ({f"{name}.bias": (leaving,)} if bias else {})


def norm_shapes(name: str, width: int) -> Shapes:
    """Return the shapes of a LayerNorm."""
    return {f"{name}.weight": (width,), f"{name}.bias": (width,)}


def apply(layers: Layers, weights: Weights, name: str, values: Array) -> Array:
    """Return values (T, n) mapped by the linear map of that name."""
    return layers.linear(values, weights[f"{name}.weight"], weights.get(f"{name}.bias"))


def attention_shapes(
    prefix: str, width: int, *, heads: int | None = None, inner: int | None = None
) -> Shapes:
    """Return the shapes of the query, key, value and output maps of attention, without biases.

    Args:
        prefix: of the names.
        width: of the samples.
        heads: of how many matrices each map consists, where each head has its own; None for one.
        inner: width of all heads together, by default that of the samples.
    """
    inner = inner or width
    one = (inner, width) if heads is None else (heads, inner // heads, width)
    shapes: Shapes = {f"{prefix}{name}.weight": one for name in ("query", "key", "value")}
    return shapes | linear_shapes(f"{prefix}joined", inner, width, bias=False)


def attend(
    layers: Layers,
    weights: Weights,
    values: Array,
    *,
    prefix: str = "",
    heads: int = 1,
    scale: float = 1.0,
    dropout: float = 0.0,
    transposed: bool = False,
    window: int | None = None,
    positions: int | None = None,
) -> Array:
    r"""Return multi-head attention of samples (T, n) to each other, (T, n).

    .. math::
       W = \mathrm{softmax}(s \, Q K^T + P), \qquad y_t = \sum_u W_{tu} v_u

    Args:
        layers: of NumPy or torch.
        weights: by name, of the shapes of `attention_shapes`.
        values: (T, n).
        prefix: of the names.
        heads: parts that queries, keys and values are cut into.
        scale: factor s of the products.
        dropout: share of the weights W that is dropped while training.
        transposed: sum :math:`W_{ut} v_u`: each sample hands itself out by its own row of W.
        window: samples this far apart or farther do not see each other; None for no bound.
        positions: width of the sinusoidal code P, see `position_code`; None for none.
    """
    queries, keys, handed = (
        layers.linear(values, weights[f"{prefix}{name}.weight"].reshape(-1, values.shape[1]))
        for name in ("query", "key", "value")
    )
    size = queries.shape[1] // heads
    mixed = []
    for first in range(0, queries.shape[1], size):
        part = slice(first, first + size)
        mixed.append(
            mix(
                layers,
                queries[:, part] * scale,
                keys[:, part],
                handed[:, part],
                dropout=dropout,
                transposed=transposed,
                window=window,
                positions=positions,
            )
        )
    joined = mixed[0] if heads == 1 else layers.concat(mixed, axis=1)
    return layers.linear(joined, weights[f"{prefix}joined.weight"])


def mix(
    layers: Layers,
    queries: Array,
    keys: Array,
    values: Array,
    *,
    dropout: float = 0.0,
    transposed: bool = False,
    window: int | None = None,
    positions: int | None = None,
) -> Array:
    """Return the values (T, d) mixed by one head of attention, see `attend`."""
    count, rows = len(queries), []
    handed_out: Array = 0.0
    for block in layers.blocks(count):
        logits = queries[block] @ keys.T
        if positions is not None:
            logits = logits + layers.constant(position_code(block, count, positions))
        if window is not None and window < count:
            apart = np.abs(np.arange(count)[block, None] - np.arange(count)[None])
            logits = logits + layers.constant(np.where(apart >= window, -np.inf, 0.0))
        shares = layers.dropout(layers.softmax(logits), dropout)
        if transposed:
            handed_out = handed_out + shares.T @ values[block]
        else:
            rows.append(shares @ values)
    return handed_out if transposed else layers.concat(rows)


def position_code(rows: slice, count: int, width: int) -> npt.NDArray[np.float32]:
    r"""Return rows of PGL-SUM's code of positions, which is added to the logits of attention.

    .. math::
       P_{p, 2 i} = \sin(p / 10000^{2 i / D}), \qquad P_{p, 2 i + 1} = \cos(p / 10000^{2 i / D})

    for i under floor(count / 2): a last odd column stays 0.

    Args:
        rows: the places p of the queries.
        count: number of columns.
        width: D.
    """
    places = np.arange(count, dtype=np.float64)[rows, None]
    half = count // 2
    angles = places / 10000.0 ** (2.0 * np.arange(half) / width)
    code = np.zeros((len(places), count), dtype=np.float32)
    code[:, 0 : 2 * half : 2] = np.sin(angles)
    code[:, 1 : 2 * half : 2] = np.cos(angles)
    return code


def residual(
    layers: Layers,
    weights: Weights,
    change: Array,
    values: Array,
    *,
    norm: Callable[[Array, Array, Array], Array],
    dropout: float,
) -> Array:
    """Return values (T, n) with a change added: dropout, then the LayerNorm called ``norm``."""
    return normed(weights, "norm", layers.dropout(change + values, dropout), norm=norm)


def head_shapes(width: int, hidden: int) -> Shapes:
    """Return the shapes of `score_head`."""
    shapes = linear_shapes("hidden", width, hidden) | norm_shapes("last_norm", hidden)
    return shapes | linear_shapes("out", hidden, 1)


def score_head(
    layers: Layers,
    weights: Weights,
    values: Array,
    *,
    norm: Callable[[Array, Array, Array], Array],
    dropout: float,
) -> Array:
    """Return logits (T,) of samples (T, n): linear, ReLU, dropout, a LayerNorm, linear."""
    hidden = layers.dropout(layers.relu(apply(layers, weights, "hidden", values)), dropout)
    return apply(layers, weights, "out", normed(weights, "last_norm", hidden, norm=norm))[:, 0]


def normed(
    weights: Weights,
    name: str,
    values: Array,
    *,
    norm: Callable[[Array, Array, Array], Any],
) -> Array:
    """Return values (T, n) by the LayerNorm of that name, in one of its two forms."""
    return norm(values, weights[f"{name}.weight"], weights[f"{name}.bias"])
