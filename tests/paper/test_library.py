from __future__ import annotations

import json

import numpy as np
import pytest
from safetensors.numpy import save
from scipy.io import savemat

import small_data
from vidgist.datasets import VideoRecord, write_dataset
from vidgist.errors import DataError
from vidgist.paper import library
from vidgist.paper.library import find_library
from vidgist.scoring.bank import bank_of, video_statistics, write_bank


@pytest.fixture
def folder(tmp_path):
    data = tmp_path / "benchmarks"
    (data / "tvsum").mkdir(parents=True)
    (data / "summe" / "GT").mkdir(parents=True)
    small_data.dataset(data / "tvsum" / "eccv16.h5", count=2)
    bare = VideoRecord(key="video_1", features=np.ones((3, 2)))
    write_dataset(data / "tvsum" / "other_features.h5", [bare])
    small_data.dataset(data / "eccv16_dataset_summe.hdf5", count=2, kind="summe")
    small_data.tvsum_annotations(data / "ydata.mat", {"a": np.ones((2, 30))})
    savemat(data / "summe" / "GT" / "a.mat", {"user_score": np.ones((30, 2))})
    split = [{"train_keys": [], "test_keys": ["video_1"]}]
    (data / "tvsum_splits.json").write_text(json.dumps(split))
    (data / "summe_scores.json").write_text('{"video_1": [1, 2]}')
    (data / "tvsum_notes.h5").write_text("no HDF5 at all")
    write_bank(data / "mine.safetensors", bank_of([video_statistics(np.ones((3, 2)))]))
    (data / "model.safetensors").write_bytes(save({"weight": np.ones(2)}))
    return data


def test_files_are_told_by_name_and_content(folder):
    found = find_library([folder])
    assert found.annotated == {
        "tvsum": [folder / "tvsum" / "eccv16.h5"],
        "summe": [folder / "eccv16_dataset_summe.hdf5"],
    }
    assert found.features == {"tvsum": [folder / "tvsum" / "other_features.h5"]}
    assert found.splits == {"tvsum": [folder / "tvsum_splits.json"]}
    assert found.banks == [folder / "mine.safetensors"]


def test_single_files_may_be_given(folder):
    found = find_library([folder / "eccv16_dataset_summe.hdf5", folder / "tvsum_splits.json"])
    assert list(found.annotated) == ["summe"]
    assert list(found.splits) == ["tvsum"]


def test_where_nothing_is_given(folder, tmp_path, monkeypatch):
    monkeypatch.setenv("VIDGIST_DATA", str(folder))
    assert set(find_library().annotated) == {"tvsum", "summe"}
    monkeypatch.delenv("VIDGIST_DATA")
    monkeypatch.chdir(tmp_path)
    assert find_library().annotated == {}
    folder.rename(tmp_path / "data")
    assert set(find_library().annotated) == {"tvsum", "summe"}


def test_what_is_missing_is_said_with_where_was_looked(tmp_path):
    said = find_library([tmp_path]).missing("summe")
    assert str(tmp_path) in said
    assert "eccv16_dataset_summe" in said
    assert "data='FOLDER'" in said


def test_without_any_folder_that_is_said(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("VIDGIST_DATA", raising=False)
    assert "no data given, no VIDGIST_DATA, and no folder 'data' here" in find_library().missing(
        "tvsum"
    )


def test_a_damaged_file_is_named_where_data_is_missing(tmp_path):
    (tmp_path / "eccv16_dataset_tvsum.h5").write_bytes(b"PK\x03\x04")
    said = find_library([tmp_path]).missing("tvsum")
    assert "passed over" in said
    assert "eccv16_dataset_tvsum.h5: is a zip archive, not an HDF5 file" in said
    assert "passed over" not in find_library([tmp_path]).missing("summe")


def test_links_are_followed_but_not_in_circles(folder, tmp_path):
    linked = tmp_path / "linked"
    linked.mkdir()
    try:
        (linked / "tvsum").symlink_to(folder / "tvsum", target_is_directory=True)
        (linked / "again").symlink_to(linked, target_is_directory=True)
        (linked / "nowhere").symlink_to(tmp_path / "nothing")
    except OSError:
        pytest.skip("this system does not let us make links")
    assert find_library([linked]).annotated == {"tvsum": [linked / "tvsum" / "eccv16.h5"]}


def test_a_path_that_is_not_there(tmp_path):
    with pytest.raises(DataError, match="no such file or folder"):
        find_library([tmp_path / "nothing"])


def test_the_search_ends(folder, monkeypatch):
    monkeypatch.setattr(library, "MAX_DEPTH", 0)
    assert list(find_library([folder]).annotated) == ["summe"]
    monkeypatch.setattr(library, "MAX_ENTRIES", 1)
    assert len(find_library([folder]).annotated) <= 1


def test_the_real_data_is_found(shared):
    found = find_library([shared / "data"])
    assert [p.name for p in found.annotated["tvsum"]] == [
        "eccv16_dataset_tvsum_efficientnet_lite0.h5"
    ]
    assert [p.name for p in found.features["tvsum"]] == [
        "efficientnet_lite2_features.h5",
        "tvsum_i3d_2s.h5",
    ]
    assert len(found.splits["tvsum"]) == len(found.splits["summe"]) == 2
