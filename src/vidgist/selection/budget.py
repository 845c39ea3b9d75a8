"""How long the summary may be."""

from __future__ import annotations

import math
import re

from vidgist.errors import SettingError

__all__ = ["parse_length"]

_PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s*%")
_SECONDS = re.compile(r"(\d+(?:\.\d+)?)\s*s?")
_CLOCK = re.compile(r"(?:(\d+):)?(\d+):(\d{1,2}(?:\.\d+)?)")


def parse_length(length: str | float, duration: float) -> float:
    """Return the seconds that a summary may last at most.

    Args:
        length: a share (``"15%"``), seconds (``"90s"``, ``90.0``) or a clock time (``"1:30"``,
            ``"1:02:30"``).
        duration: seconds of the video; a summary is never longer.

    Raises:
        SettingError: the length cannot be read, is not positive, or a share is over 100%.
    """
    text = str(length).strip()
    if match := _PERCENT.fullmatch(text):
        share = float(match[1])
        if share > 100:
            raise SettingError(f"--length: {text} is more than the whole video; give at most 100%")
        seconds = share / 100 * duration
    elif match := _SECONDS.fullmatch(text):
        seconds = float(match[1])
    elif (match := _CLOCK.fullmatch(text)) and float(match[3]) < 60:
        seconds = 3600 * int(match[1] or 0) + 60 * int(match[2]) + float(match[3])
    else:
        raise SettingError(f"--length: cannot read '{text}'; give a share (15%), 90s or 1:30")
    if not (0 < seconds < math.inf):
        raise SettingError(f"--length: '{text}' leaves nothing; give more than 0")
    return min(seconds, duration)
