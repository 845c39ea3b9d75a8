"""Layers by torch, for networks that are written once for NumPy and torch, and their weights."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from vidgist.models.layers import NORM_EPSILON


class TorchLayers:
    """The layers of `vidgist.models.layers` on tensors, with their gradients and dropout.

    Args:
        training: whether dropout drops.
        device: where constants are made.
    """

    def __init__(self, *, training: bool, device: torch.device) -> None:
        self.training = training
        self.device = device

    def linear(self, values: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
        """Return x W^T + b."""
        return F.linear(values, weight, bias)

    def unit_length(self, values: Tensor) -> Tensor:
        """Return rows scaled to length 1."""
        return F.normalize(values, dim=-1)

    def layer_norm(self, values: Tensor, scale: Tensor, bias: Tensor) -> Tensor:
        """Return rows of mean 0 and variance 1, scaled and shifted."""
        return F.layer_norm(values, values.shape[-1:], scale, bias, NORM_EPSILON)

    def sample_norm(self, values: Tensor, scale: Tensor, bias: Tensor) -> Tensor:
        """Return rows less their mean, over their deviation over n - 1 and 1e-6."""
        centered = values - values.mean(dim=-1, keepdim=True)
        variance = centered.square().sum(dim=-1, keepdim=True) / max(1, values.shape[-1] - 1)
        # The root of 0 has no gradient: a row of equal numbers keeps one of 0.
        return centered / (variance.clamp_min(1e-24).sqrt() + NORM_EPSILON) * scale + bias

    def sigmoid(self, values: Tensor) -> Tensor:
        """Return 1 / (1 + exp(-x))."""
        return values.sigmoid()

    def log(self, values: Tensor) -> Tensor:
        """Return the natural logarithm."""
        return values.log()

    def tanh(self, values: Tensor) -> Tensor:
        """Return tanh(x)."""
        return values.tanh()

    def relu(self, values: Tensor) -> Tensor:
        """Return max(0, x)."""
        return values.relu()

    def largest(self, values: Tensor) -> Tensor:
        """Return the largest number of each row."""
        return values.amax(dim=1)

    def window_mean(self, values: Tensor, size: int) -> Tensor:
        """Return the means of windows of rows, zeros outside."""
        means = F.avg_pool1d(values.T[None], size, stride=1, padding=size // 2)
        return means[0, :, : len(values)].T

    def softmax(self, values: Tensor) -> Tensor:
        """Return the softmax of rows."""
        return values.softmax(dim=-1)

    def dropout(self, values: Tensor, share: float) -> Tensor:
        """Return the values, while training without a share of them."""
        return F.dropout(values, share, training=self.training)

    def concat(self, parts: Sequence[Tensor], axis: int = 0) -> Tensor:
        """Return tensors joined along an axis."""
        return torch.cat(list(parts), dim=axis)

    def constant(self, values: npt.NDArray[Any]) -> Tensor:
        """Return numbers that are not learned."""
        return torch.as_tensor(np.asarray(values, dtype=np.float32), device=self.device)

    def detach(self, values: Tensor) -> Tensor:
        """Return the values without their gradient."""
        return values.detach()

    def blocks(self, count: int) -> Iterator[slice]:
        """Yield all rows at once: gradients need the whole in memory anyway."""
        yield slice(0, count)

    def bidirectional_lstm(
        self,
        values: Tensor,
        inputs: Tensor,
        states: Tensor,
        biases: Tensor,
        start: tuple[Tensor, Tensor] | None = None,
    ) -> Tensor:
        """Return the hidden states (T, 2 h), forward beside backward."""
        size = states.shape[2]
        first = values.new_zeros(2, size) if start is None else torch.stack(start)
        ways = []
        for way, sequence in enumerate((values, values.flip(0))):
            parts = [inputs[way], states[way], biases[way], torch.zeros_like(biases[way])]
            before = (first[:1, None], first[1:, None])
            found = torch.lstm(
                sequence[None], before, parts, True, 1, 0.0, self.training, False, True
            )[0][0]
            ways.append(found.flip(0) if way else found)
        return torch.cat(ways, dim=1)


class Network(nn.Module):
    """A network that is written for `vidgist.models.layers.Layers`, with the weights to learn.

    Args:
        run: called with (weights, features, settings, layers).
        weights: the first weights by name; a name may have dots.
        settings: of the training.
    """

    def __init__(
        self, run: Callable[..., Any], weights: Mapping[str, Tensor], settings: Any
    ) -> None:
        super().__init__()
        self._run = run
        self._settings = settings
        for name, values in weights.items():
            *path, last = name.split(".")
            owner: nn.Module = self
            for part in path:
                if part not in dict(owner.named_children()):
                    owner.add_module(part, nn.Module())
                owner = owner.get_submodule(part)
            owner.register_parameter(last, nn.Parameter(values))

    def forward(self, features: Tensor) -> Any:
        """Return what the network makes of features (T, D)."""
        layers = TorchLayers(training=self.training, device=features.device)
        return self._run(dict(self.named_parameters()), features, self._settings, layers)


def first_weights(
    shapes: Mapping[str, tuple[int, ...]],
    *,
    seed: int,
    rule: Literal["small", "torch", "xavier"] = "torch",
    norm_shift: float = 0.0,
) -> dict[str, Tensor]:
    r"""Draw the first weights of a network.

    Args:
        shapes: name -> shape. A ``.bias`` belongs to the ``.weight`` of the same name; a weight
            (n,) is the scale of a LayerNorm, which begins at 1.
        seed: of the draw.
        rule: `torch`, its default: weights and biases in :math:`U(-1/\sqrt{n}, 1/\sqrt{n})` for n
            inputs; `xavier`: weights (..., m, n) in :math:`U(-r, r)` with
            :math:`r = \sqrt{2} \sqrt{6 / (n + m)}`, biases 0.1; or `small`: weights in
            :math:`U(-0.02, 0.02)`, biases 0.
        norm_shift: first shift of a LayerNorm.
    """
    generator = torch.Generator().manual_seed(seed)

    def uniform(shape: tuple[int, ...], bound: float) -> Tensor:
        return (2 * torch.rand(shape, generator=generator) - 1) * bound

    weights = {}
    for name, shape in shapes.items():
        owner = shapes.get(f"{name.rpartition('.')[0]}.weight", shape)
        if len(owner) == 1:  # of a LayerNorm
            first = 1.0 if name.endswith(".weight") else norm_shift
            weights[name] = torch.full(shape, first)
        elif rule == "small":
            weights[name] = uniform(shape, 0.02 if len(shape) > 1 else 0.0)
        elif rule == "xavier" and len(shape) == 1:
            weights[name] = torch.full(shape, 0.1)
        elif rule == "xavier":
            weights[name] = uniform(shape, math.sqrt(2.0) * math.sqrt(6 / (shape[-2] + shape[-1])))
        else:
            weights[name] = uniform(shape, 1 / math.sqrt(math.prod(owner[1:])))
    return weights
