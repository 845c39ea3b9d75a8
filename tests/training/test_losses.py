"""Losses against loops that follow the equations sample by sample, and against closed forms."""

from __future__ import annotations

import needs_torch  # noqa: F401

# isort: split
import math
from dataclasses import replace

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812

from vidgist.models.settings import NetworkSettings, contrastive_settings
from vidgist.training.losses import (
    alignment_loss,
    filter_target,
    nearest_neighbors,
    segments,
    total_loss,
    uniformity_loss,
    uniqueness_loss,
)
from vidgist.training.network import seed_network


def unit(values: np.ndarray) -> np.ndarray:
    return values / np.linalg.norm(values, axis=-1, keepdims=True)


def squared(a: np.ndarray, b: np.ndarray) -> float:
    return float(((a - b) ** 2).sum())


def naive_alignment(x: np.ndarray, z: np.ndarray, k: int, count_self: bool) -> np.ndarray:
    x, z = unit(x), unit(z)
    result = np.empty(len(x))
    for t in range(len(x)):
        order = sorted(range(len(x)), key=lambda j: -float(x[t] @ x[j]))
        if not count_self:
            order.remove(t)
        result[t] = np.mean([squared(z[t], z[j]) for j in order[:k]])
    return result


def naive_uniformity(z: np.ndarray, count_self: bool) -> np.ndarray:
    z = unit(z)
    result = np.empty(len(z))
    for t in range(len(z)):
        others = [j for j in range(len(z)) if count_self or j != t]
        result[t] = math.log(np.mean([math.exp(-2 * squared(z[t], z[j])) for j in others]))
    return result


def naive_uniqueness(
    refined: np.ndarray, run: int, own_segments: bool, pool_unit: bool
) -> np.ndarray:
    z = unit(refined)
    pooled = []
    for video in z if pool_unit else refined:
        parts = [video[i : i + run] for i in range(0, len(video) - run + 1, run)]
        pooled.append([unit(part.mean(axis=0)) for part in parts])
    result = np.empty(z.shape[:2])
    for v in range(len(z)):
        bank = [s for w in range(len(z)) if own_segments or w != v for s in pooled[w]]
        for t in range(z.shape[1]):
            result[v, t] = math.log(np.mean([math.exp(-2 * squared(z[v, t], s)) for s in bank]))
    return result


@pytest.fixture
def batch(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    return rng.normal(size=(3, 24, 10)), rng.normal(size=(3, 24, 6))


@pytest.mark.parametrize("count_self", [True, False])
def test_alignment_as_its_equation_says(
    batch: tuple[np.ndarray, np.ndarray], count_self: bool
) -> None:
    x, z = batch
    near = nearest_neighbors(torch.from_numpy(x), k=4, count_self=count_self)
    moved = F.normalize(torch.from_numpy(z), dim=-1)
    found = alignment_loss(moved @ moved.transpose(1, 2), near).numpy()
    for v in range(len(x)):
        expected = naive_alignment(x[v], z[v], 4, count_self)
        np.testing.assert_allclose(found[v], expected, atol=1e-9)


@pytest.mark.parametrize("count_self", [True, False])
def test_uniformity_as_its_equation_says(
    batch: tuple[np.ndarray, np.ndarray], count_self: bool
) -> None:
    moved = F.normalize(torch.from_numpy(batch[1]), dim=-1)
    found = uniformity_loss(moved @ moved.transpose(1, 2), count_self=count_self).numpy()
    for v in range(len(found)):
        np.testing.assert_allclose(found[v], naive_uniformity(batch[1][v], count_self), atol=1e-9)


@pytest.mark.parametrize("own_segments", [True, False])
@pytest.mark.parametrize("pool_unit", [True, False])
@pytest.mark.parametrize("run", [6, 7])
def test_uniqueness_as_its_equation_says(
    batch: tuple[np.ndarray, np.ndarray], own_segments: bool, pool_unit: bool, run: int
) -> None:
    refined = torch.from_numpy(batch[1])
    bank = segments(refined, run=run, pool_unit=pool_unit)
    moved = F.normalize(refined, dim=-1)
    found = uniqueness_loss(moved, bank, own_segments=own_segments).numpy()
    expected = naive_uniqueness(batch[1], run, own_segments, pool_unit)
    np.testing.assert_allclose(found, expected, atol=1e-6)


@pytest.mark.parametrize("own_segments", [True, False])
def test_blocks_of_videos_change_neither_uniqueness_nor_its_gradient(
    batch: tuple[np.ndarray, np.ndarray], own_segments: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = []
    for numbers in (10**6, 24 * 3 * 4 * 2):  # all three videos at once; two, then one
        monkeypatch.setattr("vidgist.training.losses._BLOCK_NUMBERS", numbers)
        refined = torch.from_numpy(batch[1]).requires_grad_()
        bank = segments(refined, run=6, pool_unit=True)
        unique = uniqueness_loss(F.normalize(refined, dim=-1), bank, own_segments=own_segments)
        (gradient,) = torch.autograd.grad(unique.square().mean(), refined)
        found.append((unique, gradient))
    torch.testing.assert_close(found[0], found[1])


def test_a_share_of_the_batch_leaves_out_its_own_videos(
    batch: tuple[np.ndarray, np.ndarray],
) -> None:
    refined = torch.from_numpy(batch[1])
    bank, moved = segments(refined, run=6, pool_unit=True), F.normalize(refined, dim=-1)
    whole = uniqueness_loss(moved, bank, own_segments=False)
    share = uniqueness_loss(moved[1:], bank, own_segments=False, first=1)
    torch.testing.assert_close(share, whole[1:])


def test_closed_forms() -> None:
    same = torch.ones(1, 5, 5, dtype=torch.float64)  # all samples alike
    near = torch.zeros(1, 5, 2, dtype=torch.long)
    assert torch.allclose(alignment_loss(same, near), torch.zeros(1, 5, dtype=torch.float64))
    assert torch.allclose(
        uniformity_loss(same, count_self=False), torch.zeros(1, 5, dtype=torch.float64)
    )
    apart = torch.eye(5, dtype=torch.float64)[None]  # orthogonal: squared distance 2
    assert torch.allclose(
        uniformity_loss(apart, count_self=False), torch.full((1, 5), -4.0, dtype=torch.float64)
    )
    with_self = math.log((1 + 4 * math.exp(-4)) / 5)
    assert torch.allclose(
        uniformity_loss(apart, count_self=True), torch.full((1, 5), with_self, dtype=torch.float64)
    )


def test_a_video_alone_in_its_batch_is_neither_unique_nor_common() -> None:
    z = F.normalize(torch.randn(1, 8, 4), dim=-1)
    found = uniqueness_loss(z, segments(z, run=4, pool_unit=True), own_segments=False)
    assert (found == 0).all()


def test_targets_span_their_range_and_turn_the_order_around() -> None:
    target = filter_target(torch.tensor([[-4.0, -1.0, -2.5]]), low=0.25, high=0.75)
    torch.testing.assert_close(target, torch.tensor([[0.75, 0.25, 0.5]]))
    constant = filter_target(torch.full((1, 3), -2.0), low=0.0, high=1.0)
    assert torch.isfinite(constant).all()


@pytest.mark.parametrize("preset", ["paper", "reference"])
def test_the_whole_loss_is_the_weighted_sum(preset: str, rng: np.random.Generator) -> None:
    settings = replace(contrastive_settings(preset), segment=6)
    x, z = rng.normal(size=(3, 24, 10)), rng.normal(size=(3, 24, 6))
    logits = torch.from_numpy(rng.normal(size=(3, 24)))
    terms = total_loss(torch.from_numpy(x), torch.from_numpy(z), logits, settings=settings)
    k = {"paper": 2, "reference": 2}[preset]  # 0.1 of 24, rounded or cut
    align = np.mean([naive_alignment(x[v], z[v], k, settings.count_self) for v in range(3)])
    uniform = np.mean([naive_uniformity(z[v], settings.count_self) for v in range(3)])
    unique = naive_uniqueness(z, 6, settings.own_segments, settings.pool_unit)
    scaled = (unique - unique.min(1, keepdims=True)) / np.ptp(unique, axis=1, keepdims=True)
    low, high = settings.target_low, settings.target_high
    y = 1 - (low + (high - low) * scaled)
    r = 1 / (1 + np.exp(-logits.numpy()))
    bce = -(y * np.log(r) + (1 - y) * np.log(1 - r)).mean()
    names = ("alignment", "uniformity", "uniqueness", "filter")
    found = [float(terms[name]) for name in names]
    np.testing.assert_allclose(found, [align, uniform, unique.mean(), bce], atol=1e-5)
    expected = align + 0.5 * uniform + 0.1 * unique.mean() + 0.1 * bce
    assert float(terms["total"]) == pytest.approx(expected, abs=1e-5)


def small_network(**changes: bool) -> torch.nn.Module:
    shape = NetworkSettings(layers=2, heads=2, width=12, head_width=5, inner=20, **changes)
    return seed_network(10, settings=shape, unit_input=True, seed=0)


@pytest.mark.parametrize("preset", ["paper", "reference"])
def test_the_filter_loss_moves_only_the_filter(preset: str) -> None:
    network = small_network(filter_sees_unit=preset == "paper")
    features = torch.randn(3, 20, 10)
    refined, logits = network(features)
    terms = total_loss(features, refined, logits, settings=contrastive_settings(preset))
    terms["filter"].backward()
    for name, parameter in network.named_parameters():
        if name.startswith("filter_"):
            assert parameter.grad is not None, name
            assert parameter.grad.abs().sum() > 0, name
        else:
            assert parameter.grad is None, name


def test_the_other_terms_do_not_move_the_filter() -> None:
    network = small_network()
    features = torch.randn(3, 20, 10)
    refined, logits = network(features)
    terms = total_loss(features, refined, logits, settings=contrastive_settings("paper"))
    (terms["alignment"] + terms["uniformity"] + terms["uniqueness"]).backward()
    for name, parameter in network.named_parameters():
        assert (parameter.grad is None) == name.startswith("filter_"), name


def test_neighbors_come_from_the_frozen_features(rng: np.random.Generator) -> None:
    frozen = torch.from_numpy(rng.normal(size=(2, 30, 10)))
    settings = contrastive_settings("paper")
    logits = torch.zeros(2, 30, dtype=torch.float64)
    for _ in range(3):  # whatever the refined features are
        refined = rng.normal(size=(2, 30, 6))
        terms = total_loss(frozen, torch.from_numpy(refined), logits, settings=settings)
        expected = np.mean(
            [naive_alignment(frozen[v].numpy(), refined[v], 3, False) for v in range(2)]
        )
        assert float(terms["alignment"]) == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("preset", ["paper", "reference"])
def test_attention_that_is_made_anew_gives_the_same_gradients(preset, monkeypatch):
    settings = contrastive_settings(preset)
    features = torch.randn(3, 40, 6, generator=torch.Generator().manual_seed(1))

    def gradients() -> list[torch.Tensor]:
        network = seed_network(6, settings=settings.network, unit_input=True, seed=2)
        network.train()
        torch.manual_seed(3)  # of the dropout, which has to be drawn again alike
        refined, logits = network(features)
        total_loss(features, refined, logits, settings=settings)["total"].backward()
        return [weights.grad for weights in network.parameters()]

    kept = gradients()
    monkeypatch.setattr("vidgist.training.network._KEPT_NUMBERS", 0)
    for anew, first in zip(gradients(), kept, strict=True):
        torch.testing.assert_close(anew, first)
