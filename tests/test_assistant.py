"""The tools of the server, asked by the client of the protocol's own package."""

from __future__ import annotations

import asyncio
import base64
import io
import json
import os
import sys
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from clips import render_clip
from vidgist.errors import InputError, OutputError

mcp = pytest.importorskip("mcp", reason="needs the extra 'mcp'")

from vidgist.assistant import Library, server  # noqa: E402 (needs the extra)


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A folder with two videos, and one for results; a secret beside them."""
    root = tmp_path_factory.mktemp("root")
    videos, results = root / "videos", root / "results"
    (videos / "old").mkdir(parents=True)
    results.mkdir()
    render_clip(videos / "talk.mp4", scenes=(2, 2, 2, 2), ticks=(1.0,))
    render_clip(videos / "old" / "walk.mp4", scenes=(1,))
    render_clip(root / "secret.mp4", scenes=(1,))
    (videos / "way-out.mp4").symlink_to(root / "secret.mp4")
    return videos, results


def ask(library: Library, tool: str, **arguments: Any) -> Any:
    """Return the answer of one call, by a client in this process."""

    async def call() -> Any:
        async with mcp.Client(server(library)) as client:
            return await client.call_tool(tool, arguments)

    return run(call())


def run(work: Coroutine[Any, Any, Any]) -> Any:
    """Run a coroutine in a thread of its own: drivers of browsers leave a loop in this one."""
    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(asyncio.run, work).result()


def texts(answer: Any) -> list[str]:
    return [part.text for part in answer.content if part.type == "text"]


def pictures(answer: Any) -> list[Image.Image]:
    data = [part.data for part in answer.content if part.type == "image"]
    return [Image.open(io.BytesIO(base64.b64decode(one))) for one in data]


def test_an_assistant_sees_what_is_in_a_video(folders: tuple[Path, Path]) -> None:
    answer = ask(Library([folders[0]]), "look", video="talk.mp4", stills=3, size=100)
    assert not answer.is_error
    first, *times = texts(answer)
    assert first == "talk.mp4: 0:08.0 long, 3 stills"
    assert len(times) == len(pictures(answer)) == 3
    seconds = [float(text.split("(")[1].split(" s)")[0]) for text in times]
    assert seconds == sorted(seconds)
    assert len({int(second // 2) for second in seconds}) == 3  # of three scenes
    for picture in pictures(answer):
        assert picture.format == "JPEG"
        assert max(picture.size) == 100


def test_chosen_moments(folders: tuple[Path, Path]) -> None:
    answer = ask(Library([folders[0]]), "moments", video="talk.mp4", times=["0:05", "1"])
    assert texts(answer) == ["0:01.0 (1.000 s)", "0:05.0 (5.000 s)"]
    assert len(pictures(answer)) == 2


def test_videos_and_facts(folders: tuple[Path, Path]) -> None:
    library = Library([folders[0]])
    (listed,) = texts(ask(library, "list_videos"))
    assert {"talk.mp4", str(Path("old", "walk.mp4"))} <= set(listed.split("\n"))
    (facts,) = texts(ask(library, "facts", video="talk.mp4"))
    assert json.loads(facts)["codec"] == "h264"
    assert str(folders[0]) not in facts


def test_a_summary_is_written_and_changed(folders: tuple[Path, Path]) -> None:
    videos, results = folders
    library = Library([videos], results=results)
    (made,) = texts(ask(library, "make_summary", video="talk.mp4", length="50%"))
    assert "piece 1: " in made
    assert "Shown because" in made
    assert (results / "talk-gist" / "summary.mp4").exists()
    changed = ask(library, "change_summary", name="talk-gist", keep=[1], add=["0:06-0:07"])
    assert not changed.is_error
    pieces = json.loads((results / "talk-gist" / "summary.json").read_text())["pieces"]
    assert (6.0, 7.0) in [(piece["start"], piece["end"]) for piece in pieces]
    wrong = ask(library, "change_summary", name="talk-gist", drop=[99])
    assert wrong.is_error
    assert "drop: expected a piece from 1 to" in texts(wrong)[0]


def test_without_a_folder_for_results_nothing_is_written(folders: tuple[Path, Path]) -> None:
    videos, _ = folders
    before = sorted(videos.rglob("*"))
    answer = ask(Library([videos]), "make_summary", video="old/walk.mp4")
    assert not answer.is_error
    assert "piece 1: " in texts(answer)[0]
    refused = ask(Library([videos]), "make_summary", video="old/walk.mp4", name="x")
    assert refused.is_error
    assert "this server may not write" in texts(refused)[0]
    assert sorted(videos.rglob("*")) == before


@pytest.mark.parametrize(
    "name",
    ["../secret.mp4", "way-out.mp4", "/etc/passwd", "nothing.mp4", "old/../../secret.mp4", "a\0b"],
)
def test_paths_stay_in_their_folders(folders: tuple[Path, Path], name: str) -> None:
    library = Library([folders[0]], results=folders[1])
    for tool in ("facts", "look", "make_summary"):
        answer = ask(library, tool, video=name)
        assert answer.is_error
        assert texts(answer)[0].endswith(
            "no such file in the folders of this server; see list_videos"
        )
    with pytest.raises(InputError):
        library.find(os.fspath(folders[0].parent / "secret.mp4"))


@pytest.mark.parametrize("name", ["..", ".", "../videos", "/tmp/x", "a/../../b"])
def test_results_stay_in_theirs(folders: tuple[Path, Path], name: str) -> None:
    with pytest.raises(OutputError):
        Library([folders[0]], results=folders[1]).target(name)


@pytest.mark.parametrize(
    ("tool", "arguments", "message"),
    [
        ("look", {"stills": 33}, "stills: expected 1 to 32, got 33"),
        ("look", {"size": 9999}, "size: expected 1 to 1568, got 9999"),
        ("moments", {"times": []}, "times: expected 1 to 32, got 0"),
        ("moments", {"times": ["9:00"]}, "times: 9:00 is too late"),
    ],
)
def test_limits_are_kept(
    folders: tuple[Path, Path], tool: str, arguments: dict[str, Any], message: str
) -> None:
    answer = ask(Library([folders[0]]), tool, video="talk.mp4", **arguments)
    assert answer.is_error
    assert message in texts(answer)[0]


def test_the_command_talks_on_standard_streams(folders: tuple[Path, Path]) -> None:
    command = mcp.StdioServerParameters(
        command=sys.executable,
        args=["-m", "vidgist", "mcp", str(folders[0])],
        env=dict(os.environ),
    )

    async def call() -> tuple[list[str], Any]:
        async with mcp.Client(command) as client:
            tools = [tool.name for tool in (await client.list_tools()).tools]
            return tools, await client.call_tool("look", {"video": "talk.mp4", "stills": 2})

    tools, answer = run(call())
    assert tools == ["list_videos", "facts", "look", "moments", "make_summary", "change_summary"]
    assert len(pictures(answer)) == 2
