"""Split files of the field: divisions of videos into training and test.

They are JSON in one of a few shapes: a list of objects, an object of objects or with a list under
"splits", or a single object; each with ``train_keys`` and ``test_keys`` (or ``train``, ``test``).
Keys are names of groups, alone or behind the path of a data set file.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vidgist.errors import DataError
from vidgist.system.json_file import read_json

MAX_FILE = 16 * 2**20
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
    return text.rstrip("/").rsplit("/", 1)[-1]


def videos_tested(splits: tuple[Split, ...]) -> tuple[str, ...]:
    """Return the distinct videos of all test sets, in the order of their first test."""
    return tuple(dict.fromkeys(key for split in splits for key in split.test))


def read_splits(path: str | os.PathLike[str]) -> tuple[Split, ...]:
    """Read a split file.

    Raises:
        DataError: the file is missing, too large, not JSON, or holds no splits.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = Path(folder, "splits.json")
        ...     _ = path.write_text('[{"train_keys": ["video_1"], "test_keys": ["video_2"]}]')
        ...     read_splits(path)
        (Split(train=('video_1',), test=('video_2',)),)
    """
    path = Path(path)
    document = read_json(
        path, max_bytes=MAX_FILE, cure="give a JSON file with 'train_keys' and 'test_keys'"
    )
    splits = tuple(_split(part, path) for part in _parts(document, path))
    if not splits:
        raise DataError(f"{path}: holds no splits; each needs 'train_keys' and 'test_keys'")
    return splits


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
            return [inner[key] for key in sorted(inner, key=_numbered)]
    raise DataError(
        f"{path}: is JSON, but not splits; expected a list of objects with 'train_keys' "
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
    return Split(train=tuple(keys["train"]), test=tuple(map(video_key, keys["test"])))
