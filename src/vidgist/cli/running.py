"""Runner of commands: signals, streams, one-line errors, and exit codes."""

from __future__ import annotations

import os
import signal
import sys
import traceback
import warnings
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from traceback import walk_tb
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import shell_complete

from vidgist.cli.common import one_line
from vidgist.errors import SettingError, VidgistError, VidgistWarning, unreadable
from vidgist.system.signals import when_stopped

if TYPE_CHECKING:
    from types import FrameType

EXIT_DONE, EXIT_FAILED, EXIT_USAGE, EXIT_INTERRUPTED = 0, 1, 2, 130

COMPLETE = "_VIDGIST_COMPLETE"
"""Environment variable by which a shell asks for completions, as click names it."""

_signals: list[int] = []
"""Signals received: libraries may turn the exception into one of their own."""


def _interrupt(signum: int, frame: FrameType | None) -> None:
    _signals.append(signum)
    raise KeyboardInterrupt


def _interrupted() -> int:
    with suppress(OSError):  # the terminal itself may be gone
        click.echo("interrupted: what was finished is kept", err=True)
    return EXIT_INTERRUPTED


def _open_streams() -> None:
    """Open standard streams that a daemon or a graphical shell left closed."""
    if sys.stdout is None:
        sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115
    if sys.stderr is None:
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115


def _of_the_system(error: Exception) -> str | None:
    """Return the message of an error of the operating system, None for any other error."""
    if not isinstance(error, OSError):
        return None
    if any(frame.f_code is click.echo.__code__ for frame, _ in walk_tb(error.__traceback__)):
        # The rest of the buffer would be written, and fail, once more at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        why = f"cannot be written ({error.strerror}); what was made before is kept"
        return f"standard output: {why}"
    return None if error.filename is None else str(unreadable(error))


def _usage(error: click.UsageError, arguments: Sequence[str]) -> str:
    """Return the message for a wrong command line."""
    name = error.ctx.command_path if error.ctx else "vidgist"
    line = error.format_message()
    missing = error.param if isinstance(error, click.MissingParameter) else None
    if isinstance(missing, click.Option) and missing.metavar:
        line = f"{line.rstrip('.')}: give {missing.opts[-1]} {missing.metavar}"
    line += f" (see {name} --help)"
    dashed = [a for a in arguments if a.startswith("-") and os.path.lexists(a)]
    if isinstance(error, click.NoSuchOption) and dashed:
        line += f"; for the file {dashed[0]}, write ./{dashed[0]}"
    return line


def _show_warning(
    message: Warning | str, category: type[Warning], *place: Any, **more: Any
) -> None:
    """Print a warning of ours in one line; others as Python does."""
    if issubclass(category, VidgistWarning):
        click.echo(f"warning: {one_line(message)}", err=True)
    else:
        _python_shows(message, category, *place, **more)


_python_shows = warnings.showwarning


def run(command: click.Command, args: Sequence[str] | None = None) -> int:
    """Run a click command; print errors in one line; return the exit code.

    A command returns None (done), or the number of inputs that failed.
    """
    arguments = list(sys.argv[1:] if args is None else args)
    debug = "--debug" in arguments
    _signals.clear()
    signal.signal(signal.SIGINT, _interrupt)
    when_stopped(_interrupt)
    _open_streams()
    warnings.showwarning = _show_warning
    if asked := os.environ.get(COMPLETE):
        return shell_complete(command, {}, "vidgist", COMPLETE, asked)
    context: click.Context | None = None
    try:
        # Not command.main: on an interrupt it would print an empty line of its own.
        with command.make_context("vidgist", list(arguments)) as context:
            failed = command.invoke(context)
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except (KeyboardInterrupt, click.Abort):
        return _interrupted()
    except click.UsageError as error:
        click.echo(f"error: {one_line(_usage(error, arguments))}", err=True)
        return EXIT_USAGE
    except (SettingError, click.ClickException) as error:
        if debug:
            traceback.print_exc()
        click.echo(f"error: {one_line(error)}", err=True)
        return EXIT_USAGE
    except VidgistError as error:
        if debug:
            traceback.print_exc()
        click.echo(f"error: {one_line(error)}", err=True)
        return EXIT_FAILED
    except BrokenPipeError:
        # The reader of our output (head, less) has ended: no error to report.
        sys.stderr.close()
        console = None if context is None else context.obj
        return EXIT_FAILED if console is not None and console.failed else EXIT_DONE
    except Exception as error:
        if _signals:
            return _interrupted()
        message = _of_the_system(error)
        if message is not None:
            click.echo(f"error: {one_line(message)}", err=True)
            return EXIT_FAILED
        if debug:
            raise
        click.echo(
            f"error: {one_line(type(error).__name__)}: {one_line(error)}"
            " (a fault of vidgist; --debug shows where)",
            err=True,
        )
        return EXIT_FAILED
    return EXIT_FAILED if failed else EXIT_DONE
