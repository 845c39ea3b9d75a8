"""CSTA's network: its shapes, its two attentions, its order in time, and its training."""

from __future__ import annotations

import needs_torch  # noqa: F401

# isort: split
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from labelled import labelled_videos
from vidgist.models import METHODS, load_model
from vidgist.models.methods import training_settings
from vidgist.training.rivals.csta.network import Csta, neighbors_mean
from vidgist.training.training import train

SMALL = training_settings("csta", narrow=16, epochs=1)


@pytest.mark.parametrize("dimension", [1024, 1280])
def test_the_declared_shapes_are_those_of_the_network(dimension: int) -> None:
    with torch.device("meta"):
        network = Csta(dimension, training_settings("csta"))
    found = {name: tuple(values.shape) for name, values in network.state_dict().items()}
    assert found == METHODS["csta"].shapes(dimension, training_settings("csta"))
    trunk = [network.stem, network.inceptions]
    # GoogLeNet without its classifier, as torchvision has it.
    assert sum(p.numel() for part in trunk for p in part.parameters()) == 5_599_904
    assert network.inceptions[-1].one.conv.out_channels == 384


def test_rows_are_pooled_in_pairs() -> None:
    rows = torch.tensor([[1.0, 2.0], [3.0, 6.0], [5.0, 0.0]])
    assert neighbors_mean(rows).tolist() == [[2.0, 4.0], [4.0, 3.0]]


@pytest.mark.parametrize("length", [1, 40])
def test_attention_over_time_and_over_numbers(length: int) -> None:
    torch.manual_seed(0)
    network = Csta(16, SMALL).eval()
    with torch.no_grad():
        features = network.narrow(torch.randn(length, 16))
        values, over_time, over_numbers = network.attentions(features)
    assert values.shape == (length + 1, 64)
    torch.testing.assert_close(over_time.sum(dim=0), torch.ones(64))
    torch.testing.assert_close(over_numbers.sum(dim=1), torch.ones(length + 1))


def test_a_model_scores_by_torch_and_places_matter(tmp_path: Path) -> None:
    data = labelled_videos(33, 9)
    train(data, tmp_path / "m", settings=SMALL, seed=1)
    model = load_model(tmp_path / "m")
    for length in (1, 2, 59):
        features = labelled_videos(length).rows
        scores = model.scores(features)
        assert scores.shape == (length,)
        assert ((scores >= 0) & (scores <= 1)).all()
    assert not np.allclose(model.scores(features[::-1]), scores[::-1], atol=1e-6)
    assert np.isfinite(model.scores(np.ones((40, 16), np.float32))).all()
    train(data, tmp_path / "again", settings=SMALL, seed=1)
    np.testing.assert_array_equal(load_model(tmp_path / "again").scores(features), scores)
    assert model.row == "CSTA, untrained trunk, supervised"


def test_it_learns_a_tiny_set() -> None:
    from vidgist.training.engine import learn
    from vidgist.training.training import make_learner

    data = labelled_videos(40)
    settings = replace(SMALL, dropout=0.0, attention_dropout=0.0, epochs=25)
    learner = make_learner(data, settings=settings, seed=0)
    losses: list[float] = []
    learn(
        learner,
        epochs=25,
        seed=0,
        identity={},
        report=lambda **state: losses.append(state["terms"]["total"]),
    )
    assert np.mean(losses[-3:]) < 0.5 * np.mean(losses[:3])
