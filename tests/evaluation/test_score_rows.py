"""Rows of scores: several, named, one file a split, one a seed."""

from __future__ import annotations

import json

import numpy as np
import pytest

import small_data
from vidgist.errors import DataError, SettingError
from vidgist.evaluation.protocols import PROTOCOLS
from vidgist.evaluation.request import Request
from vidgist.evaluation.score_rows import ScoreRow, parse_row
from vidgist.scoring.presets import PRESETS

VIDEOS = 6
TESTS = (("video_1", "video_2"), ("video_2", "video_3", "video_4"))


@pytest.fixture
def data(tmp_path):
    path = tmp_path / "data.h5"
    small_data.dataset(path, count=VIDEOS)
    return path


@pytest.fixture
def splits(tmp_path):
    path = tmp_path / "splits.json"
    every = {f"video_{n}" for n in range(1, VIDEOS + 1)}
    parts = [{"train_keys": sorted(every - set(test)), "test_keys": list(test)} for test in TESTS]
    path.write_text(json.dumps(parts))
    return path


def write(path, seed, keys=tuple(f"video_{n}" for n in range(1, VIDEOS + 1))):
    rng = np.random.default_rng(seed)
    scores = {key: rng.random(18 + 3 * int(key[6:])).tolist() for key in keys}
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(scores))
    return path


def request(data, **more):
    settings = {
        "metric": "tvsum",
        "settings": PRESETS["paper"],
        "protocol": PROTOCOLS["paper"],
        "seeds": 3,
    }
    return Request(data=data, **{**settings, **more})


def test_every_scores_is_a_row(data, tmp_path):
    mine, theirs = write(tmp_path / "mine.json", 1), write(tmp_path / "theirs.json", 2)
    asked = request(data, scores=(f"Ours={mine}", str(theirs), "human"))
    table = asked.run()
    names = [row.name for row in table.rows]
    assert names == ["Ours", "theirs.json", "random", "constant", "human", "ceiling"]
    assert asked.subject == asked.first_row(table).name == "Ours"
    alone = request(data, scores=str(theirs)).run().rows[0]
    np.testing.assert_array_equal(table.rows[1].values, alone.values)
    with pytest.raises(SettingError, match=r"there are two rows 'Ours'"):
        request(data, scores=(f"Ours={mine}", f"Ours={theirs}")).run()
    with pytest.raises(SettingError, match="expected FILE or NAME=FILE"):
        request(data, scores="Ours=")


@pytest.mark.parametrize("first", [0, 1])
def test_a_file_for_each_split(data, splits, tmp_path, first):
    for number, test in enumerate(TESTS):
        write(tmp_path / "runs" / f"split{number + first}.json", number, keys=test)
    table = request(data, scores=f"{tmp_path}/runs/split{{split}}.json", splits=splits).run()
    row = table.rows[0]
    means = []
    for number, test in enumerate(TESTS):
        file = tmp_path / "runs" / f"split{number + first}.json"
        alone = request(data, scores=str(file)).run()
        assert set(alone.videos) == set(test)
        means.append(alone.mean(alone.rows[0]))
    np.testing.assert_allclose(table.mean(row), np.mean(means, axis=0))
    np.testing.assert_allclose(table.per_split(row)[:, 0], means)
    # A video that two splits test has the mean of both.
    place = table.videos.index("video_2")
    both = [row.folds[place, n, 0, 0] for n in range(2)]
    assert row.values[place, 0, 0] == pytest.approx(np.mean(both))
    only = request(data, scores=f"{tmp_path}/runs/split{{n}}.json", splits=splits, split=2).run()
    np.testing.assert_allclose(only.mean(only.rows[0]), means[1])


def test_seeds_are_repeats(data, splits, tmp_path):
    for seed in (3, 11):
        for number, test in enumerate(TESTS, start=1):
            write(tmp_path / "runs" / f"s{number}-{seed}.json", 10 * seed + number, keys=test)
    pattern = f"Ours={tmp_path}/runs/s{{split}}-{{seed}}.json"
    table = request(data, scores=pattern, splits=splits).run()
    row = table.rows[0]
    assert row.repeats == 2
    each = table.per_split(row).mean(axis=0)
    np.testing.assert_allclose(table.spread(row), each.std(axis=0, ddof=1))
    plain = request(data, scores=f"{tmp_path}/runs/s1-{{seed}}.json").run()
    assert plain.rows[0].repeats == 2
    (tmp_path / "runs" / "s2-11.json").unlink()
    with pytest.raises(DataError, match="splits have 2, 1 seeds"):
        request(data, scores=pattern, splits=splits).run()


def test_what_is_missing_is_said(data, splits, tmp_path):
    pattern = f"{tmp_path}/runs/split{{split}}.json"
    with pytest.raises(SettingError, match="one file a split; name the splits"):
        request(data, scores=pattern).run()
    write(tmp_path / "runs" / "split1.json", 1, keys=TESTS[0])
    with pytest.raises(DataError, match=r"split2\.json"):
        request(data, scores=pattern, splits=splits).run()
    write(tmp_path / "runs" / "split2.json", 1, keys=TESTS[1][:2])
    with pytest.raises(DataError, match="no scores for video_4, which split 2 tests"):
        request(data, scores=pattern, splits=splits).run()
    write(tmp_path / "runs" / "split0.json", 1)
    with pytest.raises(DataError, match="whether splits are counted from 0 or 1"):
        request(data, scores=pattern, splits=splits).run()
    with pytest.raises(SettingError, match=r"^split: splits.json has splits 1 to 2, got 3"):
        request(data, splits=splits, split=3).run()
    with pytest.raises(SettingError, match=r"^split: needs splits"):
        request(data, split=1)
    with pytest.raises(DataError, match="with any number for"):
        request(data, scores=f"{tmp_path}/a{{seed}}.json").run()


def test_a_name_is_before_the_first_equals_sign(tmp_path):
    assert parse_row("A b=c=d.json") == ScoreRow(name="A b", file="c=d.json")
    existing = tmp_path / "x=1.json"
    existing.write_text("{}")
    assert parse_row(str(existing)) == ScoreRow(name="", file=str(existing))


def test_names_of_splits(data):
    table = request(data, scores="random", splits="folds:2").run()
    assert len(table.splits) == 5
    assert any("every one of the 6 videos is tested once" in note for note in table.notes)
    with pytest.raises(SettingError, match=r"^splits: csta are splits of"):
        request(data, splits="csta").run()


def test_settings_name_only_what_plays_a_part(data, tmp_path):
    mine = write(tmp_path / "mine.json", 1)
    table = request(data, scores=str(mine)).run()
    assert set(table.settings) == {"scores", "protocol", "shots", "select", "budget"}
    best = request(data, settings=PRESETS["best"]).run()
    assert {"neighbors", "count_self", "round_neighbors", "threshold"}.isdisjoint(best.settings)
    assert {"criteria", "smoothing", "avoid_zeros", "bank"} < set(best.settings)
    assert table.provenance["scores"].startswith("mine.json ")
    assert set(table.provenance) == {"vidgist", "protocol", "data", "scores"}
