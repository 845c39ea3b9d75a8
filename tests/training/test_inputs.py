from __future__ import annotations

from pathlib import Path

import h5py
import pytest

from clips import render_clip
from vidgist.errors import DataError
from vidgist.training.inputs import HDF5_FILES, RECORDS, VIDEOS, sort_inputs


def make(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"")


def test_videos_are_found_in_folders_as_summarize_finds_them(tmp_path: Path) -> None:
    make(tmp_path, "b.MP4", "a.mkv", "c.m2ts", "notes.txt", "deep/c.webm", ".hidden.mp4")
    make(tmp_path, ".trash/d.mp4", "result/summary.mp4", "result/.vidgist.json")
    kind, found = sort_inputs([tmp_path])
    assert kind == VIDEOS
    names = [path.relative_to(tmp_path).as_posix() for path in found]
    assert names == ["a.mkv", "b.MP4", "c.m2ts", "deep/c.webm"]
    assert sort_inputs([tmp_path / "a.mkv", tmp_path])[1].count(tmp_path / "a.mkv") == 1


def test_a_video_of_any_name_is_taken_when_it_is_named(tmp_path: Path) -> None:
    render_clip(tmp_path / "clip.mp4", scenes=(1.0,)).path.rename(tmp_path / "clip.backup")
    assert sort_inputs([tmp_path / "clip.backup"]) == (VIDEOS, [tmp_path / "clip.backup"])
    with h5py.File(tmp_path / "data.mat", "w"):
        pass
    assert sort_inputs([tmp_path / "data.mat"])[0] == HDF5_FILES


def test_records_are_found_in_folders(tmp_path: Path) -> None:
    make(tmp_path, "deep/b.tfrecord", "a.tfrecord", "._a.tfrecord", "clip.mp4")
    kind, found = sort_inputs([tmp_path])
    assert (kind, [path.name for path in found]) == (RECORDS, ["a.tfrecord", "b.tfrecord"])


def test_what_is_no_training_data_is_named(tmp_path: Path) -> None:
    make(tmp_path, "a.h5", "clip.mp4", "empty.txt", "folder/a.h5", "records/a.tfrecord")
    (tmp_path / "notes.txt").write_text("hello")

    def said(*names: str) -> str:
        with pytest.raises(DataError) as error:
            sort_inputs([tmp_path / name for name in names])
        return str(error.value)

    for names in (("notes.txt",), ("a.h5", "notes.txt"), ("clip.mp4", "notes.txt")):
        assert said(*names).startswith(f"{tmp_path / 'notes.txt'}: is no training data (not a vid")
    assert "an empty file" in said("empty.txt")
    assert said("missing.h5").startswith(f"{tmp_path / 'missing.h5'}: there is no such file")
    assert f"{tmp_path / 'folder'}: holds no video files" in said("folder")
    assert f"HDF5 files ({tmp_path / 'a.h5'}) and videos (" in said("a.h5", "clip.mp4")
    assert f"TFRecord files ({tmp_path / 'records'}) and videos" in said("records", "clip.mp4")
