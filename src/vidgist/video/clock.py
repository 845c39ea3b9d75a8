"""Presentation times in seconds, ascending also where timestamps are missing or go back.

Timestamps count ticks of a stream's time base.  In a correct file they are only shifted so that the
first frame is at 0.  A missing one continues at the usual distance; one that goes back (joined
recordings, a counter that wrapped) starts a new count at the end of the old one.
"""

from __future__ import annotations

from fractions import Fraction

import av

_JUMP_SECONDS = 10.0
"""A longer step that ends after the stream's end by its header is an error of the counter."""


class Clock:
    """Presentation time of each frame of a stream, called in the order of presentation.

    Attributes:
        origin: ticks of the first frame on the container's clock.
        guessed: frames with a decoding time only, which is used where it ascends.
        missing: frames without any timestamp.
        mended: frames whose timestamp was wrong and replaced.
    """

    def __init__(
        self, time_base: Fraction, *, rate: Fraction | None = None, end: int | None = None
    ) -> None:
        """Set the time base.

        Args:
            time_base: seconds of a tick.
            rate: usual frames per second, where known.
            end: tick at which the stream ends by its header, where known.
        """
        self.time_base = time_base
        self.origin = 0
        self.guessed = 0
        self.missing = 0
        self.mended = 0
        self.step = max(1, round(1 / (rate * time_base))) if rate else 0
        self._jump = round(_JUMP_SECONDS / time_base)
        self._latest = None if end is None else end + self._jump
        self._last: int | None = None
        self._shift = 0

    def __call__(self, frame: av.VideoFrame) -> float:
        """Return the seconds from the first frame to this one."""
        ticks = self._ticks(frame)
        self._last = ticks
        return self.seconds(ticks - self.origin)

    @property
    def steady(self) -> bool:
        """Whether every time so far is the file's timestamp less the origin."""
        return not (self.guessed or self.missing or self.mended)

    def seconds(self, ticks: int) -> float:
        """Return ticks in seconds, rounded once."""
        return ticks * self.time_base.numerator / self.time_base.denominator

    def ends(self, frame: av.VideoFrame, *, end: int | None) -> float:
        """Return the seconds from the first frame to the end of the last one.

        Args:
            frame: the last frame, after `__call__`.
            end: tick at which the stream ends by its header, where known.
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
            # Where decoding times are used, the last frames of a file do not have them either.
            self.guessed += stamp is not None or self.guessed > 0
            self.missing += stamp is None and self.guessed == 0
        if last is None:
            self.origin = stamp if stamp is not None else 0
            return self.origin
        if stamp is None:
            return last + self._usual_step(frame)
        # Without a shift first, so that one wrong timestamp does not shift all after it.
        for shift in (0, self._shift):
            ticks = stamp + shift
            if ticks > last and not self._jumps_ahead(ticks, last):
                self._shift = shift
                if shift:
                    self.mended += 1
                elif ticks - last < self._jump:
                    self.step = self.step or ticks - last
                return ticks
        self.mended += 1
        ticks = last + self._usual_step(frame)
        self._shift = ticks - stamp
        return ticks

    def _jumps_ahead(self, ticks: int, last: int) -> bool:
        return self._latest is not None and ticks > self._latest and ticks - last > self._jump

    def _usual_step(self, frame: av.VideoFrame) -> int:
        return self.step or frame.duration or max(1, round(Fraction(1, 25) / self.time_base))
