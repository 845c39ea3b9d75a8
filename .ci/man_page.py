"""Print the manual page vidgist(1), made from the help of every command."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import click

from vidgist import __version__
from vidgist.cli import cli


def roff(text: str) -> str:
    """Escape a text: backslashes, hyphens, and signs that begin a request."""
    escaped = text.replace("\\", "\\e").replace("-", "\\-")
    return "\n".join(
        f"\\&{line}" if line.startswith((".", "'")) else line for line in escaped.splitlines()
    )


def paragraphs(text: str) -> Iterator[str]:
    """Yield the parts of a help text; those after a backspace keep their lines."""
    for part in text.strip().split("\n\n"):
        if part.lstrip().startswith("\b"):
            yield f".PP\n.nf\n{roff(part.lstrip()[1:].strip(chr(10)))}\n.fi"
        else:
            yield f".PP\n{roff(' '.join(part.split()))}"


def page() -> Iterator[str]:
    """Yield the lines of the page."""
    context = click.Context(cli, info_name="vidgist")
    yield f'.TH VIDGIST 1 "" "vidgist {__version__}" "User Commands"'
    yield ".SH NAME\nvidgist \\- the gist of any video"
    yield ".SH SYNOPSIS\n.B vidgist\n.I COMMAND\n[\\fIOPTION\\fR]... [\\fIARGUMENT\\fR]..."
    yield ".SH DESCRIPTION"
    yield from paragraphs(cli.help or "")
    for name in cli.list_commands(context):
        command = cli.get_command(context, name)
        assert command is not None
        inner = click.Context(command, info_name=name, parent=context)
        usage = " ".join(command.collect_usage_pieces(inner))
        yield f".SH {roff(f'vidgist {name}').upper()}\n.B vidgist {roff(name)}\n{roff(usage)}"
        yield from paragraphs(command.help or "")
        for parameter in command.get_params(inner):
            record = parameter.get_help_record(inner)
            if record is not None:
                yield f".TP\n\\fB{roff(record[0])}\\fR\n{roff(' '.join(record[1].split()))}"
        if command.epilog:
            yield from paragraphs(command.epilog)
    yield ".SH EXIT STATUS\n.PP\n0: done; 1: an input failed; 2: wrong usage; 130: interrupted."


if __name__ == "__main__":
    sys.stdout.write("\n".join(page()) + "\n")
