"""Search of the data files that tables need: data sets, features, splits and banks."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import h5py

from vidgist.datasets.eccv16 import open_dataset
from vidgist.datasets.hdf5 import children, open_hdf5
from vidgist.datasets.splits import read_splits
from vidgist.errors import DataError
from vidgist.evaluation.protocols import METRICS
from vidgist.scoring.bank.file import read_bank

ENVIRONMENT = "VIDGIST_DATA"
"""Environment variable with the folders to search by default."""

DEFAULT_FOLDER = "data"
MAX_DEPTH = 4
MAX_ENTRIES = 20_000
MAX_REASONS = 3


@dataclass(frozen=True, kw_only=True)
class Library:
    """Data files, by data set (``tvsum``, ``summe``).

    Attributes:
        searched: the files and folders that were searched.
        annotated: HDF5 files with user summaries.
        features: HDF5 files with features but no annotations.
        splits: split files.
        banks: bank files, of whatever name.
        unusable: why an HDF5 file of that name was left out, one sentence each.
    """

    searched: tuple[Path, ...]
    annotated: dict[str, list[Path]] = field(default_factory=dict)
    features: dict[str, list[Path]] = field(default_factory=dict)
    splits: dict[str, list[Path]] = field(default_factory=dict)
    banks: list[Path] = field(default_factory=list)
    unusable: dict[str, list[str]] = field(default_factory=dict)

    @property
    def places(self) -> str:
        """The files and folders that were searched, in words."""
        if not self.searched:
            return f"(no data given, no {ENVIRONMENT}, and no folder '{DEFAULT_FOLDER}' here)"
        return f"in {', '.join(map(str, self.searched))}"

    def find(self, word: str) -> list[Path]:
        """Return the HDF5 files with a word in their names, whatever they hold."""
        files = (path for root in self.searched for path in _walk(root))
        suffixes = (".h5", ".hdf5")
        return [p for p in files if p.suffix.lower() in suffixes and word in p.name.lower()]

    def missing(self, dataset: str) -> str:
        """Return a sentence on the file of a data set that is missing, and on where to put it."""
        sentence = (
            f"{dataset}: no file like eccv16_dataset_{dataset}_*.h5 with features and user_summary "
            f"{self.places}; give its folder as data='FOLDER' or in {ENVIRONMENT}"
        )
        return "; passed over: ".join([sentence, *self.unusable.get(dataset, [])[:MAX_REASONS]])


def find_library(paths: Iterable[Path] = ()) -> Library:
    """Search files and folders for the data of the tables.

    A file belongs to the data set that its name, or its folder's, names; its content says which
    kind of file it is. Other files are left out.

    Args:
        paths: files or folders; by default those in the environment variable VIDGIST_DATA (with
            the system's separator between them), else the folder ``data`` here.

    Raises:
        DataError: one of the paths does not exist.
    """
    roots = list(paths)
    if not roots:
        roots = [Path(part) for part in os.environ.get(ENVIRONMENT, "").split(os.pathsep) if part]
    if not roots and Path(DEFAULT_FOLDER).is_dir():
        roots = [Path(DEFAULT_FOLDER)]
    for path in roots:
        if not path.exists():
            raise DataError(f"data: {path}: there is no such file or folder")
    library = Library(searched=tuple(roots))
    for root in roots:
        for path in _walk(root):
            _sort_in(library, path, root)
    return library


def _walk(root: Path) -> Iterator[Path]:
    """Yield the files under a folder in a fixed order, not too deep and not too many."""
    if root.is_file():
        yield root
        return
    seen = 0
    known: set[Path] = set()  # links are followed, but not in circles
    for name, folders, files in os.walk(root, followlinks=True):
        folder = Path(name)
        again = folder.resolve() in known
        known.add(folder.resolve())
        deep = len(folder.relative_to(root).parts) >= MAX_DEPTH
        visible = sorted(name for name in folders if not name.startswith("."))
        folders[:] = [] if again or deep else visible
        for path in [] if again else [folder / name for name in sorted(files)]:
            seen += 1
            if seen > MAX_ENTRIES:
                return
            if path.is_file():
                yield path


def _dataset_of(path: Path, root: Path) -> str | None:
    parts = [path.name, *reversed(path.relative_to(root).parts[:-1]), root.name]
    for part in parts:
        named = [name for name in METRICS if name in part.lower()]
        if len(named) == 1:
            return named[0]
    return None


def _sort_in(library: Library, path: Path, root: Path) -> None:
    dataset = _dataset_of(path, root)
    suffix = path.suffix.lower()
    try:
        if suffix in (".h5", ".hdf5") and dataset:
            names = _fields_of(path)
            if "user_summary" in names:
                library.annotated.setdefault(dataset, []).append(path)
            elif "features" in names:
                library.features.setdefault(dataset, []).append(path)
        elif suffix in (".json", ".yml", ".yaml", ".txt") and dataset:
            read_splits(path)
            library.splits.setdefault(dataset, []).append(path)
        elif suffix == ".safetensors":
            read_bank(path)  # trained models end in this as well
            library.banks.append(path)
    except DataError as error:
        # Not one of ours, or damaged: a table that lacks its data names the reason.
        if suffix in (".h5", ".hdf5") and dataset:
            library.unusable.setdefault(dataset, []).append(str(error))


def _fields_of(path: Path) -> set[str]:
    """Return the names of what a data set's file holds of its first video."""
    dataset = open_dataset(path)
    with open_hdf5(path) as file:
        group = file[dataset.keys[0]]
        return set(children(group)) if isinstance(group, h5py.Group) else set()
