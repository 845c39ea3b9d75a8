"""Split files of the field: divisions of videos into training and test.

They are JSON or YAML (DSNet) in one of a few shapes: a list of objects, an object of objects or
with a list under "splits", or a single object; each with ``train_keys`` and ``test_keys`` (or
``train``, ``test``). Keys are names of groups, alone or behind the path of a data set file. Or they
are lines of text (CSTA): ``TVSum/split0/video_1,video_2/video_3``, training before test.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from vidgist.errors import DataError, first_line
from vidgist.system.file_kind import UNKNOWN, first_bytes, kind_of_bytes
from vidgist.system.json_file import read_json
from vidgist.system.text_file import read_text_file

MAX_FILE = 16 * 2**20
MAX_YAML = 2**20
"""Largest YAML file: its reader takes seconds for each megabyte."""

CURE = "give a JSON or YAML file with 'train_keys' and 'test_keys'"
_LINE = re.compile(r"[^/]*/[^/]*/(?P<train>[^/]*)/(?P<test>[^/]*)")
"""A line of CSTA's files: data set, split, videos to train on, videos to test on."""

_NAMES = {"train": ("train_keys", "train"), "test": ("test_keys", "test")}


@dataclass(frozen=True, kw_only=True)
class Split:
    """One division of a data set.

    Attributes:
        train: keys as in the file; those of other data sets begin with the path of their file.
        test: names of the groups to test on, without a path.
    """

    train: tuple[str, ...]
    test: tuple[str, ...]


def video_key(text: str) -> str:
    """Return the name of the group in a key with a path.

    >>> video_key("../data/tvsum.h5/video_3")
    'video_3'
    """
    return text.strip().rstrip("/").rsplit("/", 1)[-1]


def videos_tested(splits: tuple[Split, ...]) -> tuple[str, ...]:
    """Return the distinct videos of all test sets, in the order of their first test."""
    return tuple(dict.fromkeys(key for split in splits for key in split.test))


def read_splits(path: str | os.PathLike[str]) -> tuple[Split, ...]:
    """Read a split file.

    Raises:
        DataError: the file is missing, too large, of another kind, or holds no splits.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = Path(folder, "splits.json")
        ...     _ = path.write_text('[{"train_keys": ["video_1"], "test_keys": ["video_2"]}]')
        ...     read_splits(path)
        (Split(train=('video_1',), test=('video_2',)),)
    """
    path = Path(path)
    document = _read(path)
    splits = tuple(_split(part, path) for part in _parts(document, path))
    if not splits:
        raise DataError(f"{path}: holds no splits; each needs 'train_keys' and 'test_keys'")
    return splits


def _read(path: Path) -> Any:
    """Return what a file of JSON, YAML or lines of text holds."""
    head = first_bytes(path)
    kind = kind_of_bytes(head)
    if kind != UNKNOWN or head.lstrip()[:1] in (b"{", b"["):
        return read_json(path, max_bytes=MAX_FILE, cure=CURE)
    text = read_text_file(path, max_bytes=MAX_FILE, cure=CURE)
    lines = [match for line in text.splitlines() if (match := _LINE.fullmatch(line.strip()))]
    if lines and len(lines) == sum(bool(line.strip()) for line in text.splitlines()):
        return [
            {name: [key for key in line[name].split(",") if key.strip()] for name in _NAMES}
            for line in lines
        ]
    if len(text) > MAX_YAML:
        raise DataError(f"{path}: is larger than {MAX_YAML} bytes; {CURE}")
    try:
        return yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        why = f"neither JSON nor YAML ({first_line(error)})"
        raise DataError(f"{path}: is {kind}, {why}; {CURE}") from error


def _parts(document: Any, path: Path) -> list[Any]:
    if isinstance(document, list):
        return document
    if isinstance(document, dict):
        if _find(document, "test") is not None:
            return [document]
        inner = document.get("splits", document)
        if isinstance(inner, list):
            return inner
        if isinstance(inner, dict) and all(isinstance(v, dict) for v in inner.values()):
            return [inner[key] for key in sorted(inner, key=lambda key: _numbered(str(key)))]
    raise DataError(
        f"{path}: is JSON or YAML, but not splits; expected a list of objects with 'train_keys' "
        "and 'test_keys'"
    )


def _numbered(name: str) -> tuple[int, str]:
    number = re.search(r"\d{1,9}", name)
    return (int(number[0]) if number else -1, name)


def _find(part: dict[str, Any], which: str) -> Any:
    return next((part[name] for name in _NAMES[which] if name in part), None)


def _split(part: Any, path: Path) -> Split:
    keys = {}
    for which, names in _NAMES.items():
        listed = _find(part, which) if isinstance(part, dict) else None
        if which == "train" and listed is None and isinstance(part, dict):
            listed = []  # a file for testing alone
        if not isinstance(listed, list) or not all(isinstance(key, str) for key in listed):
            raise DataError(f"{path}: a split has no list of names under '{names[0]}'")
        keys[which] = listed
    if not keys["test"]:
        raise DataError(f"{path}: a split has no 'test_keys'; add some or leave it out")
    train = (key.strip() for key in keys["train"])
    return Split(train=tuple(train), test=tuple(map(video_key, keys["test"])))
