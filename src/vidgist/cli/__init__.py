"""The command line: one thin file a command, imported only when the command is called."""

from __future__ import annotations

import importlib
from collections.abc import Sequence

import click

from vidgist import __version__
from vidgist.cli.common import KnownGroup
from vidgist.cli.running import run

__all__ = ["cli", "main"]

COMMANDS = {
    "summarize": ("vidgist.cli.summarize", "Make the gist of videos: clip, keyframes, page, data."),
    "keyframes": ("vidgist.cli.keyframes", "Make the stills that stand for a video."),
    "recut": ("vidgist.cli.recut", "Change the pieces of a summary: drop, add, move, shorten."),
    "demo": ("vidgist.cli.demo", "Make the gist of a video that vidgist draws itself."),
    "features": ("vidgist.cli.features", "Write samples and features into an HDF5 data set."),
    "score": ("vidgist.cli.score", "Print the criteria and importance of each sample."),
    "evaluate": ("vidgist.cli.evaluate", "Measure scores against people's annotations."),
    "train": ("vidgist.cli.train", "Refine features, or train a rival; no annotation is used."),
    "bank": ("vidgist.cli.bank", "Make a bank: statistics of your videos, for --preset best."),
    "benchmark": ("vidgist.cli.benchmark", "Print a table or draw a figure of the paper."),
    "gallery": ("vidgist.cli.gallery", "Make an index page of the results of several videos."),
    "plot": ("vidgist.cli.plot", "Draw a figure for a paper from a summary.json."),
    "backbones": ("vidgist.cli.backbones", "List the feature extractors, or export one."),
    "mcp": ("vidgist.cli.mcp", "Serve the gist of videos to an assistant (MCP)."),
    "info": ("vidgist.cli.info", "Show the facts of a video file."),
}
"""Name -> module that holds a click command of the same name, and one line on it.

The line stands here so that ``vidgist --help`` starts at once, without importing every command.
"""


class LazyGroup(KnownGroup):
    """A group of commands that imports a command's module when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return the command, or None."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(COMMANDS[cmd_name][0])
        command = getattr(module, cmd_name)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands from the table."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


@click.group(
    cls=LazyGroup,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="First look:  vidgist demo     Your video:  vidgist summarize talk.mp4",
)
@click.version_option(__version__, prog_name="vidgist", message="%(prog)s %(version)s")
@click.pass_context
def cli(ctx: click.Context) -> None:
    """Make the gist of any video: a short clip, keyframes, a storyboard, a page and data.

    No labels, no training, no GPU needed.
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


def main(args: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit code: 0, 1 input failed, 2 usage, 130 interrupted."""
    return run(cli, args)
