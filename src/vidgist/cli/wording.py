"""Translation of the library's messages: names of arguments become options.

The library names an argument where a message begins, ``neighbors: expected ...``, or writes it as
in Python, ``preset='paper'`` or ``overwrite=True``.  Here, and nowhere else, these become
``--neighbors: expected ...``, ``--preset paper`` and ``--overwrite``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import click

ALIASES = {"settings": "preset"}
"""Arguments whose option has another name."""

_SUBJECT = re.compile(r"^([a-z_]+)(?=[: ])")
_ASSIGNED = re.compile(r"(?<![\w./\\-])([a-z_]+)=(?:'([^'\n]*)'|([\w.%:+-]*[\w%]))")


def option_names(command: click.Command) -> dict[str, str]:
    """Return the options of a command: name of the argument -> name of the option."""
    names = {
        param.name: max(param.opts, key=len)
        for param in command.params
        if isinstance(param, click.Option) and param.name
    }
    aliases = {alias: names[name] for alias, name in ALIASES.items() if name in names}
    return {**aliases, **names}


def in_options(message: str, options: Mapping[str, str]) -> str:
    """Return a message with the arguments in it written as options.

    Args:
        message: of the library.
        options: what `option_names` returns.

    >>> in_options("bank: not used; take preset='best'", {"bank": "--bank", "preset": "--preset"})
    '--bank: not used; take --preset best'
    """

    def assigned(match: re.Match[str]) -> str:
        name, quoted, bare = match.groups()
        if name not in options:
            return match[0]
        value = quoted if quoted is not None else bare
        return options[name] if value == "True" else f"{options[name]} {value}"

    def subject(match: re.Match[str]) -> str:
        # Only "name: ..." and "name VALUE: ..." begin with an argument; a sentence does not.
        head = message.split(":", 1)[0].split()
        return options[match[1]] if match[1] in options and len(head) <= 2 else match[0]

    return _ASSIGNED.sub(assigned, _SUBJECT.sub(subject, message))
