from __future__ import annotations

import json
import struct
from pathlib import Path

import numpy as np
import pytest

from vidgist.datasets import VideoRecord, append_videos
from vidgist.errors import DataError, SettingError
from vidgist.refine.sources import (
    Extractor,
    find_videos,
    is_youtube8m,
    read_training_data,
    training_part,
)


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
    return read_training_data(list(paths), work=work, extractor=Extractor(), **options)


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
    chosen = training_part(splits, 1)
    videos, _ = read(first, work=tmp_path / "m", keys=chosen)
    assert videos.keys == ("video_2", "video_3")
    videos, _ = read(first, second, work=tmp_path / "m", keys=chosen)
    expected = ("a/video_2", "a/video_3", "b/video_1", "b/video_2", "b/video_3")
    assert videos.keys == expected
    with pytest.raises(SettingError, match="splits 1 to 1, came 2"):
        training_part(splits, 2)


def test_data_sets_of_different_backbones_are_not_mixed(
    rng: np.random.Generator, tmp_path: Path
) -> None:
    first = dataset(tmp_path / "a.h5", rng, backbone="one")
    second = dataset(tmp_path / "b.h5", rng, backbone="two")
    with pytest.raises(DataError, match="different backbones"):
        read(first, second, work=tmp_path / "m")


def test_what_is_no_training_data_is_told(rng: np.random.Generator, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("x")
    with pytest.raises(DataError, match="came none of these"):
        read(tmp_path / "notes.txt", work=tmp_path / "m")
    with pytest.raises(DataError, match="no such file"):
        read(tmp_path / "missing.h5", work=tmp_path / "m")
    path = dataset(tmp_path / "a.h5", rng)
    (tmp_path / "clip.mp4").write_bytes(b"")
    with pytest.raises(DataError, match="HDF5 files and videos"):
        read(path, tmp_path / "clip.mp4", work=tmp_path / "m")


def test_videos_are_found_in_folders(tmp_path: Path) -> None:
    for name in ("b.MP4", "a.mkv", "notes.txt", "deep/c.webm"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    found = [path.relative_to(tmp_path).as_posix() for path in find_videos([tmp_path])]
    assert found == ["a.mkv", "b.MP4", "deep/c.webm"]


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
    assert found.quantised
    assert (found.keys, found.backbone) == (("id0", "id1", "id2"), "youtube8m")
    np.testing.assert_array_equal(found.read(np.array([1]), np.arange(7)[None])[0], videos[1][1])

    def fail(path: Path) -> None:
        raise AssertionError("read again")

    monkeypatch.setattr("vidgist.datasets.youtube8m.read_youtube8m", fail)
    again, _ = read(folder, work=tmp_path / "m.safetensors")
    assert again.fingerprint == found.fingerprint
    store = tmp_path / "m-store"
    assert is_youtube8m([store])
    assert read(store, work=tmp_path / "other")[0].fingerprint == found.fingerprint
