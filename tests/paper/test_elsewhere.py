"""The table of other backbones and data sets: its rows, banks, halves and domains."""

from __future__ import annotations

import h5py
import numpy as np
import pytest

import small_data
from vidgist.datasets import VideoRecord, open_dataset, write_dataset
from vidgist.evaluation.entries import method_entry
from vidgist.evaluation.highlights import average_precision
from vidgist.evaluation.tables import render
from vidgist.paper import TABLES, Context
from vidgist.paper.gist_data import segments
from vidgist.paper.library import find_library
from vidgist.scoring.bank import bank_of, video_statistics
from vidgist.scoring.scorer import Scorer

OTHERS = "best, bank of the other videos"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    data = tmp_path_factory.mktemp("data")
    rng = np.random.default_rng(0)
    records = small_data.dataset(data / "eccv16_dataset_tvsum_noise.h5", count=4)
    bare = [VideoRecord(key=r.key, name=r.name, features=r.features) for r in records]
    write_dataset(data / "tvsum_eye.h5", bare, attributes={"backbone": "eye"})
    with h5py.File(data / "tvsum_2s.h5", "w") as file:
        for record in records:
            group = file.create_group(record.name)
            count = 20
            group["features"] = rng.normal(size=(count, 6)).astype(np.float16)
            group["user_scores"] = rng.integers(1, 6, size=(3, count))
            group.attrs.update(fps=25.0, n_frames=50 * count + 7)
    with h5py.File(data / "youtube_highlights.h5", "w") as file:
        for number in range(6):
            group = file.create_group(f"clip{number}")
            start = 50 * np.arange(12 + number)
            group["clip"] = np.stack([start, start + 100], axis=1).astype(np.float32)
            group["features"] = rng.normal(size=(len(start), 6)).astype(np.float16)
            match = np.zeros(len(start)) if number == 5 else np.arange(len(start)) % 3 - 1
            group["match"] = match.astype(np.int8)
            group.attrs.update(fps=30.0, domain="dog" if number % 2 else "skiing")
    return data


@pytest.fixture(scope="module")
def result(folder):
    return TABLES["elsewhere"].run(Context(name="elsewhere", library=find_library([folder])))


def test_every_data_set_has_its_tables(result):
    titles = [table.title.removeprefix("Elsewhere: ") for table in result.tables]
    parts = ("", ": odd-numbered videos", ": even-numbered videos")
    assert titles == [
        *(f"TVSum, noise{part}" for part in parts),
        *(f"TVSum, eye{part}" for part in parts),
        *(f"TVSum by segments of 2 seconds, tvsum_2s{part}" for part in parts),
        *(f"YouTube Highlights, youtube_highlights{p}" for p in ("", ": dog", ": skiing")),
    ]
    assert [sentence.split(":")[0] for sentence in result.missing] == ["summe"]
    for table in result.tables:
        names = [row.name for row in table.rows]
        assert names[0] == "best, no bank"  # what the others are compared with
        assert {OTHERS, "alignment x uniformity", "length", "random"} < set(names)
        assert "length - best, no bank" in render([table], style="terminal")


def test_banks_are_those_that_their_names_say(folder, result):
    table = result.tables[-3]
    assert table.videos == ("clip0", "clip1", "clip2", "clip3", "clip4")  # clip5 has one class
    assert result.tables[-2].videos == ("clip1", "clip3")
    two_seconds = open_dataset(folder / "tvsum_2s.h5")
    bank = bank_of(video_statistics(values) for _, values in two_seconds.features())
    dataset = open_dataset(folder / "youtube_highlights.h5")
    expected = []
    for key in table.videos:
        record = dataset[key]
        scores = Scorer("best", bank=bank).score(record.to_features()).importance
        expected.append(average_precision(scores, record.user_scores[0] > 0))
    place = table.measures.index("ap")
    values = table.row("best, bank of TVSum").values[:, 0, place]
    np.testing.assert_allclose(values, expected)


def test_segments_lie_two_seconds_apart_under_the_keys_of_the_field(folder):
    annotated = open_dataset(folder / "eccv16_dataset_tvsum_noise.h5")
    records = list(segments(folder / "tvsum_2s.h5", annotated))
    assert {record.key for record in records} == set(annotated.keys)
    assert records[0].picks[:3].tolist() == [0, 50, 100]
    assert records[0].n_frames == 1007
    np.testing.assert_allclose(np.diff(records[0].to_features().times), 2.0)


def test_known_values(shared):
    data = shared / "data"
    library = find_library([data / "highlights", data / "tvsum" / "tvsum_i3d_2s.h5"])
    context = Context(name="elsewhere", library=library, seeds=1)
    dataset = open_dataset(data / "tvsum" / "tvsum_i3d_2s.h5")
    entries = [method_entry("best, no bank", Scorer("best", bank="none"))]
    table = context.table(
        dataset, entries, metric="tvsum", title="", source=lambda: segments(dataset.path)
    )
    # The score found 0.285 with a smoothing in samples; in seconds the steps are smoothed.
    assert table.mean(table.rows[0])[1] == pytest.approx(0.285, abs=0.002)
