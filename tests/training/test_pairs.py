"""Rankers: pairs, clusters and the loss, against loops and known directions."""

from __future__ import annotations

import needs_torch  # noqa: F401

# isort: split
import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from labelled import labelled_videos
from vidgist.models import METHODS
from vidgist.models.methods import training_settings
from vidgist.training.engine import learn
from vidgist.training.pairs import RankerLearner
from vidgist.training.targets import Targets
from vidgist.training.videos import TrainingVideos, gather_videos


def learned(learner: RankerLearner, epochs: int = 1) -> dict[str, np.ndarray]:
    learn(learner, epochs=epochs, seed=0, identity={})
    return {n: v.detach().numpy() for n, v in learner.network.named_parameters()}


def two_clusters() -> TrainingVideos:
    """Samples near two corners, important near the first."""
    rng = np.random.default_rng(0)
    good = np.arange(40) % 2 == 0
    features = np.where(good[:, None], [3.0, 0, 0, 0], [0, 3.0, 0, 0])
    features = (features + 0.1 * rng.normal(size=(40, 4))).astype(np.float32)
    importance = good.astype(np.float32)
    targets = Targets(importance=importance, keyframes=good, keyshots=good)
    return gather_videos([("a", features)], targets=[targets])


def test_the_map_points_from_the_unimportant_to_the_important() -> None:
    learner = RankerLearner(
        two_clusters(), settings=training_settings("ranker", learning_rate=0.05), seed=1
    )
    before = learner.network.get_parameter("out.bias").detach().clone()
    weights = learned(learner)
    row = weights["out.weight"][0]
    assert row[0] > 0.2 > -0.2 > row[1]
    assert weights["out.bias"].tobytes() == before.numpy().tobytes()


def test_pairs_lie_within_a_video_and_compare_its_importance() -> None:
    data = labelled_videos(9, 14, 30)
    learner = RankerLearner(data, settings=training_settings("ranker", pairs=50), seed=2)
    assert learner.pairs.shape == (150, 2)
    for number, (i, j) in enumerate(learner.pairs):
        video = number // 50
        for row in (i, j):
            assert data.starts[video] <= row < data.starts[video] + data.lengths[video]
        first, second = data.targets.importance[[i, j]]
        expected = 0.5 if first == second else float(first > second)
        assert learner.targets[number, 0] == expected
    again = RankerLearner(data, settings=training_settings("ranker", pairs=50), seed=2)
    np.testing.assert_array_equal(again.pairs, learner.pairs)


def test_a_last_short_batch_is_left_out() -> None:
    data = labelled_videos(9, 14)
    settings = training_settings("ranker", pairs=50, batch=30)
    assert RankerLearner(data, settings=settings, seed=0).steps_of_epoch() == 3
    assert (
        len(list(RankerLearner(data, settings=settings, seed=0).losses(None, epoch=0, fabric=CPU)))
        == 3
    )


class CPU:
    device = torch.device("cpu")


def test_one_preference_is_the_standard_ranker() -> None:
    data = labelled_videos(20, 14)
    standard = RankerLearner(data, settings=training_settings("ranker", pairs=100), seed=3)
    expected = learned(standard)
    for share in (0.0, 0.3, 1.0):
        settings = training_settings("multi_ranker", pairs=100, preferences=1, global_weight=share)
        found = learned(RankerLearner(data, settings=settings, seed=3))
        np.testing.assert_array_equal(found["out.weight"], expected["out.weight"])


def test_the_loss_of_preferences_against_a_loop() -> None:
    data = labelled_videos(12, 9)
    settings = training_settings("multi_ranker", pairs=8, preferences=3, clustered=50)
    learner = RankerLearner(data, settings=settings, seed=4)
    weights = {n: v.detach().numpy() for n, v in learner.network.named_parameters()}
    unit = data.rows / np.linalg.norm(data.rows, axis=1, keepdims=True)
    preference = np.arange(16) % 3
    both = torch.from_numpy(unit[learner.pairs])
    terms = learner.terms(both, torch.from_numpy(learner.targets), torch.from_numpy(preference))

    def cross_entropy(logit: float, target: float) -> float:
        p = 1 / (1 + math.exp(-logit))
        return -target * math.log(p) - (1 - target) * math.log(1 - p)

    scores = unit @ weights["out.weight"].T + weights["out.bias"]
    losses = []
    for (i, j), target, p in zip(learner.pairs, learner.targets, preference, strict=True):
        own = cross_entropy(scores[i, p] - scores[j, p], target[1 + p])
        together = cross_entropy(scores[i].max() - scores[j].max(), target[0])
        losses.append(0.5 * own + 0.5 * together)
    assert terms["total"].item() == pytest.approx(np.mean(losses), abs=1e-5)
    # Swapping the pair and 1 - target change nothing.
    swapped = learner.terms(
        both.flip(1), 1 - torch.from_numpy(learner.targets), torch.from_numpy(preference)
    )
    assert swapped["total"].item() == pytest.approx(terms["total"].item(), abs=1e-6)


def test_local_targets_are_zero_outside_the_cluster() -> None:
    """Samples of two corners: a pair within one corner is ordered by that preference alone."""
    data = two_clusters()
    data = replace(
        data,
        targets=replace(data.targets, importance=np.linspace(0.1, 1, 40, dtype=np.float32)),
    )
    settings = training_settings("multi_ranker", pairs=300, preferences=2)
    learner = RankerLearner(data, settings=settings, seed=0)
    corner = data.rows[:, 1] > 1.5
    for (i, j), target in zip(learner.pairs, learner.targets, strict=True):
        if i != j and corner[i] == corner[j]:
            assert sorted(target[1:]) == sorted([0.5, target[0]])


@pytest.mark.parametrize("name", ["ranker", "multi_ranker"])
def test_number_of_parameters(name: str) -> None:
    maps = {"ranker": 1, "multi_ranker": 4}[name]
    assert METHODS[name].parameters(1280) == 1281 * maps
