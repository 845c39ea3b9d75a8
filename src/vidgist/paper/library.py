"""Find the benchmarks' files: data sets, features, splits, annotations and banks, anywhere."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import h5py

from vidgist.datasets.eccv16 import open_dataset
from vidgist.datasets.hdf5 import children, open_hdf5
from vidgist.datasets.splits import read_splits
from vidgist.datasets.tvsum import ROOT
from vidgist.errors import DataError
from vidgist.scoring.bank.file import read_bank
from vidgist.system.file_kind import HDF5, kind_of_file

__all__ = ["ENVIRONMENT", "Library", "find_library"]

ENVIRONMENT = "VIDGIST_DATA"
"""Environment variable with the folders to look in, where none are given."""

DEFAULT_FOLDER = "data"
MAX_DEPTH = 4
MAX_ENTRIES = 20_000
MAX_REASONS = 3
NAMES = ("tvsum", "summe")
EXPECTED = {
    "tvsum": "eccv16_dataset_tvsum_*.h5 with features and user_summary",
    "summe": "eccv16_dataset_summe_*.h5 with features and user_summary",
}


@dataclass(frozen=True, kw_only=True)
class Library:
    """Which files there are, by data set (``tvsum``, ``summe``).

    Attributes:
        searched: where was looked.
        annotated: HDF5 files with user summaries.
        features: HDF5 files with features but no annotations.
        splits: split files.
        annotations: TVSum's ``ydata-tvsum50.mat``, SumMe's folder ``GT``.
        banks: bank files, of whatever name.
        unusable: why an HDF5 file of that name was passed over, one sentence each.
    """

    searched: tuple[Path, ...]
    annotated: dict[str, list[Path]] = field(default_factory=dict)
    features: dict[str, list[Path]] = field(default_factory=dict)
    splits: dict[str, list[Path]] = field(default_factory=dict)
    annotations: dict[str, Path] = field(default_factory=dict)
    banks: list[Path] = field(default_factory=list)
    unusable: dict[str, list[str]] = field(default_factory=dict)

    @property
    def places(self) -> str:
        """Where was looked, in words."""
        if not self.searched:
            return f"(no --data, no {ENVIRONMENT}, and no folder '{DEFAULT_FOLDER}' here)"
        return f"in {', '.join(map(str, self.searched))}"

    def missing(self, dataset: str) -> str:
        """Say which file of a data set is not there, and where was looked."""
        said = (
            f"{dataset}: no file like {EXPECTED[dataset]} {self.places}; "
            f"pass its folder with --data or in {ENVIRONMENT}"
        )
        passed_over = self.unusable.get(dataset, [])[:MAX_REASONS]
        return "; passed over: ".join([said, *passed_over])


def find_library(paths: Iterable[Path] = ()) -> Library:
    """Look through files and folders for what the benchmarks need.

    A file belongs to the data set that its name, or its folder's, names; which kind it is says its
    content. Files that are something else are passed over.

    Args:
        paths: files or folders; by default those in the environment variable VIDGIST_DATA (with
            the system's separator between them), else the folder ``data`` here.

    Raises:
        DataError: a path that was given does not exist.
    """
    given = list(paths)
    if not given:
        listed = os.environ.get(ENVIRONMENT, "")
        given = [Path(part) for part in listed.split(os.pathsep) if part]
    if not given and Path(DEFAULT_FOLDER).is_dir():
        given = [Path(DEFAULT_FOLDER)]
    for path in given:
        if not path.exists():
            raise DataError(f"{path}: there is no such file or folder; check --data")
    library = Library(searched=tuple(given))
    for root in given:
        for path in _walk(root):
            _sort_in(library, path, root)
    return library


def _walk(root: Path) -> Iterator[Path]:
    """Give files under a folder in a fixed order, not too deep and not too many."""
    if root.is_file():
        yield root
        return
    seen = 0
    known = {root.resolve()}  # links are followed, but not in circles
    folders = [(root, 0)]
    while folders:
        folder, depth = folders.pop()
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError:
            continue  # a folder that may not be read holds nothing for us
        for entry in entries:
            seen += 1
            if seen > MAX_ENTRIES:
                return
            inner = folder / entry.name
            if inner.is_dir():
                real = inner.resolve()
                if depth < MAX_DEPTH and not entry.name.startswith(".") and real not in known:
                    known.add(real)
                    folders.append((inner, depth + 1))
            elif inner.is_file():
                yield inner


def _dataset_of(path: Path, root: Path) -> str | None:
    parts = [path.name, *reversed(path.relative_to(root).parts[:-1]), root.name]
    for part in parts:
        named = [name for name in NAMES if name in part.lower()]
        if len(named) == 1:
            return named[0]
    return None


def _sort_in(library: Library, path: Path, root: Path) -> None:
    dataset = _dataset_of(path, root)
    suffix = path.suffix.lower()
    try:
        if suffix in (".h5", ".hdf5") and dataset:
            kind = _kind_of_dataset(path)
            if kind is not None:
                getattr(library, kind).setdefault(dataset, []).append(path)
        elif suffix == ".json" and dataset:
            read_splits(path)
            library.splits.setdefault(dataset, []).append(path)
        elif suffix == ".mat" and kind_of_file(path) == HDF5:
            with open_hdf5(path) as file:
                if ROOT in children(file):
                    library.annotations.setdefault("tvsum", path)
        elif suffix == ".mat" and path.parent.name == "GT" and dataset == "summe":
            library.annotations.setdefault("summe", path.parent)
        elif suffix == ".safetensors":
            read_bank(path)  # trained models end in this as well
            library.banks.append(path)
    except DataError as error:
        # Not one of ours, or damaged: a benchmark that lacks its data says so.
        if suffix in (".h5", ".hdf5") and dataset:
            library.unusable.setdefault(dataset, []).append(str(error))


def _kind_of_dataset(path: Path) -> str | None:
    dataset = open_dataset(path)
    with open_hdf5(path) as file:
        group = file[dataset.keys[0]]
        names = set(children(group)) if isinstance(group, h5py.Group) else set()
    if "user_summary" in names:
        return "annotated"
    return "features" if "features" in names else None
