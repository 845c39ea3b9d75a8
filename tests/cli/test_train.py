"""``vidgist train`` as users call it."""

from __future__ import annotations

import needs_torch  # noqa: F401

# isort: split
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from linear_rival import environment, install
from vidgist.cli import main
from vidgist.datasets import VideoRecord, append_videos
from vidgist.models import load_model

SMALL = ["--epochs", "2", "--width", "8", "--layers", "1", "--samples", "10", "-q"]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    rng = np.random.default_rng(0)
    records = [
        VideoRecord(key=f"video_{i}", features=rng.normal(size=(12 + i, 6)).astype(np.float32))
        for i in range(5)
    ]
    append_videos(tmp_path / "data.h5", records, attributes={"backbone": "net"})
    return tmp_path / "data.h5"


def test_a_model_is_trained_and_described(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = tmp_path / "m.safetensors"
    assert main(["train", str(data), "-o", str(model), "--seed", "4", "--json", *SMALL]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["kind"], told["seed"], told["epochs"], told["videos"]) == ("contrastive", 4, 2, 5)
    assert load_model(model).card.backbone == "net"


def test_dr_dsn_by_the_same_command(data: Path, tmp_path: Path) -> None:
    model = tmp_path / "m.safetensors"
    line = ["train", str(data), "-o", str(model), "--method", "dr_dsn", "--epochs", "1", "-q"]
    assert main(line) == 0
    assert load_model(model).scores(np.ones((9, 6))).shape == (9,)


def test_a_method_of_another_package(data: Path, tmp_path: Path) -> None:
    install(tmp_path, linear="linear_rival:METHOD")
    model = tmp_path / "m.safetensors"

    def vidgist(*line: str) -> dict[str, object]:
        command = [sys.executable, "-m", "vidgist", *line, "--json"]
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=900,
            check=True,
            env=environment(tmp_path),
        )
        return json.loads(done.stdout)

    card = vidgist("train", str(data), "-o", str(model), "--method", "linear")
    assert (card["kind"], card["epochs"], card["steps"]) == ("linear", 2, 10)
    assert vidgist("score", str(data), "--model", str(model), "--preset", "paper")


@pytest.mark.parametrize(
    ("options", "code", "says"),
    [
        (["--method", "drdsn"], 2, "did you mean 'dr_dsn'"),
        (["--preset", "papre"], 2, "did you mean 'paper'"),
        (["--method", "dr_dsn", "--heads", "2"], 2, "for --method contrastive"),
        (["--split", "1"], 2, "belong together"),
        (["--neighbors", "7"], 2, "expected a share in (0, 1], got 7"),
        (["--device", "tpu"], 2, "known: auto, cpu, cuda"),
    ],
)
def test_wrong_usage_is_one_line(
    options: list[str],
    code: int,
    says: str,
    data: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["train", str(data), "-o", str(tmp_path / "m"), *options, "-q"]) == code
    error = capsys.readouterr().err
    assert says in error
    assert error.count("\n") == 1
    assert not (tmp_path / "m").exists()


def test_a_video_alone_is_warned_of(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = ["train", str(data), *(a for a in SMALL if a != "-q"), "--epochs", "0"]
    for number, (options, warned) in enumerate(
        [(["--batch", "1"], 1), (["--batch", "1", "--preset", "reference"], 0), ([], 0)]
    ):
        assert main([*line, "-o", str(tmp_path / str(number)), *options]) == 0
        assert capsys.readouterr().err.count("warning: ") == warned


def test_where_a_run_goes_on_is_said(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = ["train", str(data), "-o", str(tmp_path / "m"), *(a for a in SMALL if a != "-q")]
    (tmp_path / "m.checkpoint").write_bytes(b"x")
    assert main(line) == 1
    assert "--resume, or start over with --overwrite" in capsys.readouterr().err
    (tmp_path / "m.checkpoint").unlink()
    assert main([*line, "--resume"]) == 0
    assert "m.checkpoint: there is no checkpoint" in capsys.readouterr().err


def test_an_existing_model_is_kept(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "m").write_text("mine")
    assert main(["train", str(data), "-o", str(tmp_path / "m"), *SMALL]) == 1
    assert "--overwrite" in capsys.readouterr().err
    assert (tmp_path / "m").read_text() == "mine"


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_ctrl_c_keeps_the_last_checkpoint(data: Path, tmp_path: Path) -> None:
    model, checkpoint = tmp_path / "m.safetensors", tmp_path / "m.safetensors.checkpoint"
    program = (
        "import sys, vidgist.training.engine as engine; engine.CHECKPOINT_SECONDS = 0; "
        "from vidgist.cli import main; sys.exit(main())"
    )
    line = ["train", str(data), "-o", str(model), "--width", "8", "--layers", "1"]
    command = [sys.executable, "-c", program, *line, "--epochs", "1000000"]
    running = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 600
    while not checkpoint.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    running.send_signal(signal.SIGINT)
    _, error = running.communicate(timeout=600)
    assert running.returncode == 130
    assert "--resume" in error
    assert not model.exists()
    kept = sorted(path.name for path in tmp_path.iterdir())
    assert kept == ["data.h5", checkpoint.name]  # and nothing half-written


def test_two_processes_give_what_one_gives(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    records = [
        VideoRecord(key=f"video_{i}", features=rng.normal(size=(12, 6)).astype(np.float32))
        for i in range(4)  # batches of 4 are shared equally
    ]
    append_videos(tmp_path / "data.h5", records)
    line = ["--epochs", "2", "--width", "8", "--layers", "1", "--samples", "10", "--batch", "4"]
    told = {}
    for devices in ("1", "2"):
        model = tmp_path / f"{devices}.safetensors"
        command = ["train", str(tmp_path / "data.h5"), "-o", str(model), *line, "--device", "cpu"]
        done = subprocess.run(
            [sys.executable, "-m", "vidgist", *command, "--devices", devices, "--json"],
            capture_output=True,
            text=True,
            timeout=900,
            check=True,
        )
        told[devices] = json.loads(done.stdout)  # one document: the other process is silent
        assert done.stderr.count("videos of 6 numbers") == 1
        assert "distributed" not in done.stderr
    assert told["2"]["loss"] == pytest.approx(told["1"]["loss"], abs=1e-5)
    one, two = (load_file(tmp_path / f"{n}.safetensors") for n in ("1", "2"))
    for name, values in one.items():
        np.testing.assert_allclose(two[name], values, atol=1e-6)
