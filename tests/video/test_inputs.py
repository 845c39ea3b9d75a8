from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from PIL import Image

from clips import render_clip
from summaries import summary_of
from vidgist.batch.folders import MARKER
from vidgist.render import render
from vidgist.render.outputs.clip import write_clip
from vidgist.video.inputs import find_videos


@pytest.fixture
def library(tmp_path):
    for name in (
        "b.MP4",
        "a.mkv",
        "-o.webm",
        "notes.txt",
        ".hidden.mp4",
        "sub/c.mov",
        "sub/deeper/d.ts",
        ".cache/e.mp4",
        "sub/c-gist/summary.mp4",
        "x-gist/summary.mp4",
        "y-gist/summary.mp4",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    (tmp_path / "sub/c-gist" / MARKER).touch()
    (tmp_path / "x-gist" / MARKER).touch()
    begins = '{\n "vidgist": "0.1.0",\n "schema": 1,\n'
    (tmp_path / "y-gist" / "summary.json").write_text(begins)
    (tmp_path / "folder.mp4").mkdir()
    return tmp_path


def names(folder, **options):
    found, errors = find_videos([folder], **options)
    assert not errors
    return [str(path.relative_to(folder)) for path in found]


def test_files_of_video_endings_in_the_order_of_their_names(library):
    assert names(library) == ["-o.webm", "a.mkv", "b.MP4"]


def test_folders_below_on_request_but_no_results_and_nothing_hidden(library):
    expected = ["-o.webm", "a.mkv", "b.MP4", "sub/c.mov", "sub/deeper/d.ts"]
    assert names(library, recursive=True) == expected


def test_what_is_named_is_taken_whatever_it_is_called_and_once(library):
    note = library / "notes.txt"
    missing = library / "missing"
    found, errors = find_videos([note, missing, library / "a.mkv", library, note])
    assert found == [note, missing, library / "a.mkv", library / "-o.webm", library / "b.MP4"]
    assert not errors


def test_a_folder_that_gives_nothing_says_so(tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.mp4").touch()
    found, errors = find_videos([tmp_path])
    assert not found
    assert "recursive=True" in str(errors[0])
    found, errors = find_videos([tmp_path], recursive=True)
    assert found == [tmp_path / "sub" / "a.mp4"]
    assert not errors


@pytest.mark.skipif(os.name != "posix", reason="needs pipes and links")
def test_pipes_are_not_waited_for_and_links_not_followed_in_circles(tmp_path):
    os.mkfifo(tmp_path / "pipe.mp4")
    (tmp_path / "circle").symlink_to(tmp_path)
    (tmp_path / "a.mp4").touch()
    (tmp_path / "b.mp4").symlink_to("a.mp4")
    assert names(tmp_path, recursive=True) == ["a.mp4", "b.mp4"]


@pytest.mark.skipif(os.name != "posix", reason="needs links")
def test_a_link_that_leads_nowhere_does_not_vanish(tmp_path):
    (tmp_path / "broken.mp4").symlink_to("nowhere")
    (tmp_path / "circle.mp4").symlink_to("circle.mp4")
    assert names(tmp_path) == ["broken.mp4", "circle.mp4"]


@pytest.mark.parametrize("text", ["", "{}", '{"total": 3}', '{"vidgist": 1}', "\0" * 1000])
def test_a_summary_of_somebody_else_hides_no_videos(tmp_path, text):
    (tmp_path / "talks").mkdir()
    (tmp_path / "talks" / "summary.json").write_text(text)
    (tmp_path / "talks" / "a.mp4").touch()
    assert names(tmp_path, recursive=True) == ["talks/a.mp4"]


def test_a_clip_of_an_earlier_run_is_known_by_itself(tmp_path):
    clip = render_clip(tmp_path / "a.mp4", scenes=(0.4, 0.4), ticks=())
    write_clip(summary_of(clip.path, cuts=clip.cuts, selected=(0,)), tmp_path / "summary.mp4")
    assert names(tmp_path) == ["a.mp4"]
    (tmp_path / "summary.mp4").write_bytes(clip.path.read_bytes())  # somebody else's of that name
    assert names(tmp_path) == ["a.mp4", "summary.mp4"]


def test_a_preview_of_an_earlier_run_is_known_by_itself(tmp_path):
    clip = render_clip(tmp_path / "a.mp4", scenes=(0.4, 0.4), ticks=())
    summary = summary_of(clip.path, cuts=clip.cuts, selected=(0,))
    (gif,) = render(summary, tmp_path / "out", make="gif")
    gif.rename(tmp_path / "summary.gif")
    shutil.rmtree(tmp_path / "out")
    assert names(tmp_path) == ["a.mp4"]
    Image.new("RGB", (64, 48)).save(tmp_path / "summary.gif")  # somebody else's of that name
    assert names(tmp_path) == ["a.mp4", "summary.gif"]


@pytest.mark.skipif(os.name != "posix", reason="needs names of bytes")
def test_names_of_bytes_that_are_no_text(tmp_path):
    raw = os.fsencode(tmp_path) + b"/\xff\xfe\n.mp4"
    Path(os.fsdecode(raw)).touch()
    found, _ = find_videos([tmp_path])
    assert [os.fsencode(path) for path in found] == [raw]


def test_videos_beside_results_are_not_hidden_by_them(library):
    (library / "x-gist" / "mine.mp4").touch()
    assert "x-gist/mine.mp4" in names(library, recursive=True)
    assert "x-gist/summary.mp4" not in names(library, recursive=True)


def test_names_that_the_system_refuses_do_not_end_the_search(tmp_path):
    (tmp_path / "a.mp4").touch()
    (tmp_path / "link.mp4").symlink_to("b" * 300)
    long = tmp_path / ("c" * 300 + ".mp4")
    found, errors = find_videos([tmp_path, long])
    assert found == [tmp_path / "a.mp4", tmp_path / "link.mp4", long]
    assert not errors


def test_folders_that_cannot_be_read_are_told(tmp_path, monkeypatch):
    (tmp_path / "a.mp4").touch()
    (tmp_path / "closed").mkdir()
    real = os.scandir

    def scandir(path):
        if Path(path).name == "closed":
            raise PermissionError(13, "Permission denied", path)
        return real(path)

    monkeypatch.setattr("os.scandir", scandir)
    found, errors = find_videos([tmp_path], recursive=True)
    assert found == [tmp_path / "a.mp4"]
    assert [str(e) for e in errors] == [
        f"{tmp_path / 'closed'}: cannot be read (Permission denied); "
        "check the path and its permissions"
    ]


def test_unusual_endings_are_taken_by_their_first_bytes(tmp_path):
    clip = render_clip(tmp_path / "a.mpg", scenes=(0.4,), codec="mpeg2video").path
    for name in ("x.mod", "x.tod", "x.vro", "x.unheard-of", "no-ending"):
        (tmp_path / name).write_bytes(clip.read_bytes())
    (tmp_path / "module.mod").write_bytes(b"ProTracker\0" * 100)
    (tmp_path / "main.ts").write_text("export const answer: number = 42;\n" * 100)
    (tmp_path / "other.bin").write_bytes(bytes(5000))
    (tmp_path / "download.part").write_bytes(clip.read_bytes())
    notes = []
    found, errors = find_videos([tmp_path], note=notes.append)
    assert not errors
    assert [path.name for path in found] == [
        *("a.mpg", "no-ending", "x.mod", "x.tod", "x.unheard-of", "x.vro"),
    ]
    assert len(notes) == 1
    assert "left out" in notes[0]
    assert "main.ts, module.mod" in notes[0]


def test_a_note_names_a_few(tmp_path):
    for k in range(20):
        (tmp_path / f"{k:02}.ts").write_text("let x;\n")
    notes = []
    _, errors = find_videos([tmp_path], note=notes.append)
    assert "holds no video" in str(errors[0])
    assert notes[0].endswith("first bytes are no video's: 00.ts, 01.ts, 02.ts and 17 more")


def test_a_folder_of_numbered_pictures_is_a_video(tmp_path):
    for k in range(3):
        Image.new("RGB", (32, 32)).save(tmp_path / f"{k}.png")
    assert find_videos([tmp_path]) == ([tmp_path], [])
    assert find_videos([tmp_path.parent], recursive=True)[0] != [tmp_path]  # only one that is named
