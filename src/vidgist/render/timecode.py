"""Frame rates of editing programs, and SMPTE timecode.

At 29.97 frames a second a count of 30 a second falls behind the clock by 3.6 s an hour.  Drop-frame
timecode makes up for that by leaving out two *numbers* (not frames) at the start of every minute
but each tenth; at 59.94 it leaves out four.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from fractions import Fraction

_SNAP = 3e-4
"""Relative distance within which a measured rate is a known one; 29.97 and 30 are 1e-3 apart."""


@dataclass(frozen=True)
class EditRate:
    """A frame rate of editing programs.

    Attributes:
        rate: exact frames per second.
        base: frame numbers per second of timecode: the rate rounded up.
        drop: whether numbers are dropped to keep up with the clock.
    """

    rate: Fraction
    base: int
    drop: bool

    def frame(self, seconds: float) -> int:
        """Return the number of the frame whose start is nearest to ``seconds``."""
        return math.floor(float(self.rate) * seconds + 0.5)

    def timecode(self, frame: int) -> str:
        """Return ``HH:MM:SS:FF``, or ``HH:MM:SS;FF`` for drop-frame, within 24 hours.

        Raises:
            ValueError: the frame's number is negative.
        """
        return self._counted(frame % self._day if frame >= 0 else frame)

    @property
    def _day(self) -> int:
        """Frames from midnight to midnight, as timecode counts them."""
        last = self.parse("23:59:59:00")
        assert last is not None
        return last + self.base

    def _counted(self, frame: int) -> str:
        if frame < 0:
            raise ValueError(f"frame: expected a number of at least 0, got {frame}")
        number = frame
        if self.drop:
            dropped = self.base // 15
            minute = 60 * self.base - dropped
            ten_minutes = 10 * minute + dropped
            tens, rest = divmod(frame, ten_minutes)
            # The first minute of ten is whole; the others begin after the dropped numbers.
            minutes = max(0, (rest - dropped) // minute)
            number += dropped * (9 * tens + minutes)
        seconds, frames = divmod(number, self.base)
        minutes, seconds = divmod(seconds, 60)
        hours, minutes = divmod(minutes, 60)
        mark = ";" if self.drop else ":"
        return f"{hours:02d}:{minutes:02d}:{seconds:02d}{mark}{frames:02d}"

    def span(self, first: int, stop: int) -> tuple[str, str]:
        """Return the timecodes of the first frame and of the first one after it.

        A camera begins again at midnight.  What lies after it is counted from 00:00:00:00; what
        crosses it ends after 24:00:00:00, so that the end is never before the beginning.
        """
        passed = first // self._day * self._day
        return self._counted(first - passed), self._counted(stop - passed)

    def counting_as(self, timecode: str) -> EditRate:
        """Return this rate with drop-frame counting on or off, as in a camera's timecode.

        At 29.97 and 59.94 both are in use; ``:`` before the frame means non-drop.
        """
        if self.rate.denominator == 1 or self.base % 30 or len(timecode.strip()) < 11:
            return self
        return replace(self, drop=timecode.strip()[8] != ":")

    def parse(self, timecode: str) -> int | None:
        """Return the frame number of a timecode at this rate, None if it is not valid."""
        match = re.fullmatch(r"(\d{2}):(\d{2}):(\d{2})([:;.])(\d{2,3})", timecode.strip())
        if match is None:
            return None
        hours, minutes, seconds, frames = (int(match[i]) for i in (1, 2, 3, 5))
        if hours > 23 or minutes > 59 or seconds > 59 or frames >= self.base:
            return None
        number = (3600 * hours + 60 * minutes + seconds) * self.base + frames
        if self.drop:
            total = 60 * hours + minutes
            number -= self.base // 15 * (total - total // 10)
        return number


def _ntsc(base: int) -> Fraction:
    return Fraction(base * 1000, 1001)


RATES = (
    EditRate(_ntsc(24), 24, False),
    EditRate(Fraction(24), 24, False),
    EditRate(Fraction(25), 25, False),
    EditRate(_ntsc(30), 30, True),
    EditRate(Fraction(30), 30, False),
    EditRate(_ntsc(48), 48, False),
    EditRate(Fraction(48), 48, False),
    EditRate(Fraction(50), 50, False),
    EditRate(_ntsc(60), 60, True),
    EditRate(Fraction(60), 60, False),
)
"""Rates of edit lists; with two digits for the frame, 60 is the greatest."""


def edit_rate(frame_rate: float, *, constant: bool = True) -> EditRate:
    """Return the edit rate for a video of ``frame_rate`` frames per second.

    The same rate if editing programs know it; else a known one that is 2, 3, 4, 1/2 or 1/4 times
    as fast (25 for 12.5, 60 for 120); else, and for a variable rate, the next faster known one, at
    most 60.

    Args:
        frame_rate: the average; 0 (unknown) counts as 30.
        constant: False for a variable rate.
    """
    if not (0 < frame_rate < math.inf):
        frame_rate = 30.0
    nearest = min(RATES, key=lambda r: abs(float(r.rate) / frame_rate - 1))
    if abs(float(nearest.rate) / frame_rate - 1) <= _SNAP:
        return nearest
    if constant:
        for factor in (2, 3, 4, Fraction(1, 2), Fraction(1, 4)):
            for rate in RATES:
                if abs(float(rate.rate) / (frame_rate * float(factor)) - 1) <= _SNAP:
                    return rate
    return next((r for r in RATES if float(r.rate) >= frame_rate), RATES[-1])


def camera_seconds(timecode: str, *, frame_rate: float, rate: EditRate) -> Fraction:
    """Return the time at which a camera's timecode stands, 0 where it is not valid.

    Args:
        timecode: ``HH:MM:SS:FF`` of the first frame; at more than 60 frames a second the camera
            counts them all, with three digits from 100 on.
        frame_rate: of the source, constant; 0 where unknown.
        rate: of the edit, with `EditRate.counting_as` applied.
    """
    counted = rate
    if frame_rate > RATES[-1].base * (1 + _SNAP):
        exact = Fraction(exact_rate(frame_rate)).limit_denominator(1001)
        counted = EditRate(exact, math.ceil(exact), rate.drop)
    number = counted.parse(timecode)
    return Fraction(0) if number is None else number / counted.rate


def exact_rate(frame_rate: float) -> float:
    """Return the frame rate, with 29.97 and similar as exact fractions of 1001."""
    for base in (24, 30, 48, 60, 120):
        if abs(frame_rate / float(_ntsc(base)) - 1) <= _SNAP:
            return float(_ntsc(base))
    whole = round(frame_rate)
    return float(whole) if whole and abs(frame_rate / whole - 1) <= _SNAP else frame_rate
