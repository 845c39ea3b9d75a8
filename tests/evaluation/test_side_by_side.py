from __future__ import annotations

import csv
import dataclasses
import io

import numpy as np
import pytest

from vidgist.errors import SettingError
from vidgist.evaluation.protocols import PROTOCOLS
from vidgist.evaluation.results import Table, TableRow
from vidgist.evaluation.side_by_side import conventions, over_random, side_by_side
from vidgist.evaluation.tables import render

ROWS = {"Ours_1": 0.3, "Theirs": 0.2, "random": 0.1, "human": 0.9}


def table(name, *, metric="tvsum", extra=()):
    measures = ("tau", "rho", "f1", *extra)
    rows = tuple(
        TableRow(
            name=row,
            values=np.full((2, 1, len(measures)), value),
            baseline=row in ("random", "human"),
        )
        for row, value in ROWS.items()
    )
    return Table(
        title="Title",
        dataset="d.h5",
        metric=metric,
        protocol=PROTOCOLS[name].for_metric(metric),
        videos=("video_1", "video_2"),
        rows=rows,
        measures=measures,
        provenance={"vidgist": "1", "protocol": "p", "data": "d.h5 abc"},
    )


@pytest.fixture
def tables():
    return [table("csta"), table("multi-ranker"), table("csta", metric="summe")]


def test_a_group_of_columns_for_each_protocol_and_data_set(tables):
    grid = side_by_side(tables)
    assert grid.groups == (("TVSum, csta", 3), ("TVSum, multi-ranker", 2), ("SumMe, csta", 3))
    assert grid.header == [
        "scores",
        *("tau", "rho", "F1 %"),
        *("tau", "rho"),
        *("tau", "rho", "F1 %"),
    ]
    assert [row[0] for row in grid.body] == list(ROWS)
    assert all(len(row) == len(grid.header) for row in grid.body)
    assert grid.body[0][1:4] == ["0.3000", "0.3000", "30.00"]


def test_rows_for_each_convention(tables):
    grid = conventions([*tables, table("dsnet", extra=("diversity",))])
    lines = {(row[0] or None, row[1]): row[2:] for row in grid.body}
    assert lines["csta", "Ours_1"][:4] == ["0.3000", "0.3000", "30.00", "300.0"]
    assert lines["multi-ranker", "Ours_1"] == ["0.3000", "0.3000", "", "", "", *[""] * 5]
    assert lines["dsnet", "Ours_1"][:5] == ["", "", "30.00", "300.0", "diversity 0.300"]


def test_performance_over_random_is_the_mean_over_splits():
    one = table("csta")
    values = {"Ours_1": [0.3, 0.5], "random": [0.1, 0.4]}
    rows = tuple(
        dataclasses.replace(
            r, values=np.array(values.get(r.name, [1, 1]))[:, None, None] * np.ones(3)
        )
        for r in one.rows
    )
    by_split = dataclasses.replace(one, rows=rows, splits=(("video_1",), ("video_2",)))
    assert over_random(by_split, "Ours_1") == pytest.approx(100 * (0.3 / 0.1 + 0.5 / 0.4) / 2)
    assert over_random(dataclasses.replace(by_split, splits=()), "Ours_1") == pytest.approx(160)
    assert over_random(one, "nobody") is None


def test_latex_as_papers_print_it(tables):
    text = render(tables, style="latex", layout="side")
    lines = text.splitlines()
    assert lines[0].startswith("% made of: vidgist 1")
    assert r"\label{tab:tvsum-summe-csta-multi-ranker}" in lines
    assert r" & \multicolumn{3}{c}{TVSum, csta} & \multicolumn{2}{c}{TVSum, multi-ranker}" in text
    assert r"\cmidrule(lr){2-4}\cmidrule(lr){5-6}\cmidrule(lr){7-9}" in lines
    assert r"scores & $\tau$ & $\rho$ & F1 \% & $\tau$" in text
    ours = next(line for line in lines if line.startswith(r"Ours\_1"))
    assert ours.count(r"\textbf{0.3000}") == 6
    # Neither the other method nor people compete for the best.
    assert all("textbf" not in line for line in lines if line.startswith(("Theirs", "human")))
    rows = render(tables, style="latex", layout="side", rows_only=True).splitlines()
    assert len(rows) == len(ROWS)
    assert rows[0] == ours
    with pytest.raises(SettingError, match=r"^rows_only: is for"):
        render(tables, style="markdown", rows_only=True)


def test_other_formats(tables):
    terminal = render(tables, style="terminal", layout="side")
    assert "TVSum, csta" in terminal
    assert "note: made of: vidgist 1; data d.h5 abc" in terminal
    markdown = render(tables, style="markdown", layout="conventions")
    assert "| csta" in markdown
    assert "**0.3000**" in markdown


def test_csv_has_videos_and_provenance(tables):
    lines = list(csv.DictReader(io.StringIO(render(tables[:1], style="csv"))))
    videos = [line for line in lines if line["video"]]
    assert [(v["scores"], v["video"]) for v in videos[:3]] == [
        ("Ours_1", "video_1"),
        ("Ours_1", "video_2"),
        ("Theirs", "video_1"),
    ]
    assert len(videos) == 2 * len(ROWS)
    assert lines[0]["data_hash"] == "d.h5 abc"
    assert lines[0]["protocol_version"] == PROTOCOLS["csta"].version
    assert [line["baseline"] for line in lines[:4]] == ["no", "no", "yes", "yes"]
