"""The trained network that refines features, in NumPy: G and H of `vidgist.training.network`."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from vidgist.models.layers import attention, layer_norm, linear, sigmoid, unit_length
from vidgist.models.settings import ContrastiveSettings, NetworkSettings
from vidgist.types import Floats

Shapes = dict[str, tuple[int, ...]]


def _layer_shapes(prefix: str, shape: NetworkSettings) -> Shapes:
    width, inner, heads = shape.width, shape.inner, shape.heads * shape.head_width
    shapes: Shapes = {
        "query.weight": (heads, width),
        "key.weight": (heads, width),
        "value.weight": (heads, width),
        "out.weight": (width, heads),
        "norm.weight": (width,),
        "norm.bias": (width,),
        "widen.weight": (inner, width),
        "widen.bias": (inner,),
        "narrow.weight": (width, inner),
        "narrow.bias": (width,),
    }
    if shape.norm_after_feedforward:
        shapes |= {"last_norm.weight": (width,), "last_norm.bias": (width,)}
    return {f"{prefix}.{name}": value for name, value in shapes.items()}


def refiner_shapes(dimension: int, settings: ContrastiveSettings) -> Shapes:
    """Return the name and shape of every tensor of the network for (T, dimension) features."""
    shape = settings.network
    width = shape.width
    shapes: Shapes = {
        "project.weight": (width, dimension),
        "project.bias": (width,),
        "norm.weight": (width,),
        "norm.bias": (width,),
        "filter_hidden.weight": (width, width),
        "filter_hidden.bias": (width,),
        "filter_out.weight": (1, width),
        "filter_out.bias": (1,),
    }
    for i in range(shape.layers):
        shapes |= _layer_shapes(f"layers.{i}", shape)
    return shapes | _layer_shapes("filter_layer", shape)


def refine(
    weights: Mapping[str, Floats], features: Floats, settings: ContrastiveSettings
) -> tuple[Floats, Floats]:
    """Return the refined features and the uniqueness of each sample.

    Args:
        weights: float32 arrays by name, of the shapes of `refiner_shapes`.
        features: (T, D) float32.
        settings: of the training.

    Returns:
        (T, width), not normalized, and (T,) in [0, 1].
    """
    shape = settings.network

    def map_by(name: str, values: Floats) -> Floats:
        return linear(values, weights[f"{name}.weight"], weights.get(f"{name}.bias"))

    def norm_by(name: str, values: Floats) -> Floats:
        return layer_norm(values, weights[f"{name}.weight"], weights[f"{name}.bias"])

    def layer(name: str, values: Floats) -> Floats:
        scale = np.float32(shape.head_width**-0.5)
        queries = map_by(f"{name}.query", values) * scale
        parts = (queries, map_by(f"{name}.key", values), map_by(f"{name}.value", values))
        heads = zip(*(np.split(part, shape.heads, axis=1) for part in parts), strict=True)
        mixed = np.hstack([attention(*map(np.ascontiguousarray, head)) for head in heads])
        attended = norm_by(f"{name}.norm", values + map_by(f"{name}.out", mixed))
        widened = map_by(f"{name}.widen", attended)
        np.maximum(widened, 0, out=widened)
        fed = attended + map_by(f"{name}.narrow", widened)
        return norm_by(f"{name}.last_norm", fed) if shape.norm_after_feedforward else fed

    entering = unit_length(features) if settings.unit_input else features
    refined = norm_by("norm", map_by("project", entering))
    for i in range(shape.layers):
        refined = layer(f"layers.{i}", refined)
    seen = unit_length(refined) if shape.filter_sees_unit else refined
    hidden = np.maximum(map_by("filter_hidden", layer("filter_layer", seen)), 0)
    return refined, sigmoid(map_by("filter_out", hidden)[:, 0])
