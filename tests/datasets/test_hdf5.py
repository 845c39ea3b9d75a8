from __future__ import annotations

import tracemalloc

import h5py
import numpy as np
import pytest

from vidgist.datasets import hdf5, open_dataset
from vidgist.datasets.hdf5 import child, open_hdf5, read_array, read_attributes, read_text
from vidgist.errors import DataError


def make(path, fill):
    with h5py.File(path, "w") as file:
        fill(file.create_group("video_1"))
    return path


def read(path, name="features", kinds="f", ndim=2):
    with open_hdf5(path) as file:
        return read_array(child(file["video_1"], name), kinds=kinds, shape=(None,) * ndim)


@pytest.mark.parametrize("kind", ["<f2", ">f4", "<f8"])
def test_any_float_type_is_read(tmp_path, kind):
    values = np.arange(6, dtype=kind).reshape(2, 3)
    path = make(tmp_path / "a.h5", lambda g: g.create_dataset("features", data=values))
    np.testing.assert_array_equal(read(path), values)


@pytest.mark.parametrize("compression", ["gzip", "lzf"])
def test_usual_compression_is_read(tmp_path, compression):
    values = np.ones((50, 4), np.float32)
    path = make(
        tmp_path / "a.h5",
        lambda g: g.create_dataset(
            "features", data=values, compression=compression, shuffle=True, fletcher32=True
        ),
    )
    np.testing.assert_array_equal(read(path), values)


def external_link(group):
    group["features"] = h5py.ExternalLink("elsewhere.h5", "/features")


def soft_link(group):
    group["features"] = h5py.SoftLink("/video_1/picks")
    group["picks"] = np.arange(3)


def virtual(group):
    layout = h5py.VirtualLayout(shape=(4, 4), dtype="f4")
    layout[:] = h5py.VirtualSource("elsewhere.h5", "features", shape=(4, 4))
    group.create_virtual_dataset("features", layout)


def external_storage(group):
    group.create_dataset("features", shape=(4, 4), dtype="f4", external=[("elsewhere.bin", 0, 64)])


def unknown_filter(group):
    group.create_dataset("features", data=np.zeros((4, 4), "f4"), chunks=(4, 4), scaleoffset=2)


@pytest.mark.parametrize(
    ("fill", "said"),
    [
        (external_link, "link to another place"),
        (soft_link, "link to another place"),
        (virtual, "values lie in other files"),
        (external_storage, "values lie in other files"),
        (unknown_filter, "filters"),
    ],
)
def test_nothing_outside_the_file_is_followed(tmp_path, fill, said):
    (tmp_path / "elsewhere.bin").write_bytes(b"secret" * 20)
    path = make(tmp_path / "a.h5", fill)
    with pytest.raises(DataError, match=said):
        read(path)


def test_objects_are_refused(tmp_path):
    kind = h5py.vlen_dtype(np.float32)
    path = make(tmp_path / "a.h5", lambda g: g.create_dataset("features", (2, 2), dtype=kind))
    with pytest.raises(DataError, match="expected floats"):
        read(path)


def test_claims_are_checked_before_memory_is_taken(tmp_path):
    # Half a gigabyte that the file does not hold: chunks that were never written.
    path = make(
        tmp_path / "a.h5",
        lambda g: g.create_dataset("features", shape=(2**20, 128), dtype="f4", chunks=(1024, 128)),
    )
    assert path.stat().st_size < 100_000
    tracemalloc.start()
    with pytest.raises(DataError, match="damaged or hostile"):
        read(path)
    assert tracemalloc.get_traced_memory()[1] < 2**22
    tracemalloc.stop()


def test_too_large_for_any_data_set(tmp_path):
    path = make(
        tmp_path / "a.h5",
        lambda g: g.create_dataset("features", shape=(2**40, 128), dtype="f4", chunks=(1, 128)),
    )
    with pytest.raises(DataError, match="more than"):
        read(path)


def test_a_bomb_of_one_chunk(tmp_path):
    # One byte for a thousand is more than any real feature needs.
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        group = file.create_group("video_1")
        zeros = np.zeros((2**12, 2**13), np.float32)
        group.create_dataset("features", data=zeros, compression="gzip", chunks=(64, 2**13))
    assert path.stat().st_size < 2**20
    with pytest.raises(DataError, match="damaged or hostile"):
        read(path)


def linked_arrays(file, zeros):
    first = file.create_group("video_0").create_dataset("features", data=zeros, compression="gzip")
    for i in range(1, 30):
        file.create_group(f"video_{i}")["features"] = first


def linked_groups(file, zeros):
    first = file.create_group("video_0")
    first.create_dataset("features", data=zeros, compression="gzip")
    for i in range(1, 30):
        file[f"video_{i}"] = first


def many_arrays(file, zeros):
    for i in range(30):
        group = file.create_group(f"video_{i}")
        group.create_dataset("features", data=zeros, compression="gzip")


@pytest.mark.parametrize("fill", [linked_arrays, linked_groups, many_arrays])
def test_a_bomb_of_many_small_ones(tmp_path, monkeypatch, fill):
    monkeypatch.setattr(hdf5, "FREE_BYTES", 2**20)
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        fill(file, np.zeros((2**10, 2**8), np.float32))
    assert 100 * path.stat().st_size < 30 * 2**20
    with pytest.raises(DataError, match="damaged or hostile"):
        list(open_dataset(path).records(fields=("features",)))


def test_flags_under_many_names(tmp_path, monkeypatch):
    monkeypatch.setattr(hdf5, "FREE_BYTES", 2**20)
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        flags = np.zeros((20, 2**15), np.uint8)
        first = file.create_group("v0").create_dataset("user_summary", data=flags, compression=4)
        for i in range(1, 30):
            file.create_group(f"v{i}")["user_summary"] = first
    with pytest.raises(DataError, match="under several names"):
        list(open_dataset(path))


def test_flags_that_compress_very_well_are_read(tmp_path, monkeypatch):
    monkeypatch.setattr(hdf5, "FREE_BYTES", 2**20)
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        for i in range(30):
            flags = np.zeros((20, 2**15), np.uint8)
            file.create_group(f"v{i}").create_dataset("user_summary", data=flags, compression=4)
    assert 100 * path.stat().st_size < 30 * 20 * 2**15
    dataset = open_dataset(path)
    # Open twice at a time, and read again: nothing is counted twice.
    assert sum(1 for _ in zip(dataset, dataset, strict=True)) == 30
    assert not hdf5._budgets


def test_too_many_members(tmp_path, monkeypatch):
    monkeypatch.setattr(hdf5, "MAX_MEMBERS", 3)
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        for i in range(4):
            file.create_group(f"video_{i}")
    with pytest.raises(DataError, match="holds 4 members"):
        open_dataset(path)


def test_shape_and_kind_are_told(tmp_path):
    path = make(tmp_path / "a.h5", lambda g: g.create_dataset("features", data=np.zeros(3)))
    with pytest.raises(DataError, match=r"expected shape \(any, any\), got \(3,\)"):
        read(path)
    with pytest.raises(DataError, match="expected integers"):
        read(path, kinds="iu", ndim=1)
    with pytest.raises(DataError, match="is not an array"):
        read(path, name="picks")


def test_wrong_file_and_damaged_file_are_told_apart(tmp_path):
    wrong = tmp_path / "wrong.h5"
    wrong.write_bytes(b"PK\x03\x04")
    with pytest.raises(DataError, match="is a zip archive, not an HDF5 file"):
        open_dataset(wrong)
    whole = make(tmp_path / "a.h5", lambda g: g.create_dataset("features", data=np.ones((2000, 9))))
    damaged = tmp_path / "damaged.h5"
    damaged.write_bytes(whole.read_bytes()[:20_000])
    with pytest.raises(DataError, match="is damaged"):
        list(open_dataset(damaged))


@pytest.mark.parametrize("seed", range(60))
def test_mutated_files_give_a_clear_error_or_data(tmp_path, seed):
    rng = np.random.default_rng(seed)
    path = make(
        tmp_path / "a.h5",
        lambda g: [
            g.create_dataset("features", data=rng.random((20, 4))),
            g.create_dataset("picks", data=np.arange(20) * 15),
            g.create_dataset("video_name", data="name"),
        ],
    )
    raw = bytearray(path.read_bytes())
    for place in rng.integers(8, min(len(raw), 2500), 12):
        raw[place] = rng.integers(0, 256)
    path.write_bytes(raw)
    said = ""
    try:
        records = list(open_dataset(path))
    except DataError as error:
        records, said = [], str(error)
    assert records or (str(path) in said and "\n" not in said)


@pytest.mark.parametrize("stored", [b"plain", "free length", np.bytes_(b"fixed")])
def test_texts_of_both_kinds(tmp_path, stored):
    path = make(tmp_path / "a.h5", lambda g: g.create_dataset("video_name", data=stored))
    with open_hdf5(path) as file:
        expected = stored if isinstance(stored, str) else bytes(stored).decode()
        assert read_text(child(file["video_1"], "video_name")) == expected


@pytest.mark.parametrize("stored", [np.arange(3), "x" * 5000])
def test_texts_that_are_none(tmp_path, stored):
    path = make(tmp_path / "a.h5", lambda g: g.create_dataset("video_name", data=stored))
    with open_hdf5(path) as file, pytest.raises(DataError):
        read_text(child(file["video_1"], "video_name"))


def test_attributes_are_short_texts_and_numbers(tmp_path):
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        file.attrs.update({"a": "text", "b": 2, "c": np.arange(4), "d": b"bytes", "e": "x" * 9999})
    with open_hdf5(path) as file:
        found = read_attributes(file)
    assert found["a"] == "text"
    assert found["b"] == 2.0
    assert found["d"] == "bytes"
    assert "c" not in found
    assert len(found.get("e", "")) <= 4096
