"""AC-SUM-GAN: fragments, factors, returns, and which weights each step moves."""

from __future__ import annotations

import needs_torch  # noqa: F401

# isort: split
import numpy as np
import pytest
import torch

from vidgist.models.methods import training_settings
from vidgist.models.settings import replace_settings
from vidgist.training.checkpoint import weights_of
from vidgist.training.engine import open_fabric
from vidgist.training.rivals.ac_sum_gan import (
    AcSumGanSettings,
    Choice,
    _act,
    fragment_lengths,
    score,
)
from vidgist.training.rivals.ac_sum_gan.learner import AcSumGanLearner, discounted
from vidgist.training.rivals.sum_gan import score as selector_score
from vidgist.training.videos import gather_videos


def test_the_fragments_of_a_video_of_470_samples() -> None:
    lengths = fragment_lengths(470, 60)
    assert (len(lengths), lengths.sum()) == (60, 470)
    assert set(lengths[:5]) == set(lengths[-5:]) == {7}
    assert set(lengths[5:-5]) == {8}


@pytest.mark.parametrize("length", [1, 2, 59, 60, 61, 119, 10_000])
def test_no_fragment_is_empty(length: int) -> None:
    lengths = fragment_lengths(length, 60)
    assert lengths.sum() == length
    assert lengths.min() >= 1
    assert len(lengths) == min(60, length)


def test_factors_of_what_is_taken() -> None:
    choice = Choice(fragment_lengths(60, 60))
    assert choice.most == 9
    assert choice.factors == pytest.approx(np.full(60, 0.85))
    assert choice.take(7)
    assert choice.take(3)
    assert not choice.take(7)
    assert choice.factors[7] == pytest.approx(1.15)
    assert choice.factors[3] == pytest.approx(1 + 8 / 59)
    assert choice.left.sum() == 58


def test_returns_are_discounted_sums() -> None:
    assert discounted([1.0, 0.0, 2.0], 0.5) == [1.5, 1.0, 2.0]


@pytest.fixture
def learner() -> AcSumGanLearner:
    rng = np.random.default_rng(3)
    videos = gather_videos([("a", rng.normal(size=(20, 5))), ("b", rng.normal(size=(3, 5)))])
    settings = replace_settings(training_settings("ac_sum_gan", hidden=4), fragments=14)
    return AcSumGanLearner(videos, settings=settings, seed=0)


def test_each_step_moves_exactly_its_own_weights(learner: AcSumGanLearner) -> None:
    owned = {
        ("encoder",): ("autoencoder.encoder.",),
        ("decoder",): ("autoencoder.decoder.",),
        ("discriminator",): ("autoencoder.discriminator.", "scoring.selector.compress."),
        ("actor", "critic"): ("scoring.", "critic."),
    }
    torch.manual_seed(0)
    seen = []
    for update in learner.updates(learner.network, epoch=0, fabric=open_fabric(device="cpu")):
        before = {n: p.detach().clone() for n, p in learner.network.named_parameters()}
        learner.network.zero_grad()
        for terms in update.losses:
            assert terms.get("reward", torch.tensor(0.0)) <= 1
            (terms["total"] * update.scale).backward()
        for name in update.optimizers:
            learner.optimizers()[name].step()
        moved = {n for n, p in learner.network.named_parameters() if not torch.equal(p, before[n])}
        assert moved == {n for n in before if n.startswith(owned[update.optimizers])}
        assert update.scale == 0.5
        seen.append(update.optimizers)
    assert seen == list(owned)
    assert learner.steps_of_epoch() == 4


def test_the_actor_learns_nothing_through_the_states(learner: AcSumGanLearner) -> None:
    """The selector's gradient in the fourth step is that of its length term alone."""
    torch.manual_seed(0)
    (terms,) = learner._act(torch.randn(20, 5))
    selector = list(learner.network.selector.parameters())
    learning = torch.autograd.grad(terms["total"], selector, retain_graph=True)
    length = torch.autograd.grad(terms["length"], selector)
    for one, other in zip(learning, length, strict=True):
        torch.testing.assert_close(one, other)


def test_the_number_of_weights() -> None:
    """26.9 million, as published for the network with 1024 inputs, and 1280 - 1024 more rows."""
    settings = AcSumGanSettings()
    videos = gather_videos([("a", np.ones((1, 1024)))])
    count = sum(
        p.numel() for p in AcSumGanLearner(videos, settings=settings, seed=0).network.parameters()
    )
    count += 256 * settings.hidden
    assert count == pytest.approx(26.9e6, rel=0.01)


@pytest.mark.parametrize("count", [1, 9, 14])
def test_numpy_acts_as_torch_does(count: int, learner: AcSumGanLearner) -> None:
    """Also for a video with fewer fragments than the actor has inputs."""
    state = torch.rand(count, generator=torch.Generator().manual_seed(count))
    padded = torch.nn.functional.pad(state, (0, 14 - count))
    with torch.no_grad():
        expected = learner.network.scoring.actor(padded)[:count].softmax(dim=0).numpy()
    found = _act(weights_of(learner.model()), state.numpy(), 14)
    assert found == pytest.approx(expected, abs=1e-6)


def test_scores_are_means_over_episodes(learner: AcSumGanLearner) -> None:
    """Each sample's factor lies between that of what is not taken and the largest."""
    features = np.random.default_rng(0).normal(size=(28, 5)).astype(np.float32)
    weights = weights_of(learner.model())
    plain = {n.removeprefix("selector."): w for n, w in weights.items()}
    own = selector_score(plain, features, learner.settings)
    found = score(weights, features, learner.settings) / own
    most, count = 2, 14
    largest = 1 + most / count
    assert (found >= (1 - most / count) / largest - 1e-6).all()
    assert (found <= 1 + 1e-6).all()
    assert np.ptp(found) > 0.01
    one = score(weights, features, replace_settings(learner.settings, episodes=1)) / own
    assert len(np.unique(one.round(5))) == 3  # not taken, first and second
