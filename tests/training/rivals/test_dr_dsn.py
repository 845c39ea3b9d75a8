"""DR-DSN's rewards and gradient against loops over episodes, picks and pairs."""

from __future__ import annotations

import needs_torch  # noqa: F401

# isort: split
import math
from dataclasses import replace

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812

from synthetic_training import random_videos
from vidgist.training.engine import learn, open_fabric
from vidgist.training.rivals.dr_dsn import DsnSettings
from vidgist.training.rivals.dr_dsn.learner import (
    DsnLearner,
    dissimilarities,
    diversity,
    representativeness,
    rewards,
)

FAR = 20


def naive_diversity(unit: np.ndarray, picks: list[int]) -> float:
    if len(picks) < 2:
        return 0.0
    total = 0.0
    for i in picks:
        for j in picks:
            if i != j:
                total += 1.0 if abs(i - j) > FAR else 1.0 - float(unit[i] @ unit[j])
    return total / (len(picks) * (len(picks) - 1))


def naive_representativeness(unit: np.ndarray, picks: list[int]) -> float:
    nearest = [min(float(((x - unit[i]) ** 2).sum()) for i in picks) for x in unit]
    return math.exp(-float(np.mean(nearest)))


@pytest.fixture
def unit() -> np.ndarray:
    values = np.random.default_rng(1).normal(size=(60, 8))
    return values / np.linalg.norm(values, axis=1, keepdims=True)


@pytest.fixture
def picks() -> np.ndarray:
    drawn = (np.random.default_rng(2).random((7, 60)) < 0.3).astype(float)
    drawn[5] = 0
    drawn[5, 11] = 1  # one pick
    drawn[6] = 0  # none
    return drawn


def test_rewards_of_all_episodes_at_once(unit: np.ndarray, picks: np.ndarray) -> None:
    features = torch.from_numpy(unit)
    drawn = torch.from_numpy(picks)
    distances = 2 - 2 * features @ features.T
    diverse = diversity(drawn, dissimilarities(features, far=FAR)).numpy()
    typical = representativeness(drawn[:6], distances).numpy()
    reward = rewards(drawn, features, far=FAR).numpy()
    for e in range(7):
        chosen = np.flatnonzero(picks[e]).tolist()
        assert diverse[e] == pytest.approx(naive_diversity(unit, chosen))
        if not chosen:
            assert reward[e] == 0
            continue
        expected = naive_representativeness(unit, chosen)
        assert typical[e] == pytest.approx(expected)
        assert reward[e] == pytest.approx((diverse[e] + expected) / 2)


def test_picking_everything_represents_perfectly(unit: np.ndarray) -> None:
    features = torch.from_numpy(unit)
    everything = torch.ones(1, 60, dtype=torch.float64)
    distances = (2 - 2 * features @ features.T).clamp_min(0)
    assert float(representativeness(everything, distances)) == pytest.approx(1.0)


def test_the_loss_is_reinforce_with_a_moving_baseline() -> None:
    videos = random_videos(np.random.default_rng(3), count=1, lengths=(30,))
    settings = DsnSettings(hidden=4)
    learner = DsnLearner(videos, settings=settings, seed=0)
    learner.baseline[:] = 0.4
    features = F.normalize(torch.from_numpy(videos.rows.copy()), dim=-1)
    logits = learner.network(features)
    torch.manual_seed(11)
    terms = learner._terms(0, features, logits)
    torch.manual_seed(11)
    chances = logits.detach().sigmoid()
    drawn = torch.bernoulli(chances.expand(5, -1))
    unit = features.numpy().astype(np.float64)
    p = chances.numpy().astype(np.float64)
    expected, received = 0.01 * (p.mean() - 0.5) ** 2, []
    for episode in drawn.numpy():
        chosen = np.flatnonzero(episode).tolist()
        reward = (naive_diversity(unit, chosen) + naive_representativeness(unit, chosen)) / 2
        log_chance = np.mean([math.log(p[t] if episode[t] else 1 - p[t]) for t in range(30)])
        expected -= log_chance * (reward - 0.4)
        received.append(reward)
    assert terms["total"].item() == pytest.approx(expected, abs=1e-5)
    assert learner.baseline[0] == pytest.approx(0.9 * 0.4 + 0.1 * np.mean(received), abs=1e-6)


def test_training_raises_the_reward() -> None:
    videos = random_videos(np.random.default_rng(5), count=4)
    settings = DsnSettings(hidden=16, epochs=60, learning_rate=3e-3)
    history: list[float] = []

    def keep(**state: dict[str, float]) -> None:
        history.append(state["terms"]["reward"])

    learner = DsnLearner(videos, settings=settings, seed=1)
    fabric = open_fabric(device="cpu")
    learn(learner, epochs=60, seed=1, identity={}, fabric=fabric, report=keep)
    assert np.mean(history[-40:]) > np.mean(history[:40]) + 0.01


@pytest.mark.parametrize("epochs", [60, 2000])
def test_both_lengths_of_training_are_settings(epochs: int) -> None:
    assert replace(DsnSettings(), epochs=epochs).epochs == epochs
    assert DsnSettings().epochs == 60
