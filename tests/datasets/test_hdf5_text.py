from __future__ import annotations

import contextlib
import struct

import h5py
import pytest

from vidgist.datasets.hdf5 import open_hdf5, read_attributes, read_text
from vidgist.datasets.hdf5_text import claimed_length, claimed_length_of_attribute
from vidgist.errors import DataError


@pytest.fixture(params=["earliest", "latest"])
def path(request, tmp_path):
    made = tmp_path / "a.h5"
    with h5py.File(made, "w", libver=request.param) as file:
        file["video_name"] = "eleven long"
        file.attrs["backbone"] = "a backbone of nineteen"
        file.create_group("video_1").attrs["backbone"] = "short"
    return made


def forge(path, length: int, text: str) -> None:
    """Let the text of this many bytes claim two gigabytes."""
    raw = path.read_bytes()
    places = [
        at
        for at in range(len(raw) - 16)
        if struct.unpack_from("<I", raw, at)[0] == length
        and struct.unpack_from("<I", raw, at + 12)[0] in (1, 2, 3)
        and 0 < struct.unpack_from("<Q", raw, at + 4)[0] < len(raw)
    ]
    assert len(places) == 1, text
    changed = bytearray(raw)
    struct.pack_into("<I", changed, places[0], 2**31)
    path.write_bytes(changed)


def test_lengths_are_known_before_reading(path):
    with open_hdf5(path) as file:
        assert claimed_length(file["video_name"]) == len("eleven long")
        # The longest of this name, wherever it stands.
        assert claimed_length_of_attribute(file, "backbone") == len("a backbone of nineteen")
        assert claimed_length_of_attribute(file, "unknown") is None
        assert read_text(file["video_name"]) == "eleven long"
        assert read_attributes(file) == {"backbone": "a backbone of nineteen"}


def test_a_text_that_claims_two_gigabytes_is_not_read(path):
    forge(path, len("eleven long"), "video_name")
    with open_hdf5(path) as file, pytest.raises(DataError, match="not a text of at most"):
        read_text(file["video_name"])


def test_an_attribute_that_claims_two_gigabytes_is_not_read(path):
    forge(path, len("a backbone of nineteen"), "backbone")
    found = {}
    # The latest version of the format has checksums, which tell already when the file is opened.
    with contextlib.suppress(DataError), open_hdf5(path) as file:
        found = read_attributes(file)
    assert found == {}


def test_a_heap_without_end_is_not_walked_through(path):
    raw = bytearray(path.read_bytes())
    heap = raw.index(b"GCOL")
    at = heap + 16
    while number := struct.unpack_from("<H", raw, at)[0]:
        at += 16 + -(-struct.unpack_from("<Q", raw, at + 8)[0] // 8) * 8
        assert number < 10
    struct.pack_into("<Q", raw, at + 8, 0)  # the free rest: no longer than itself, for ever
    path.write_bytes(raw)
    with open_hdf5(path) as file:
        assert claimed_length_of_attribute(file, "backbone") is None
        assert read_attributes(file) == {}
        with pytest.raises(DataError, match="not a text of at most"):
            read_text(file["video_name"])


def test_names_of_attributes_that_are_no_text(tmp_path):
    made = tmp_path / "a.h5"
    with h5py.File(made, "w") as file:
        file.attrs["backbone"] = "x"
    raw = made.read_bytes()
    assert raw.count(b"backbone") == 1
    made.write_bytes(raw.replace(b"backbone", b"\xff\xfeckbone"))
    with open_hdf5(made) as file:
        assert read_attributes(file) == {"\udcff\udcfeckbone": "x"}
