from __future__ import annotations

import os

from vidgist.batch.folders import ResultMarker, result_folders
from vidgist.system.fingerprint import content_fingerprint


def videos(tmp_path, *names):
    paths = [tmp_path / name for name in names]
    for path in paths:
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_text(path.name + str(path.parent.name))
    return paths


def test_a_folder_is_called_as_its_video(tmp_path):
    (video,) = videos(tmp_path, "x.mp4")
    assert result_folders([video], tmp_path) == [tmp_path / "x-gist"]


def test_added_video_of_the_same_name(tmp_path):
    late, early = videos(tmp_path, "a/x.mp4", "b/x.mp4")
    out = tmp_path / "out"
    (folder,) = result_folders([early], out)
    folder.mkdir(parents=True)
    ResultMarker(content=content_fingerprint(early), settings={}).write(folder)
    assert result_folders([late, early], out) == [out / "x-gist-2", out / "x-gist"]
    assert result_folders([early, late], out) == [out / "x-gist", out / "x-gist-2"]


def test_removed_video_of_the_same_name(tmp_path):
    first, second, third = videos(tmp_path, "a/x.mp4", "b/x.mp4", "c/x.mp4")
    out = tmp_path / "out"
    for video, folder in zip((first, second), result_folders([first, second], out), strict=True):
        folder.mkdir(parents=True)
        ResultMarker(content=content_fingerprint(video), settings={}).write(folder)
    first.unlink()
    assert result_folders([second], out) == [out / "x-gist-2"]
    folders = result_folders([third, second], out)
    assert folders == [out / "x-gist", out / "x-gist-2"]


def test_folders_are_distinct_and_inside(tmp_path):
    names = ["x.mp4", "X.mkv", "x-gist.mp4", "x-2.mp4", "..mp4", "...mp4", "a/x.mp4", "ü" * 120]
    out = tmp_path / "out"
    folders = result_folders(videos(tmp_path, *names), out)
    assert len({str(folder).casefold() for folder in folders}) == len(names)
    for folder in folders:
        assert folder.parent == out
        assert os.path.normpath(folder) == str(folder)
        assert len(os.fsencode(folder.name)) <= 255
