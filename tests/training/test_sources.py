from __future__ import annotations

import hashlib
import json
import struct
from pathlib import Path

import numpy as np
import pytest

from clips import render_clip
from vidgist.datasets import VideoRecord, append_videos
from vidgist.errors import DataError, OutputError, SettingError
from vidgist.training.inputs import is_youtube8m
from vidgist.training.sources import read_training_data, training_part


def dataset(path: Path, rng: np.random.Generator, *, count: int = 4, **attributes: str) -> Path:
    records = [
        VideoRecord(
            key=f"video_{i + 1}",
            features=None if i == 3 else rng.normal(size=(6 + i, 5)).astype(np.float16),
            n_frames=300,
        )
        for i in range(count)
    ]
    append_videos(path, records, attributes=attributes)
    return path


def read(*paths: Path, work: Path, **options: object):
    return read_training_data(list(paths), work=work, **options)


def test_a_data_set_gives_its_videos_with_features(
    rng: np.random.Generator, tmp_path: Path
) -> None:
    path = dataset(tmp_path / "a.h5", rng, backbone="net", fingerprint="abc")
    videos, lost = read(path, work=tmp_path / "m")
    assert videos.keys == ("video_1", "video_2", "video_3")
    assert (videos.backbone, videos.backbone_fingerprint) == ("net", "abc")
    assert videos.lengths.tolist() == [6, 7, 8]
    assert "1 videos have no features" in lost[0]


def test_a_split_chooses_from_the_first_data_set(rng: np.random.Generator, tmp_path: Path) -> None:
    first, second = (dataset(tmp_path / f"{name}.h5", rng) for name in "ab")
    splits = tmp_path / "splits.json"
    keys = {"train_keys": ["../a.h5/video_2", "video_3", "video_77"], "test_keys": ["video_1"]}
    splits.write_text(json.dumps([keys]))
    chosen, origin = training_part(splits, 1, data=[first])
    assert (origin["file"], origin["number"]) == ("splits.json", 1)
    assert origin["sha256"] == hashlib.sha256(splits.read_bytes()).hexdigest()
    videos, _ = read(first, work=tmp_path / "m", keys=chosen)
    assert videos.keys == ("video_2", "video_3")
    videos, _ = read(first, second, work=tmp_path / "m", keys=chosen)
    expected = ("a/video_2", "a/video_3", "b/video_1", "b/video_2", "b/video_3")
    assert videos.keys == expected
    with pytest.raises(SettingError, match="splits 1 to 1, got 2"):
        training_part(splits, 2, data=[first])
    keys["train_keys"] = ["video_1", "video_2"]
    splits.write_text(json.dumps([keys]))
    with pytest.raises(DataError, match="split 1 trains on video_1, which it also tests"):
        training_part(splits, 1, data=[first])
    splits.write_text(json.dumps([{"train_keys": ["a", "b"], "test_keys": ["c"]}]))
    with pytest.raises(DataError, match="give the splits of this data set"):
        training_part(splits, 1, data=[first])
    (tmp_path / "clip.mp4").touch()
    with pytest.raises(SettingError, match=r"^splits: needs HDF5"):
        training_part(splits, 1, data=[tmp_path / "clip.mp4"])


def test_data_sets_of_different_backbones_are_not_mixed(
    rng: np.random.Generator, tmp_path: Path
) -> None:
    first = dataset(tmp_path / "a.h5", rng, backbone="one")
    second = dataset(tmp_path / "b.h5", rng, backbone="two")
    with pytest.raises(DataError, match="different backbones"):
        read(first, second, work=tmp_path / "m")


def test_videos_of_earlier_runs_are_not_learned_from(tmp_path: Path) -> None:
    for number, name in enumerate(("a", "b")):
        (tmp_path / name).mkdir()
        render_clip(tmp_path / name / f"{name}.mp4", scenes=(2.0,), looks=(number,))
    read(tmp_path / "a", work=tmp_path / "m.safetensors")
    videos, _ = read(tmp_path / "b", work=tmp_path / "m.safetensors")
    assert videos.keys == ("video_2",)
    both, _ = read(tmp_path / "b", tmp_path / "a", work=tmp_path / "m.safetensors")
    assert both.keys == ("video_1", "video_2")


def test_videos_none_of_which_decodes(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(b"no video")
    with pytest.raises(DataError, match=r"a\.mp4"):
        read(tmp_path, work=tmp_path / "m.safetensors")


def write_records(path: Path, videos: list[tuple[str, np.ndarray]]) -> None:
    """A TFRecord file as YouTube-8M's are."""
    pytest.importorskip(
        "google_crc32c", reason="needs google-crc32c: pip install 'vidgist[youtube8m]'"
    )
    from vidgist.datasets.tfrecord import masked_crc32c
    from vidgist.datasets.youtube8m import message_type

    with path.open("wb") as file:
        for key, rgb in videos:
            example = message_type()()
            entry = example.context.feature.add(key="id")
            entry.value.bytes_list.value.append(key.encode())
            listed = example.feature_lists.feature_list.add(key="rgb")
            for second in rgb:
                listed.value.feature.add().bytes_list.value.append(second.tobytes())
            data = example.SerializeToString()
            length = struct.pack("<Q", len(data))
            file.write(length + struct.pack("<I", masked_crc32c(length)))
            file.write(data + struct.pack("<I", masked_crc32c(data)))


@pytest.fixture
def records(rng: np.random.Generator, tmp_path: Path) -> Path:
    """A folder with a file of records, beside which the model `yt8m` has its store `yt8m-store`."""
    folder = tmp_path / "records"
    folder.mkdir()
    write_records(
        folder / "train00.tfrecord", [("id0", rng.integers(0, 256, (4, 1024), dtype=np.uint8))]
    )
    return folder


def test_an_input_called_like_the_store_is_left_alone(records: Path, tmp_path: Path) -> None:
    given = records.rename(tmp_path / "yt8m-store")
    for path in (given, given / "train00.tfrecord"):
        with pytest.raises(OutputError, match="yt8m-store"):
            read(path, work=tmp_path / "yt8m.safetensors")
    with pytest.raises(OutputError, match="yt8m-store"):
        read(given, work=given / "m.safetensors")  # inside it
    assert [path.name for path in given.iterdir()] == ["train00.tfrecord"]


@pytest.mark.parametrize("also", [None, "notes.txt", "link"])
def test_a_folder_in_the_place_of_the_store_is_left_alone(
    also: str | None, records: Path, tmp_path: Path
) -> None:
    place = tmp_path / "yt8m-store"
    if also is None:
        (place / "deep").mkdir(parents=True)
        (place / "deep" / "mine.txt").write_text("mine")
    else:
        read(records, work=tmp_path / "yt8m.safetensors")
        write_records(records / "train01.tfrecord", [("id1", np.zeros((2, 1024), np.uint8))])
        if also == "link":
            place.rename(tmp_path / "elsewhere")
            place.symlink_to(tmp_path / "elsewhere")
        else:
            (place / also).write_text("mine")
    before = sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*"))
    with pytest.raises(OutputError, match="not a feature store, or holds other files"):
        read(records, work=tmp_path / "yt8m.safetensors")
    assert sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*")) == before


def test_a_store_of_other_records_is_replaced(records: Path, tmp_path: Path) -> None:
    read(records, work=tmp_path / "yt8m.safetensors")
    write_records(records / "train01.tfrecord", [("id1", np.zeros((2, 1024), np.uint8))])
    videos, _ = read(records, work=tmp_path / "yt8m.safetensors")
    assert videos.keys == ("id0", "id1")
    (tmp_path / "yt8m-store" / "rows.bin").write_bytes(b"cut")  # damaged: made again
    assert read(records, work=tmp_path / "yt8m.safetensors")[0].keys == ("id0", "id1")


def test_records_are_converted_once(
    rng: np.random.Generator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    videos = [
        (f"id{i}", rng.integers(0, 256, size=(n, 1024), dtype=np.uint8))
        for i, n in enumerate((4, 7, 5))
    ]
    folder = tmp_path / "yt8m"
    folder.mkdir()
    write_records(folder / "train00.tfrecord", videos[:2])
    write_records(folder / "train01.tfrecord", videos[2:])
    assert is_youtube8m([folder])
    found, _ = read(folder, work=tmp_path / "m.safetensors")
    assert found.quantized
    assert (found.keys, found.backbone) == (("id0", "id1", "id2"), "youtube8m")
    np.testing.assert_array_equal(found.read(np.array([1]), np.arange(7)[None])[0], videos[1][1])

    def fail(path: Path) -> None:
        raise AssertionError("read again")

    monkeypatch.setattr("vidgist.training.sources.read_youtube8m", fail)
    again, _ = read(folder, work=tmp_path / "m.safetensors")
    assert again.fingerprint == found.fingerprint
    store = tmp_path / "m-store"
    assert is_youtube8m([store])
    assert read(store, work=tmp_path / "other")[0].fingerprint == found.fingerprint
