from __future__ import annotations

import h5py
import pytest

from vidgist.errors import DataError
from vidgist.system.file_kind import HDF5, MATLAB5, kind_of_file


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", "empty"),
        (b"MATLAB 5.0 MAT-file, Platform: x", MATLAB5),
        (b"version https://git-lfs.github.com/spec/v1\n", "a Git LFS pointer"),
        (b"PK\x03\x04rest", "a zip archive"),
        (b"\x80\x04\x95", "a pickle"),
        (b"<!DOCTYPE html>", "a web page"),
        (b"<!doctype html><html>", "a web page"),
        (b'[{"a": 1}]', "a JSON text"),
        (b"\x00\x00\x00\x20ftypisom", "a video"),
        (b"\x1a\x45\xdf\xa3rest", "a video"),
        (b"RIFF\x10\x00\x00\x00AVI LIST", "a video"),
        (b"RIFF\x10\x00\x00\x00WAVEfmt ", "of an unknown kind"),
        (b"hello", "of an unknown kind"),
    ],
)
def test_first_bytes_tell_the_kind(tmp_path, content, kind):
    path = tmp_path / "file"
    path.write_bytes(content)
    assert kind_of_file(path).startswith(kind)


@pytest.mark.parametrize("block", [0, 512, 1024])
def test_hdf5_behind_a_user_block(tmp_path, block):
    path = tmp_path / "file.mat"
    h5py.File(path, "w", userblock_size=block).close()
    assert kind_of_file(path) == HDF5


def test_a_missing_file_and_a_folder(tmp_path):
    with pytest.raises(DataError, match="no such file"):
        kind_of_file(tmp_path / "nothing")
    with pytest.raises(DataError, match="is a folder"):
        kind_of_file(tmp_path)
