"""Messages of the library name arguments; the command line turns them into options."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

import vidgist
from vidgist.cli import COMMANDS, cli, main
from vidgist.cli.wording import in_options, option_names

ROOT = Path(vidgist.__file__).parent
OPTIONS = {
    "bank": "--bank",
    "preset": "--preset",
    "settings": "--preset",
    "overwrite": "--overwrite",
}


@pytest.mark.parametrize(
    ("message", "line"),
    [
        (
            "bank: nothing uses one; take preset='best'",
            "--bank: nothing uses one; take --preset best",
        ),
        ("out: exists; pass overwrite=True", "out: exists; pass --overwrite"),
        ("settings: unknown value 'x'", "--preset: unknown value 'x'"),
        ("bank FILE: is damaged", "--bank FILE: is damaged"),
        ("a/bank=x.mp4: no video", "a/bank=x.mp4: no video"),  # a path stays as it is
        ("bank of the video is: gone", "bank of the video is: gone"),  # a sentence
        ("other='x': kept", "other='x': kept"),  # no option of this command
    ],
)
def test_arguments_become_options(message: str, line: str) -> None:
    assert in_options(message, OPTIONS) == line


def commands() -> Iterator[click.Command]:
    context = click.Context(cli)
    for name in COMMANDS:
        command = cli.get_command(context, name)
        assert command is not None
        yield command
        if isinstance(command, click.Group):
            yield from command.commands.values()


def messages() -> Iterator[tuple[str, str]]:
    """Yield every text of the library that is no docstring."""
    for path in sorted(ROOT.rglob("*.py")):
        if "cli" in path.relative_to(ROOT).parts:
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        alone = {
            id(node.value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        }
        for node in ast.walk(tree):
            text = node.value if isinstance(node, ast.Constant) else None
            if isinstance(text, str) and id(node) not in alone:
                yield str(path.relative_to(ROOT)), text


def test_no_message_of_the_library_names_an_option() -> None:
    options = {o for command in commands() for p in command.params for o in p.opts if o[:2] == "--"}
    assert len(options) > 50
    names = re.compile(r"(?<![\w-])(--[a-z][a-z-]+)")
    found = [(f, t) for f, t in messages() if set(names.findall(t)) & (options - {"--help"})]
    assert found == []


def test_messages_say_what_was_got() -> None:
    assert [(f, t) for f, t in messages() if re.search(r"\bexpected\b.*\bcame\b", t)] == []


def test_cures_name_options_that_exist() -> None:
    """A cure such as preset='paper' is an option of some command, so that it can be translated."""
    known = {name for command in commands() for name in option_names(command)}
    cures = {
        name
        for _, text in messages()
        for name in re.findall(
            r"(?:pass|take|give it,|use|with|raise|from) ([a-z_]+)='?[\w']", text
        )
    }
    assert {"preset", "overwrite"} <= cures
    assert cures <= known


def test_a_command_speaks_of_its_options(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "none.h5"
    assert main(["evaluate", str(path), "--metric", "tvsum", "--neighbors", "0.2"]) == 2
    error = capsys.readouterr().err
    assert error.startswith("error: --neighbors: belongs to alignment")
    assert "--preset paper" in error
