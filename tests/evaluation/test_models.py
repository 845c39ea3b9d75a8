"""``evaluate --model``: a model's row is what its scores are worth; it must fit the features."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest

from vidgist.cli import main
from vidgist.datasets import VideoRecord, append_videos, open_dataset
from vidgist.evaluation.judge import Judge
from vidgist.evaluation.protocols import protocol, settings_for
from vidgist.models import METHODS, ModelCard, load_model
from vidgist.models.card import videos_of
from vidgist.models.methods import training_settings
from vidgist.scoring.presets import preset
from vidgist.scoring.scorer import Scorer
from vidgist.system.fingerprint import array_fingerprint
from vidgist.system.tensors import open_tensors, write_tensors

ALL = ("alignment", "uniformity", "uniqueness")
CRITERIA = ",".join(ALL)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    rng = np.random.default_rng(0)
    records = [
        VideoRecord(
            key=f"video_{i}",
            features=rng.normal(size=(20 + i, 6)).astype(np.float32),
            picks=np.arange(20 + i) * 15,
            n_frames=(20 + i) * 15,
            user_scores=rng.integers(1, 6, size=(3, 20 + i)).astype(float),
        )
        for i in range(3)
    ]
    append_videos(tmp_path / "data.h5", records, attributes={"backbone": "net"})
    return tmp_path / "data.h5"


def write_model(
    path: Path, *, dimension: int = 6, backbone: str = "net", dsn: bool = False
) -> Path:
    settings = training_settings("contrastive", layers=1, width=8)
    if dsn:
        settings = training_settings("dr_dsn", hidden=4)
    shapes = METHODS[settings.method].shapes(dimension, settings)
    rng = np.random.default_rng(1)
    tensors = {n: rng.normal(scale=0.3, size=s).astype(np.float32) for n, s in shapes.items()}
    card = ModelCard(
        kind=settings.method,
        dimension=dimension,
        backbone=backbone,
        settings=dataclasses.asdict(settings),
    )
    write_tensors(path, tensors, metadata=card.to_metadata())
    return path


def evaluate(data: Path, model: Path, *more: str) -> int:
    line = ["evaluate", str(data), "--metric", "tvsum", "--preset", "paper", "--seeds", "2"]
    return main([*line, "--model", str(model), "--json", "-q", *more])


@pytest.mark.parametrize("dsn", [False, True])
def test_a_models_row_is_what_its_scores_are_worth(
    dsn: bool, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_model(tmp_path / "m.safetensors", dsn=dsn)
    assert evaluate(data, path, *([] if dsn else ["--criteria", CRITERIA])) == 0
    document = json.loads(capsys.readouterr().out)
    model = load_model(path)
    settings = settings_for(preset("paper", criteria=None if dsn else ALL), metric="tvsum")
    for record in open_dataset(data):
        judge = Judge(record, metric="tvsum", protocol=protocol("paper", metric="tvsum"))
        features = record.to_features()
        scores = (
            model.scores(features)
            if dsn
            else Scorer(settings, model=model).score(features).importance
        )
        tau, rho, _ = judge.measure(scores[None])[0]
        found = document["videos"][record.key]
        assert found["tau"] == pytest.approx(tau)
        assert found["rho"] == pytest.approx(rho)
    assert document["settings"]["model"] == "m.safetensors"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"dimension": 9}, "with 9 numbers a sample, these of net have 6"),
        ({"backbone": "other"}, "trained on features of other, these are of net"),
    ],
)
def test_features_of_another_kind_are_refused(
    change: dict[str, str | int],
    says: str,
    data: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = write_model(tmp_path / "m.safetensors", **change)
    assert evaluate(data, path) == 1
    error = capsys.readouterr().err
    assert says in error
    assert error.count("\n") == 1


def test_a_rival_gives_no_uniqueness(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_model(tmp_path / "m.safetensors", dsn=True)
    assert evaluate(data, path, "--criteria", CRITERIA) == 2
    assert "uniqueness needs a model" in capsys.readouterr().err


def test_a_model_and_scores_contradict_each_other(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_model(tmp_path / "m.safetensors")
    assert evaluate(data, path, "--scores", "random") == 2
    assert "contradicts" in capsys.readouterr().err


@pytest.mark.parametrize(
    "options",
    [
        ["--criteria", "alignment"],
        ["--smoothing", "2"],
        ["--avoid-zeros", "eps"],
        ["--bank", "none"],
    ],
    ids=lambda options: options[0],
)
def test_settings_of_the_score_and_scores_contradict_each_other(
    data: Path, capsys: pytest.CaptureFixture[str], options: list[str]
) -> None:
    command = ["evaluate", str(data), "--metric", "tvsum", "--scores", "random"]
    assert main([*command, *options]) == 2
    assert f"{options[0]}: contradicts --scores random; give one" in capsys.readouterr().err
    assert main([*command, "--preset", "paper", "--seeds", "2"]) == 0  # names the protocol


def trained(path: Path, data: Path, keys: list[str], **more: object) -> Path:
    """Write a model whose card says that it was trained on some videos of the data."""
    records = list(open_dataset(data).records(keys=keys, fields=("features",)))
    digests = [array_fingerprint(record.features) for record in records]
    model = load_model(write_model(path))
    card = dataclasses.replace(model.card, trained_on=videos_of(keys, digests, **more))
    with open_tensors(path, cure="") as file:
        tensors = file.read()
    write_tensors(path, tensors, metadata=card.to_metadata(), overwrite=True)
    return path


def test_a_model_is_not_measured_on_what_it_was_trained_on(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    split = {"file": "mine.json", "sha256": "0" * 64, "number": 2}
    path = trained(tmp_path / "m.safetensors", data, ["video_0", "video_2"], split=split)
    assert evaluate(data, path) == 1
    error = capsys.readouterr().err
    assert "was trained on 2 of these 3 videos (video_0, video_2)" in error
    assert "--splits mine.json, --split=2" in error or "--splits mine.json, --split 2" in error
    assert "--allow-seen" in error
    assert evaluate(data, path, "--allow-seen") == 0
    document = json.loads(capsys.readouterr().out)
    assert any("trained on 2 of these 3 videos" in note for note in document["notes"])
    differences = " ".join(document["differences"])
    assert "(trained on 2 of 3)" in differences
    # Tested on the video that it never saw, nothing is in the way.
    parts = [{"train_keys": ["video_0", "video_2"], "test_keys": ["video_1"]}]
    (tmp_path / "splits.json").write_text(json.dumps(parts))
    assert evaluate(data, path, "--splits", str(tmp_path / "splits.json")) == 0
    assert "trained on" not in capsys.readouterr().out


def test_a_model_that_does_not_say_what_it_was_trained_on_is_noted(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert evaluate(data, write_model(tmp_path / "m.safetensors")) == 0
    notes = json.loads(capsys.readouterr().out)["notes"]
    assert any("does not say which videos it was trained on" in note for note in notes)


def test_a_card_lists_no_more_videos_than_it_can_hold() -> None:
    many = [f"video_{n}" for n in range(20_000)]
    said = videos_of(many, ["0" * 32] * len(many), command="vidgist train")
    assert (said["keys"], said["digests"]) == ([], [])
    few = videos_of(many[:2], ["0" * 32] * 2)
    assert few["digests"] == ["0" * 16] * 2
