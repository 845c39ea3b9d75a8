"""Recurrences that feed their output back, with the gradient of their weights taken at once.

Autograd adds a (m, n) gradient of each weight for every step of a loop; for long videos that is
most of the time of a training. The gradient of W in y_t = W x_t + b is the one product

    dW = sum_t dy_t x_t^T = dY^T X

so here the loop sees W as a constant, plus a row of zeros a step whose gradient is dy_t.
"""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn


class _Zeros(torch.autograd.Function):
    """Zeros (T, B, m) whose gradient becomes that of a linear map's weights."""

    @staticmethod
    def forward(
        ctx: Any, weight: Tensor, bias: Tensor, steps: int, batch: int, inputs: list[Tensor]
    ) -> Tensor:
        ctx.inputs = inputs
        return weight.new_zeros(steps, batch, len(weight))

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        inputs = torch.cat(ctx.inputs)
        outer = gradients[0].flatten(0, 1)[: len(inputs)]
        return outer.T @ inputs, outer.sum(dim=0), None, None, None


class RepeatedLinear:
    """A linear map that is applied once a step of a recurrence.

    Args:
        weight: (m, n).
        bias: (m,).
        steps: T, how often it is applied at most.
        batch: B, rows of each input.
    """

    def __init__(self, weight: Tensor, bias: Tensor, *, steps: int, batch: int) -> None:
        self._weight, self._bias = weight.detach(), bias.detach()
        self._inputs: list[Tensor] = []
        zeros: Tensor = _Zeros.apply(weight, bias, steps, batch, self._inputs)
        self._zeros = iter(zeros.unbind())

    def __call__(self, values: Tensor) -> Tensor:
        """Return W x + b of values (B, n)."""
        if torch.is_grad_enabled():
            self._inputs.append(values.detach())
        return F.linear(values, self._weight, self._bias) + next(self._zeros)


class RepeatedCell:
    """An LSTM cell that is applied once a step of a recurrence.

    Args:
        cell: with its weights.
        steps: T, how often it is applied.
        batch: B, rows of each input.
    """

    def __init__(self, cell: nn.LSTMCell, *, steps: int, batch: int) -> None:
        weight = torch.cat([cell.weight_ih, cell.weight_hh], dim=1)
        self._gates = RepeatedLinear(weight, cell.bias_ih + cell.bias_hh, steps=steps, batch=batch)

    def __call__(self, values: Tensor, state: Tensor, memory: Tensor) -> tuple[Tensor, Tensor]:
        """Return the next hidden state and memory (B, h), of an input (B, n)."""
        entering, forget, new, out = self._gates(torch.cat([values, state], dim=1)).chunk(4, dim=1)
        memory = forget.sigmoid() * memory + entering.sigmoid() * new.tanh()
        return out.sigmoid() * memory.tanh(), memory
