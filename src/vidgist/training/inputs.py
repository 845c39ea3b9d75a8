"""Of which kind the inputs of ``vidgist train`` are: each is used, or refused by its name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from vidgist.batch import VIDEO_ENDINGS, find_videos
from vidgist.errors import DataError, VideoError
from vidgist.system.file_kind import HDF5, kind_of_file
from vidgist.training.store import is_store, read_index

__all__ = ["HDF5_FILES", "RECORDS", "STORES", "VIDEOS", "is_youtube8m", "sort_inputs"]

HDF5_FILES, RECORDS, STORES, VIDEOS = "HDF5 files", "TFRecord files", "a store", "videos"
"""The kinds there are."""

HDF5_ENDINGS = frozenset([".h5", ".hdf5"])
RECORD_ENDING = ".tfrecord"
_WANTED = "HDF5 files, videos, TFRecord files, or one store"


def sort_inputs(paths: Sequence[Path]) -> tuple[str, list[Path]]:
    """Return the kind of the inputs, and the files they name or hold (of a store, its folder).

    A file is known by its ending, else by its content; a folder by what is in it and below it.
    Hidden files are left out of folders, and so are results of earlier runs among videos.

    Raises:
        DataError: an input is missing or of no kind, or there are several kinds.
    """
    found: dict[str, dict[Path, None]] = {}
    firsts: dict[str, Path] = {}
    for path in paths:
        kind, files = _sort(path)
        firsts.setdefault(kind, path)
        found.setdefault(kind, {}).update(dict.fromkeys(files))
    if len(found) > 1:
        came = " and ".join(f"{kind} ({path})" for kind, path in firsts.items())
        raise DataError(f"{paths[0]}: training data is of one kind: {_WANTED}; came {came}")
    ((kind, together),) = found.items()
    if kind == STORES and len(together) > 1:
        raise DataError(f"{paths[1]}: is a second store; train on one, made of all the records")
    return kind, list(together)


def is_youtube8m(paths: Sequence[Path]) -> bool:
    """Tell whether the paths hold YouTube-8M's features, as records or as a store of them.

    Raises:
        DataError: an input is missing or of no kind, or there are several kinds.
    """
    kind, files = sort_inputs(paths)
    return kind == RECORDS or (kind == STORES and read_index(files[0])["type"] == "uint8")


def _sort(path: Path) -> tuple[str, list[Path]]:
    if not path.exists():
        raise DataError(f"{path}: there is no such file or folder; check the path")
    if path.is_dir():
        return _sort_folder(path)
    ending = path.suffix.lower()
    if ending in HDF5_ENDINGS:
        return HDF5_FILES, [path]
    if ending == RECORD_ENDING:
        return RECORDS, [path]
    if ending in VIDEO_ENDINGS:
        return VIDEOS, [path]
    if path.is_file() and kind_of_file(path) == HDF5:
        return HDF5_FILES, [path]
    from vidgist.video import open_video

    try:
        open_video(path).close()
    except VideoError as error:
        said = str(error).removeprefix(f"{path}: ").split(";")[0]
        raise DataError(f"{path}: is no training data ({said}); give {_WANTED}") from None
    return VIDEOS, [path]


def _sort_folder(folder: Path) -> tuple[str, list[Path]]:
    if is_store(folder):
        return STORES, [folder]
    records = sorted(_records_in(folder))
    if records:
        return RECORDS, records
    videos, errors = find_videos([folder], recursive=True)
    if errors and videos:
        raise DataError(str(errors[0]))  # a folder in it that cannot be read
    if errors:
        said = str(errors[0]).removeprefix(f"{folder}: ")
        raise DataError(
            f"{folder}: {said}, and no {RECORD_ENDING}; give a folder of either, or HDF5 files by "
            "their names"
        )
    return VIDEOS, videos


def _records_in(folder: Path) -> Iterator[Path]:
    for path in folder.rglob(f"*{RECORD_ENDING}"):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if path.is_file() and not hidden:
            yield path
