"""Pages for users: their links lead somewhere, their code names what exists."""

from __future__ import annotations

import ast
import importlib
import re
import shlex
import textwrap
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

import vidgist
from vidgist.cli import cli

ROOT = Path(__file__).parents[1]
PAGES = sorted(
    path
    for folder in (ROOT, ROOT / "docs", ROOT / "research")
    for path in (folder.glob("*.md") if folder == ROOT else folder.rglob("*.md"))
)
NAMES = [path.relative_to(ROOT).as_posix() for path in PAGES]
FENCE = re.compile(r"^ *```(\w*)\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[(?:[^\[\]]|\[[^\]]*\])*\]\(([^)\s]+)\)")
LARGEST = 150_000

pytestmark = pytest.mark.skipif(
    not (ROOT / "research").exists(), reason="pages link to research/, which an sdist has not"
)


def anchors(text: str) -> set[str]:
    """Return the anchors of a page's headings, as GitHub and MkDocs spell them."""
    found = set()
    for heading in re.findall(r"^#+ (.*)$", FENCE.sub("", text), re.MULTILINE):
        plain = re.sub(r"[^\w\s-]", "", heading.lower()).strip()
        found.add(re.sub(r"\s+", "-", plain))
    return found


def commands(text: str) -> Iterator[str]:
    """Yield the lines of code that call vidgist."""
    for language, code in FENCE.findall(text):
        if language in ("sh", "bash"):
            for line in code.replace("\\\n", " ").splitlines():
                for part in re.split(r"&&|;|\|", re.sub(r"(^|\s)#.*", "", line)):
                    called = re.search(r"(?:^|[\s/])vidgist\s+(\S.*)", part)
                    if called and "pip" not in part and "apt" not in part:
                        yield called.group(1)


def known_options(words: list[str]) -> tuple[set[str], click.Command]:
    """Return the options of the command that the words call."""
    command: click.Command = cli
    context = click.Context(cli)
    for word in words:
        inner = command.get_command(context, word) if isinstance(command, click.Group) else None
        if inner is None:
            break
        command = inner
    names = {n for p in command.params for n in (*p.opts, *p.secondary_opts)}
    return names | {"--help", "-h", "--version"}, command


def test_pages_are_found() -> None:
    assert "README.md" in NAMES
    assert "docs/start.md" in NAMES


@pytest.mark.parametrize("path", PAGES, ids=NAMES)
def test_links_lead_to_files_and_headings(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for target in LINK.findall(FENCE.sub("", text)):
        if re.match(r"[a-z]+:", target):
            continue
        file, _, anchor = target.partition("#")
        found = (path.parent / file).resolve() if file else path
        assert found.exists(), f"{path.name}: {target}"
        if anchor:
            assert anchor in anchors(found.read_text(encoding="utf-8")), f"{path.name}: {target}"


@pytest.mark.parametrize("path", PAGES, ids=NAMES)
def test_commands_have_the_options_that_they_name(path: Path) -> None:
    for line in commands(path.read_text(encoding="utf-8")):
        words = shlex.split(line)
        known, command = known_options(words)
        assert command is not cli or words[0].startswith("-"), f"{path.name}: vidgist {line}"
        for word in words:
            if re.match(r"--?[a-z]", word):
                assert word.partition("=")[0] in known, f"{path.name}: vidgist {line}"


@pytest.mark.parametrize("path", PAGES, ids=NAMES)
def test_python_imports_what_exists(path: Path) -> None:
    for language, code in FENCE.findall(path.read_text(encoding="utf-8")):
        if language != "python":
            continue
        for node in ast.walk(ast.parse(textwrap.dedent(code))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("vidgist"):
                module = importlib.import_module(str(node.module))
                for name in node.names:
                    assert hasattr(module, name.name), f"{path.name}: {node.module}.{name.name}"
            if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "vidgist":
                assert hasattr(vidgist, node.attr), f"{path.name}: vidgist.{node.attr}"


def test_an_unknown_option_is_seen() -> None:
    (line,) = commands("```sh\nvidgist summarize talk.mp4 --lenght 5s   # --length\n```\n")
    known, _ = known_options(shlex.split(line))
    assert "--lenght" in line
    assert "--lenght" not in known
    assert "--length" in known


def test_pictures_are_small_and_shown() -> None:
    pictures = sorted((ROOT / "docs" / "pictures").iterdir())
    assert pictures
    shown = "\n".join(path.read_text(encoding="utf-8") for path in PAGES)
    for picture in pictures:
        assert picture.stat().st_size <= LARGEST, picture.name
        assert f"pictures/{picture.name})" in shown, picture.name
