"""Tables with trained rows, on a small data set whose every number can be computed again."""

from __future__ import annotations

import needs_torch  # noqa: F401

# isort: split
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from vidgist.datasets import VideoRecord, append_videos, open_dataset
from vidgist.datasets.splits import read_splits
from vidgist.evaluation.judge import Judge
from vidgist.models import METHODS
from vidgist.models.methods import training_settings
from vidgist.models.settings import contrastive_settings, replace_settings
from vidgist.paper import TABLES, BenchmarkResult, Context
from vidgist.paper.library import find_library
from vidgist.paper.other_half import other_half
from vidgist.paper.trainings.folds import canonical_folds, features_of, find_others
from vidgist.paper.trainings.groups import contrastive_groups, dsn_groups
from vidgist.paper.trainings.table import trained_model
from vidgist.types import Shots

SMALL = {"width": 8, "layers": 1, "samples": 12, "segment": 4, "epochs": 1, "batch": 2}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data set of four annotated videos, and two splits whose test sets share one."""
    rng = np.random.default_rng(0)
    records = []
    for i in range(4):
        samples = 16 + i
        borders = np.arange(0, samples * 15, 30)
        records.append(
            VideoRecord(
                key=f"video_{i + 1}",
                features=rng.normal(size=(samples, 6)).astype(np.float32),
                picks=np.arange(samples) * 15,
                n_frames=samples * 15,
                shots=Shots(frames=np.stack([borders, np.append(borders[1:], samples * 15)], 1)),
                user_summary=rng.random((3, samples * 15)) < 0.2,
                user_scores=rng.integers(1, 6, size=(3, samples)).astype(float),
            )
        )
    data = tmp_path / "data"
    data.mkdir()
    append_videos(data / "tvsum_small.h5", records)
    splits = [
        {"train_keys": ["video_1", "video_2"], "test_keys": ["video_3", "video_4"]},
        {"train_keys": ["video_2", "video_4"], "test_keys": ["video_1", "video_3"]},
    ]
    (data / "tvsum_splits.json").write_text(json.dumps(splits))
    return data


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shrink the paper's network, so that a table of it takes a second."""
    monkeypatch.setattr(
        "vidgist.paper.context.contrastive_settings",
        lambda name, kind="standard": replace_settings(
            contrastive_settings(name, kind=kind), **SMALL
        ),
    )


def context(name: str, folder: Path, **options: object) -> Context:
    library = find_library([folder])
    runs = folder.parent / "runs"
    return Context(name=name, library=library, seeds=3, runs=runs, repeats=2, **options)


def run(context: Context) -> BenchmarkResult:
    return TABLES[context.name].run(context)


@pytest.mark.usefixtures("small")
def test_every_number_of_a_table_is_that_of_its_model(folder: Path) -> None:
    report = run(context("1", folder, dsn_epochs=(1,)))
    (table,) = report.tables
    assert "summe: no file like" in report.missing[0]
    name = "alignment x uniformity x filter, trained"
    names = [row.name for row in table.rows]
    assert {"alignment", name, "alignment x uniformity, 0 steps", "DR-DSN, 1 epochs"} <= set(names)
    assert {"random", "constant", "human"} <= set(names)
    dataset = open_dataset(folder / "tvsum_small.h5")
    folds = canonical_folds(dataset, read_splits(folder / "tvsum_splits.json"))
    settings = context("1", folder).settings_for("tvsum")
    training = replace_settings(contrastive_settings("reference"), **SMALL)
    group = contrastive_groups(training, settings)[1]
    runs = folder.parent / "runs"
    means = np.zeros((2, 2, 3))
    seen: dict[str, list[np.ndarray]] = {}
    for k, fold in enumerate(folds):
        for repeat in range(2):
            model = trained_model(
                fold.train, folder=runs, settings=group.settings, seed=2 * repeat + k
            )
            for key in fold.test:
                judge = Judge(dataset.read(key), metric="tvsum", protocol=table.protocol)
                values = group.measure(model, judge)[name]
                means[k, repeat] += values / len(fold.test)
                if repeat == 0:
                    seen.setdefault(key, []).append(values)
    np.testing.assert_allclose(table.per_split(table.row(name)), means)
    np.testing.assert_allclose(table.mean(table.row(name)), means.mean(axis=(0, 1)))
    # a video that both splits test stands in the table with the mean of its two numbers
    place = table.videos.index("video_3")
    assert len(seen["video_3"]) == 2
    np.testing.assert_allclose(table.row(name).values[place, 0], np.mean(seen["video_3"], axis=0))


@pytest.mark.usefixtures("small")
def test_a_table_of_untrained_networks_calls_no_row_trained(folder: Path) -> None:
    (table,) = run(context("1", folder, epochs=0)).tables
    names = [row.name for row in table.rows]
    assert "alignment x uniformity, 0 steps" in names
    assert not any(name.endswith(", trained") for name in names)


@pytest.mark.usefixtures("small")
def test_a_table_goes_on_with_the_models_that_are_there(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = run(context("s2", folder))
    models = sorted(path.name for path in (folder.parent / "runs").iterdir())
    assert len(models) == 8  # two splits, two seeds, trained and not

    def fail(*_: object, **__: object) -> None:
        raise AssertionError("trained again")

    monkeypatch.setattr("vidgist.training.training.train", fail)
    again = run(context("s2", folder))
    for table, other in zip(first.tables, again.tables, strict=True):
        for row in table.rows:
            np.testing.assert_array_equal(row.values, other.row(row.name).values)
    assert any("augmented: no features" in sentence for sentence in again.missing)


@pytest.mark.usefixtures("small")
def test_the_grid_has_sixteen_cells_and_a_picture(folder: Path, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="needs Matplotlib: pip install 'vidgist[figures]'")
    picture = tmp_path / "grid.png"
    one = replace(context("s5", folder, output=picture), repeats=1)
    report = run(one)
    (table,) = report.tables
    assert sum(row.name.startswith("a=") for row in table.rows) == 16
    assert "do not compare" in " ".join(table.notes)
    assert any("youtube8m: no frame-level" in sentence for sentence in report.missing)
    assert picture.read_bytes().startswith(b"\x89PNG")


@pytest.mark.usefixtures("small")
def test_times_are_measured_without_any_data(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vidgist.paper.sizes.TIMED_VIDEOS", 3)
    report = run(context("s6", folder))
    text = "\n".join(report.lines)
    assert "4L8H" in text
    assert "DR-DSN takes" in text
    assert not report.tables


@pytest.mark.usefixtures("small")
def test_table_3_learns_from_a_store_of_records(folder: Path) -> None:
    from vidgist.training.store import write_mapped_store

    rng = np.random.default_rng(1)
    clips = [(f"c{i}", rng.integers(0, 256, size=(20, 1024), dtype=np.uint8)) for i in range(3)]
    write_mapped_store(folder / "yt8m", clips)
    source = open_dataset(folder / "tvsum_small.h5")
    records = [
        replace(r, features=rng.normal(size=(r.n_samples, 1024)).astype(np.float32)) for r in source
    ]
    (folder / "tvsum_small.h5").unlink()
    attributes = {"backbone": "youtube8m"}
    append_videos(folder / "tvsum_inception.h5", records, attributes=attributes)
    (table,) = run(context("3", folder)).tables
    row = table.row("alignment x uniformity x filter, trained")
    assert row.published is not None
    assert row.published.rho == 0.2048
    assert np.isfinite(table.mean(row)).all()


def test_the_other_data_sets_count_only_when_whole(folder: Path) -> None:
    rng = np.random.default_rng(2)
    full = VideoRecord(key="video_1", features=rng.normal(size=(9, 6)).astype(np.float32))
    empty = VideoRecord(key="video_2", n_frames=10)
    append_videos(folder / "eccv16_dataset_ovp.h5", [full])
    append_videos(folder / "eccv16_dataset_youtube.h5", [full, empty])
    found, missing = find_others(find_library([folder]), "tvsum")
    assert [dataset.path.name for dataset in found] == ["eccv16_dataset_ovp.h5"]
    assert missing == ["summe", "youtube"]
    dataset = open_dataset(folder / "tvsum_small.h5")
    splits = read_splits(folder / "tvsum_splits.json")
    fold = canonical_folds(dataset, splits, others=found)[0]
    assert fold.train.keys == ("video_1", "video_2", "eccv16_dataset_ovp/video_1")


def test_dr_dsn_is_a_row_of_its_epochs() -> None:
    few, many = dsn_groups((60, 2000))
    assert few.name == "DR-DSN, 60 epochs"
    assert many.settings.epochs == 2000


@pytest.mark.usefixtures("small")
def test_each_half_is_measured_with_the_network_of_the_other(folder):
    chosen = context("beyond", folder)
    dataset = open_dataset(folder / "tvsum_small.h5")
    odd, even = ["video_1", "video_3"], ["video_2", "video_4"]
    table = other_half(chosen, dataset, chosen.untrained("tvsum"), (odd, even))
    row = table.row("alignment x uniformity x filter, trained on the other half")
    assert row.repeats == 2
    # The video's numbers are those of a model that is trained by hand on the half without it.
    name = "alignment x uniformity x filter, trained"
    group = contrastive_groups(
        replace_settings(contrastive_settings("reference"), **SMALL), chosen.settings_for("tvsum")
    )[1]
    judge = Judge(dataset.read("video_2"), metric="tvsum", protocol=table.protocol)
    learned = features_of([dataset]).subset({"video_1", "video_3"})
    model = trained_model(
        learned, folder=folder.parent / "by-hand", settings=group.settings, seed=0
    )
    values = group.measure(model, judge)[name]
    np.testing.assert_allclose(row.values[table.videos.index("video_2"), 0], values, rtol=1e-6)
    np.testing.assert_allclose(table.mean(row), row.values.mean(axis=(0, 1)))


@pytest.mark.usefixtures("small")
def test_rivals_learn_and_are_measured_alike(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The paper's own, one that learns from annotations, and one that does not."""
    chosen = {name: METHODS[name] for name in ("contrastive", "ranker", "dr_dsn")}
    monkeypatch.setattr("vidgist.paper.rivals.METHODS", chosen)
    monkeypatch.setattr(
        "vidgist.paper.trainings.plans.training_settings",
        lambda name: training_settings(name, epochs=1),
    )
    report = run(context("rivals", folder))
    (table,) = report.tables
    assert table.measures == (
        *("tau", "rho", "f1", "captured", "repeats", "coverage"),
        *("seconds", "parameters"),
    )
    names = [row.name for row in table.rows]
    assert names[0] == "best"
    assert {"DR-DSN", "random", "human"} <= set(names)
    (ranker,) = (row for row in table.rows if row.name.endswith("supervised"))
    assert table.mean(ranker)[-1] == 7  # a weight for each of 6 numbers, and a bias
    assert np.isnan(table.mean(table.row("best"))[-2:]).all()
    assert np.isfinite(table.spread(ranker)[:2]).all()
    again = run(context("rivals", folder)).tables[0]
    for row in table.rows:
        np.testing.assert_array_equal(row.values, again.row(row.name).values)


@pytest.mark.usefixtures("small")
def test_tables_of_the_paper_take_rivals(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "vidgist.paper.trainings.plans.training_settings",
        lambda name: training_settings(name, epochs=1),
    )
    report = run(context("1", folder, methods=("ranker", "dr_dsn")))
    (table,) = report.tables
    (ranker,) = (row for row in table.rows if row.name.endswith("supervised"))
    assert ranker.published is not None
    assert (ranker.published.tau, ranker.published.row) == (0.1758, "Multi-ranker")
    assert "Multi-ranker" not in [row.row for row in table.also_published]
    assert "VASNet" in [row.row for row in table.also_published]
    assert np.isfinite(table.mean(ranker)).all()
