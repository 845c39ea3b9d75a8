from __future__ import annotations

import csv
import dataclasses
import io
import json

import numpy as np
import pytest

from vidgist.errors import SettingError
from vidgist.evaluation.protocols import PROTOCOLS
from vidgist.evaluation.results import Published, Table, TableRow
from vidgist.evaluation.tables import as_data, comparisons, per_video_text, render
from vidgist.paper.published import published_rows


def row(name, *numbers, **more):
    return TableRow(name=name, values=np.array(numbers, float).reshape(2, -1, 3), **more)


@pytest.fixture
def table():
    found = published_rows("S2", dataset="tvsum", setting="transfer")["alignment"]
    rows = (
        row("alignment", 0.1, 0.2, 0.5, 0.3, 0.4, 0.7, published=found),
        row("a | b & c_d", 0.2, 0.2, 0.5, 0.2, 0.4, np.nan),
        row("random", *[0.0, 0.0, 0.4, 0.2, 0.2, 0.6] * 2, baseline=True),
        row("constant", *[0.0, 0.0, 0.5] * 2, baseline=True),
    )
    return Table(
        title="Table of tests",
        dataset="d.h5",
        metric="tvsum",
        protocol=PROTOCOLS["reference"],
        videos=("video_1", "video_2"),
        rows=rows,
        settings={
            "preset": "reference",
            "criteria": ("alignment", "uniformity"),
            "threshold": None,
        },
        notes=("a note",),
    )


def test_every_table_says_its_protocol_and_data(table):
    for style in ("terminal", "markdown", "latex"):
        text = render([table], style=style)
        for said in ("Table of tests", "protocol: reference", "metric tvsum", "d.h5", "a note"):
            assert said in text
    assert "criteria alignment x uniformity" in render([table], style="terminal")
    assert "threshold" not in render([table], style="terminal")


def test_numbers_of_the_terminal(table):
    lines = render([table], style="terminal").splitlines()
    found = next(line.split() for line in lines if line.startswith("alignment  "))
    assert found == ["alignment", "0.2000", "0.3000", "60.00", "0.0956", "0.1251", "54.60"]
    chance = next(line for line in lines if line.startswith("random"))
    assert "0.1000 ± 0.1414" in chance
    assert any("standard deviation over 2 seeds" in line for line in lines)
    assert any("count as 0" in line for line in lines)
    assert any(line.startswith("note: published: Pang") for line in lines)


def test_differences_to_chance_and_to_the_first_method(table):
    names = [name for name, _ in comparisons(table)]
    assert names == ["alignment - random", "a | b & c_d - random", "a | b & c_d - alignment"]
    other = dataclasses.replace(table.rows[1], against="constant")
    changed = dataclasses.replace(table, rows=(table.rows[0], other, *table.rows[2:]))
    assert comparisons(changed)[-1][0] == "a | b & c_d - alignment"  # baselines are no method
    text = render([table], style="terminal")
    assert "+0.1000 [+0.0000, +0.2000]" in text or "[" in text


def test_markdown_has_its_cells(table):
    text = render([table], style="markdown")
    line = next(line for line in text.splitlines() if line.startswith("| a "))
    assert "a \\| b & c_d" in line
    assert line.replace("\\|", "").count("|") == 8


def test_latex_says_its_protocol_in_print(table):
    text = render([table], style="latex")
    assert r"a $|$ b \& c\_d" in text
    assert not any(line.lstrip().startswith("%") for line in text.splitlines())
    caption = next(line for line in text.splitlines() if line.startswith(r"\caption"))
    assert "protocol: reference" in caption
    assert "metric tvsum (F1 is the mean over annotators)" in caption


def test_csv_can_be_read_back(table):
    rows = list(csv.DictReader(io.StringIO(render([table], style="csv"))))
    rows = [r for r in rows if not r["video"]]
    assert [r["scores"] for r in rows] == ["alignment", "a | b & c_d", "random", "constant"]
    assert float(rows[0]["tau"]) == pytest.approx(0.2)
    assert float(rows[0]["published_f1"]) == 0.546
    assert rows[0]["protocol"] == "reference"
    assert rows[0]["tau_spread"] == ""
    assert float(rows[2]["tau_spread"]) == pytest.approx(0.141421)


def test_data_is_json(table):
    data = json.loads(json.dumps(as_data(table), allow_nan=False))
    assert data["rows"]["alignment"]["mean"]["f1"] == pytest.approx(0.6)
    assert data["rows"]["random"]["repeats"] == 2
    assert data["rows"]["alignment"]["published"]["rho"] == 0.1251
    assert data["differences"]["alignment - random"]["tau"]["mean"] == pytest.approx(0.1)
    assert data["protocol"] == "reference"


def test_published_rows_that_were_not_measured(table):
    extra = Published(
        table="S7",
        dataset="tvsum",
        setting="transfer",
        row="alignment",
        tau=None,
        rho=0.1,
        f1=0.5,
        features="VGG19",
        source="somebody",
        parameters="vgg19",
    )
    changed = dataclasses.replace(table, also_published=(extra,))
    line = next(
        line
        for line in render([changed], style="terminal").splitlines()
        if line.startswith("alignment (vgg19)")
    )
    assert line.split()[2:] == ["-", "-", "-", "-", "0.1000", "50.00"]
    assert "note: published: somebody; features: VGG19" in render([changed], style="terminal")
    rows = list(csv.DictReader(io.StringIO(render([changed], style="csv"))))
    rows = [r for r in rows if not r["video"]]
    assert rows[-1]["scores"] == "alignment (vgg19)"
    assert as_data(changed)["also_published"][0]["rho"] == 0.1


def test_one_video_has_no_interval(table):
    rows = tuple(dataclasses.replace(r, values=r.values[:1]) for r in table.rows)
    one = dataclasses.replace(table, rows=rows, videos=("video_1",))
    assert "[unknown]" in render([one], style="terminal")


def test_splits_are_said(table):
    over = dataclasses.replace(table, splits=(("video_1",), ("video_2",)))
    assert "mean over 2 splits, 2 distinct videos tested" in render([over], style="terminal")


def test_per_video(table):
    lines = per_video_text(table, table.rows[1]).splitlines()
    assert lines[4].split() == ["video_1", "0.2000", "0.2000", "50.00"]
    assert lines[5].split() == ["video_2", "0.2000", "0.4000", "-"]


def test_unknown_style(table):
    with pytest.raises(SettingError, match="markdown"):
        render([table], style="markdwn")
