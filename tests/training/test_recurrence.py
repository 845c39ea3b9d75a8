"""Recurrences against plain autograd."""

from __future__ import annotations

import needs_torch  # noqa: F401

# isort: split
import pytest
import torch
from torch import nn

from vidgist.training.recurrence import RepeatedCell, RepeatedLinear

STEPS, BATCH, WIDTH = 7, 3, 5


def plain(cell: nn.LSTMCell, out: nn.Linear, first: torch.Tensor) -> torch.Tensor:
    state, memory, entering = first, first * 0.5, torch.zeros_like(first)
    written = []
    for _ in range(STEPS):
        state, memory = cell(entering, (state, memory))
        written.append(state)
        entering = out(state)
    return torch.stack(written)


def deferred(cell: nn.LSTMCell, out: nn.Linear, first: torch.Tensor) -> torch.Tensor:
    repeated = RepeatedCell(cell, steps=STEPS, batch=BATCH)
    back = RepeatedLinear(out.weight, out.bias, steps=STEPS, batch=BATCH)
    state, memory, entering = first, first * 0.5, torch.zeros_like(first)
    written = []
    for _ in range(STEPS):
        state, memory = repeated(entering, state, memory)
        written.append(state)
        entering = back(state)
    return torch.stack(written)


def test_values_and_gradients_are_those_of_autograd() -> None:
    torch.manual_seed(0)
    cell, out = nn.LSTMCell(WIDTH, WIDTH).double(), nn.Linear(WIDTH, WIDTH).double()
    first = torch.randn(BATCH, WIDTH, dtype=torch.float64, requires_grad=True)
    weigh = torch.randn(STEPS, BATCH, WIDTH, dtype=torch.float64)
    parameters = [*cell.parameters(), *out.parameters(), first]
    results = []
    for run in (plain, deferred):
        written = run(cell, out, first)
        results.append((written, torch.autograd.grad((written * weigh).sum(), parameters)))
    (expected, expected_gradients), (found, gradients) = results
    torch.testing.assert_close(found, expected)
    for one, other in zip(gradients, expected_gradients, strict=True):
        torch.testing.assert_close(one, other)


def test_without_gradients_the_values_are_the_same() -> None:
    torch.manual_seed(0)
    cell, out = nn.LSTMCell(WIDTH, WIDTH), nn.Linear(WIDTH, WIDTH)
    first = torch.randn(BATCH, WIDTH)
    with torch.no_grad():
        torch.testing.assert_close(deferred(cell, out, first), plain(cell, out, first))


def test_a_map_used_less_often_than_announced_has_the_gradient_of_its_uses() -> None:
    linear = nn.Linear(2, 1)
    repeated = RepeatedLinear(linear.weight, linear.bias, steps=4, batch=1)
    sum(repeated(torch.tensor([[1.0, 2.0]])) for _ in range(3)).sum().backward()
    assert linear.weight.grad.tolist() == [[pytest.approx(3.0), pytest.approx(6.0)]]
    assert linear.bias.grad.tolist() == [pytest.approx(3.0)]
