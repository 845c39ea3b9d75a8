"""Seconds from timestamps: ascending whatever the file says, and right wherever it says it right.

Timestamps count ticks of a stream's time base.  A healthy stream's are simply shifted so that the
first frame is at 0.  Missing ones continue at the usual distance; ones that go back (two
recordings joined, a counter that wrapped) start a new count where the old one ended.
"""

from __future__ import annotations

from fractions import Fraction

import av

__all__ = ["Clock"]

_LEAP_SECONDS = 10.0
"""A step this long is a leap of the counter where it leads past the announced end."""


class Clock:
    """Tells when each frame is shown, frame after frame in the order of presentation.

    Attributes:
        origin: ticks of the first frame on the container's clock.
        guessed: frames that had a time of decoding alone, which serves where it ascends.
        missing: frames that had no timestamp at all.
        mended: frames whose timestamp could not be true.
    """

    def __init__(
        self, time_base: Fraction, *, rate: Fraction | None = None, end: int | None = None
    ) -> None:
        """Set the clock.

        Args:
            time_base: seconds of a tick.
            rate: usual frames per second, where known.
            end: ticks at which the stream is announced to end, where known.
        """
        self.time_base = time_base
        self.origin = 0
        self.guessed = 0
        self.missing = 0
        self.mended = 0
        self.step = max(1, round(1 / (rate * time_base))) if rate else 0
        self._leap = round(_LEAP_SECONDS / time_base)
        self._latest = None if end is None else end + self._leap
        self._last: int | None = None
        self._shift = 0

    def __call__(self, frame: av.VideoFrame) -> float:
        """Return the seconds from the first frame at which this one is shown."""
        ticks = self._ticks(frame)
        self._last = ticks
        return self.seconds(ticks - self.origin)

    @property
    def steady(self) -> bool:
        """Whether every time so far is the file's own, less the origin."""
        return not (self.guessed or self.missing or self.mended)

    def seconds(self, ticks: int) -> float:
        """Return ticks in seconds, rounded once."""
        return ticks * self.time_base.numerator / self.time_base.denominator

    def ends(self, frame: av.VideoFrame, *, end: int | None) -> float:
        """Return the seconds from the first frame at which the last one ends.

        Args:
            frame: the last frame, which `__call__` saw.
            end: ticks at which the stream is announced to end, where known.
        """
        assert self._last is not None
        step = frame.duration or self._usual_step(frame)
        ends = self._last + step
        # A tenth of a frame is rounding: movie headers often count in milliseconds.
        if end is not None and not self._shift and self._last < end < ends - 0.1 * step:
            ends = end
        return self.seconds(ends - self.origin)

    def _ticks(self, frame: av.VideoFrame) -> int:
        last = self._last
        stamp = frame.pts
        if stamp is None:
            stamp = frame.dts
            if stamp is not None and last is not None and stamp + self._shift <= last:
                stamp = None
            # Where decoding times serve, the frames at the end of a file have not even these.
            self.guessed += stamp is not None or self.guessed > 0
            self.missing += stamp is None and self.guessed == 0
        if last is None:
            self.origin = stamp if stamp is not None else 0
            return self.origin
        if stamp is None:
            return last + self._usual_step(frame)
        # The first count is tried first, so that one wrong timestamp does not shift all after it.
        for shift in (0, self._shift):
            ticks = stamp + shift
            if ticks > last and not self._leaps(ticks, last):
                self._shift = shift
                if shift:
                    self.mended += 1
                elif ticks - last < self._leap:
                    self.step = self.step or ticks - last
                return ticks
        self.mended += 1
        ticks = last + self._usual_step(frame)
        self._shift = ticks - stamp
        return ticks

    def _leaps(self, ticks: int, last: int) -> bool:
        return self._latest is not None and ticks > self._latest and ticks - last > self._leap

    def _usual_step(self, frame: av.VideoFrame) -> int:
        return self.step or frame.duration or max(1, round(Fraction(1, 25) / self.time_base))
