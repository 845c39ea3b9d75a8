from __future__ import annotations

import struct
import sys

import pytest

from vidgist.datasets.tfrecord import masked_crc32c, read_tfrecords
from vidgist.errors import DataError, MissingExtraError

pytest.importorskip("google_crc32c", reason="needs the extra 'youtube8m'")


def frame(data: bytes) -> bytes:
    length = struct.pack("<Q", len(data))
    sums = (struct.pack("<I", masked_crc32c(part)) for part in (length, data))
    return length + next(sums) + data + next(sums)


def test_the_checksum_of_the_standards_example():
    # RFC 3720 gives the CRC-32C of these nine digits as e3069283.
    crc = 0xE3069283
    assert masked_crc32c(b"123456789") == (((crc >> 15) | (crc << 17)) + 0xA282EAD8) % 2**32


def test_records_come_back(tmp_path):
    path = tmp_path / "a.tfrecord"
    records = [b"", b"one", bytes(range(256)) * 20]
    path.write_bytes(b"".join(map(frame, records)))
    assert list(read_tfrecords(path)) == records


def test_an_empty_file_has_no_records(tmp_path):
    path = tmp_path / "a.tfrecord"
    path.write_bytes(b"")
    assert list(read_tfrecords(path)) == []


def test_another_kind_of_file(tmp_path):
    path = tmp_path / "a.tfrecord"
    path.write_bytes(b"hello, this is some text")
    with pytest.raises(DataError, match="is not a TFRecord file"):
        list(read_tfrecords(path))
    with pytest.raises(DataError, match="no such file"):
        list(read_tfrecords(tmp_path / "nothing"))


@pytest.mark.parametrize("cut", [1, 4, 10, 18])
def test_a_file_that_is_cut_off(tmp_path, cut):
    path = tmp_path / "a.tfrecord"
    path.write_bytes((frame(b"one") + frame(b"two"))[:-cut])
    records = read_tfrecords(path)
    assert next(records) == b"one"
    with pytest.raises(DataError, match="record 1 is damaged or cut off"):
        next(records)


@pytest.mark.parametrize("place", [0, 5, 9, 13, -1])
def test_a_wrong_bit_anywhere(tmp_path, place):
    raw = bytearray(frame(b"one") + frame(b"two"))
    raw[len(raw) // 2 + place if place >= 0 else place] ^= 1
    path = tmp_path / "a.tfrecord"
    path.write_bytes(raw)
    records = read_tfrecords(path)
    assert next(records) == b"one"
    with pytest.raises(DataError, match="record 1"):
        next(records)


def test_a_length_that_the_file_does_not_have(tmp_path):
    length = struct.pack("<Q", 2**40)
    path = tmp_path / "a.tfrecord"
    path.write_bytes(length + struct.pack("<I", masked_crc32c(length)) + b"abc")
    with pytest.raises(DataError, match="record 0 is damaged"):
        list(read_tfrecords(path))


def test_the_library_may_be_missing(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "google_crc32c", None)
    with pytest.raises(MissingExtraError, match=r"vidgist\[youtube8m\]"):
        list(read_tfrecords(tmp_path / "a.tfrecord"))
