"""MSVA: several kinds of features, each through the same windowed attention, then added.

The published network has three kinds of features of 1024 numbers: GoogLeNet, and I3D of colors and
of motion. Here the kinds lie side by side in a sample's feature, as a backbone ``a+b`` makes them;
with one kind it is VASNet's attention in a window, with a deeper score.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from vidgist.errors import SettingError
from vidgist.models import parts
from vidgist.models.layers import Array, Layers
from vidgist.models.methods import Method
from vidgist.models.parts import Shapes, Weights
from vidgist.models.ranges import Positive, ShareBelowOne, Size, at_least, between
from vidgist.models.settings import TrainingSettings

__all__ = ["METHOD", "MsvaSettings"]


@dataclass(frozen=True, kw_only=True)
class MsvaSettings(TrainingSettings):
    """Settings of MSVA; the defaults are the released code's, but for the number of streams.

    Attributes:
        patience: where the best epoch is kept, epochs without a better one that end the training.
        streams: kinds of features, of equal width, that lie side by side.
        window: samples this far apart or farther do not see each other.
        hidden: width of the first two maps of the score.
        last: width of the third.
        scale: factor of the products of queries and keys.
        dropout: share dropped while training, of the attention weights and twice after them.
        scaled: whether targets are scaled to [0, 1] in each video.
    """

    method: ClassVar[str] = "msva"
    patience: ClassVar[int] = 50

    streams: Annotated[int, between(1, 16)] = 1
    window: Annotated[int, at_least(1)] = 250
    hidden: Size = 365
    last: Size = 512
    scale: Positive = 0.06
    dropout: ShareBelowOne = 0.5
    scaled: bool = True
    learning_rate: float = 5e-5
    weight_decay: float = 1e-5
    epochs: int = 300


def msva_shapes(dimension: int, settings: MsvaSettings) -> Shapes:
    """Return the name and shape of every tensor of the network for (T, dimension) features.

    Raises:
        SettingError: the dimension cannot be divided among the streams.
    """
    if dimension % settings.streams:
        raise SettingError(
            f"streams: expected as many as divide the {dimension} numbers of a feature, got "
            f"{settings.streams}"
        )
    width = dimension // settings.streams
    shapes = parts.attention_shapes("", width) | parts.norm_shapes("norm", width)
    shapes |= parts.linear_shapes("first", width, settings.hidden)
    shapes |= parts.linear_shapes("second", settings.hidden, settings.hidden)
    return shapes | parts.head_shapes(settings.hidden, settings.last)


def fused_streams(
    weights: Weights, features: Array, settings: MsvaSettings, layers: Layers
) -> Array:
    """Return the sum (T, D / streams) of the attended streams."""
    width = features.shape[1] // settings.streams
    total: Array = 0.0
    for stream in range(settings.streams):
        entering = features[:, stream * width : (stream + 1) * width]
        if settings.unit_input:
            entering = layers.unit_length(entering)
        context = parts.attend(
            layers,
            weights,
            entering,
            scale=settings.scale,
            dropout=settings.dropout,
            transposed=True,
            window=settings.window,
        )
        total = total + parts.residual(
            layers, weights, context, entering, norm=layers.sample_norm, dropout=settings.dropout
        )
    return total


def msva(weights: Weights, features: Array, settings: MsvaSettings, layers: Layers) -> Array:
    """Return the logits (T,) of the samples' scores."""
    fused = fused_streams(weights, features, settings, layers)
    narrow = parts.apply(layers, weights, "second", parts.apply(layers, weights, "first", fused))
    return parts.score_head(
        layers, weights, narrow, norm=layers.sample_norm, dropout=settings.dropout
    )


METHOD = Method(
    title="MSVA",
    summary="learns importance from several kinds of features by attention in a window",
    settings=MsvaSettings,
    shapes=msva_shapes,
    learner="vidgist.training.whole_videos:RegressionLearner",
    network=msva,
    labels=True,
    source="Ghauri, Hakimov and Ewerth, IEEE ICME 2021, arXiv 2104.11530",
    code="TIBHannover/MSVA @ dad26a6",
    cost=40.0,
    order=12,
)
