from __future__ import annotations

import base64
import io
import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pages import HOSTILE, SCHEMA_1, clip_summary
from vidgist.errors import DataError
from vidgist.render import render
from vidgist.render.document import read_document
from vidgist.render.gallery import cover_file, find_results, page


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    summary = clip_summary(tmp_path)
    render(summary, tmp_path / "gists" / "b" / "clip-gist", make=["json", "keyframes"])
    render(summary, tmp_path / "gists" / "a-gist", make=["json", "cover", "storyboard"])
    return tmp_path / "gists"


def test_results_are_found_at_any_depth(folder: Path, tmp_path: Path) -> None:
    hidden = folder / ".hidden"
    shutil.copytree(folder / "a-gist", hidden)
    (folder / "link").symlink_to(tmp_path / "gists" / "b")
    assert find_results(folder) == [
        folder / "a-gist" / "summary.json",
        folder / "b" / "clip-gist" / "summary.json",
    ]


@pytest.mark.parametrize("name", ["empty", "missing", "file"])
def test_a_folder_without_results_is_told(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").touch()
    with pytest.raises(DataError, match=f"{name}: (no such folder|holds no summary.json)"):
        find_results(tmp_path / name)


def test_the_cover_is_the_best_picture_there_is(folder: Path) -> None:
    first, second = (read_document(path) for path in find_results(folder))
    assert cover_file(first) == first.folder / "cover.jpg"
    document = second
    chosen = np.flatnonzero(document.selected)
    best = int(np.argmax(document.scores[chosen])) + 1
    found = cover_file(second)
    assert found is not None
    assert found.parent.name == "keyframes"
    assert found.name.startswith(f"{best:04d}_")
    (first.folder / "cover.jpg").unlink()
    assert cover_file(first) == first.folder / "storyboard.jpg"
    (first.folder / "storyboard.jpg").unlink()
    assert cover_file(first) is None


def test_schema_1_is_shown(folder: Path) -> None:
    old = folder / "old-gist"
    shutil.copytree(folder / "b" / "clip-gist", old)
    shutil.copy(SCHEMA_1, old / "summary.json")
    results = [read_document(path) for path in find_results(folder)]
    assert [result.folder.name for result in results] == ["a-gist", "clip-gist", "old-gist"]
    found = cover_file(results[-1])
    assert found is not None
    assert found.name.startswith("0001_")
    text = page(results, folder=folder, title="all")
    assert text.count("2 pieces from 2 of 8 shots") == 3
    assert "1.4 s of 7.6 s (18%)" in text
    assert len(covers(text)) == 3


def covers(text: str) -> list[bytes]:
    return [base64.b64decode(found) for found in re.findall(r'src="data:[^,]*,([^"]*)"', text)]


def test_a_page_of_them(folder: Path) -> None:
    results = [read_document(path) for path in find_results(folder)]
    text = page(results, folder=folder, title=HOSTILE)
    for link in (
        "./a-gist/summary.json",
        "./a-gist/storyboard.jpg",
        "./b/clip-gist/summary.json",
    ):
        assert f'href="{link}"' in text
    assert "report.html" not in text
    assert "2 videos, 15.2 s in all" in text
    assert "2 pieces from 2 of 8 shots" in text
    assert "<img src=x" not in text
    pictures = covers(text)
    assert len(pictures) == 2
    for data in pictures:
        with Image.open(io.BytesIO(data)) as picture:
            assert max(picture.size) <= 400


@pytest.mark.parametrize("content", [b"", b"\xff\xd8\xff\xe0 no picture", b"GIF89a"])
def test_a_damaged_cover_is_left_out(folder: Path, content: bytes) -> None:
    (folder / "a-gist" / "cover.jpg").write_bytes(content)
    results = [read_document(path) for path in find_results(folder)]
    assert len(covers(page(results, folder=folder, title="x"))) == 1


def test_a_cover_of_too_many_pixels_is_left_out(folder: Path) -> None:
    jpeg = bytearray((folder / "a-gist" / "cover.jpg").read_bytes())
    frame = jpeg.index(b"\xff\xc0") if b"\xff\xc0" in jpeg else jpeg.index(b"\xff\xc2")
    jpeg[frame + 5 : frame + 9] = b"\xff\xff\xff\xff"  # 65535 x 65535
    (folder / "a-gist" / "cover.jpg").write_bytes(bytes(jpeg))
    results = [read_document(path) for path in find_results(folder)]
    assert len(covers(page(results, folder=folder, title="x"))) == 1


@pytest.mark.parametrize(
    ("path", "name"),
    [
        (r"C:\videos\talk.mp4", "talk.mp4"),
        (r"\\server\share\talk.mp4", "talk.mp4"),
        (r"videos/bad\udce9name.mp4", r"bad\udce9name.mp4"),
    ],
)
def test_a_backslash_parts_a_path_of_windows_alone(folder: Path, path: str, name: str) -> None:
    document = folder / "one" / "summary.json"
    document.parent.mkdir(exist_ok=True)
    raw = json.loads(next(folder.rglob("summary.json")).read_text())
    raw["video"]["path"] = path
    document.write_text(json.dumps(raw))
    assert read_document(document).video_name == name


def test_results_from_another_machine_keep_their_names(folder: Path) -> None:
    path = find_results(folder)[0]
    text = path.read_text()
    whole = re.search(r'"path": ("[^"]*")', text)
    assert whole is not None
    path.write_text(text.replace(whole[1], '"C:\\\\videos\\\\talk.mp4"'))
    assert read_document(path).video_name == "talk.mp4"
