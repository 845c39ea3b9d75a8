"""Splits by name: the lists of papers, and drawn ones.

The names of `known_splits.json` stand for the five splits of a paper's released code, as facts: the
numbers of the test videos. ``random:SEED`` draws five test parts of a fifth each, which may share
videos, as most papers did; ``folds:SEED`` cuts the videos into five parts, each tested once.
"""

from __future__ import annotations

import functools
import hashlib
import json
import os
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

from vidgist.datasets.splits import Split, read_splits, video_key, videos_tested
from vidgist.errors import DataError, SettingError

SPLITS = 5
DRAWN = re.compile(r"(random|folds)(?::(\d{1,9}))?")
"""How drawn splits are named; the seed is 0 by default."""


@dataclass(frozen=True, kw_only=True)
class SplitSet:
    """Splits of a data set.

    Attributes:
        name: as they were asked for, for files their name.
        splits: the divisions.
        digest: SHA-256 of the file, or of the lists of a name.
        about: where they come from, and whether they test every video; "" for files.
    """

    name: str
    splits: tuple[Split, ...]
    digest: str
    about: str = ""


def named_splits() -> Mapping[str, str]:
    """Return the names of known splits, with their sources."""
    return {name: str(entry["source"]) for name, entry in _known()["splits"].items()}


def find_splits(value: str | os.PathLike[str], *, keys: Sequence[str]) -> SplitSet:
    """Return the splits of a file, of a name, or drawn ones.

    Args:
        value: a split file; a name of `named_splits` or its alias; ``random:SEED``;
            ``folds:SEED``.
        keys: of all videos of the data set.

    Raises:
        DataError: the file is missing or wrong, or the splits are those of another data set.
        SettingError: the name is known, but not for this data set.
    """
    text = os.fspath(value)
    known = _known()
    aliases = {a: name for name, entry in known["splits"].items() for a in entry["aliases"]}
    name = aliases.get(text, text)
    if not Path(text).exists():
        if name in known["splits"]:
            return _named(name, text, keys=keys)
        if match := DRAWN.fullmatch(text):
            return _drawn(match[1], int(match[2] or 0), keys=keys)
    try:
        splits = read_splits(text)
    except DataError as error:
        if Path(text).exists() or Path(text).suffix:
            raise
        names = ", ".join((*known["splits"], *aliases))
        raise DataError(f"{error}; or a name: {names}, random:SEED, folds:SEED") from error
    check_splits(splits, keys=keys, source=text)
    digest = hashlib.sha256(Path(text).read_bytes()).hexdigest()
    return SplitSet(name=Path(text).name, splits=splits, digest=digest)


def check_splits(splits: Sequence[Split], *, keys: Collection[str], source: str) -> None:
    """Make sure that no split trains on what it tests, and that they are of this data set.

    They are of another one where at least half of the videos that they name are not in the data, or
    at least half of the data is named in none of them.

    Raises:
        DataError: they are not.
    """
    for number, split in enumerate(splits, start=1):
        both = sorted(set(split.test) & _own(split))
        if both:
            raise DataError(
                f"{source}: split {number} trains on {', '.join(both[:3])}, which it also tests; "
                "leave them out of one of its parts"
            )
    named = {key for split in splits for key in (*split.test, *_own(split))}
    whole = all(_own(split) for split in splits)  # both parts of every split are known
    strange, left = named - set(keys), set(keys) - named
    if 2 * len(strange) >= len(named) or (whole and 2 * len(left) >= len(keys)):
        raise DataError(
            f"{source}: names {len(named)} videos, {len(named) - len(strange)} of which are among "
            f"the {len(keys)} of the data; give the splits of this data set"
        )


def _own(split: Split) -> set[str]:
    """Return the training videos of the data set that is tested.

    Those of augmented training stand behind the paths of several files, and no one knows which of
    these is the data set.
    """
    parents = {key.strip().rstrip("/").rpartition("/")[0] for key in split.train}
    return {video_key(key) for key in split.train} if len(parents) <= 1 else set()


@functools.cache
def _known() -> Any:
    return json.loads(files("vidgist.datasets").joinpath("known_splits.json").read_text("utf-8"))


def _named(name: str, asked: str, *, keys: Sequence[str]) -> SplitSet:
    known = _known()
    counts: Mapping[str, int] = known["videos"]
    data = next((d for d, n in counts.items() if set(keys) == set(_keys(range(1, n + 1)))), None)
    if data is None:
        sizes = " or ".join(f"video_1 to video_{n} ({d})" for d, n in counts.items())
        raise SettingError(
            f"splits: {asked} are splits of {sizes}; the data has {len(keys)} videos, "
            f"{', '.join(list(keys)[:2])} ...; take random:SEED or folds:SEED, or a file"
        )
    entry = known["splits"][name]
    splits = _from_tests([_keys(numbers) for numbers in entry[data]], keys=keys)
    about = f"splits {asked}: {entry['source']}; {_coverage(splits, len(keys))}"
    return SplitSet(name=asked, splits=splits, digest=_digest(splits), about=about)


def _drawn(kind: str, seed: int, *, keys: Sequence[str]) -> SplitSet:
    if len(keys) < SPLITS:
        raise SettingError(f"splits: expected at least {SPLITS} videos, got {len(keys)}")
    rng = np.random.default_rng(seed)
    if kind == "folds":
        parts = np.array_split(rng.permutation(len(keys)), SPLITS)
    else:
        size = round(len(keys) / SPLITS)
        parts = [rng.choice(len(keys), size=size, replace=False) for _ in range(SPLITS)]
    splits = _from_tests([[keys[i] for i in sorted(part)] for part in parts], keys=keys)
    name = f"{kind}:{seed}"
    about = f"splits {name}: drawn from the seed {seed}; {_coverage(splits, len(keys))}"
    return SplitSet(name=name, splits=splits, digest=_digest(splits), about=about)


def _coverage(splits: tuple[Split, ...], videos: int) -> str:
    tested = len(videos_tested(splits))
    if tested == videos == sum(len(split.test) for split in splits):
        return f"every one of the {videos} videos is tested once"
    return f"test parts overlap: {tested} of {videos} videos are ever tested"


def _keys(numbers: Collection[int]) -> list[str]:
    return [f"video_{number}" for number in numbers]


def _from_tests(tests: Sequence[Sequence[str]], *, keys: Sequence[str]) -> tuple[Split, ...]:
    return tuple(
        Split(test=tuple(test), train=tuple(key for key in keys if key not in set(test)))
        for test in tests
    )


def _digest(splits: tuple[Split, ...]) -> str:
    text = json.dumps([{"train": split.train, "test": split.test} for split in splits])
    return hashlib.sha256(text.encode()).hexdigest()
