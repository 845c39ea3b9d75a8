"""Reader of torch's old weight files (before zip), without torch and without unpickling.

Such a file is five pickles in a row (magic number, protocol, machine, tensors' layout, names of
the storages) and then the storages' raw numbers.  Only the opcodes and the few names that a plain
dictionary of tensors needs are known, and each opcode is interpreted here on plain values: a file
can make no object and call no function.  Anything else in a file is a `ModelError`.
"""

from __future__ import annotations

import hashlib
import io
import math
import pickletools  # only decodes opcodes into names and arguments; it executes nothing
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from vidgist.errors import ModelError

Tensors: TypeAlias = dict[str, npt.NDArray[Any]]

_MAGIC = 0x1950A86A20F9469CFC6C
_PROTOCOL = 1001
_MAX_DIMENSIONS = 16

_STORAGES = {
    "torch DoubleStorage": "<f8",
    "torch FloatStorage": "<f4",
    "torch HalfStorage": "<f2",
    "torch LongStorage": "<i8",
    "torch IntStorage": "<i4",
    "torch ByteStorage": "|u1",
}
_DICTIONARY = "collections OrderedDict"
_TENSOR = "torch._utils _rebuild_tensor_v2"
_NAMES = frozenset([*_STORAGES, _DICTIONARY, _TENSOR])

_CONSTANTS = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False, "EMPTY_TUPLE": ()}
_LITERALS = frozenset(["BININT", "BININT1", "BININT2", "LONG1", "BINUNICODE", "SHORT_BINUNICODE"])


class _RefusedError(Exception):
    """The file is not a plain dictionary of tensors; the text says what was in it instead."""


def _expect(condition: bool, refusal: str) -> None:
    if not condition:
        raise _RefusedError(refusal)


@dataclass(frozen=True)
class _Name:
    """A global name in the file; it is never looked up."""

    name: str


@dataclass(frozen=True)
class _Storage:
    dtype: str
    key: str
    count: int


@dataclass(frozen=True)
class _Layout:
    """The layout of a tensor in its storage, in elements."""

    storage: _Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


_MARK = _Name("(mark)")


@dataclass
class _Machine:
    """The stack and the memo of the pickle machine."""

    stack: list[Any] = field(default_factory=list)
    memo: dict[int, Any] = field(default_factory=dict)

    def pop(self) -> Any:
        _expect(bool(self.stack), "an operation without its values")
        return self.stack.pop()

    def pop_to_mark(self) -> list[Any]:
        items: list[Any] = []
        while self.stack:
            item = self.stack.pop()
            if item is _MARK:
                return items[::-1]
            items.append(item)
        raise _RefusedError("a group without a beginning")

    def top(self, kind: type, refusal: str) -> Any:
        """Return the object on top of the stack, which must be of that type."""
        _expect(bool(self.stack) and isinstance(self.stack[-1], kind), refusal)
        return self.stack[-1]

    def set_items(self, items: list[Any]) -> None:
        _expect(len(items) % 2 == 0, "a key without a value")
        target = self.top(dict, "items for something that is no dictionary")
        for key, value in zip(items[::2], items[1::2], strict=True):
            _expect(isinstance(key, str), "a key that is no text")
            target[key] = value

    def append_items(self, items: list[Any]) -> None:
        self.top(list, "items without a list").extend(items)

    def step(self, opcode: str, argument: Any) -> None:
        """Interpret one opcode; STOP and PROTO are the caller's."""
        if opcode in _LITERALS:
            self.stack.append(argument)
        elif opcode in _CONSTANTS:
            self.stack.append(_CONSTANTS[opcode])
        elif opcode in ("BINPUT", "LONG_BINPUT"):
            self.memo[argument] = self.top(object, "nothing to remember")
        elif opcode in ("BINGET", "LONG_BINGET"):
            _expect(argument in self.memo, "a reference to nothing")
            self.stack.append(self.memo[argument])
        elif opcode == "MARK":
            self.stack.append(_MARK)
        elif opcode == "TUPLE":
            self.stack.append(tuple(self.pop_to_mark()))
        elif opcode in ("TUPLE1", "TUPLE2", "TUPLE3"):
            self.stack.append(tuple(self.pop() for _ in range(int(opcode[-1])))[::-1])
        elif opcode == "EMPTY_DICT":
            self.stack.append({})
        elif opcode == "EMPTY_LIST":
            self.stack.append([])
        elif opcode == "SETITEM":
            self.set_items([self.pop(), self.pop()][::-1])
        elif opcode == "SETITEMS":
            self.set_items(self.pop_to_mark())
        elif opcode == "APPEND":
            self.append_items([self.pop()])
        elif opcode == "APPENDS":
            self.append_items(self.pop_to_mark())
        elif opcode == "GLOBAL":
            _expect(argument in _NAMES, f"the name '{argument}'")
            self.stack.append(_Name(argument))
        elif opcode == "BINPERSID":
            self.stack.append(_storage(self.pop()))
        elif opcode == "REDUCE":
            arguments, name = self.pop(), self.pop()
            self.stack.append(_rebuild(name, arguments))
        elif opcode == "BUILD":
            # The version numbers of a state dictionary, an attribute of it, are not needed.
            self.pop()
            self.top(dict, "state of an object")
        else:
            raise _RefusedError(f"the operation {opcode}")


def _is_count(value: object) -> bool:
    return type(value) is int and value >= 0


def _storage(identity: Any) -> _Storage:
    _expect(isinstance(identity, tuple) and len(identity) == 6, "a storage of another kind")
    role, name, key, _device, count, view = identity
    _expect(role == "storage" and view is None, "a view of a storage")
    _expect(isinstance(name, _Name) and name.name in _STORAGES, "a storage of unknown numbers")
    _expect(isinstance(key, str) and _is_count(count), "a storage without name or size")
    return _Storage(_STORAGES[name.name], key, count)


def _rebuild(name: Any, arguments: Any) -> dict[str, Any] | _Layout:
    _expect(isinstance(name, _Name) and isinstance(arguments, tuple), "a call of something else")
    if name.name == _DICTIONARY and arguments == ():
        return {}
    _expect(name.name == _TENSOR and len(arguments) == 6, f"a call of '{name.name}'")
    storage, offset, shape, strides = arguments[:4]
    _expect(isinstance(storage, _Storage) and _is_count(offset), "a tensor without a storage")
    for sizes in (shape, strides):
        _expect(isinstance(sizes, tuple) and all(map(_is_count, sizes)), "a tensor without a shape")
    _expect(len(shape) == len(strides) <= _MAX_DIMENSIONS, "a tensor of too many dimensions")
    last = offset + sum((n - 1) * step for n, step in zip(shape, strides, strict=True))
    _expect(0 not in shape and last < storage.count, "a tensor that leaves its storage")
    # Strides of 0 could make a huge tensor out of few numbers.
    _expect(math.prod(shape) <= storage.count, "a tensor larger than its storage")
    return _Layout(storage, offset, shape, strides)


def _run(stream: io.BytesIO) -> Any:
    machine = _Machine()
    try:
        for opcode, argument, _ in pickletools.genops(stream):
            if opcode.name == "STOP":
                return machine.pop()
            if opcode.name != "PROTO":
                machine.step(opcode.name, argument)
    except (ValueError, OverflowError, MemoryError) as error:
        raise _RefusedError(f"an unreadable operation ({error})") from None
    raise _RefusedError("no end")


def _read_storages(stream: io.BytesIO, storages: Mapping[str, _Storage]) -> Tensors:
    keys = _run(stream)
    _expect(isinstance(keys, list) and sorted(map(str, keys)) == sorted(storages), "other storages")
    data = stream.getbuffer()
    numbers: Tensors = {}
    for key in keys:
        storage = storages[key]
        count = int.from_bytes(stream.read(8), "little")
        size = count * np.dtype(storage.dtype).itemsize
        start = stream.tell()
        _expect(count == storage.count and start + size <= len(data), "too few numbers")
        numbers[key] = np.frombuffer(data, storage.dtype, count=count, offset=start)
        stream.seek(start + size)
    _expect(stream.tell() == len(data), "more than its tensors")
    return numbers


def read_legacy_tensors(data: bytes, *, source: str) -> Tensors:
    """Return the tensors of an old torch file by name, in the file's order.

    Args:
        data: the whole file.
        source: name of the file in errors.

    Raises:
        ModelError: the file is cut short or holds anything but a dictionary of tensors.
    """
    stream = io.BytesIO(data)
    try:
        _expect(_run(stream) == _MAGIC, "another magic number")
        _expect(_run(stream) == _PROTOCOL, "another protocol")
        machine = _run(stream)
        little = isinstance(machine, dict) and machine.get("little_endian") is True
        _expect(little, "numbers of another byte order")
        layouts = _run(stream)
        _expect(isinstance(layouts, dict), "no dictionary")
        for layout in layouts.values():
            _expect(isinstance(layout, _Layout), "something that is no tensor")
        storages = {layout.storage.key: layout.storage for layout in layouts.values()}
        _expect(
            all(layout.storage == storages[layout.storage.key] for layout in layouts.values()),
            "one storage in two forms",
        )
        numbers = _read_storages(stream, storages)
    except _RefusedError as refusal:
        raise ModelError(
            f"{source}: is not a plain file of tensors (found {refusal}); get the file again"
        ) from None
    return {name: _view(numbers[layout.storage.key], layout) for name, layout in layouts.items()}


def _view(numbers: npt.NDArray[Any], layout: _Layout) -> npt.NDArray[Any]:
    strides = [step * numbers.itemsize for step in layout.strides]
    tensor = np.lib.stride_tricks.as_strided(
        numbers[layout.offset :], layout.shape, strides, writeable=False
    )
    return np.ascontiguousarray(tensor).reshape(layout.shape)


def read_checked(path: Path, *, sha256: str, cure: str) -> bytes:
    """Read a weight file whose SHA-256 is known.

    Args:
        path: the file.
        sha256: its hash, in hexadecimal.
        cure: what to do about another hash, for the error.

    Raises:
        ModelError: the file cannot be read or is another one.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ModelError(f"{path}: cannot be read ({error.strerror or error}); {cure}") from error
    digest = hashlib.sha256(data).hexdigest()
    if digest != sha256:
        raise ModelError(
            f"{path}: is damaged or another version (SHA-256 {digest[:12]}..., "
            f"expected {sha256[:12]}...); {cure}"
        )
    return data
