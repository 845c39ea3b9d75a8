"""``vidgist mcp FOLDER...``: the gist as tools for an assistant."""

from __future__ import annotations

from pathlib import Path

import click

from vidgist.cli.limits import limit_options
from vidgist.video import Limits


@click.command()
@click.argument(
    "folders", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FOLDER..."
)
@click.option(
    "--results",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="Where summaries may be written.  [default: nothing is written]",
)
@limit_options
def mcp(folders: tuple[Path, ...], results: Path | None, limits: Limits) -> None:
    """Serve the gist of videos to an assistant, by the Model Context Protocol.

    The assistant reads only what is below the FOLDERs. The server talks on standard input and
    output; no network is used.

    \b
    Example, in the settings of the assistant:
      {"command": "vidgist", "args": ["mcp", "Videos", "--results", "Gists"]}
    """
    from vidgist.assistant import Library, server  # needs the extra

    server(Library(folders, results=results, limits=limits)).run("stdio")
