"""The benchmarks, on small data sets in the field's layout."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest

import small_data
from vidgist.datasets import VideoRecord, open_dataset, write_dataset
from vidgist.errors import MissingExtraError, OutputError, SettingError
from vidgist.evaluation.tables import NOT_COMPARABLE, notes
from vidgist.paper import TABLES, BenchmarkResult, Context
from vidgist.paper.library import find_library
from vidgist.paper.s7 import backbone_of
from vidgist.paper.shots import agreement
from vidgist.types import Shots


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    data = tmp_path_factory.mktemp("data")
    records = small_data.dataset(data / "eccv16_dataset_tvsum_noise.h5", count=4)
    small_data.dataset(data / "eccv16_dataset_summe_noise.h5", count=4, kind="summe", without=(2,))
    rng = np.random.default_rng(9)
    other = [
        VideoRecord(key=r.key, name=r.name, features=rng.normal(size=(len(r.picks), 5)))
        for r in records
    ]
    write_dataset(data / "tvsum_other.h5", other, attributes={"backbone": "vgg19"})
    parts = [["video_1", "video_3"], ["video_3"]]
    for name in ("tvsum_legacy", "tvsum_partition", "summe_legacy"):
        splits = [{"train_keys": [], "test_keys": part} for part in parts]
        (data / f"{name}.json").write_text(json.dumps(splits))
    return data


def run(name, *paths, **more) -> BenchmarkResult:
    return TABLES.find(name).run(Context(name=name, library=find_library(paths), seeds=2, **more))


def names(table):
    return [row.name for row in table.rows]


BASELINES = ["random", "constant", "human", "ceiling"]


HEAVY = ("torch", "matplotlib", "sklearn", "onnxruntime")


def test_the_list_of_tables_is_made_without_what_is_heavy():
    code = f"""
import sys
from vidgist.paper import TABLES
print(*TABLES)
print([name for name in {HEAVY} if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    names, heavy = done.stdout.splitlines()
    assert names.split() == [
        *("1", "2", "3", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9"),
        *("fig-s3", "fig-s4", "rivals", "beyond", "bounds", "elsewhere", "protocols", "shots"),
        "published",
        "gist",
    ]
    assert heavy == "[]"


def test_every_table_has_a_summary():
    for name, table in TABLES.items():
        assert table.name == name
        assert table.summary.endswith(".")


def test_s2_has_every_setting_and_row(folder):
    report = run("s2", folder)
    assert report.missing == []
    transfer, legacy, partition = report.tables
    assert "transfer (all videos)" in transfer.title
    assert names(transfer) == ["alignment", "alignment x uniformity", *BASELINES]
    assert transfer.row("alignment").published.f1 == 0.546
    assert len(transfer.videos) == 4
    assert "tvsum_legacy.json" in legacy.title
    assert legacy.row("alignment").published.f1 == 0.564
    assert legacy.videos == ("video_1", "video_3")
    assert any("2 distinct videos of 4" in note for note in legacy.notes)
    # Published numbers are those of splits that overlap, so none stands beside others.
    assert partition.row("alignment").published is None
    assert transfer.settings["avoid_zeros"] == "exp"
    assert "criteria" not in transfer.settings


def test_s3_says_which_videos_lack_features(folder):
    report = run("s3", folder)
    *_, bounds = report.tables
    transfer = report.tables[0]
    assert len(transfer.videos) == 3
    assert NOT_COMPARABLE in notes(transfer)
    assert NOT_COMPARABLE not in notes(report.tables[-1])  # nothing published stands there
    assert transfer.settings["avoid_zeros"] == "eps"
    assert names(bounds) == BASELINES
    assert len(bounds.videos) == 4


@pytest.mark.parametrize("name", ["s2", "s3", "s7", "s8", "s9", "bounds", "shots", "rivals"])
def test_missing_data_is_named(name, tmp_path):
    report = run(name, tmp_path)
    assert report.tables == []
    assert report.missing
    assert all("data='FOLDER'" in said for said in report.missing)


def test_the_rest_is_printed_when_some_is_missing(folder):
    tvsum = folder / "eccv16_dataset_tvsum_noise.h5"
    report = run("s7", tvsum)
    assert len(report.tables) == 1
    assert any(said.startswith("summe: no file") for said in report.missing)
    no_splits = run("s2", tvsum)
    assert len(no_splits.tables) == 1
    assert any("no split file for tvsum" in said for said in no_splits.missing)


def test_splits_of_another_data_set_are_told(folder, tmp_path):
    path = tmp_path / "tvsum_wrong.json"
    path.write_text('[{"train_keys": [], "test_keys": ["video_40"]}]')
    report = run("s2", folder / "eccv16_dataset_tvsum_noise.h5", path)
    assert len(report.tables) == 1
    assert any("none of its test videos" in said for said in report.missing)


def test_baselines_are_printed_where_no_video_has_features(tmp_path):
    small_data.dataset(tmp_path / "summe.h5", count=2, kind="summe", without=(1, 2))
    report = run("s3", tmp_path)
    assert names(report.tables[0]) == BASELINES
    assert any("no file like" in said for said in report.missing)


def test_s7_has_a_row_for_every_file_of_features(folder):
    tvsum, summe = run("s7", folder).tables
    assert names(tvsum)[:4] == [
        "noise: alignment",
        "noise: alignment x uniformity",
        "vgg19: alignment",
        "vgg19: alignment x uniformity",
    ]
    assert names(tvsum)[4:] == BASELINES
    assert tvsum.row("vgg19: alignment").published.tau == 0.0745
    assert tvsum.row("vgg19: alignment").against == "noise: alignment"
    assert len(tvsum.also_published) == 28  # two rows of the 14 backbones that are not here
    assert len(summe.also_published) == 30


def test_features_of_other_videos_are_named(folder, tmp_path):
    strange = VideoRecord(key="other_1", name="other", features=np.ones((3, 2)))
    write_dataset(tmp_path / "tvsum_strange.h5", [strange], attributes={"backbone": "dino"})
    report = run("s7", folder / "eccv16_dataset_tvsum_noise.h5", tmp_path)
    assert names(report.tables[0])[:2] == ["noise: alignment", "noise: alignment x uniformity"]
    assert any("tvsum_strange.h5: " in said for said in report.missing)


def test_backbones_are_named_by_the_file_or_its_name(tmp_path):
    record = VideoRecord(key="video_1", features=np.ones((3, 2)))
    said = {"features": "efficientnet_lite0, for some"}
    for name, attributes, expected in (
        ("a.h5", {"backbone": "x"}, "x"),
        ("eccv16_dataset_tvsum_google_pool5.h5", {}, "googlenet"),
        ("b.h5", said, "efficientnet_lite0"),
        ("c.h5", {}, "c"),
    ):
        write_dataset(tmp_path / name, [record], attributes=attributes)
        assert backbone_of(open_dataset(tmp_path / name)) == expected


def test_s8_differs_in_f1_but_hardly_in_order(folder):
    table = run("s8", folder).tables[0]
    assert names(table)[:4] == [
        "alignment, exp",
        "alignment, eps",
        "alignment x uniformity, exp",
        "alignment x uniformity, eps",
    ]
    exp, eps = table.rows[:2]
    # Smoothing comes after, so the order changes a little.
    np.testing.assert_allclose(exp.values[..., :2], eps.values[..., :2], atol=0.1)
    assert [p.parameters for p in table.also_published] == ["exp", "eps"] * 2
    assert "avoid_zeros" not in table.settings


@pytest.mark.parametrize("name", ["s7", "s8"])
def test_published_rows_beside_part_of_the_videos(name, folder):
    # SumMe's lacks the features of one video; its published rows are not measured here.
    tvsum, summe = run(name, folder).tables
    assert summe.also_published
    assert NOT_COMPARABLE in notes(summe)
    assert NOT_COMPARABLE not in notes(tvsum)


def test_s9_thresholds_alignment(folder):
    tvsum, summe = run("s9", folder).tables
    assert names(summe)[:2] == ["alignment, before", "alignment, after"]
    assert summe.row("alignment, after").published.tau == 0.0969
    assert tvsum.row("alignment, after").published is None
    assert not np.array_equal(tvsum.rows[0].values, tvsum.rows[1].values)


def test_bounds_show_the_main_protocols(folder):
    tables = run("bounds", folder).tables
    assert [(t.metric, t.protocol.name) for t in tables] == [
        *(("tvsum", name) for name in ("reference", "paper", "otani", "binary")),
        *(("summe", name) for name in ("reference", "paper", "otani", "binary", "runs")),
    ]
    assert all(names(table) == BASELINES for table in tables)


def test_shots_are_official_ours_and_ours_for_people_too(folder):
    titles = [table.title for table in run("shots", folder).tables]
    assert titles == [
        "TVSum: official shots",
        "TVSum: our shots",
        "TVSum: our shots, user summaries made anew with them",
        "SumMe: official shots",
        "SumMe: our shots",
    ]


def test_our_shots_are_compared_with_the_official_ones(folder):
    report = run("shots", folder)
    assert [line.split(":")[0] for line in report.lines] == ["TVSum", "SumMe"]
    official = Shots(frames=np.array([[0, 100], [100, 200], [200, 300]]))
    ours = Shots(frames=np.array([[0, 115], [115, 216], [216, 240], [240, 300]]))
    # Of the borders at 115, 216 and 240 the first alone is within 15 frames of another.
    assert agreement([(official, ours)]) == (
        "3 official shots a video, median length 100; 4 own shots a video, median length 80; "
        "of our borders 33% lie within 15 frames of an official one"
    )


def test_our_shots_for_any_table(folder):
    official, ours = run("s2", folder), run("s2", folder, shots="kts")
    one, other = official.tables[0].rows[0].values, ours.tables[0].rows[0].values
    np.testing.assert_array_equal(one[..., :2], other[..., :2])
    assert not np.array_equal(one[..., 2], other[..., 2])
    assert ours.tables[0].settings["shots"] == "kts"


def test_an_unknown_benchmark(folder):
    with pytest.raises(SettingError, match="did you mean"):
        run("s22", folder)


@pytest.mark.parametrize("ending", [".png", ".svg", ".pdf"])
def test_the_histogram_is_drawn(folder, tmp_path, ending):
    pytest.importorskip("matplotlib", reason="needs the extra 'figures'")
    path = tmp_path / f"figure{ending}"
    report = run("fig-s3", folder, output=path)
    assert report.figures == [path]
    start = {".png": b"\x89PNG", ".svg": b"<?xml", ".pdf": b"%PDF"}[ending]
    assert path.read_bytes().startswith(start)
    with pytest.raises(OutputError, match="exists already"):
        run("fig-s3", folder, output=path)


def test_t_sne_is_drawn(folder, tmp_path):
    pytest.importorskip("sklearn", reason="needs the extra 'figures'")
    pytest.importorskip("matplotlib", reason="needs the extra 'figures'")
    path = tmp_path / "figure.png"
    assert run("fig-s4", folder, output=path).figures == [path]
    assert path.stat().st_size > 5000


@pytest.mark.parametrize("name", ["fig-s3", "fig-s4"])
def test_figures_without_data_and_with_a_wrong_ending(name, folder, tmp_path):
    pytest.importorskip("sklearn", reason="needs the extra 'figures'")
    pytest.importorskip("matplotlib", reason="needs the extra 'figures'")
    report = run(name, tmp_path, output=tmp_path / "a.png")
    assert report.figures == []
    assert len(report.missing) == 2
    assert not (tmp_path / "a.png").exists()
    with pytest.raises(SettingError, match=r"\.png, \.pdf, \.svg"):
        run(name, folder, output=tmp_path / "a.txt")


@pytest.mark.parametrize(
    ("name", "module"), [("fig-s3", "matplotlib.figure"), ("fig-s4", "sklearn.manifold")]
)
def test_the_extra_is_named(name, module, folder, monkeypatch):
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingExtraError, match=r"vidgist\[figures\]"):
        run(name, folder)
