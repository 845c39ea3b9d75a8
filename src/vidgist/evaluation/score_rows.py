"""Rows of scores from files: named, one file for each split, one for each seed.

A row is written ``FILE`` or ``NAME=FILE``.  In the name of the file, ``{split}`` (or ``{n}``)
stands for the number of a split and ``{seed}`` for any number: the seeds are repeats of a row.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from vidgist.errors import DataError, SettingError, unknown_value
from vidgist.evaluation.entries import Entry, folds_entry, repeats_entry, scores_entry
from vidgist.evaluation.scores_file import read_scores

SPLIT = re.compile(r"\{(?:split|n)\}")
SEED = "{seed}"
BASELINE_SCORES = ("random", "constant", "human")
"""Reference rows that may be asked for in the place of a file."""


@dataclass(frozen=True, kw_only=True)
class ScoreRow:
    """A row of scores, as it was asked for.

    Attributes:
        name: of the row, "" for that of the file.
        file: path of the file, or a pattern of paths.
    """

    name: str
    file: str

    @property
    def baseline(self) -> bool:
        """Whether it is a reference row, and no file."""
        return not self.name and self.file in BASELINE_SCORES

    def check(self) -> None:
        """Make sure that the row is not a misspelled reference row.

        Raises:
            SettingError: it is a word, and there is no such file.
        """
        path = Path(self.file)
        plain = path.name == self.file and path.suffix == "" and not self.name
        if plain and not self.baseline and not path.exists():
            raise unknown_value("scores", self.file, (*BASELINE_SCORES, "a file"))

    @property
    def by_split(self) -> bool:
        """Whether there is a file for each split."""
        return SPLIT.search(self.file) is not None

    def label(self, taken: Collection[str]) -> str:
        """Return the name of the row: the file's own, or its path where another row has that."""
        if self.name:
            return self.name
        plain = Path(self.file).name
        return plain if plain not in taken else self.file

    def files(self, numbers: Sequence[int]) -> list[list[Path]]:
        """Return the files of each split, one a seed; of a single group without splits.

        Args:
            numbers: of the splits, from 1; files may also be counted from 0.

        Raises:
            DataError: a file is missing, or it is not clear how they are counted.
            SettingError: the files are by split, and there are no splits.
        """
        if not self.by_split:
            return [self._seeds(self.file)]
        if not numbers:
            raise SettingError(
                f"scores: {self.file} is one file a split; name the splits with splits='FILE'"
            )
        first = self._first(max(numbers))
        groups = [self._seeds(SPLIT.sub(str(n - 1 + first), self.file)) for n in numbers]
        if len({len(group) for group in groups}) > 1:
            counts = ", ".join(str(len(group)) for group in groups)
            raise DataError(f"{self.file}: splits have {counts} seeds; give as many for each")
        return groups

    def _first(self, last: int) -> int:
        """Return whether files of splits are counted from 0 or from 1."""
        from_zero = bool(self._seeds(SPLIT.sub("0", self.file), missing=False))
        to_last = bool(self._seeds(SPLIT.sub(str(last), self.file), missing=False))
        if from_zero and to_last:
            raise DataError(
                f"{self.file}: there are files for 0 and for {last}, so that it is not clear "
                "whether splits are counted from 0 or 1; take one of them away"
            )
        return 0 if from_zero else 1

    def _seeds(self, file: str, *, missing: bool = True) -> list[Path]:
        path = Path(file)
        if SEED not in file:
            return [path] if missing or path.exists() else []
        if SEED in str(path.parent):
            raise SettingError(f"scores: {self.file}: {SEED} belongs into the name of the file")
        before, after = path.name.split(SEED, 1)
        name = re.compile(re.escape(before) + r"(\d{1,9})" + re.escape(after))
        entries = path.parent.iterdir() if path.parent.is_dir() else ()
        found = [(int(m[1]), p) for p in entries if (m := name.fullmatch(p.name))]
        if not found and missing:
            raise DataError(f"{file}: there is no such file, with any number for {SEED}")
        return [p for _, p in sorted(found)]


def parse_row(text: str) -> ScoreRow:
    """Return the row that ``FILE`` or ``NAME=FILE`` stands for.

    >>> parse_row("Ours=runs/split{split}.json")
    ScoreRow(name='Ours', file='runs/split{split}.json')
    """
    name, equals, file = text.partition("=")
    if not equals or Path(text).exists():
        return ScoreRow(name="", file=text)
    if not name.strip() or not file.strip():
        raise SettingError(f"scores: expected FILE or NAME=FILE, got '{text}'")
    return ScoreRow(name=name.strip(), file=file.strip())


def read_row(
    row: ScoreRow,
    label: str,
    *,
    names: Sequence[tuple[str, str]],
    tests: Sequence[tuple[int, Collection[str]]] = (),
) -> tuple[Entry, frozenset[str]]:
    """Return the entry of a row, and the videos that it scores.

    Args:
        row: of files.
        label: name of the entry.
        names: key and name of each video of the data set.
        tests: number of each split, from 1, and the videos that it tests.

    Raises:
        DataError: a file is missing, damaged or of another kind, or lacks a video that its split
            tests.
        SettingError: the files are by split, and there are no splits.
    """
    groups = row.files([number for number, _ in tests])
    read = [[read_scores(path, names=names) for path in group] for group in groups]
    keys = [_common(scores) for scores in read]
    entries = [
        repeats_entry(label, [scores_entry(label, scores) for scores in group]) for group in read
    ]
    if not row.by_split:
        return entries[0], keys[0]
    present = {key for key, _ in names}
    for (number, test), scored, group in zip(tests, keys, groups, strict=True):
        lacking = [key for key in test if key in present and key not in scored]
        if lacking:
            raise DataError(
                f"{group[0]}: has no scores for {', '.join(lacking[:3])}, which split {number} "
                "tests; score all videos of its test part"
            )
    tested = frozenset(key for _, test in tests for key in test if key in present)
    return folds_entry(label, entries, tests=[frozenset(test) for _, test in tests]), tested


def _common(groups: Iterable[Collection[str]]) -> frozenset[str]:
    """Return the videos that all of them have."""
    sets = [frozenset(group) for group in groups]
    return frozenset.intersection(*sets)
