"""Kinds of training data: HDF5 files, videos, TFRecord files, or a store."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from vidgist.errors import DataError, VideoError
from vidgist.system.file_kind import HDF5, kind_of_file
from vidgist.training.store import is_store, read_index
from vidgist.video import open_video
from vidgist.video.inputs import VIDEO_ENDINGS, find_videos

HDF5_FILES, RECORDS, STORES, VIDEOS = "HDF5 files", "TFRecord files", "a store", "videos"
"""The kinds, in the words of messages."""

_RECORD = ".tfrecord"
_ENDINGS = {
    ".h5": HDF5_FILES,
    ".hdf5": HDF5_FILES,
    _RECORD: RECORDS,
    **dict.fromkeys(VIDEO_ENDINGS, VIDEOS),
}
_KNOWN = "HDF5 files, videos, TFRecord files, or one store"


def sort_inputs(paths: Sequence[Path]) -> tuple[str, list[Path]]:
    """Return the kind of the inputs, and the files that they name or hold (the folder of a store).

    A file is known by its ending, else by its content; a folder by its files and those of the
    folders below it. Hidden files are left out of folders, and results of earlier runs among
    videos.

    Raises:
        DataError: an input is missing or of no kind, or there are several kinds.
    """
    files: dict[str, dict[Path, None]] = {}
    firsts: dict[str, Path] = {}
    for path in paths:
        if not path.exists():
            raise DataError(f"{path}: there is no such file or folder; check the path")
        kind, named = _sort_folder(path) if path.is_dir() else (_kind_of(path), [path])
        firsts.setdefault(kind, path)
        files.setdefault(kind, {}).update(dict.fromkeys(named))
    if len(files) > 1:
        kinds = " and ".join(f"{kind} ({path})" for kind, path in firsts.items())
        raise DataError(f"{paths[0]}: training data is of one kind: {_KNOWN}; got {kinds}")
    ((kind, together),) = files.items()
    if kind == STORES and len(together) > 1:
        raise DataError(f"{paths[1]}: is a second store; train on one, made of all the records")
    return kind, list(together)


def is_youtube8m(paths: Sequence[Path]) -> bool:
    """Return whether the paths hold YouTube-8M's features, as records or as a store of them.

    Raises:
        DataError: see `sort_inputs`.
    """
    kind, files = sort_inputs(paths)
    return kind == RECORDS or (kind == STORES and read_index(files[0])["type"] == "uint8")


def _kind_of(path: Path) -> str:
    kind = _ENDINGS.get(path.suffix.lower())
    if kind is not None:
        return kind
    if path.is_file() and kind_of_file(path) == HDF5:
        return HDF5_FILES
    try:
        open_video(path).close()
    except VideoError as error:
        reason = str(error).removeprefix(f"{path}: ").split(";")[0]
        raise DataError(f"{path}: is no training data ({reason}); give {_KNOWN}") from None
    return VIDEOS


def _sort_folder(folder: Path) -> tuple[str, list[Path]]:
    if is_store(folder):
        return STORES, [folder]
    records = [
        path
        for path in sorted(folder.rglob(f"*{_RECORD}"))
        if path.is_file() and not any(p.startswith(".") for p in path.relative_to(folder).parts)
    ]
    if records:
        return RECORDS, records
    videos, errors = find_videos([folder], recursive=True)
    if errors and videos:
        raise DataError(str(errors[0]))  # a folder below that cannot be read
    if errors:
        reason = str(errors[0]).removeprefix(f"{folder}: ")
        raise DataError(
            f"{folder}: {reason}, and no {_RECORD} files; give a folder of either, or HDF5 files "
            "by their names"
        )
    return VIDEOS, videos
