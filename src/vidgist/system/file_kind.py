"""The kind of a file by its first bytes, so that errors tell a wrong file from a damaged one."""

from __future__ import annotations

from pathlib import Path

from vidgist.errors import DataError

HDF5 = "an HDF5 file"
JSON = "a JSON text"
MATLAB5 = "a MATLAB 5 file"
NUMPY = "a NumPy array"
UNKNOWN = "of an unknown kind"
VIDEO = "a video"
ZIP = "a zip archive"

_HDF5_SIGNATURE = b"\x89HDF\r\n\x1a\n"
# The signature of an HDF5 file may stand behind a block of the user's own: MATLAB's is 512 bytes.
_HDF5_OFFSETS = (0, 512, 1024, 2048)
_STARTS = (
    (b"MATLAB 5.0", MATLAB5),
    (b"version https://git-lfs", "a Git LFS pointer in the place of the file itself"),
    (b"PK\x03\x04", ZIP),
    (b"\x1f\x8b", "a gzip archive"),
    (b"\x93NUMPY", NUMPY),
    (b"\x80\x02", "a pickle, which is never read"),
    (b"\x80\x03", "a pickle, which is never read"),
    (b"\x80\x04", "a pickle, which is never read"),
    (b"\x80\x05", "a pickle, which is never read"),
    (b"{", JSON),
    (b"[", JSON),
    (b"\x1a\x45\xdf\xa3", VIDEO),  # Matroska, WebM
    (b"FLV\x01", VIDEO),
    (b"\x00\x00\x01\xba", VIDEO),  # MPEG
)


def first_bytes(path: Path, size: int = 4096) -> bytes:
    """Return the first ``size`` bytes of a file, fewer where it is shorter.

    Raises:
        DataError: the file is missing, is a folder, or cannot be read.
    """
    try:
        with path.open("rb") as file:
            return file.read(size)
    except FileNotFoundError:
        raise DataError(f"{path}: there is no such file; check the path") from None
    except IsADirectoryError:
        raise DataError(f"{path}: is a folder; give a file in it") from None
    except OSError as error:
        reason = error.strerror or str(error)
        raise DataError(f"{path}: cannot be read ({reason}); check the permissions") from error


def kind_of_file(path: Path) -> str:
    """Return what a file is in a few words: `HDF5`, `MATLAB5`, "empty" or another kind.

    Raises:
        DataError: the file is missing or cannot be read.
    """
    return kind_of_bytes(first_bytes(path))


def kind_of_bytes(head: bytes) -> str:
    """Return what begins with these bytes, as `kind_of_file`.

    >>> kind_of_bytes(b"<!DOCTYPE html>")
    'a web page'
    """
    if not head:
        return "empty"
    if any(head[at : at + 8] == _HDF5_SIGNATURE for at in _HDF5_OFFSETS):
        return HDF5
    for start, kind in _STARTS:
        if head.startswith(start):
            return kind
    if head[:9].lower().startswith((b"<!doctype", b"<html")):
        return "a web page"
    # MP4 and MOV name their first box, AVI is a kind of RIFF.
    if head[4:8] in (b"ftyp", b"moov", b"mdat", b"wide") or head[8:12] == b"AVI ":
        return VIDEO
    return UNKNOWN
