from __future__ import annotations

import os
from pathlib import Path

import pytest

from vidgist.render.links import relative_url


@pytest.mark.parametrize(
    ("path", "url"),
    [
        ("/v/talk.mp4", "../talk.mp4"),
        ("/v/out/clip.mp4", "./clip.mp4"),
        ("/v/out/javascript:alert(1)", "./javascript%3Aalert%281%29"),
        ("/w/a b/c#d?e.mp4", "../../w/a%20b/c%23d%3Fe.mp4"),
        ('/v/"><script>.mp4', "../%22%3E%3Cscript%3E.mp4"),
        ("/v/50%.mp4", "../50%25.mp4"),
        ("/v/\u65e5.mp4", "../%E6%97%A5.mp4"),
        (os.fsdecode(b"/v/\xff.mp4"), "../%FF.mp4"),
    ],
)
def test_every_byte_that_means_something_is_escaped(path: str, url: str) -> None:
    assert relative_url(path, folder="/v/out") == url


def test_relative_paths_are_taken_from_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert relative_url("talk.mp4", folder="talk-gist") == "../talk.mp4"
