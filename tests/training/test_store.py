from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from vidgist.errors import DataError, OutputError
from vidgist.training.store import INDEX, open_mapped_store, write_mapped_store
from vidgist.training.videos import TrainingVideos, gather_videos


@pytest.fixture
def videos(rng: np.random.Generator) -> list[tuple[str, np.ndarray]]:
    return [
        (f"v{i}", rng.integers(0, 256, size=(n, 6), dtype=np.uint8))
        for i, n in enumerate((3, 9, 5))
    ]


def test_what_is_stored_comes_back(videos: list[tuple[str, np.ndarray]], tmp_path: Path) -> None:
    assert write_mapped_store(tmp_path / "s", iter(videos), backbone="youtube8m") == 3
    stored = open_mapped_store(tmp_path / "s")
    assert stored.quantized
    assert (stored.keys, stored.backbone, stored.dimension) == (("v0", "v1", "v2"), "youtube8m", 6)
    for i, (_, features) in enumerate(videos):
        every = np.arange(len(features))[None]
        np.testing.assert_array_equal(stored.read(np.array([i]), every)[0], features)


def test_a_batch_is_read_across_videos(
    videos: list[tuple[str, np.ndarray]], tmp_path: Path
) -> None:
    write_mapped_store(tmp_path / "s", videos)
    batch = open_mapped_store(tmp_path / "s").read(np.array([2, 1]), np.array([[0, 4], [8, 8]]))
    np.testing.assert_array_equal(batch[0], videos[2][1][[0, 4]])
    np.testing.assert_array_equal(batch[1], videos[1][1][[8, 8]])


def test_memory_and_disk_agree_on_what_the_data_is(
    rng: np.random.Generator, tmp_path: Path
) -> None:
    videos = [(f"v{i}", rng.normal(size=(4, 3)).astype(np.float32)) for i in range(3)]
    write_mapped_store(tmp_path / "s", videos)
    stored, gathered = open_mapped_store(tmp_path / "s"), gather_videos(videos)
    assert stored.fingerprint == gathered.fingerprint
    assert stored.subset(["v2", "v0"]).fingerprint == gather_videos(videos[::2]).fingerprint
    other = gather_videos([*videos[:2], ("v2", videos[2][1] + 1)])
    assert other.fingerprint != gathered.fingerprint


def test_a_subset_keeps_its_videos_only(rng: np.random.Generator) -> None:
    videos = [(f"v{i}", rng.normal(size=(4 + i, 3)).astype(np.float32)) for i in range(4)]
    some = gather_videos(videos).subset(["v3", "v1"])
    assert (some.keys, some.lengths.tolist()) == (("v1", "v3"), [5, 7])
    np.testing.assert_array_equal(some.read(np.array([1]), np.array([[6]]))[0, 0], videos[3][1][6])
    with pytest.raises(DataError, match="no video 'v9'"):
        some.subset(["v1", "v9"])


def test_half_precision_stays_and_mixtures_widen(rng: np.random.Generator) -> None:
    half = rng.normal(size=(4, 3)).astype(np.float16)
    assert gather_videos([("a", half)]).rows.dtype == np.float16
    mixed = gather_videos([("a", half), ("b", half.astype(np.float64))])
    assert mixed.rows.dtype == np.float32


def test_features_that_do_not_fit_are_refused(rng: np.random.Generator, tmp_path: Path) -> None:
    three, four = (rng.normal(size=(5, d)).astype(np.float32) for d in (3, 4))
    for make in (gather_videos, lambda v: write_mapped_store(tmp_path / "s", v)):
        with pytest.raises(DataError, match=r"^b: has features"):
            make([("a", three), ("b", four)])
        with pytest.raises(DataError, match="no video"):
            make([])
    three[2, 1] = np.nan
    with pytest.raises(DataError, match="NaN"):
        gather_videos([("a", three)])
    assert not (tmp_path / "s").exists()


def test_a_store_is_not_overwritten_unasked(
    videos: list[tuple[str, np.ndarray]], tmp_path: Path
) -> None:
    write_mapped_store(tmp_path / "s", videos)
    with pytest.raises(OutputError):
        write_mapped_store(tmp_path / "s", videos)


@pytest.mark.parametrize(
    "change",
    [
        {"format": "other"},
        {"dimension": 10**9},
        {"dimension": "6"},
        {"type": "object"},
        {"lengths": [3, 9]},
        {"lengths": [3, 9, -5]},
        {"lengths": [30, 9, 5]},
        {"keys": [1, 2, 3]},
        {"digests": []},
        {"sources": None},
    ],
    ids=str,
)
def test_a_damaged_index_is_refused(
    change: dict[str, object], videos: list[tuple[str, np.ndarray]], tmp_path: Path
) -> None:
    write_mapped_store(tmp_path / "s", videos)
    index = tmp_path / "s" / INDEX
    index.write_text(json.dumps(json.loads(index.read_text()) | change))
    with pytest.raises(DataError):
        open_mapped_store(tmp_path / "s")


@pytest.mark.parametrize(
    "text", ["", "[]", "{", "[" * 100_000], ids=["empty", "list", "cut", "deep"]
)
def test_an_index_that_is_none_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / INDEX).write_text(text)
    (tmp_path / "rows.bin").write_bytes(b"")
    with pytest.raises(DataError):
        open_mapped_store(tmp_path)


def test_a_folder_that_is_no_store(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no feature store"):
        open_mapped_store(tmp_path)


def test_rows_of_another_type_are_refused() -> None:
    with pytest.raises(ValueError, match="float16, float32 or uint8"):
        TrainingVideos(
            rows=np.zeros((2, 2)),
            starts=np.array([0]),
            lengths=np.array([2]),
            keys=("a",),
            digests=("0",),
        )
