from __future__ import annotations

import struct
import tracemalloc

import numpy as np
import pytest

from vidgist.datasets.tfrecord import masked_crc32c, read_tfrecords
from vidgist.datasets.youtube8m import message_type, read_youtube8m
from vidgist.errors import DataError

pytest.importorskip("google_crc32c", reason="needs the extra 'youtube8m'")


def example(rgb: np.ndarray, *, name: bytes = b"abcd", labels: tuple[int, ...] = (3, 70)) -> bytes:
    message = message_type()()
    entry = message.context.feature.add(key="id")
    entry.value.bytes_list.value.append(name)
    entry = message.context.feature.add(key="labels")
    entry.value.int64_list.value.extend(labels)
    for key, values in (("audio", rgb[:, :128]), ("rgb", rgb)):
        seconds = message.feature_lists.feature_list.add(key=key)
        for second in values:
            seconds.value.feature.add().bytes_list.value.append(second.tobytes())
    return message.SerializeToString()


def write(path, *records: bytes):
    with path.open("wb") as file:
        for data in records:
            length = struct.pack("<Q", len(data))
            file.write(length + struct.pack("<I", masked_crc32c(length)))
            file.write(data + struct.pack("<I", masked_crc32c(data)))
    return path


def test_the_message_on_the_wire():
    """One second, by hand: field 2 (lists) > 1 (entry) > key, value > feature > bytes > value."""
    message = message_type()()
    entry = message.feature_lists.feature_list.add(key="k")
    entry.value.feature.add().bytes_list.value.append(b"xy")
    inner = b"\x0a\x02xy"  # BytesList.value
    for tag in (0x0A, 0x0A):  # Feature.bytes_list, FeatureList.feature
        inner = bytes([tag, len(inner)]) + inner
    pair = b"\x0a\x01k" + bytes([0x12, len(inner)]) + inner
    lists = bytes([0x0A, len(pair)]) + pair
    assert message.SerializeToString() == bytes([0x12, len(lists)]) + lists


def test_a_file_of_another_writer(tmp_path):
    """The bytes that the package tfrecord 1.14 writes of a small SequenceExample."""
    path = tmp_path / "other.tfrecord"
    path.write_bytes(
        bytes.fromhex(
            "36000000000000004f578cef0a210a110a066c6162656c7312071a050a030390030a0c0a02696412060a04"
            "0a02616212110a0f0a0372676212080a060a040a0278790ef63b89"
        )
    )
    (data,) = read_tfrecords(path)
    message = message_type().FromString(data)
    context = {entry.key: entry.value for entry in message.context.feature}
    assert list(context["id"].bytes_list.value) == [b"ab"]
    assert list(context["labels"].int64_list.value) == [3, 400]
    (entry,) = message.feature_lists.feature_list
    assert entry.key == "rgb"
    assert [list(f.bytes_list.value) for f in entry.value.feature] == [[b"xy"]]


def test_videos_come_back(tmp_path):
    rng = np.random.default_rng(0)
    videos = [rng.integers(0, 256, (n, 1024), dtype=np.uint8) for n in (1, 30)]
    path = write(tmp_path / "train00.tfrecord", *map(example, videos))
    found = list(read_youtube8m(path))
    assert [key for key, _ in found] == ["abcd", "abcd"]
    for (_, rgb), written in zip(found, videos, strict=True):
        np.testing.assert_array_equal(rgb, written)


def test_video_level_files_are_told(tmp_path):
    message = message_type()()
    message.context.feature.add(key="mean_rgb")
    path = write(tmp_path / "a.tfrecord", message.SerializeToString())
    with pytest.raises(DataError, match="frame-level"):
        list(read_youtube8m(path))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"\xff\xff\xff", "no SequenceExample"),
        (example(np.zeros((2, 1000), np.uint8)), "1024 bytes a second"),
        (example(np.zeros((0, 1024), np.uint8)), "1024 bytes a second"),
    ],
)
def test_other_contents_are_told(tmp_path, data, said):
    with pytest.raises(DataError, match=said):
        list(read_youtube8m(write(tmp_path / "a.tfrecord", data)))


def nested(data: bytes, *tags: int) -> bytes:
    """Put bytes into message after message, the innermost tag first."""
    for tag in tags:
        length, rest = bytearray(), len(data)
        while rest > 127:
            length.append(rest & 127 | 128)
            rest >>= 7
        data = bytes([tag]) + bytes(length) + bytes([rest]) + data
    return data


EMPTY = b"\x0a\x00"
"""An empty first field: a feature, or an entry, of two bytes."""


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (nested(b"\x0a\x03rgb" + nested(EMPTY * 2**20, 0x12), 0x0A, 0x12), "1024 bytes a second"),
        (nested(EMPTY * 2**20, 0x12), "more than 64 names"),
        (nested(EMPTY * 2**20, 0x0A), "more than 64 names"),
    ],
    ids=["features", "lists", "context"],
)
def test_millions_of_empty_features_are_not_looked_at(tmp_path, data, said):
    path = write(tmp_path / "a.tfrecord", data)
    tracemalloc.start()
    with pytest.raises(DataError, match=said):
        list(read_youtube8m(path))
    assert tracemalloc.get_traced_memory()[1] < 2**22  # twice the record
    tracemalloc.stop()


def test_an_hour_is_read(tmp_path):
    rgb = np.random.default_rng(0).integers(0, 256, (3600, 1024), dtype=np.uint8)
    _, read = next(read_youtube8m(write(tmp_path / "a.tfrecord", example(rgb))))
    np.testing.assert_array_equal(read, rgb)
