"""Parsing of lengths, counts and moments of a video, as users write them."""

from __future__ import annotations

import math
import re

from vidgist.errors import SettingError

_PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s*%")
_SECONDS = re.compile(r"(\d+(?:\.\d+)?)\s*s?")
_EITHER = re.compile(r"0\.\d+")
"""Ambiguous: a share or seconds."""

_CLOCK = re.compile(r"(?:(\d+):)?(\d+):(\d{1,2}(?:\.\d+)?)")
_UNITS = re.compile(
    r"(?:(\d+(?:\.\d+)?)\s*h)?\s*(?:(\d+(?:\.\d+)?)\s*m(?:in)?)?\s*(?:(\d+(?:\.\d+)?)\s*s)?",
    re.IGNORECASE,
)

AUTO = "auto"
_AUTO_SHARE, _AUTO_LEAST, _AUTO_MOST = 0.15, 10.0, 120.0
"""15% is the length of the field's summaries; less than 10 seconds shows too little, and more than
two minutes are too long for a first look."""


def auto_length(duration: float) -> float:
    """Return the default length of a summary in seconds.

    15% of the video, but at least 10 seconds and at most 2 minutes, and never over half of it.

    >>> [auto_length(seconds) for seconds in (10.0, 60.0, 300.0, 3600.0)]
    [5.0, 10.0, 45.0, 120.0]
    """
    return min(max(_AUTO_SHARE * duration, _AUTO_LEAST), _AUTO_MOST, duration / 2)


def parse_length(length: str | float, duration: float, *, name: str = "length") -> float:
    """Return the seconds that a summary may last at most.

    Args:
        length: ``"auto"``, see `auto_length`; a share (``"15%"``), seconds (``"90s"``, ``90.0``),
            units (``"2m"``, ``"1m30s"``, ``"1h"``) or a clock time (``"1:30"``, ``"1:02:30"``).
        duration: seconds of the video; a summary is never longer.
        name: of the argument, for errors.

    Raises:
        SettingError: the length cannot be read, is not positive, or a share is over 100%.

    >>> parse_length("1m30s", duration=600.0), parse_length("15%", duration=600.0)
    (90.0, 90.0)
    """
    text = str(length).strip()
    if text == AUTO:
        return auto_length(duration)
    if match := _PERCENT.fullmatch(text):
        share = float(match[1])
        if share > 100:
            raise SettingError(f"{name}: {text} is more than the whole video; give at most 100%")
        seconds = share / 100 * duration
    else:
        read = _seconds(text)
        if read is None:
            raise SettingError(
                f"{name}: cannot read '{text}'; give auto, a share (15%), 90s, 1m30s or 1:30"
            )
        if isinstance(length, str) and _EITHER.fullmatch(text) and read > 0:
            raise SettingError(
                f"{name}: is '{text}' a share or seconds? give {100 * read:g}% or {text}s"
            )
        seconds = read
    if not (0 < seconds < math.inf):
        raise SettingError(f"{name}: '{text}' leaves nothing; give more than 0")
    return min(seconds, duration)


def parse_count(count: int | str) -> int | None:
    """Return the number of keyframes that is asked for, None for ``"auto"``.

    Raises:
        SettingError: it is neither a whole number of at least 1 nor `auto`.

    >>> parse_count("auto"), parse_count("12")
    (None, 12)
    """
    text = str(count).strip()
    if text == AUTO:
        return None
    if not text.isdecimal() or int(text) < 1:
        raise SettingError(f"keyframes: expected auto or a number from 1, got '{text}'")
    return int(text)


def parse_time(text: str, duration: float, *, name: str = "at") -> float:
    """Return the second of a video that ``90``, ``12.5s``, ``1m30s`` or ``1:02:30`` names.

    Raises:
        SettingError: it cannot be read, or the video is over by then.
    """
    seconds = _seconds(text.strip())
    if seconds is None:
        raise SettingError(f"{name}: cannot read '{text.strip()}'; give seconds (12.5) or 1:30")
    if seconds > duration:
        raise SettingError(f"{name}: {text.strip()} is too late, the video lasts {duration:.1f} s")
    return seconds


def _seconds(text: str) -> float | None:
    if match := _SECONDS.fullmatch(text):
        return float(match[1])
    if (match := _CLOCK.fullmatch(text)) and float(match[3]) < 60:
        return 3600 * int(match[1] or 0) + 60 * int(match[2]) + float(match[3])
    if text and (match := _UNITS.fullmatch(text)):
        hours, minutes, seconds = (float(part or 0) for part in match.groups())
        return 3600 * hours + 60 * minutes + seconds
    return None
