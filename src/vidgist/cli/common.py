"""Options, progress and messages that all commands share."""

from __future__ import annotations

import functools
import json
import sys
import time
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any, ParamSpec, TypeVar

import click

from vidgist.cli.wording import in_options, option_names
from vidgist.errors import SettingError, VidgistError, unknown_value, unreadable
from vidgist.imports import is_object_name
from vidgist.registry import Registry

P = ParamSpec("P")
R = TypeVar("R")
Item = TypeVar("Item")


def one_line(text: object) -> str:
    """Return the text on one line, with characters that cannot be printed escaped."""
    return "".join(
        c if c.isprintable() else c.encode("unicode_escape", "surrogatepass").decode("ascii")
        for c in str(text)
    )


def print_json(document: object) -> None:
    """Print one JSON document on standard output (NaN becomes null: JSON knows no NaN)."""
    click.echo(json.dumps(_without_nan(document), indent=1, ensure_ascii=True))


def _without_nan(value: Any) -> Any:
    if isinstance(value, float):
        return value if value - value == 0 else None
    if isinstance(value, dict):
        return {k: _without_nan(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_without_nan(v) for v in value]
    return value


def name_list(
    known: Iterable[str],
) -> Callable[[click.Context, click.Parameter, str | None], tuple[str, ...] | None]:
    """Return a callback for an option that takes a comma-separated list of known names.

    Of a registry it also takes ``module:function``.
    """
    names = list(known)

    def check(
        ctx: click.Context, param: click.Parameter, value: str | None
    ) -> tuple[str, ...] | None:
        if value is None:
            return None
        chosen = tuple(dict.fromkeys(n.strip() for n in value.split(",") if n.strip()))
        option = param.opts[0]
        if not chosen:
            raise click.UsageError(f"{option}: name at least one of {', '.join(names)}", ctx)
        for name in chosen:
            _check_name(name, known, names, option, ctx)
        return chosen

    return check


def one_of(known: Iterable[str]) -> Callable[[click.Context, click.Parameter, str], str]:
    """Return a callback for an option that takes one of the known names.

    Of a registry it also takes ``module:function``.
    """
    names = list(known)

    def check(ctx: click.Context, param: click.Parameter, value: str) -> str:
        _check_name(value, known, names, param.opts[0], ctx)
        return value

    return check


def _check_name(
    name: str, known: Iterable[str], names: list[str], option: str, ctx: click.Context
) -> None:
    if isinstance(known, Registry) and is_object_name(name):
        try:
            known.resolve(name)
        except SettingError as error:
            raise click.UsageError(f"{option}: {str(error).partition(': ')[2]}", ctx) from error
    elif name not in names:
        raise click.UsageError(str(unknown_value(option, name, names)), ctx)


def output_option(text: str, **settings: Any) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Return the option ``-o``/``--output`` for a file to write, with its help."""
    path = click.Path(path_type=Path, dir_okay=False)
    return click.option("-o", "--output", type=path, help=text, **settings)


class WordOption(click.Option):
    """An option that may be followed by one of some words; alone it stands for the first.

    What follows it otherwise, such as the name of a video, is not its value.

    Args:
        words: the values.
        **settings: of `click.Option`.
    """

    def __init__(self, *args: Any, words: Sequence[str], **settings: Any) -> None:
        settings |= {"type": click.Choice(words), "is_flag": False, "flag_value": words[0]}
        super().__init__(*args, **settings)
        self.words = tuple(words)

    def in_arguments(self, arguments: Sequence[str]) -> list[str]:
        """Return arguments with the option and its value as one of them."""
        joined: list[str] = []
        options = True
        for argument in arguments:
            options = options and argument != "--"
            if options and argument in self.words and joined and joined[-1] in self.opts:
                joined[-1] += f"={argument}"
                continue
            if joined and joined[-1] in self.opts:
                joined[-1] += f"={self.words[0]}"
            joined.append(argument)
            if not options:
                return [*joined, *arguments[arguments.index("--") + 1 :]]
        return joined


class WordCommand(click.Command):
    """A command with options of the kind of `WordOption`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the arguments."""
        for param in self.params:
            if isinstance(param, WordOption):
                args = param.in_arguments(args)
        return super().parse_args(ctx, args)


class KnownGroup(click.Group):
    """A group that answers an unknown command with the known ones and the nearest."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, or fail with the known names and the nearest."""
        known = self.list_commands(ctx)
        if args and args[0] not in known and not args[0].startswith("-"):
            raise click.UsageError(str(unknown_value("command", args[0], known)), ctx)
        return super().resolve_command(ctx, args)


class Console:
    """Output on standard error: progress, warnings and errors."""

    def __init__(
        self,
        *,
        quiet: bool = False,
        debug: bool = False,
        options: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self.quiet = quiet
        self.debug = debug
        self.options = options
        self.failures: list[str] = []
        self._bar: Any = None

    @property
    def failed(self) -> int:
        """Number of inputs that failed so far."""
        return len(self.failures)

    def note(self, text: str) -> None:
        """Print a message, unless the user asked for quiet."""
        if not self.quiet:
            self._write(text)

    def warn(self, subject: object, text: str) -> None:
        """Print a warning about the subject, unless the user asked for quiet."""
        if not self.quiet:
            line = f"{one_line(subject)}: {one_line(text)}"
            self._write(f"warning: {in_options(line, self.options)}")

    def error(self, text: str) -> None:
        """Print an error on one line, always."""
        line = in_options(one_line(text), self.options)
        self.failures.append(line)
        self._write(f"error: {line}")
        if self.debug and sys.exc_info()[0] is not None:
            traceback.print_exc()

    def _write(self, text: str) -> None:
        # tqdm clears and redraws a bar that is on screen, so that lines do not run into it.
        if self._bar is None:
            click.echo(text, err=True)
        else:
            self._bar.write(text, file=sys.stderr)

    @contextmanager
    def progress(self, subject: str) -> Iterator[Callable[..., None]]:
        """Provide a `vidgist.progress.Progress` that shows ``subject`` and the stage.

        It also takes a text as fourth argument: details that change from call to call.
        """
        if self.quiet:
            yield lambda *progress: None
        elif sys.stderr.isatty():
            with self._bars(one_line(subject)) as show:
                yield show
        else:
            yield _Lines(self, one_line(subject))

    @contextmanager
    def _bars(self, subject: str) -> Iterator[Callable[..., None]]:
        from tqdm import tqdm

        current: tuple[str, bool] | None = None

        def show(stage: str, done: float, total: float | None, details: str = "") -> None:
            nonlocal current
            # The total may become known only after a stage has begun.
            if self._bar is None or (stage, bool(total)) != current:
                if self._bar is not None:
                    self._bar.close()
                current = stage, bool(total)
                self._bar = tqdm(
                    total=total,
                    desc=f"{subject[:40]}: {stage}",
                    leave=False,
                    dynamic_ncols=True,
                    bar_format=(
                        "{desc} {percentage:3.0f}%|{bar}| {rate_fmt}, {remaining} left{postfix}"
                        if total
                        else "{desc} {n:.0f} {rate_fmt} {elapsed}"
                    ),
                )
            self._bar.set_postfix_str(details, refresh=False)
            self._bar.update(done - self._bar.n)

        try:
            yield show
        finally:
            if self._bar is not None:
                self._bar.close()
                self._bar = None


class _Lines:
    """Progress as plain lines: one when a stage begins, then one every ten seconds."""

    INTERVAL = 10.0

    def __init__(self, console: Console, subject: str) -> None:
        self.console = console
        self.subject = subject
        self.stage = ""
        self.last = 0.0

    def __call__(self, stage: str, done: float, total: float | None, details: str = "") -> None:
        now = time.monotonic()
        if stage == self.stage and now - self.last < self.INTERVAL:
            return
        share = f" {100 * done / total:.0f}%" if total and stage == self.stage else ""
        self.stage, self.last = stage, now
        self.console.note(f"{self.subject}: {stage}{share}{details and f', {details}'}")


def common_options(command: Callable[P, R]) -> Callable[..., R]:
    """Add ``--quiet``, ``--json`` and ``--debug``.

    The command gets ``console: Console`` and ``as_json: bool``.
    """

    @click.option("--json", "as_json", is_flag=True, help="Print one JSON document, not a table.")
    @click.option("-q", "--quiet", is_flag=True, help="Print results and errors only.")
    @click.option("--debug", is_flag=True, help="Show the traceback of an error.")
    @functools.wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        options: dict[str, Any] = kwargs
        context = click.get_current_context()
        console = Console(
            quiet=options.pop("quiet"),
            debug=options.pop("debug"),
            options=option_names(context.command),
        )
        context.find_root().obj = console
        options["console"] = console
        try:
            return command(*args, **kwargs)
        except VidgistError as error:
            error.args = (in_options(str(error), console.options),)
            raise

    return wrapped


def for_each(
    console: Console, items: Iterable[Item], work: Callable[[Item], R]
) -> list[tuple[Item, R]]:
    """Do the work for every item; print an error for one that fails and continue."""
    done = []
    for item in items:
        try:
            done.append((item, work(item)))
        except SettingError:
            raise  # it concerns every item
        except VidgistError as error:
            console.error(str(error))
        except MemoryError:
            console.error(f"{item}: not enough memory; lower fps, or close other programs")
        except OSError as error:
            if error.filename is None:
                raise
            console.error(str(unreadable(error)))
    return done
