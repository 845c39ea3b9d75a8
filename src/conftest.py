"""The examples in docstrings may use ``demo.mp4`` in the working folder: 20 seconds of the demo."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from vidgist.demo import render_demo

VIDEO = "demo.mp4"


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the video."""
    folder = tmp_path_factory.mktemp("examples")
    render_demo(folder / VIDEO, seconds=20)
    return folder


@pytest.fixture(autouse=True)
def _in_the_folder_of_the_video(request: pytest.FixtureRequest) -> Iterator[None]:
    example = getattr(request.node, "dtest", None)
    if example is None or VIDEO not in (example.docstring or ""):
        yield
        return
    before = Path.cwd()
    os.chdir(request.getfixturevalue("demo_folder"))
    yield
    os.chdir(before)
