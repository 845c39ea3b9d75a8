from __future__ import annotations

import json

import numpy as np
import pytest

import small_data
from vidgist.cli import main
from vidgist.datasets import VideoRecord, open_dataset, write_dataset


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    path = tmp_path_factory.mktemp("data") / "small.h5"
    small_data.dataset(path, count=3)
    return path


PAPER = ("--metric", "tvsum", "--preset", "paper")


def run(*arguments: object) -> int:
    return main(["evaluate", *map(str, arguments)])


def test_the_table_has_the_rows_that_tell_its_worth(data, capsys):
    assert run(data, "--metric", "tvsum", "--preset", "paper", "--seeds", 3, "-q") == 0
    printed = capsys.readouterr()
    rows = [line.split("  ")[0].strip() for line in printed.out.splitlines()]
    for row in ("alignment x uniformity", "random", "constant", "human", "ceiling"):
        assert row in rows
    assert "protocol: paper" in printed.out
    assert printed.err == ""


def test_formats_and_scores_beside(data, tmp_path, capsys):
    path = tmp_path / "mine.json"
    path.write_text(json.dumps({r.key: r.gtscore.tolist() for r in open_dataset(data)}))
    options = (data, "--metric", "tvsum", "--preset", "paper", "--beside", path, "--seeds", 2, "-q")
    for style, said in (
        ("latex", r"\caption"),
        ("markdown", "| mine.json"),
        ("csv", ",mine.json,"),
    ):
        assert run(*options, "--format", style) == 0
        assert said in capsys.readouterr().out
    assert run(*options, "--format", "json") == 0
    document = json.loads(capsys.readouterr().out)
    assert "mine.json - alignment x uniformity" in document["differences"]
    assert run(*options, "--format", "csv", "--json") == 2
    assert run(*options, "--format", "csv", "--per-video") == 2
    assert run(*options, "--json", "--per-video") == 0
    assert run(*options, "--format", "cvs") == 2
    assert "did you mean 'csv'" in capsys.readouterr().err


def test_a_file_without_annotations_is_an_error(tmp_path, capsys):
    path = tmp_path / "bare.h5"
    record = VideoRecord(key="video_1", features=np.eye(6), picks=np.arange(6) * 15, n_frames=90)
    write_dataset(path, [record])
    assert run(path, "--metric", "tvsum", "--json", "-q") == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert f"error: {path}: holds no annotations" in printed.err


def test_the_default_is_that_of_all_commands(data, capsys):
    assert run(data, "--metric", "tvsum", "--seeds", 1, "-q") == 0
    printed = capsys.readouterr().out
    assert "distinctiveness x belonging, projected" in printed
    assert "protocol: reference" in printed


def test_json_has_the_documented_keys(data, capsys):
    assert run(data, "--metric", "tvsum", "--preset", "reference", "--json", "-q") == 0
    document = json.loads(capsys.readouterr().out)
    assert document["dataset"] == "small.h5"
    assert document["metric"] == "tvsum"
    assert document["preset"] == "reference"
    assert document["settings"]["avoid_zeros"] == "exp"
    assert document["settings"]["protocol"] == "reference"
    assert set(document["videos"]) == {"video_1", "video_2", "video_3"}
    measures = {"tau", "rho", "f1", "captured", "repeats", "coverage", "lowest_fifth"}
    assert all(set(numbers) == measures for numbers in document["videos"].values())
    assert set(document["mean"]) == measures
    assert document["settings"]["select"] == "knapsack"


def test_reference_avoids_zeros_as_the_metric_wants(data, capsys):
    options = ("--preset", "reference", "--json", "-q", "--seeds", 1)
    for given, expected in (((), "eps"), (("--avoid-zeros", "exp"), "exp")):
        assert run(data, "--metric", "summe", *options, *given) == 0
        assert json.loads(capsys.readouterr().out)["settings"]["avoid_zeros"] == expected


def test_settings_reach_the_score(data, capsys):
    means = []
    for options in ((), ("--criteria", "alignment"), ("--neighbors", 0.3), ("--smoothing", 4)):
        assert run(data, *PAPER, "--json", "-q", "--seeds", 1, *options) == 0
        means.append(json.loads(capsys.readouterr().out)["mean"]["rho"])
    assert len(set(means)) == 4


def test_splits_and_single_videos(data, tmp_path, capsys):
    splits = tmp_path / "splits.json"
    splits.write_text('[{"train_keys": [], "test_keys": ["video_2"]}]')
    assert run(data, "--metric", "tvsum", "--splits", splits, "--no-per-video", "-q") == 0
    means = capsys.readouterr().out
    assert not any(line.startswith("video_2") for line in means.splitlines())
    assert run(data, "--metric", "tvsum", "--splits", splits, "-q") == 0
    out = capsys.readouterr().out
    assert out.endswith(means)
    assert "mean over 1 split, 1 distinct video tested" in out
    assert out.splitlines()[4].startswith("video_2")
    assert run(data, "--metric", "tvsum", "--splits", splits, "--json", "-q") == 0
    document = json.loads(capsys.readouterr().out)
    assert document["splits"] == [document["videos"]["video_2"]]


@pytest.mark.parametrize("name", ["random", "constant", "human"])
def test_baselines(data, name, capsys):
    assert run(data, "--metric", "tvsum", "--scores", name, "--json", "-q", "--seeds", 2) == 0
    document = json.loads(capsys.readouterr().out)
    if name == "constant":
        assert document["mean"]["tau"] == 0
    assert document["settings"]["scores"] == name


def test_joined_data_can_be_kept(data, tmp_path, capsys):
    rng = np.random.default_rng(0)
    frames = {record.name: record.n_frames for record in open_dataset(data)}
    path = tmp_path / "ydata.mat"
    small_data.tvsum_annotations(path, {n: rng.integers(1, 6, (7, f)) for n, f in frames.items()})
    joined = tmp_path / "joined.h5"
    options = ("--metric", "tvsum", "--annotations", path, "--shots-from", data, "-q")
    assert run(data, *options, "--save", joined, "--seeds", 1) == 0
    first = capsys.readouterr().out.splitlines()
    assert all(len(record.user_summary) == 7 for record in open_dataset(joined))
    assert open_dataset(joined).attributes["backbone"] == "noise"
    assert run(data, *options, "--save", joined) == 1
    assert "exists already" in capsys.readouterr().err
    assert run(joined, "--metric", "tvsum", "-q", "--seeds", 1) == 0
    # The same numbers from the file that was kept.
    again = capsys.readouterr().out.splitlines()
    row = "distinctiveness x belonging, projected  "
    assert [line for line in again if line.startswith(row)] == [
        line for line in first if line.startswith(row)
    ]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--metric", "tvsun"), "did you mean 'tvsum'"),
        (("--metric", "tvsum", "--protocol", "otanni"), "did you mean 'otani'"),
        (("--metric", "tvsum", "--protocol", "runs"), "summe only"),
        (("--metric", "tvsum", "--shots", "mine"), "official, kts"),
        (("--metric", "tvsum", "--preset", "papr"), "did you mean 'paper'"),
        ((*PAPER, "--neighbors", "2"), "--neighbors: expected a share"),
        (("--metric", "tvsum", "--neighbors", "0.2"), "start from --preset paper"),
        ((), "--metric"),
    ],
)
def test_wrong_usage(data, options, said, capsys):
    assert run(data, *options) == 2
    error = capsys.readouterr().err
    assert said in error
    assert len(error.strip().splitlines()) == 1


def test_wrong_files(data, tmp_path, capsys):
    for arguments in (
        (tmp_path / "nothing.h5", "--metric", "tvsum"),
        (data, "--metric", "tvsum", "--splits", data),
        (data, "--metric", "tvsum", "--scores", tmp_path / "nothing.json"),
        (data, "--metric", "tvsum", "--annotations", data),
    ):
        assert run(*arguments, "-q") == 1
        error = capsys.readouterr().err
        assert error.startswith("error: ")
        assert len(error.strip().splitlines()) == 1


def test_rule_budget_and_summaries(data, tmp_path, capsys):
    options = (data, *PAPER, "-q", "--seeds", 1)
    assert run(*options, "--select", "gist", "--budget", "20%", "--no-per-video") == 0
    out = capsys.readouterr().out
    assert "select gist, budget 20%" in out
    assert "uniform, 3 s" in out
    assert max(map(len, out.split("summaries")[1].split("note")[0].splitlines())) <= 140
    path = tmp_path / "mine.json"
    path.write_text(json.dumps({"video_1": {"pieces": [[0, 2]]}, "video_2": [[3, 4.5]]}))
    assert run(*options, "--scores", path, "--json") == 0
    document = json.loads(capsys.readouterr().out)
    assert document["mean"]["tau"] is None
    assert document["mean"]["captured"] is not None
    path.write_text('{"video_1": {"from": 3}}')
    assert run(*options, "--scores", path) == 1
    error = capsys.readouterr().err
    assert "or a summary" in error
    assert len(error.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--select", "gst"), "--select: unknown value 'gst'"),
        (("--budget", "much"), "--budget: cannot read 'much'"),
    ],
)
def test_wrong_rule_or_budget(data, options, said, capsys):
    assert run(data, *PAPER, *options) == 2
    assert said in capsys.readouterr().err


def test_a_missing_option_says_what_to_give(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("evaluate", "data.h5") == 2
    assert "give --metric tvsum|summe" in capsys.readouterr().err
