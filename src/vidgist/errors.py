"""Exceptions of vidgist, each with a message of one line.

::

    VidgistError
    ├── SettingError        an option's value is unknown or out of range (also a ValueError)
    ├── InputError          an input file cannot be used
    │   ├── VideoError      no video in it, nothing decodes, a limit is exceeded
    │   ├── DataError       a data set, annotation, split, score or bank file is wrong or damaged
    │   └── ModelError      weights, ONNX or safetensors files are wrong or do not fit
    ├── OutputError         a result exists already or cannot be written
    ├── TrainingError       a training cannot continue: its loss is not finite
    └── MissingExtraError   an optional dependency is missing (also an ImportError)

A message names the input, what is wrong with it and what to do about it. It names arguments as in
Python; the command line prints them as options.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class VidgistError(Exception):
    """Base class of all exceptions of vidgist.

    Example:
        >>> import vidgist
        >>> try:
        ...     vidgist.summarize("missing.mp4")
        ... except vidgist.VidgistError as error:
        ...     print(error)
        missing.mp4: no such file; check the name (only files on this machine are read)
    """


class SettingError(VidgistError, ValueError):
    """An option's value is unknown, out of range or contradicts another.

    Example:
        >>> import vidgist
        >>> try:
        ...     vidgist.preset("best", neighbors=2)
        ... except vidgist.SettingError as error:
        ...     print(error)
        neighbors: expected a share in (0, 1], got 2
    """


class VidgistWarning(UserWarning):
    """A loss or an assumption, in one line; the result is still usable."""


class InputError(VidgistError):
    """An input file cannot be used."""


class VideoError(InputError):
    """A video cannot be opened, holds nothing that decodes, or exceeds a limit."""


class DataError(InputError):
    """A data file (HDF5, MATLAB, JSON, TFRecord, bank) is of the wrong kind or damaged."""


class ModelError(InputError):
    """A model file (weights, ONNX, safetensors) is wrong, damaged, or made for other features."""


class OutputError(VidgistError):
    """A result exists already, or its folder cannot be written."""


class TrainingError(VidgistError):
    """A training cannot continue; the message names the step and the term of the loss."""


class MissingExtraError(VidgistError, ImportError):
    """An optional dependency is not installed; the message names the extra that installs it."""

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(f"{what} needs the extra '{extra}': pip install 'vidgist[{extra}]'")
        self.extra = extra


def first_line(error: Exception, *, limit: int = 300) -> str:
    """Return the first line of an exception's message, or the name of its class.

    >>> first_line(ValueError("no input\\n  in file x.cc"))
    'no input'
    """
    return next(iter(str(error).strip().splitlines()), type(error).__name__)[:limit]


def counted(number: int, thing: str) -> str:
    """Return a number of things in words, for messages.

    >>> counted(1, "shot"), counted(2, "shot")
    ('1 shot', '2 shots')
    """
    return f"{number} {thing}{'' if number == 1 else 's'}"


def unknown_value(option: str, value: str, known: Iterable[str]) -> SettingError:
    """Return the error for an unknown value; it lists the known values and the most similar one."""
    names = list(known)
    near = difflib.get_close_matches(value, names, n=1, cutoff=0.5)
    hint = f"; did you mean '{near[0]}'?" if near else ""
    return SettingError(f"{option}: unknown value '{value}', known: {', '.join(names)}{hint}")


def unreadable(error: OSError) -> InputError:
    """Return the error for a path that the operating system cannot read."""
    return InputError(
        f"{error.filename}: cannot be read ({error.strerror}); check the path and its permissions"
    )
