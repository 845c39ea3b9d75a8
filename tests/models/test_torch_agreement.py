"""The exported network says what the trained one says, to 1e-4, whatever its settings."""

from __future__ import annotations

import needs_torch  # noqa: F401

# isort: split
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from safetensors.numpy import load_file

from synthetic_training import DIMENSION, random_videos
from vidgist.models import Model, load_model
from vidgist.models.settings import contrastive_settings, replace_settings
from vidgist.training.network import Refiner
from vidgist.training.rivals.dr_dsn import DsnSettings
from vidgist.training.rivals.dr_dsn.learner import DsnLearner
from vidgist.training.training import train


@pytest.mark.parametrize("kind", ["standard", "youtube8m"])
@pytest.mark.parametrize("preset", ["paper", "reference"])
def test_a_trained_network_is_exported_as_it_is(preset: str, kind: str, tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    settings = replace(contrastive_settings(preset, kind=kind), batch=4, epochs=1, samples=40)
    train(random_videos(rng), tmp_path / "m", settings=settings)
    model = load_model(tmp_path / "m")
    network = Refiner(DIMENSION, settings=settings.network, unit_input=settings.unit_input)
    stored = {name: torch.from_numpy(v) for name, v in load_file(tmp_path / "m").items()}
    network.load_state_dict(stored)
    network.eval()
    for length in (1, 17, 200, 1500):
        features = (5 * rng.normal(size=(length, DIMENSION))).astype(np.float32)
        with torch.no_grad():
            refined, logits = network(torch.from_numpy(features)[None])
        found, unique = model.apply(features)
        np.testing.assert_allclose(found, refined[0].numpy(), atol=1e-4)
        np.testing.assert_allclose(unique, logits[0].sigmoid().numpy(), atol=1e-4)


def test_dr_dsn_is_exported_as_it_is(tmp_path: Path) -> None:
    rng = np.random.default_rng(4)
    videos, settings = random_videos(rng), DsnSettings(hidden=32, epochs=1)
    learner = DsnLearner(videos, settings=settings, seed=0)
    card = train(videos, tmp_path / "m", settings=settings, seed=0)
    assert card.kind == "dr_dsn"
    weights = load_file(tmp_path / "m")
    learner.network.load_state_dict({n: torch.from_numpy(v) for n, v in weights.items()})
    features = rng.normal(size=(300, DIMENSION)).astype(np.float32)
    with torch.no_grad():
        expected = learner.network(F.normalize(torch.from_numpy(features), dim=-1)).sigmoid()
    found = Model(weights, card).scores(features)
    np.testing.assert_allclose(found, expected.numpy(), atol=1e-4)


def test_settings_change_the_network() -> None:
    settings = replace_settings(contrastive_settings("paper"), norm_after_feedforward=False)
    names = Refiner(8, settings=settings.network).state_dict()
    assert not any("last_norm" in name for name in names)
