"""Scores by several files of features: what is added, where, and for which videos."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

import small_data
from vidgist.datasets import open_dataset, write_dataset
from vidgist.errors import DataError, SettingError
from vidgist.evaluation.entries import method_entry
from vidgist.evaluation.fused import partners, with_other_files
from vidgist.evaluation.judge import Judge
from vidgist.evaluation.protocols import PROTOCOLS
from vidgist.evaluation.request import Request
from vidgist.scoring.presets import PRESETS
from vidgist.scoring.scorer import Scorer


@pytest.fixture
def data(tmp_path):
    path = tmp_path / "data.h5"
    small_data.dataset(path, count=4)
    return path


def other(data, name="other.h5", *, change=lambda record: record, attributes=None):
    """Write a second file of the same videos, with the features, picks and names alone."""
    path = data.parent / name
    records = []
    for record in open_dataset(data):
        bare = dataclasses.replace(
            record, user_scores=None, user_summary=None, gtscore=None, gtsummary=None, shots=None
        )
        records.append(change(bare))
    write_dataset(path, [r for r in records if r is not None], attributes=attributes or {})
    return path


def table(data, *fuse, **more):
    asked = Request(
        data=data,
        metric="tvsum",
        settings=PRESETS["paper"],
        protocol=PROTOCOLS["paper"],
        seeds=2,
        fuse=fuse,
        **more,
    )
    return asked.run()


def values(table, index=0):
    return table.rows[index].values[:, 0]


def test_the_same_features_twice_change_nothing(data):
    found = table(data, other(data))
    np.testing.assert_allclose(values(found), values(table(data)), equal_nan=True)
    np.testing.assert_allclose(values(found, 2), values(found, 1), equal_nan=True)
    names = [row.name for row in found.rows[:3]]
    assert names == [
        "alignment x uniformity, noise + other",
        "alignment x uniformity, noise alone",
        "alignment x uniformity, other alone",
    ]
    assert found.settings["fuse"] == "other.h5"


def fused_scores(data, path):
    """Return what each row scores the samples of the first video, and the records of both files."""
    dataset, scorer = open_dataset(data), Scorer(PRESETS["paper"])
    entry = method_entry("m", scorer)
    rows, _ = with_other_files(entry, scorer, dataset=dataset, paths=[path], others=False)
    record = dataset["video_1"]
    judge = Judge(record, metric="tvsum", protocol=PROTOCOLS["paper"])
    return [row.scores(judge) for row in rows], record, open_dataset(path)["video_1"]


def z(values):
    return (values - values.mean()) / values.std()


def test_z_scores_are_added_at_the_samples_of_the_data_set(data):
    def half(record):
        return dataclasses.replace(
            record, features=record.features[::2] ** 2, picks=record.picks[::2]
        )

    (found, *_), mine, theirs = fused_scores(data, other(data, change=half))
    first, second = (
        Scorer(PRESETS["paper"]).score(r.to_features()).importance for r in (mine, theirs)
    )
    total = z(first) + z(np.interp(mine.picks, theirs.picks, second))
    np.testing.assert_allclose(z(found), z(total), atol=1e-9)


def test_samples_without_picks_are_equal_parts_of_the_video(data):
    def parts(record):
        features = record.features[: len(record.features) // 3]
        return dataclasses.replace(record, features=features, picks=None, times=None)

    (*_, alone), mine, theirs = fused_scores(data, other(data, change=parts))
    count = len(theirs.features)
    part = mine.n_frames / count
    placed = dataclasses.replace(theirs, picks=(np.arange(count) * part).astype(int))
    scores = Scorer(PRESETS["paper"]).score(placed.to_features()).importance
    middles = (np.arange(count) + 0.5) * part
    np.testing.assert_allclose(alone, np.interp(mine.picks, middles, scores))


def test_the_table_is_of_the_videos_of_all_files(data):
    fewer = other(data, change=lambda r: None if r.key == "video_2" else r)
    found = table(data, fewer)
    assert found.videos == ("video_1", "video_3", "video_4")
    assert any("3 of 4 videos" in note for note in found.notes)


def test_names_go_before_keys(data):
    named = {f"video_{i}": f"clip {i}" for i in range(1, 5)}
    mine = other(data, "mine.h5", change=lambda r: dataclasses.replace(r, name=named[r.key]))
    turned = {
        "video_1": "video_4",
        "video_2": "video_3",
        "video_3": "video_2",
        "video_4": "video_1",
    }
    theirs = other(
        data,
        "theirs.h5",
        change=lambda r: dataclasses.replace(r, key=turned[r.key], name=named[r.key].upper()),
    )
    assert partners(open_dataset(mine), open_dataset(theirs)) == turned


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda r: dataclasses.replace(r, features=None), "video_1: has no 'features'"),
        (
            lambda r: dataclasses.replace(r, n_frames=2 * r.n_frames, name=r.name or "same"),
            "other.h5: (video_1: has .* frames, and in the data set|has no video of data.h5)",
        ),
    ],
)
def test_wrong_files_are_named(data, change, says):
    with pytest.raises(DataError, match=says):
        table(data, other(data, change=change))


def test_a_file_of_other_videos_is_refused(data):
    strange = other(data, change=lambda r: dataclasses.replace(r, name="x" + r.key))
    with pytest.raises(DataError, match=r"other.h5: has no video of data.h5; give features"):
        table(data, strange)


def test_contradictions(data):
    path = other(data)
    with pytest.raises(SettingError, match=r"^fuse: contradicts scores="):
        table(data, path, scores="random.json")
    with pytest.raises(SettingError, match=r"^fuse: contradicts model="):
        table(data, path, model="m.safetensors")
