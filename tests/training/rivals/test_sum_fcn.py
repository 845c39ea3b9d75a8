"""SUM-FCN and UnpairedVSN: shapes, losses, and NumPy against torch."""

from __future__ import annotations

import needs_torch  # noqa: F401

# isort: split
import math

import numpy as np
import pytest
import torch

from vidgist.errors import DataError
from vidgist.models.methods import METHODS, training_settings
from vidgist.models.settings import replace_settings
from vidgist.training.checkpoint import weights_of
from vidgist.training.engine import learn, open_fabric
from vidgist.training.rivals.sum_fcn import SumFcnSettings, nearest, score
from vidgist.training.rivals.sum_fcn.learner import Fcn, SumFcnLearner, likeness, reconstruction
from vidgist.training.rivals.unpaired_vsn.learner import (
    SummaryDiscriminator,
    UnpairedVsnLearner,
    halves,
    keyframes_of,
)
from vidgist.training.targets import Targets
from vidgist.training.videos import TrainingVideos, gather_videos

SMALL = SumFcnSettings(samples=64, inner=5, outer=7)


def test_the_lengths_within_the_network() -> None:
    with torch.device("meta"):
        network = Fcn(1280, SumFcnSettings())
        short_cut, top = network.trunk(torch.zeros(2, 1280, 320))
        assert short_cut.shape == (2, 2048, 20)
        assert top.shape == (2, 4096, 10)
        assert network(torch.zeros(2, 1280, 320)).shape == (2, 2, 320)


def test_the_number_of_weights_and_their_shapes() -> None:
    settings = SumFcnSettings()
    with torch.device("meta"):
        network = Fcn(1280, settings)
    expected = {name: tuple(values.shape) for name, values in network.state_dict().items()}
    assert METHODS["sum_fcn"].shapes(1280, settings) == expected
    assert sum(p.numel() for p in network.parameters()) == pytest.approx(130e6, rel=0.01)


def test_numpy_scores_as_torch_does() -> None:
    torch.manual_seed(0)
    network = Fcn(6, SMALL).train()
    network(torch.randn(4, 6, 64))  # moves the running statistics
    network.eval()
    features = np.random.default_rng(0).normal(size=(64, 6)).astype(np.float32)
    unit = features / np.linalg.norm(features, axis=1, keepdims=True)
    with torch.no_grad():
        logits = network(torch.from_numpy(unit.T[None].copy()))
    expected = logits.softmax(dim=1)[0, 1].numpy()
    found = score(weights_of(network), features, SMALL)
    assert found == pytest.approx(expected, abs=1e-5)
    longer = score(weights_of(network), np.repeat(features, 3, axis=0), SMALL)
    assert longer == pytest.approx(np.repeat(expected, 3), abs=1e-5)


@pytest.mark.parametrize(("length", "count"), [(1, 4), (7, 7), (7, 3), (3, 320), (1000, 320)])
def test_the_nearest_samples(length: int, count: int) -> None:
    centers = (np.arange(count) + 0.5) * length / count
    assert nearest(length, count).tolist() == np.floor(centers + 1e-9).astype(int).tolist()


def test_what_is_restored_exactly_costs_nothing() -> None:
    features = torch.randn(2, 5, 3)
    chances = torch.rand(2, 5)
    assert not reconstruction(chances, features, features).any()
    apart = reconstruction(torch.ones(1, 4), torch.zeros(1, 4, 3), torch.ones(1, 4, 3))
    assert apart.tolist() == [pytest.approx(3.0)]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [([[1, 0], [0, 1]], 0.0), ([[1, 0], [2, 0]], 1.0), ([[1, 0], [-3, 0]], -1.0)],
)
def test_the_likeness_of_two_chosen_samples(rows: list[list[int]], expected: float) -> None:
    restored = torch.tensor([[*rows, [5, 5]]], dtype=torch.float32)
    chosen = torch.tensor([[1.0, 1.0, 0.0]])
    assert likeness(chosen, restored).item() == pytest.approx(expected, abs=1e-6)


def test_one_chosen_sample_is_like_no_other() -> None:
    assert likeness(torch.tensor([[1.0, 0.0]]), torch.ones(1, 2, 3)).item() == 0


def test_soft_likeness_equals_the_sum_over_pairs() -> None:
    torch.manual_seed(0)
    chances, restored = torch.rand(1, 9), torch.randn(1, 9, 4)
    unit, p = torch.nn.functional.normalize(restored[0], dim=1), chances[0]
    pairs = sum(p[t] * p[s] * (unit[t] @ unit[s]) for t in range(9) for s in range(9) if s != t)
    expected = pairs / (p.sum() * (p.sum() - 1))
    assert likeness(chances, restored).item() == pytest.approx(expected.item(), rel=1e-5)


def test_the_loss_of_two_short_videos_falls() -> None:
    videos = annotated(64, 90)
    settings = replace_settings(SMALL, learning_rate=0.01)
    losses = []
    for epochs in (1, 40):
        learner = SumFcnLearner(videos, settings=settings, seed=0)
        losses.append(learn(learner, epochs=epochs, seed=0, identity={}).loss["total"])
    assert losses[1] < 0.8 * losses[0]


def annotated(*lengths: int) -> TrainingVideos:
    rng = np.random.default_rng(0)
    targets = [
        Targets(
            importance=np.zeros(n, np.float32),
            keyframes=np.arange(n) % 4 == 1,
            keyshots=np.zeros(n, bool),
        )
        for n in lengths
    ]
    features = [
        (f"v{i}", rng.normal(size=(n, 6)).astype(np.float32)) for i, n in enumerate(lengths)
    ]
    return gather_videos(features, targets=targets)


@pytest.mark.parametrize("length", [1, 2, 31, 400])
def test_the_discriminator_takes_every_length(length: int) -> None:
    discriminator = SummaryDiscriminator(6, SMALL)
    chance = discriminator(torch.randn(length, 6))
    assert chance.shape == (1,)
    assert 0 < chance.item() < 1


def test_no_video_gives_both_features_and_its_own_summary() -> None:
    videos = annotated(9, 9, 9, 1, 9)
    for seed in range(5):
        plain, summarized = halves(videos, seed=seed)
        assert not set(plain) & set(summarized)
        assert len(plain) == 3
        assert 3 not in summarized  # it has no keyframe
    assert keyframes_of(videos, 1).tolist() == [1, 5]
    with pytest.raises(DataError, match="at least two videos"):
        halves(videos.subset(["v0"]), seed=0)


def test_each_step_moves_its_own_network() -> None:
    settings = replace_settings(
        training_settings("unpaired_vsn"), samples=64, inner=5, outer=7, share_weight=0.0
    )
    made = UnpairedVsnLearner(annotated(70, 80), settings=settings, seed=0)
    for update in made.updates(made.network, epoch=0, fabric=open_fabric(device="cpu")):
        before = {n: p.detach().clone() for n, p in made.network.named_parameters()}
        made.network.zero_grad()
        for terms in update.losses:
            assert all(math.isfinite(value.item()) for value in terms.values())
            terms["total"].backward()
        (name,) = update.optimizers
        made.optimizers()[name].step()
        moved = {n for n, p in made.network.named_parameters() if not torch.equal(p, before[n])}
        assert moved
        assert all(n.startswith(f"{name}.") for n in moved)
        if name == "discriminator":
            assert all(p.grad is None for p in made.network.chooser.parameters())
