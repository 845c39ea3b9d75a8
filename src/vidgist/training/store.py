"""Feature store on disk, mapped into memory for data sets that do not fit in it.

A folder with ``rows.bin``, the features of all videos one after the other, and ``index.json``: the
dimension and type of a feature, and the name and length of each video.
"""

from __future__ import annotations

import contextlib
import json
import mmap
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from vidgist.errors import DataError, OutputError
from vidgist.system.files import whole_folder
from vidgist.system.json_file import read_json
from vidgist.training.videos import Array, TrainingVideos, digest_of

INDEX = "index.json"
ROWS = "rows.bin"
_FORMATS = "vidgist-feature-store-"
FORMAT = f"{_FORMATS}1"
TYPES = {"uint8": np.uint8, "float16": np.float16, "float32": np.float32}
_MAX_INDEX = 2**30


def write_mapped_store(
    folder: str | os.PathLike[str],
    videos: Iterable[tuple[str, Array]],
    *,
    backbone: str = "",
    sources: Mapping[str, str] | None = None,
    overwrite: bool = False,
) -> int:
    """Write videos into a new store, whole or not at all; only one of them is in memory.

    Args:
        folder: of the store.
        videos: name and (T, D) features of each, all of one width and type: uint8 as in YouTube-8M,
            float16 or float32.
        backbone: name of the extractor.
        sources: file -> fingerprint of its content, to recognize the store.
        overwrite: replace a store that exists; any other folder in its place is never touched.

    Returns:
        Number of videos.

    Raises:
        DataError: there is no video, or two differ in width or type.
        OutputError: the folder exists and ``overwrite`` is False, it is not wholly a store, or it
            cannot be written.
    """
    folder = Path(folder)
    if overwrite:
        _refuse_others(folder)
    keys: list[str] = []
    lengths: list[int] = []
    first: tuple[str, int] | None = None
    digests: list[str] = []
    with whole_folder(folder, overwrite=overwrite) as partial:
        with (partial / ROWS).open("wb") as file:
            for key, features in videos:
                dtype, dimension = str(features.dtype), int(features.shape[-1])
                first = first or (dtype, dimension)
                if features.ndim != 2 or (dtype, dimension) != first or dtype not in TYPES:
                    raise DataError(
                        f"{key}: has features of {dimension} numbers ({dtype}), others have "
                        f"{first[1]} ({first[0]}); train on features of one kind"
                    )
                file.write(np.ascontiguousarray(features).tobytes())
                digests.append(digest_of(features))
                keys.append(key)
                lengths.append(len(features))
            file.flush()
            os.fsync(file.fileno())
        if first is None:
            raise DataError(f"{folder}: no video with features was given; nothing to store")
        index = {
            "format": FORMAT,
            "type": first[0],
            "dimension": first[1],
            "keys": keys,
            "lengths": lengths,
            "digests": digests,
            "backbone": backbone,
            "backbone_fingerprint": "",
            "sources": dict(sources or {}),
        }
        (partial / INDEX).write_text(json.dumps(index), encoding="utf-8")
        if overwrite:
            _refuse_others(folder)  # again: converting takes hours, in which files may appear
    return len(keys)


def is_store(folder: Path) -> bool:
    """Return whether a folder holds the files of a store, of any version, even damaged ones."""
    return (folder / INDEX).is_file() and (folder / ROWS).is_file()


def _refuse_others(folder: Path) -> None:
    """Refuse to replace anything but a store, which can be made again.

    Raises:
        OutputError: the path is something else, or the folder holds other files.
    """
    if not os.path.lexists(folder):
        return
    try:
        names = {path.name for path in folder.iterdir()}
        ours = not folder.is_symlink() and names <= {INDEX, ROWS} and _is_ours(folder / INDEX)
    except OSError:
        ours = False
    if not ours:
        raise OutputError(
            f"{folder}: is not a feature store, or holds other files as well, so it is not "
            "replaced; move it away, or choose another output"
        )


def _is_ours(path: Path) -> bool:
    try:
        index = read_json(path, max_bytes=_MAX_INDEX, cure="")
    except DataError:
        return False
    form = index.get("format") if isinstance(index, dict) else None
    return isinstance(form, str) and form.startswith(_FORMATS)


def read_index(folder: Path) -> dict[str, Any]:
    """Return the index of a store, checked against the size of its rows.

    Raises:
        DataError: the folder is no store, damaged, or of another version.
    """
    damaged = DataError(f"{folder}: is a damaged feature store; delete it and make it again")
    try:
        size = (folder / ROWS).stat().st_size
    except OSError as error:
        reason = error.strerror or str(error)
        raise DataError(f"{folder}: is no feature store ({reason}); check the path") from None
    index = read_json(
        folder / INDEX, max_bytes=_MAX_INDEX, cure="delete the store and make it again"
    )
    if not isinstance(index, dict) or index.get("format") != FORMAT:
        raise DataError(f"{folder}: is a feature store of another version; make it again")
    try:
        keys, lengths = index["keys"], index["lengths"]
        fits = (
            index["type"] in TYPES
            and type(index["dimension"]) is int
            and index["dimension"] > 0
            and len(keys) == len(lengths) == len(index["digests"]) > 0
            and all(isinstance(text, str) for text in (*keys, *index["digests"]))
            and all(type(n) is int and n > 0 for n in lengths)
            and isinstance(index["backbone"], str)
            and isinstance(index["backbone_fingerprint"], str)
            and isinstance(index["sources"], dict)
        )
    except (KeyError, TypeError):
        raise damaged from None
    if not fits:
        raise damaged
    expected = sum(lengths) * index["dimension"] * np.dtype(TYPES[index["type"]]).itemsize
    if size != expected:
        raise damaged
    return index


def open_mapped_store(folder: str | os.PathLike[str]) -> TrainingVideos:
    """Return the videos of a store; their features stay on disk until they are read.

    Raises:
        DataError: the folder is no store, damaged, or of another version.
    """
    folder = Path(folder)
    index = read_index(folder)
    with (folder / ROWS).open("rb") as file:
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    rows = np.frombuffer(mapped, dtype=TYPES[index["type"]]).reshape(-1, index["dimension"])
    lengths = np.array(index["lengths"], dtype=np.int64)

    def release() -> None:
        # Pages that were read count as memory of this process until it releases them; the system
        # keeps them in its cache as long as it has room.
        if hasattr(mmap, "MADV_DONTNEED"):
            with contextlib.suppress(OSError):
                mapped.madvise(mmap.MADV_DONTNEED)

    return TrainingVideos(
        rows=rows,
        starts=np.concatenate([[0], np.cumsum(lengths)[:-1]]).astype(np.int64),
        lengths=lengths,
        keys=tuple(index["keys"]),
        digests=tuple(index["digests"]),
        backbone=index["backbone"],
        backbone_fingerprint=index["backbone_fingerprint"],
        release=release,
    )
