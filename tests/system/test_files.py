"""Files and folders appear whole or not at all."""

from __future__ import annotations

import errno

import pytest

from vidgist.errors import OutputError
from vidgist.system.files import check_output, whole_file, whole_folder


def test_a_file_appears_when_the_block_ends(tmp_path):
    path = tmp_path / "new" / "a.json"
    with whole_file(path) as partial:
        partial.write_text("done")
        assert not path.exists()
        assert partial.parent == path.parent
        assert partial.suffix == ".json"
    assert path.read_text() == "done"
    assert [p.name for p in path.parent.iterdir()] == ["a.json"]


def test_nothing_appears_when_the_block_fails(tmp_path):
    def fail(opened):
        with opened as partial:
            if partial.is_dir():
                (partial / "half").write_text("half")
            else:
                partial.write_text("half")
            raise KeyboardInterrupt

    for opened in (whole_file(tmp_path / "a.json"), whole_folder(tmp_path / "b")):
        with pytest.raises(KeyboardInterrupt):
            fail(opened)
    assert list(tmp_path.iterdir()) == []


def test_what_exists_stays_unless_told_otherwise(tmp_path):
    file, folder = tmp_path / "a", tmp_path / "b"
    file.write_text("old")
    folder.mkdir()
    (folder / "old").write_text("old")
    with pytest.raises(OutputError, match="overwrite=True"), whole_file(file):
        pass
    with pytest.raises(OutputError, match="overwrite=True"), whole_folder(folder):
        pass
    with whole_file(file, overwrite=True) as partial:
        partial.write_text("new")
    with whole_folder(folder, overwrite=True) as partial:
        (partial / "new").write_text("new")
    assert file.read_text() == "new"
    assert [p.name for p in folder.iterdir()] == ["new"]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a", "b"]


def test_another_that_finishes_first_wins(tmp_path):
    path = tmp_path / "a"

    def race():
        with whole_file(path) as partial:
            partial.write_text("late")
            path.write_text("first")

    with pytest.raises(OutputError, match="exists already"):
        race()
    assert path.read_text() == "first"


def test_what_cannot_be_written_is_told_in_one_line(tmp_path):
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(OutputError, match="cannot be written") as caught,
        whole_file(tmp_path / "file" / "below"),
    ):
        pass
    assert "\n" not in str(caught.value)

    def full():
        with whole_file(tmp_path / "a"):
            raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(OutputError, match="free some space"):
        full()


def test_long_names_leave_room(tmp_path):
    path = tmp_path / ("n" * 251 + ".jpg")
    with whole_file(path) as partial:
        partial.write_bytes(b"x")
    assert path.exists()


@pytest.mark.parametrize("kind", ["file", "link"])
def test_a_folder_takes_the_place_of_a_file_and_leaves_nothing(tmp_path, kind):
    path = tmp_path / "keyframes"
    if kind == "file":
        path.write_text("old")
    else:
        path.symlink_to("nowhere")
    with whole_folder(path, overwrite=True) as partial:
        (partial / "a.jpg").write_bytes(b"new")
    assert [p.name for p in tmp_path.iterdir()] == ["keyframes"]
    assert (path / "a.jpg").read_bytes() == b"new"


def test_what_cannot_be_written_is_known_before_the_work(tmp_path):
    check_output(tmp_path / "new" / "deeper" / "a.json")
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "file").write_text("mine")
    with pytest.raises(OutputError, match="cannot be written"):
        check_output(tmp_path / "file" / "a.json")
    with pytest.raises(OutputError, match="exists already"):
        check_output(tmp_path / "file")
    check_output(tmp_path / "file", overwrite=True)
    assert (tmp_path / "file").read_text() == "mine"
