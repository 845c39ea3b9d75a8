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
from vidgist.models import load_model
from vidgist.models.settings import TrainingSettings, contrastive_settings, replace_settings
from vidgist.system.tensors import Tensors, open_tensors, write_tensors
from vidgist.training.checkpoint import checkpoint_path
from vidgist.training.identity import identity_of, run_name
from vidgist.training.rivals.dr_dsn import DsnSettings
from vidgist.training.training import train
from vidgist.training.videos import TrainingVideos

SMALL = {"layers": 1, "width": 16, "samples": 20, "batch": 4, "epochs": 4, "segment": 5}
DSN = DsnSettings(hidden=8, epochs=4, learning_rate=1e-3)
METHODS: dict[str, TrainingSettings] = {
    "paper": replace_settings(contrastive_settings("paper"), **SMALL),
    "reference": replace_settings(contrastive_settings("reference"), **SMALL),
    "dr_dsn": DSN,
}


TERMS = ("alignment", "uniformity", "uniqueness", "filter", "total")


class StoppedError(Exception):
    """Stands for whatever ends a process in the middle of an epoch."""


def stop_after(step: int):
    def report(**state: object) -> None:
        if state["step"] == step:
            raise StoppedError

    return report


def read_tensors(path: Path) -> tuple[Tensors, dict[str, str]]:
    with open_tensors(path, cure="") as file:
        return file.read(), file.metadata


def weights(path: Path) -> Tensors:
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


def test_a_finished_training_is_not_gone_on_with(tmp_path: Path, rng: np.random.Generator) -> None:
    videos, model = random_videos(rng), tmp_path / "m"
    train(videos, model, settings=METHODS["paper"], seed=1)
    before = model.read_bytes()
    with pytest.raises(OutputError, match="its training is finished"):
        train(videos, model, settings=METHODS["paper"], seed=1, resume=True, overwrite=True)
    assert model.read_bytes() == before


@pytest.fixture
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Write a checkpoint after every epoch."""
    monkeypatch.setattr("vidgist.training.engine.CHECKPOINT_SECONDS", 0.0)


@pytest.mark.parametrize("name", METHODS)
@pytest.mark.usefixtures("often")
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
            report=stop_after(middle),
        )
    assert checkpoint_path(broken).exists()
    assert not broken.exists()
    card = train(videos, broken, settings=settings, seed=5, resume=True)
    assert (card.steps, card.epochs) == (unbroken.steps, unbroken.epochs)
    expected, found = weights(tmp_path / "unbroken"), weights(broken)
    assert all((expected[key] == found[key]).all() for key in expected)
    assert not checkpoint_path(broken).exists()


@pytest.mark.usefixtures("often")
def test_a_training_may_be_made_longer(rng: np.random.Generator, tmp_path: Path) -> None:
    videos, settings = random_videos(rng), METHODS["reference"]
    with pytest.raises(StoppedError):
        train(
            *(videos, tmp_path / "m"),
            settings=settings,
            report=stop_after(5),
        )
    longer = replace(settings, epochs=6)
    card = train(videos, tmp_path / "m", settings=longer, resume=True)
    train(videos, tmp_path / "whole", settings=longer)
    assert card.epochs == 6
    assert (weights(tmp_path / "m")["norm.bias"] == weights(tmp_path / "whole")["norm.bias"]).all()


@pytest.fixture
def stopped(rng: np.random.Generator, tmp_path: Path, often: None) -> tuple[TrainingVideos, Path]:
    """Videos, and a model of them whose training stopped in its third epoch."""
    videos = random_videos(rng)
    with pytest.raises(StoppedError):
        train(
            *(videos, tmp_path / "m"),
            settings=METHODS["paper"],
            seed=1,
            report=stop_after(5),
        )
    return videos, tmp_path / "m"


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"seed": 9}, r"\(seed was 1, now 9\)"),
        ({"neighbors": 0.3, "heads": 2}, r"\(heads was 1, now 2; neighbors was 0\.1, now 0\.3\)"),
        ({"videos": 1}, r"training data was [0-9a-f]{32}, now [0-9a-f]{32}"),
        ({"precision": "bf16"}, r"\(precision was fp32, now bf16\)"),
        ({"method": 1}, r"\(method was contrastive, now dr_dsn\)"),
    ],
    ids=str,
)
def test_a_checkpoint_of_another_run_is_refused(
    change: dict[str, float],
    named: str,
    rng: np.random.Generator,
    stopped: tuple[TrainingVideos, Path],
) -> None:
    videos, model = stopped
    how = {"seed": 1} | {n: v for n, v in change.items() if n in ("seed", "precision")}
    inner = {name: v for name, v in change.items() if name in ("neighbors", "heads")}
    settings = replace_settings(METHODS["paper"], **inner) if "method" not in change else DSN
    if "videos" in change:
        videos = random_videos(rng)
    with pytest.raises(ModelError, match=named) as error:
        train(videos, model, settings=settings, resume=True, **how)
    assert "start over with overwrite=True in the place of resume=True" in str(error.value)


def test_the_devices_belong_to_a_run(rng: np.random.Generator) -> None:
    one, two = (
        identity_of(random_videos(rng), settings=DSN, seed=0, precision="fp32", devices=n)
        for n in (1, 2)
    )
    assert (one["devices"], two["devices"]) == (1, 2)


def test_the_names_of_finished_runs_stay() -> None:
    """Folders of models are years old: what computed a model is not part of its name."""
    videos = random_videos(np.random.default_rng(1))
    name = run_name(videos, settings=contrastive_settings("paper"), seed=3)
    assert name == "contrastive-40-3-1ade21ba0cd74bfb.safetensors"


def test_a_checkpoint_of_more_epochs_is_refused(stopped: tuple[TrainingVideos, Path]) -> None:
    videos, model = stopped
    shorter = replace(METHODS["paper"], epochs=1)
    with pytest.raises(ModelError, match=r"has 2 epochs already, expected at most 1; .*epochs=2"):
        train(videos, model, settings=shorter, seed=1, resume=True)
    card = train(videos, model, settings=replace(shorter, epochs=2), seed=1, resume=True)
    assert card.epochs == 2


def test_a_checkpoint_of_an_earlier_version_is_gone_on_with(
    stopped: tuple[TrainingVideos, Path],
) -> None:
    videos, model = stopped
    tensors, metadata = read_tensors(checkpoint_path(model))
    state = json.loads(metadata["state"])
    del state["identity"]["precision"], state["identity"]["devices"]
    metadata["state"] = json.dumps(state)
    write_tensors(checkpoint_path(model), tensors, metadata=metadata, overwrite=True)
    card = train(videos, model, settings=METHODS["paper"], seed=1, resume=True)
    assert card.epochs == 4


def test_an_unfinished_training_is_not_lost_unasked(stopped: tuple[TrainingVideos, Path]) -> None:
    videos, model = stopped
    kept = checkpoint_path(model).read_bytes()
    with pytest.raises(OutputError, match=r"m\.checkpoint: holds .*resume=True.*overwrite=True"):
        train(videos, model, settings=METHODS["paper"], seed=2)
    assert checkpoint_path(model).read_bytes() == kept
    train(videos, model, settings=METHODS["paper"], seed=2, overwrite=True)
    assert not checkpoint_path(model).exists()


def test_where_a_training_goes_on_is_told(stopped: tuple[TrainingVideos, Path]) -> None:
    videos, model = stopped
    told: list[str] = []
    how = {"settings": METHODS["paper"], "seed": 1, "resume": True, "note": told.append}
    train(videos, model, **how)
    train(videos, model.with_name("new"), **how)
    assert told[0].endswith("m.checkpoint: 2 epochs of 4 are done, the training goes on")
    assert "new.checkpoint: there is no checkpoint" in told[1]


@pytest.mark.parametrize("kind", ["bytes", "large", "missing", "foreign"])
def test_a_damaged_checkpoint_is_told(kind: str, stopped: tuple[TrainingVideos, Path]) -> None:
    videos, model = stopped
    path = checkpoint_path(model)
    tensors, metadata = read_tensors(path)
    if kind == "large":
        tensors["network.norm.bias"] = np.zeros((2**10, 2**10), np.float32)
    elif kind == "missing":
        del tensors["network.norm.bias"]
    elif kind == "foreign":
        metadata = {}
    write_tensors(path, tensors, metadata=metadata, overwrite=True)
    if kind == "bytes":
        path.write_bytes(b"\x00" * 100)
    with pytest.raises(ModelError) as error:
        train(videos, model, settings=METHODS["paper"], seed=1, resume=True)
    assert str(error.value).startswith(f"{path}: ")
    assert str(error.value).endswith("start over with overwrite=True in the place of resume=True")


@pytest.mark.parametrize(
    ("count", "batch", "says"), [(1, 4, "cannot share 1 videos"), (6, 1, "1 videos of a batch")]
)
def test_more_devices_than_videos_are_refused(
    count: int, batch: int, says: str, rng: np.random.Generator, tmp_path: Path
) -> None:
    settings = replace(METHODS["paper"], batch=batch)
    with pytest.raises(SettingError, match=says):
        train(random_videos(rng, count=count), tmp_path / "m", settings=settings, devices=2)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["paper", "dr_dsn"])
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
    run = {"precision": "fp32", "devices": 1, "threads": torch.get_num_threads()}
    assert card.run == {**run, "seconds": card.run["seconds"]}
    assert card.run["seconds"] > 0
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


def test_a_video_alone_in_its_batch_teaches_the_filter_nothing(
    rng: np.random.Generator, tmp_path: Path
) -> None:
    """Five videos in batches of four leave one; one video is alone from the beginning."""
    videos = random_videos(rng, count=5)
    card = train(videos, tmp_path / "five", settings=METHODS["paper"])
    assert (card.steps, set(card.loss)) == (8, set(TERMS))
    alone = replace(METHODS["paper"], weight_decay=0.0)
    card = train(videos.subset(["video_0"]), tmp_path / "one", settings=alone)
    assert set(card.loss) == set(TERMS) - {"uniqueness", "filter"}
    train(videos, tmp_path / "before", settings=replace(alone, epochs=0))
    before, after = weights(tmp_path / "before"), weights(tmp_path / "one")
    for name, values in before.items():
        assert (values == after[name]).all() == name.startswith("filter"), name
    counted = train(videos.subset(["video_0"]), tmp_path / "own", settings=METHODS["reference"])
    assert set(counted.loss) == set(TERMS)


# `reference` counts a video's own segments too and squeezes the target: less is left to learn.
@pytest.mark.parametrize(("preset", "least"), [("paper", 0.3), ("reference", 0.1)])
def test_the_filter_learns_what_videos_share(
    preset: str, least: float, rng: np.random.Generator, tmp_path: Path
) -> None:
    videos, shared = background_videos(rng)
    settings = replace_settings(
        contrastive_settings(preset),
        **{"layers": 2, "width": 32, "samples": 40, "batch": 32, "epochs": 60, "segment": 5},
        learning_rate=1e-3,
    )

    def gap(name: str) -> float:
        """How much lower uniqueness is for the shared scene, mean over videos."""
        model = load_model(tmp_path / name)
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


def test_the_card_says_what_the_model_was_trained_on(
    rng: np.random.Generator, tmp_path: Path
) -> None:
    videos = random_videos(rng)
    split = {"file": "splits.json", "sha256": "0" * 64, "number": 3}
    settings = replace(METHODS["paper"], epochs=0)
    train(
        videos, tmp_path / "m.safetensors", settings=settings, split=split, command="vidgist train"
    )
    model = load_model(tmp_path / "m.safetensors")
    said = model.card.trained_on
    assert said["keys"] == list(videos.keys)
    assert (said["split"], said["command"]) == (split, "vidgist train")
    first = videos.rows[: videos.lengths[0]]
    assert model.learned_from(first)
    assert model.learned_from(first.astype(np.float32))
    assert not model.learned_from(first + 1)
