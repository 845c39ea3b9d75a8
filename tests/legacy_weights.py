"""Writes torch files of the old kind opcode by opcode, so that tests can also write wrong ones."""

from __future__ import annotations

import struct
from collections.abc import Mapping

import numpy as np

MAGIC = 0x1950A86A20F9469CFC6C
NAMES = {"<f4": "torch\nFloatStorage", "<i8": "torch\nLongStorage", "<f8": "torch\nDoubleStorage"}


def text(value: str) -> bytes:
    raw = value.encode()
    return b"X" + struct.pack("<I", len(raw)) + raw


def number(value: int) -> bytes:
    return b"J" + struct.pack("<i", value)


def name(value: str) -> bytes:
    return b"c" + value.encode() + b"\n"


def group(*items: bytes) -> bytes:
    return b"(" + b"".join(items) + b"t"


def program(*operations: bytes) -> bytes:
    return b"\x80\x02" + b"".join(operations) + b"."


def storage(key: str, dtype: str, count: int) -> bytes:
    kind = NAMES[dtype]
    return group(text("storage"), name(kind), text(key), text("cpu"), number(count), b"N") + b"Q"


def tensor(
    key: str, dtype: str, count: int, shape: tuple[int, ...], strides: tuple[int, ...], *, offset=0
) -> bytes:
    return (
        name("torch._utils\n_rebuild_tensor_v2")
        + group(
            storage(key, dtype, count),
            number(offset),
            group(*map(number, shape)),
            group(*map(number, strides)),
            b"\x89",
            name("collections\nOrderedDict") + b")R",
        )
        + b"R"
    )


def dictionary(entries: Mapping[str, bytes]) -> bytes:
    items = b"".join(text(key) + value for key, value in entries.items())
    return name("collections\nOrderedDict") + b")R(" + items + b"u"


def legacy_file(
    layouts: bytes,
    storages: Mapping[str, np.ndarray],
    *,
    magic: int = MAGIC,
    protocol: int = 1001,
    little: bytes = b"\x88",
) -> bytes:
    digits = magic.to_bytes(10, "little")
    machine = b"}(" + text("little_endian") + little + b"u"
    keys = b"](" + b"".join(map(text, storages)) + b"e"
    head = [b"\x8a\x0a" + digits, number(protocol), machine, layouts, keys]
    numbers = [struct.pack("<q", v.size) + v.tobytes() for v in storages.values()]
    return b"".join(program(part) for part in head) + b"".join(numbers)


def plain_file(tensors: Mapping[str, np.ndarray]) -> bytes:
    """Return a file of these tensors, each in a storage of its own."""
    entries, storages = {}, {}
    for index, (key, values) in enumerate(tensors.items()):
        strides = tuple(step // values.itemsize for step in values.strides)
        entries[key] = tensor(str(index), values.dtype.str, values.size, values.shape, strides)
        storages[str(index)] = values.ravel(order="K")
    return legacy_file(dictionary(entries), storages)
