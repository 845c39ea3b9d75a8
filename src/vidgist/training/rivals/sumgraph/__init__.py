r"""A network like SumGraph's: samples are nodes of a graph that is estimated anew in each round.

No code of SumGraph is public. Its text is followed as far as it goes; the rest is ours.

.. math::
   A_{tu} = \max(0, \cos(z_t, z_u)), \qquad \hat A = D^{-1/2} A D^{-1/2}, \qquad
   Z_k = \mathrm{ReLU}(\hat A Z_{k-1} W)

with one W for all rounds and D the degrees; a sample's score is the sigmoid of a linear map of
:math:`\hat A Z_K`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from vidgist.models.layers import Array, Layers
from vidgist.models.methods import Method
from vidgist.models.parts import Shapes, Weights, apply, linear_shapes
from vidgist.models.ranges import Factor, NonNegative, Rate, Samples, Size, at_least, between
from vidgist.models.settings import TrainingSettings

__all__ = ["METHOD", "SumgraphSettings", "UnsupervisedSettings", "sumgraph_parts"]

_SOURCE = "Park et al., ECCV 2020, arXiv 2007.08809"


@dataclass(frozen=True, kw_only=True)
class SumgraphSettings(TrainingSettings):
    """Settings of the network like SumGraph's; where the text is silent, they are ours.

    Attributes:
        hidden: width of a node.
        rounds: how often the graph is estimated.
        samples: evenly spaced samples of a video that it learns from; at test it sees all.
        diversity_weight, restoration_weight, sparsity_weight: of the terms of the loss.
        rate_factor, rate_epochs: the learning rate is multiplied by this after so many epochs.
        batch: videos whose gradients are averaged in a step.
    """

    method: ClassVar[str] = "sumgraph"

    hidden: Size = 512
    rounds: Annotated[int, between(1, 100)] = 5
    samples: Samples = 320
    diversity_weight: NonNegative = 10.0
    restoration_weight: NonNegative = 10.0
    sparsity_weight: NonNegative = 0.001
    rate_factor: Factor = 0.1
    rate_epochs: Annotated[int, at_least(1)] = 20
    batch: Size = 5
    learning_rate: float = 1e-3
    weight_decay: float = 0.0
    epochs: int = 50


@dataclass(frozen=True, kw_only=True)
class UnsupervisedSettings(SumgraphSettings):
    """Settings without annotations.

    Attributes:
        mean_score: what the mean score shall be; without it, no sample would be chosen.
    """

    method: ClassVar[str] = "sumgraph_unsup"

    mean_score: Rate = 0.3


def sumgraph_shapes(dimension: int, settings: SumgraphSettings) -> Shapes:
    """Return the name and shape of every tensor of the network for (T, dimension) features."""
    shapes = linear_shapes("project", dimension, settings.hidden)
    shapes |= linear_shapes("round", settings.hidden, settings.hidden, bias=False)
    shapes |= linear_shapes("out", settings.hidden, 1)
    return shapes | linear_shapes("restore", settings.hidden, dimension)


def convolve(nodes: Array, handed: Array, layers: Layers) -> tuple[Array, Array]:
    """Return nodes (T, h) mixed along the graph of ``nodes``, and the mean of the graph's edges.

    Args:
        nodes: Z (T, n), whose cosines are the edges.
        handed: (T, h) what each node hands to the others.
        layers: of NumPy or torch.
    """
    unit = layers.unit_length(nodes)
    degrees = layers.concat(
        [layers.relu(unit[rows] @ unit.T).sum(axis=1) for rows in layers.blocks(len(nodes))]
    )
    # A node of zeros has no edge, not even with itself.
    factor = ((degrees + 1e-12) ** -0.5 * (degrees > 0))[:, None]
    mixed = [
        factor[rows] * (layers.relu(unit[rows] @ unit.T) @ (factor * handed))
        for rows in layers.blocks(len(nodes))
    ]
    return layers.concat(mixed), degrees.mean() / len(nodes)


def sumgraph_parts(
    weights: Weights, features: Array, settings: SumgraphSettings, layers: Layers
) -> tuple[Array, Array, Array]:
    """Return logits (T,), nodes Z_K (T, h) and the mean of the last graph's edges."""
    entering = layers.unit_length(features) if settings.unit_input else features
    nodes = layers.relu(apply(layers, weights, "project", entering))
    before, edges = nodes, nodes
    for _ in range(settings.rounds):
        before = nodes
        mixed, edges = convolve(before, apply(layers, weights, "round", nodes), layers)
        nodes = layers.relu(mixed)
    logits, _ = convolve(before, apply(layers, weights, "out", nodes) * 1.0, layers)
    return logits[:, 0], nodes, edges


def sumgraph(
    weights: Weights, features: Array, settings: SumgraphSettings, layers: Layers
) -> Array:
    """Return the logits (T,) of the samples' scores."""
    return sumgraph_parts(weights, features, settings, layers)[0]


METHOD = (
    Method(
        title="SumGraph-like (ours)",
        summary="learns keyframes on a graph of samples that it estimates anew",
        settings=SumgraphSettings,
        shapes=sumgraph_shapes,
        learner="vidgist.training.rivals.sumgraph.learner:SumgraphLearner",
        network=sumgraph,
        labels=True,
        source=_SOURCE,
        published="SumGraph",
        cost=8.0,
        order=17,
    ),
    Method(
        title="SumGraph-like (ours), unsupervised",
        summary="the same without annotations: restores the video from few different samples",
        settings=UnsupervisedSettings,
        shapes=sumgraph_shapes,
        learner="vidgist.training.rivals.sumgraph.learner:UnsupervisedLearner",
        network=sumgraph,
        source=_SOURCE,
        published="SumGraph, unsupervised",
        cost=8.0,
        order=21,
    ),
)
