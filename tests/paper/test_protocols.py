"""``benchmark protocols`` and ``published``: every convention, and the literature as data."""

from __future__ import annotations

import csv
import io
import json

import numpy as np
import pytest

import small_data
from vidgist.cli import main
from vidgist.datasets import open_dataset
from vidgist.datasets.known_splits import named_splits
from vidgist.evaluation.judge import Judge
from vidgist.evaluation.protocols import PROTOCOLS, protocol
from vidgist.paper.published import comparable, how_sure, literature, papers_own, published_rows


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    data = tmp_path_factory.mktemp("data")
    small_data.dataset(data / "tvsum.h5", count=5)
    small_data.dataset(data / "summe.h5", count=6, kind="summe", seed=1)
    rng = np.random.default_rng(0)
    for name in ("tvsum", "summe"):
        dataset = open_dataset(data / f"{name}.h5")
        scores = {record.key: rng.random(record.n_samples).tolist() for record in dataset}
        (data / f"{name}_scores.txt").write_text(json.dumps(scores))
    return data


def run(folder, *arguments):
    return main(["benchmark", "protocols", "--data", str(folder), "-q", *map(str, arguments)])


def test_every_convention_gives_what_the_judge_says(folder, capsys):
    scores = folder / "tvsum_scores.txt"
    names = ("csta", "2s", "mr-hisum")
    chosen = [part for name in names for part in ("--protocol", name)]
    assert run(folder, "--scores", f"Ours={scores}", *chosen, "--json") == 0
    document = json.loads(capsys.readouterr().out)
    values = json.loads(scores.read_text())
    tables = {t["protocol"]: t for t in document["tables"] if t["metric"] == "tvsum"}
    assert set(tables) == set(names)
    for name, table in tables.items():
        judges = [
            Judge(record, metric="tvsum", protocol=protocol(name, metric="tvsum"))
            for record in open_dataset(folder / "tvsum.h5")
        ]
        measured = [j.measure(np.array(values[j.record.key])[None])[0] for j in judges]
        means = zip(judges[0].measures, np.array(measured).T, strict=True)
        expected = {m: v[np.isfinite(v)].mean() for m, v in means if np.isfinite(v).any()}
        found = {m: v for m, v in table["rows"]["Ours"]["mean"].items() if v is not None}
        assert found == pytest.approx(expected)
        assert {"random", "constant", "human"} < set(table["rows"])
        assert table["provenance"]["protocol"].startswith(name)


def test_all_conventions_stand_in_one_table(folder, capsys):
    assert run(folder, "--seeds", 2) == 0
    printed = capsys.readouterr().out
    for name in PROTOCOLS:
        assert f"\n{name} " in printed
    header = next(line for line in printed.splitlines() if "TVSum" in line and "SumMe" in line)
    assert header
    assert "alignment x uniformity" in printed


def test_own_splits_of_each_protocol(folder, tmp_path, capsys):
    assert run(folder, "--splits", "folds:1", "--protocol", "csta", "--seeds", 2, "--json") == 0
    (first, *_) = json.loads(capsys.readouterr().out)["tables"]
    assert len(first["splits"]) == 5
    assert any("tested once" in note for note in first["notes"])
    # The data is neither TVSum nor SumMe, so that the lists of papers are not of it.
    assert run(folder, "--splits", "own", "--protocol", "csta") == 2
    assert "csta are splits of video_1 to video_50" in capsys.readouterr().err


def test_scores_that_fit_no_data_set(folder, tmp_path, capsys):
    path = tmp_path / "odd.json"
    path.write_text(json.dumps({"video_1": [0.1, 0.2]}))
    assert run(folder, "--scores", path, "--protocol", "csta") == 1
    capsys.readouterr()
    assert run(folder, "--scores", tmp_path / "none.json", "--protocol", "csta") == 1
    assert "there is no such file" in capsys.readouterr().err


def test_published_rows_name_their_terms():
    rows = literature()
    assert {row.row for row in rows} >= {
        *("CA-SUM", "PGL-SUM", "MSVA", "CSTA", "LLMVS", "SummDiff", "TAC-SUM", "RS-SUM"),
        "DSNet, anchor-based",
    }
    for row in rows:
        assert row.source
        assert row.sure.split(",")[0] in how_sure()
        assert row.apart or (row.protocol in PROTOCOLS and row.splits in named_splits())
        figures = (row.tau, row.rho, row.f1)
        assert all(value is None or -1 < value < 1 for value in figures)
        assert any(value is not None for value in figures) == (row.sure != "not confirmed")
    assert comparable("csta") == ["CSTA"]


def test_the_papers_human_row_is_of_other_splits():
    human = published_rows("1", dataset="tvsum", setting="canonical")["human"]
    assert (human.tau, human.rho) == (0.1755, 0.2019)
    assert "Multi-ranker" in human.apart
    (released,) = [r for r in literature() if r.row == "human" and r.dataset == "tvsum"]
    assert (released.tau, released.rho, released.splits) == (0.1755, 0.2019, "multi-ranker")


@pytest.mark.parametrize("style", ["terminal", "markdown", "latex", "csv", "json"])
def test_the_literature_in_every_format(style, capsys):
    assert main(["benchmark", "published", "--format", style, "-q"]) == 0
    printed = capsys.readouterr().out
    count = len(literature()) + len(papers_own())
    if style == "csv":
        assert len(list(csv.DictReader(io.StringIO(printed)))) == count
    elif style == "json":
        assert len(json.loads(printed)["published"]) == count
    else:
        assert "SummDiff" in printed
        assert "Not comparable" in printed
