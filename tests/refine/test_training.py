from __future__ import annotations

import needs_torch  # noqa: F401

# isort: split
import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from synthetic_training import background_videos, random_videos
from vidgist.errors import ModelError, OutputError, SettingError, TrainingError
from vidgist.model import load_model
from vidgist.model.file import read_tensors
from vidgist.refine.checkpoint import checkpoint_path
from vidgist.refine.settings import DsnSettings, Settings, replace_settings, train_settings
from vidgist.refine.training import train

SMALL = {"layers": 1, "width": 16, "samples": 20, "batch": 4, "epochs": 4, "segment": 5}
DSN = DsnSettings(hidden=8, epochs=4, learning_rate=1e-3)
METHODS: dict[str, Settings] = {
    "paper": replace_settings(train_settings("paper"), **SMALL),
    "reference": replace_settings(train_settings("reference"), **SMALL),
    "dr-dsn": DSN,
}


class StoppedError(Exception):
    """Stands for whatever ends a process in the middle of an epoch."""


def stop_after(step: int):
    def report(**state: object) -> None:
        if state["step"] == step:
            raise StoppedError

    return report


def weights(path: Path) -> dict[str, np.ndarray]:
    return read_tensors(path)[0]


@pytest.mark.parametrize("name", METHODS)
def test_the_same_seed_gives_the_same_numbers(
    name: str, rng: np.random.Generator, tmp_path: Path
) -> None:
    videos = random_videos(rng)
    for file, seed in (("a", 1), ("b", 1), ("c", 2)):
        train(videos, tmp_path / file, settings=METHODS[name], seed=seed)
    first, again, other = (weights(tmp_path / file) for file in "abc")
    assert all((first[key] == again[key]).all() for key in first)
    assert any((first[key] != other[key]).any() for key in first)


@pytest.mark.parametrize("name", METHODS)
def test_a_resumed_training_equals_an_unbroken_one(
    name: str, rng: np.random.Generator, tmp_path: Path
) -> None:
    videos, settings = random_videos(rng), METHODS[name]
    unbroken = train(videos, tmp_path / "unbroken", settings=settings, seed=5)
    broken = tmp_path / "broken"
    middle = unbroken.steps // 2 + 1  # in the third epoch, so that a part of it is lost
    with pytest.raises(StoppedError):
        train(
            *(videos, broken),
            settings=settings,
            seed=5,
            checkpoint_seconds=0,
            report=stop_after(middle),
        )
    assert checkpoint_path(broken).exists()
    assert not broken.exists()
    card = train(videos, broken, settings=settings, seed=5, resume=True)
    assert (card.steps, card.epochs) == (unbroken.steps, unbroken.epochs)
    expected, found = weights(tmp_path / "unbroken"), weights(broken)
    assert all((expected[key] == found[key]).all() for key in expected)
    assert not checkpoint_path(broken).exists()


def test_a_training_may_be_made_longer(rng: np.random.Generator, tmp_path: Path) -> None:
    videos, settings = random_videos(rng), METHODS["reference"]
    with pytest.raises(StoppedError):
        train(
            *(videos, tmp_path / "m"),
            settings=settings,
            checkpoint_seconds=0,
            report=stop_after(5),
        )
    longer = replace(settings, epochs=6)
    card = train(videos, tmp_path / "m", settings=longer, resume=True)
    train(videos, tmp_path / "whole", settings=longer)
    assert card.epochs == 6
    assert (weights(tmp_path / "m")["norm.bias"] == weights(tmp_path / "whole")["norm.bias"]).all()


@pytest.mark.parametrize(
    ("change", "named"),
    [({"seed": 9}, "seed"), ({"neighbors": 0.3}, "settings"), ({"videos": 1}, "training data")],
)
def test_a_checkpoint_of_another_run_is_refused(
    change: dict[str, float], named: str, rng: np.random.Generator, tmp_path: Path
) -> None:
    videos, settings = random_videos(rng), METHODS["paper"]
    with pytest.raises(StoppedError):
        train(
            *(videos, tmp_path / "m"),
            settings=settings,
            seed=1,
            checkpoint_seconds=0,
            report=stop_after(5),
        )
    if "videos" in change:
        videos = random_videos(rng)
    if "neighbors" in change:
        settings = replace_settings(settings, neighbors=change["neighbors"])
    with pytest.raises(ModelError, match=f"another {named}"):
        train(videos, tmp_path / "m", settings=settings, seed=change.get("seed", 1), resume=True)


def test_a_damaged_checkpoint_is_told(rng: np.random.Generator, tmp_path: Path) -> None:
    checkpoint_path(tmp_path / "m").write_bytes(b"\x00" * 100)
    with pytest.raises(ModelError, match="damaged"):
        train(random_videos(rng), tmp_path / "m", settings=METHODS["paper"], resume=True)


@pytest.mark.parametrize("name", ["paper", "dr-dsn"])
def test_a_loss_that_is_no_number_stops_with_step_and_term(
    name: str, rng: np.random.Generator, tmp_path: Path
) -> None:
    settings = METHODS[name]
    videos = random_videos(rng)
    broken = videos.rows.copy()
    broken[videos.starts[4] + 3] = np.inf
    with pytest.raises(TrainingError, match=r"step \d+ the term '(alignment|reward)'"):
        train(replace(videos, rows=broken), tmp_path / "m", settings=settings)
    assert not (tmp_path / "m").exists()


def test_zero_epochs_write_the_untrained_network(rng: np.random.Generator, tmp_path: Path) -> None:
    settings = replace(METHODS["reference"], epochs=0)
    card = train(random_videos(rng), tmp_path / "m", settings=settings, seed=3)
    assert (card.steps, card.loss) == (0, {})
    torch.manual_seed(99)  # what was drawn before does not matter
    train(random_videos(rng), tmp_path / "n", settings=settings, seed=3)
    first, second = weights(tmp_path / "m"), weights(tmp_path / "n")
    assert all((first[key] == second[key]).all() for key in first)


def test_a_model_is_not_overwritten_unasked(rng: np.random.Generator, tmp_path: Path) -> None:
    (tmp_path / "m").write_text("mine")
    with pytest.raises(OutputError, match="overwrite"):
        train(random_videos(rng), tmp_path / "m", settings=METHODS["paper"])
    assert (tmp_path / "m").read_text() == "mine"
    train(random_videos(rng), tmp_path / "m", settings=METHODS["paper"], overwrite=True)
    assert load_model(tmp_path / "m").card.steps == 8


def test_the_card_says_where_a_model_comes_from(rng: np.random.Generator, tmp_path: Path) -> None:
    videos = random_videos(rng)
    train(videos, tmp_path / "m", settings=METHODS["reference"], seed=7)
    card = load_model(tmp_path / "m").card
    assert (card.kind, card.dimension, card.seed, card.videos) == ("contrastive", 24, 7, 6)
    assert (card.data, card.backbone) == (videos.fingerprint, "noise")
    assert card.settings["network"]["width"] == 16
    assert {"vidgist", "python", "torch", "numpy"} == set(card.versions)
    assert all(math.isfinite(value) for value in card.loss.values())
    json.dumps(card.to_metadata())


@pytest.mark.parametrize(
    "wrong", [{"device": "tpu"}, {"precision": "int8"}, {"devices": 0}], ids=str
)
def test_unknown_devices_are_refused(
    wrong: dict[str, str], rng: np.random.Generator, tmp_path: Path
) -> None:
    with pytest.raises(SettingError):
        train(random_videos(rng), tmp_path / "m", settings=METHODS["paper"], **wrong)


def test_training_in_bfloat16_goes_through(rng: np.random.Generator, tmp_path: Path) -> None:
    card = train(random_videos(rng), tmp_path / "m", settings=METHODS["paper"], precision="bf16")
    assert math.isfinite(card.loss["total"])


# `reference` counts a video's own segments too and squeezes the target: less is left to learn.
@pytest.mark.parametrize(("preset", "least"), [("paper", 0.3), ("reference", 0.1)])
def test_the_filter_learns_what_videos_share(
    preset: str, least: float, rng: np.random.Generator, tmp_path: Path
) -> None:
    videos, shared = background_videos(rng)
    settings = replace_settings(
        train_settings(preset),
        **{"layers": 2, "width": 32, "samples": 40, "batch": 32, "epochs": 60, "segment": 5},
        learning_rate=1e-3,
    )

    def gap(name: str) -> float:
        """How much lower uniqueness is for the shared scene, mean over videos."""
        model = load_model(tmp_path / name, device="cpu", threads=1)
        gaps = []
        for i, background in enumerate(shared):
            start = videos.starts[i]
            unique = model.apply(videos.rows[start : start + videos.lengths[i]])[1]
            gaps.append(unique[~background].mean() - unique[background].mean())
        return float(np.mean(gaps))

    train(videos, tmp_path / "before", settings=replace(settings, epochs=0))
    train(videos, tmp_path / "after", settings=settings)
    before, after = gap("before"), gap("after")
    print(before, after)
    assert after > max(before, 0) + least
