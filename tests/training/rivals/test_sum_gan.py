"""SUM-GAN and its descendants: closed forms, and which weights each step moves."""

from __future__ import annotations

import needs_torch  # noqa: F401

# isort: split
import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from vidgist.models.methods import training_settings
from vidgist.training.engine import open_fabric
from vidgist.training.rivals.sum_gan import SumGanSettings
from vidgist.training.rivals.sum_gan.learner import AdversarialLearner, likelihood
from vidgist.training.rivals.sum_gan.networks import (
    Autoencoder,
    Decoder,
    Encoder,
    Selector,
    divergence,
)
from vidgist.training.videos import TrainingVideos, gather_videos

METHODS = ("sum_gan", "sum_gan_sl", "sum_gan_aae")


@pytest.fixture
def videos() -> TrainingVideos:
    rng = np.random.default_rng(3)
    return gather_videos([("a", rng.normal(size=(8, 5))), ("b", rng.normal(size=(11, 5)))])


def learner(videos: TrainingVideos, method: str) -> AdversarialLearner:
    settings = training_settings(method, hidden=4)
    if isinstance(settings, SumGanSettings):
        settings = replace(settings, slow_start=0)
    return AdversarialLearner(videos, settings=settings, seed=0)


def test_the_divergence_is_that_of_the_closed_form() -> None:
    """With mean 0 and log-variance log(softplus(0)) = log(log 2)."""
    zero = torch.zeros(2, 1, 3)
    each = 0.5 * (-1 + math.log(2) - math.log(math.log(2)))
    assert each == pytest.approx(0.029830, abs=5e-7)
    found = divergence(zero, torch.full_like(zero, math.log(math.log(2))))
    assert found.tolist() == [pytest.approx(6 * each)]
    assert divergence(zero + 2, zero).tolist() == [pytest.approx(6 * 0.5 * 4)]


def test_the_encoder_draws_around_the_mean() -> None:
    torch.manual_seed(0)
    encoder = Encoder(3, variational=True)
    with torch.no_grad():
        encoder.spread.weight.zero_()
        encoder.spread.bias.fill_(-80.0)  # no variance
        values = torch.randn(1, 6, 3)
        _, drawn, memory, _ = encoder(values)
        _, (last, expected) = encoder.lstm(values)
    torch.testing.assert_close(drawn, encoder.mean(last))
    torch.testing.assert_close(memory, expected)


class Counter(nn.Module):
    """Stands for a cell: its state grows by one a step."""

    def __init__(self, *_: object, **__: object) -> None:
        super().__init__()

    def forward(self, values: torch.Tensor, state: torch.Tensor, memory: torch.Tensor):
        return state + 1, memory


def test_the_decoded_sequence_is_turned_round(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vidgist.training.rivals.sum_gan.networks.RepeatedCell", Counter)
    zero = torch.zeros(2, 1, 3)
    decoded = Decoder(3, attention=False)(zero, zero, torch.zeros(1, 5, 3))
    assert decoded[0, :, 0].tolist() == [5, 4, 3, 2, 1]


@pytest.mark.parametrize("attention", [False, True])
def test_the_decoder_equals_plain_cells(attention: bool) -> None:
    torch.manual_seed(1)
    decoder = Decoder(4, attention=attention)
    states, state, memory = torch.randn(2, 6, 4), torch.randn(2, 2, 4), torch.randn(2, 2, 4)
    first, second = decoder.cells
    (low, high), (low_memory, high_memory) = state, memory
    entering, decoded = torch.zeros_like(high), []
    for _ in range(6):
        if attention:
            query = decoder.attend(torch.cat([low, high], dim=1))
            shares = torch.stack([(row @ q).softmax(0) for row, q in zip(states, query)])  # noqa: B905
            context = torch.stack([a @ row for a, row in zip(shares, states)])  # noqa: B905
            entering = torch.cat([entering, context], dim=1)
        low, low_memory = first(entering, (low, low_memory))
        high, high_memory = second(low, (high, high_memory))
        decoded.append(high)
        entering = decoder.out(high)
    expected = torch.stack(decoded[::-1], dim=1)
    torch.testing.assert_close(decoder(state, memory, states), expected)


def test_likelihoods_stay_finite() -> None:
    value = likelihood(torch.tensor([0.0, 1.0, 0.5]))
    assert float(value) == pytest.approx(2 * math.log(1e-6) + math.log(0.5), rel=1e-3)


@pytest.mark.parametrize("method", METHODS)
def test_each_step_moves_exactly_its_own_weights(method: str, videos: TrainingVideos) -> None:
    made = learner(videos, method)
    compress = {"selector.compress.weight", "selector.compress.bias"}
    owned = {
        "selector": ("selector.", "autoencoder.encoder."),
        "decoder": ("autoencoder.decoder.",),
        "discriminator": ("autoencoder.discriminator.",),
    }
    updates = made.updates(made.network, epoch=0, fabric=open_fabric(device="cpu"))
    for update in updates:
        before = {n: p.detach().clone() for n, p in made.network.named_parameters()}
        made.network.zero_grad()
        for terms in update.losses:
            terms["total"].backward()
        (name,) = update.optimizers
        made.optimizers()[name].step()
        moved = {n for n, p in made.network.named_parameters() if not torch.equal(p, before[n])}
        expected = {n for n in before if n.startswith(owned[name]) or n in compress}
        assert moved == expected, name


def test_the_discriminator_of_sum_gan_starts_late(videos: TrainingVideos) -> None:
    settings = training_settings("sum_gan", hidden=4)
    made = AdversarialLearner(videos, settings=settings, seed=0)
    fabric = open_fabric(device="cpu")
    names = [u.optimizers[0] for u in made.updates(made.network, epoch=0, fabric=fabric)]
    assert names == ["selector", "decoder"] * 2
    assert made.steps_of_epoch() == 4


def test_scores_of_one_leave_the_features_as_they_are(videos: TrainingVideos) -> None:
    """With equal scores of 1, the scored and the uniform sequence of `sum_gan` are the same."""
    made = learner(videos, "sum_gan")
    with torch.no_grad():
        made.network.selector.out.bias.fill_(100.0)
        made.network.autoencoder.encoder.spread.bias.fill_(-80.0)
        made.network.autoencoder.encoder.spread.weight.zero_()
        _, scores, decoded, _ = made._forward(torch.randn(7, 5))
    assert (scores == 1).all()
    torch.testing.assert_close(decoded[0], decoded[1])


@pytest.mark.parametrize(("method", "millions"), [("sum_gan_sl", 23.43), ("sum_gan_aae", 24.43)])
def test_the_number_of_weights(method: str, millions: float) -> None:
    settings = training_settings(method)
    with torch.device("meta"):
        parts = [
            Selector(1280, hidden=settings.hidden),
            Autoencoder(settings.hidden, attention=settings.attention),
        ]
    count = sum(p.numel() for part in parts for p in part.parameters())
    assert count == pytest.approx(1e6 * millions, rel=1e-3)
