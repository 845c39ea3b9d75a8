from __future__ import annotations

import struct
import tracemalloc
import zlib

import numpy as np
import pytest
from scipy.io import loadmat, savemat

from vidgist.datasets import matlab5
from vidgist.datasets.matlab5 import read_matlab5
from vidgist.errors import DataError

VALUES = {
    "double": np.linspace(-1, 1, 12).reshape(4, 3),
    "single": np.ones((2, 5), np.float32),
    "bytes": np.arange(6, dtype=np.uint8).reshape(3, 2),
    "long": np.array([[2**40, -1]]),
    "flag": np.array([[True, False]]),
    "number": 25,
    "cube": np.arange(24.0).reshape(2, 3, 4),
    "nothing": np.zeros((0, 3)),
}


@pytest.mark.parametrize("compressed", [True, False])
def test_agrees_with_scipy(tmp_path, compressed):
    path = tmp_path / "a.mat"
    savemat(
        path, {**VALUES, "text": "abc", "cell": np.array([[{}]], object)}, do_compression=compressed
    )
    found = read_matlab5(path, VALUES)
    expected = loadmat(path)
    assert set(found) == set(VALUES)
    for name, values in found.items():
        np.testing.assert_array_equal(values, expected[name])


def test_agrees_with_scipy_on_the_release(shared):
    for path in sorted((shared / "data" / "summe" / "GT").glob("*.mat")):
        found, expected = read_matlab5(path, ("user_score", "FPS")), loadmat(path)
        for name in ("user_score", "FPS"):
            np.testing.assert_array_equal(found[name], expected[name])


@pytest.mark.parametrize("value", ["text", np.array([[{}]], object), np.ones((2, 2)) * 1j])
def test_other_kinds_of_variables_are_refused(tmp_path, value):
    path = tmp_path / "a.mat"
    savemat(path, {"a": value})
    with pytest.raises(DataError, match="not an array of real numbers"):
        read_matlab5(path, ["a"])
    assert read_matlab5(path, ["b"]) == {}


def element(kind: int, data: bytes) -> bytes:
    return struct.pack("<II", kind, len(data)) + data + b"\0" * (-len(data) % 8)


def matrix(
    shape: tuple[int, int], values: bytes, *, claimed: int | None = None, type_: int = 2
) -> bytes:
    inner = element(6, struct.pack("<II", 9, 0)) + element(5, struct.pack("<ii", *shape))
    inner += element(1, b"a") + element(type_, values)
    return struct.pack("<II", 14, len(inner) if claimed is None else claimed) + inner


def write(path, content: bytes):
    header = b"MATLAB 5.0 MAT-file".ljust(124) + b"\x00\x01IM"
    path.write_bytes(header + content)
    return path


def test_the_format_by_hand(tmp_path):
    path = write(tmp_path / "a.mat", matrix((2, 3), bytes(range(6))))
    np.testing.assert_array_equal(read_matlab5(path, ["a"])["a"], [[0, 2, 4], [1, 3, 5]])


@pytest.mark.parametrize(
    "content",
    [
        matrix((2, 3), bytes(5)),  # fewer values than the shape says
        matrix((2**15, 2**15), bytes(6)),
        matrix((-2, -3), bytes(6)),
        matrix((2, 3), bytes(6), claimed=2**31),  # more bytes than the file has
        struct.pack("<II", 15, 4) + b"abcd",  # not deflated
        b"\x01\x02\x03",
    ],
)
def test_what_cannot_be_is_told(tmp_path, content):
    with pytest.raises(DataError, match="is damaged"):
        read_matlab5(write(tmp_path / "a.mat", content), ["a"])


# Of these SciPy's reader makes an address that it follows.
@pytest.mark.parametrize("type_", [0, 8, 10, 14, 17, 19, 1000, 2**16 - 1])
def test_unknown_number_types_are_refused(tmp_path, type_):
    path = write(tmp_path / "a.mat", matrix((2, 3), bytes(6), type_=type_))
    with pytest.raises(DataError, match="is damaged"):
        read_matlab5(path, ["a"])


def test_a_bomb_is_not_unpacked(tmp_path):
    small = zlib.compress(matrix((2, 3), bytes(6), claimed=2**30) + bytes(2**26), 9)
    path = write(tmp_path / "a.mat", struct.pack("<II", 15, len(small)) + small)
    tracemalloc.start()
    with pytest.raises(DataError, match="is damaged"):
        read_matlab5(path, ["a"])
    assert tracemalloc.get_traced_memory()[1] < 2**21
    tracemalloc.stop()


def test_other_files(tmp_path, monkeypatch):
    path = tmp_path / "a.mat"
    path.write_bytes(b"PK\x03\x04")
    with pytest.raises(DataError, match="not a MATLAB 5 file"):
        read_matlab5(path, ["a"])
    monkeypatch.setattr(matlab5, "MAX_FILE", 100)
    with pytest.raises(DataError, match="larger than"):
        read_matlab5(write(path, matrix((2, 3), bytes(6))), ["a"])


@pytest.mark.parametrize("seed", range(200))
def test_mutated_files_give_a_clear_error_or_data(tmp_path, seed):
    rng = np.random.default_rng(seed)
    path = tmp_path / "a.mat"
    savemat(path, VALUES, do_compression=bool(seed % 2))
    raw = bytearray(path.read_bytes())
    for place in rng.integers(124, len(raw), 3):
        raw[place] = rng.integers(0, 256)
    path.write_bytes(raw[: rng.integers(len(raw) // 2, 2 * len(raw))])
    said = ""
    try:
        found = read_matlab5(path, VALUES)
    except DataError as error:
        found, said = {}, str(error)
    assert "\n" not in said
    assert all(isinstance(values, np.ndarray) for values in found.values())
