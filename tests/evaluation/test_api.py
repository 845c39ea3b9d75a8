"""The public evaluation: anybody's scores from Python, as a table."""

from __future__ import annotations

import json

import numpy as np
import pytest

import small_data
from vidgist.datasets import open_dataset
from vidgist.datasets.splits import Split
from vidgist.errors import DataError, SettingError
from vidgist.evaluation import Entry, Judge, evaluate, protocol
from vidgist.evaluation.reference import BASELINES
from vidgist.models import SCORERS
from vidgist.scoring.scorer import Scorer

KEYS = tuple(f"video_{i}" for i in range(1, 5))
SPLITS = (
    Split(train=KEYS[2:], test=KEYS[:2]),
    Split(train=KEYS[:2], test=KEYS[2:]),
)


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    path = tmp_path_factory.mktemp("data") / "tvsum.h5"
    small_data.dataset(path, count=4)
    return path


@pytest.fixture(autouse=True)
def nothing_stays(monkeypatch):
    monkeypatch.setattr(SCORERS, "_added", {})


def times(path):
    return {record.key: np.arange(record.n_samples) for record in open_dataset(path)}


def test_all_ways_to_give_the_same_scores(path, tmp_path):
    scores = times(path)
    file = tmp_path / "mine.json"
    file.write_text(json.dumps({key: values.tolist() for key, values in scores.items()}))
    entries = {
        "arrays": scores,
        "lists": {key: values.tolist() for key, values in scores.items()},
        "file": file,
        "function": lambda features: features.picks / 15,
        "scorer": Scorer(model=lambda features: features.picks),
    }
    table = evaluate(path, entries, metric="tvsum", protocol="paper", baselines=False)
    assert [row.name for row in table.rows] == list(entries)
    record = open_dataset(path)["video_2"]
    judge = Judge(record, metric="tvsum", protocol=protocol("paper", metric="tvsum"))
    expected = judge.measure(scores["video_2"][None])[0]
    for name in entries:
        np.testing.assert_allclose(table.per_video(name)[1], expected)
        np.testing.assert_allclose(table.mean(name), table.per_video(name).mean(axis=0))


def test_data_and_rows_come_in_any_form(path):
    scores = times(path)
    one = evaluate(path, {"mine": scores}, metric="tvsum", seeds=2)
    records = evaluate(iter(open_dataset(path)), {"mine": scores}, metric="tvsum", seeds=2)
    np.testing.assert_array_equal(one.mean("mine"), records.mean("mine"))
    assert [row.name for row in one.rows][1:] == list(BASELINES)
    entry = Entry(name="own", measure=lambda judge: judge.measure(judge.picks[None]))
    made = evaluate(open_dataset(path), [entry], metric="tvsum", baselines=False)
    np.testing.assert_array_equal(made.mean("own"), one.mean("mine"))


def test_scores_by_split(path):
    scores = times(path)
    other = {key: -values for key, values in scores.items()}
    table = evaluate(
        path,
        {"by split": [scores, other], "same": [scores, scores], "whole": scores},
        metric="tvsum",
        splits=SPLITS,
        baselines=False,
    )
    np.testing.assert_allclose(table.mean("same"), table.mean("whole"))
    tau = table.per_split(table.row("by split"))[:, 0, 0]
    whole = table.per_split(table.row("whole"))[:, 0, 0]
    np.testing.assert_allclose(tau, [whole[0], -whole[1]])


def test_rows_are_measured_on_common_videos(path):
    scores = times(path)
    del scores["video_3"]
    table = evaluate(path, {"some": scores, "all": times(path)}, metric="tvsum", baselines=False)
    assert table.videos == ("video_1", "video_2", "video_4")
    assert "3 of 4 videos have scores of all rows" in table.notes[0]


def test_what_a_table_becomes(path):
    table = evaluate(path, {"mine": times(path)}, metric="tvsum", seeds=2, title="a <b> & c")
    assert repr(table).startswith("Table('a <b> & c': tvsum, protocol reference, 4 videos, rows m")
    assert "\n" not in repr(table)
    page = table._repr_html_()
    assert "a &lt;b&gt; &amp; c" in page
    assert f"<td>{table.mean('mine')[0]:.4f}</td>" in page
    assert "tabular" in table.to_latex()
    assert "| mine" in table.to_markdown()
    assert "mine" in str(table)
    assert "mine" in table.to_dict()["rows"]
    with pytest.raises(SettingError, match="row: there is no 'other', there are mine, random"):
        table.mean("other")


def test_data_frames(path):
    pd = pytest.importorskip("pandas")
    scores = times(path)
    wide = pd.DataFrame({key: pd.Series(values) for key, values in scores.items()})
    long = pd.concat(
        pd.DataFrame({"video": key, "sample": values, "score": values})
        for key, values in scores.items()
    )
    entries = {"arrays": scores, "wide": wide, "long": long}
    table = evaluate(path, entries, metric="tvsum", baselines=False)
    frame = table.to_pandas()
    assert list(frame.columns) == ["tau", "rho", "f1"]
    np.testing.assert_allclose(frame.loc["wide"], frame.loc["arrays"])
    np.testing.assert_allclose(frame.loc["long"], frame.loc["arrays"])
    videos = table.to_pandas(per_video=True)
    np.testing.assert_allclose(videos.loc[("wide", "video_2")], table.per_video("wide")[1])


@pytest.mark.parametrize(
    ("entries", "error", "said"),
    [
        ({"mine": {"other": [1, 2]}}, DataError, "for no video of the data set"),
        ({"mine": {"video_1": [1, 2]}}, DataError, "has 21 samples, but 2 scores in mine"),
        ({"mine": {"video_1": [float("nan")] * 21}}, DataError, "video_1: expected finite numbers"),
        ({"mine": 3}, DataError, "expected video -> numbers, or a data frame, got int"),
        ({"mine": Scorer}, SettingError, "got the class Scorer"),
        ({"mine": "missing.json"}, DataError, "there is no such file"),
        ({"mine": [{}]}, SettingError, "has 1 sets of scores for 0 splits"),
    ],
)
def test_wrong_entries(path, entries, error, said):
    with pytest.raises(error, match=said):
        evaluate(path, entries, metric="tvsum")


def test_a_split_without_scores_is_refused(path):
    scores = times(path)
    del scores["video_4"]
    with pytest.raises(DataError, match="no scores for video_4, which split 2 tests"):
        evaluate(path, {"mine": [scores, scores]}, metric="tvsum", splits=SPLITS)
