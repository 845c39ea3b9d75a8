"""Presentation times of decoded frames in seconds, ascending also where timestamps are not.

Timestamps count ticks of a stream's time base.  In a correct file they are only shifted so that the
first frame is at 0.  A missing one continues at the usual distance.  A frame out of turn, as after
damage, is left out, as players do, and the frames after it keep their own times.  Where recordings
are joined, `PacketClock` has put the packets on one clock before.
"""

from __future__ import annotations

import math
from fractions import Fraction

import av

_IN_A_ROW = 17
"""Frames out of turn, one after the other, that mean a new count: decoders reorder 16 at most."""


class Clock:
    """Presentation time of each frame of a stream, called in the order of decoding.

    Attributes:
        origin: ticks of the first frame on the container's clock.
        guessed: frames with a decoding time only, which is used where it ascends.
        missing: frames without any timestamp.
        late: frames out of turn, which are left out.
        mended: frames of a new count that begins before the end of the old one.
    """

    def __init__(self, time_base: Fraction, *, rate: Fraction | None = None) -> None:
        """Set the time base.

        Args:
            time_base: seconds of a tick.
            rate: usual frames per second, where known.
        """
        self.time_base = time_base
        self.origin = 0
        self.guessed = 0
        self.missing = 0
        self.late = 0
        self.mended = 0
        self.step = max(1, round(1 / (rate * time_base))) if rate else 0
        self._last: int | None = None
        self._in_a_row = 0
        self._shift = 0
        self._before = 0  # step to the last frame

    def __call__(self, frame: av.VideoFrame) -> float | None:
        """Return the seconds from the first frame to this one, None where its time has passed."""
        ticks = self._ticks(frame)
        if ticks is None:
            self.late += 1
            self._in_a_row += 1
            return None
        self._in_a_row = 0
        self._before = 0 if self._last is None else ticks - self._last
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
            frame: the last frame that has a time.
            end: tick at which the stream ends by its header, where known.
        """
        assert self._last is not None
        usual = self._usual_step(frame)
        step = frame.duration or usual
        ends = self._last + step
        # A tenth of a frame is rounding: movie headers often count in milliseconds.
        sooner = range(self._last + 1, math.ceil(ends - 0.1 * step))
        longest = self._last + 1.1 * max(usual, self._before)
        later = range(math.floor(ends + 0.1 * step) + 1, math.floor(longest) + 1)
        if end is not None and self.steady and (end in sooner or end in later):
            ends = end
        return self.seconds(ends - self.origin)

    def _ticks(self, frame: av.VideoFrame) -> int | None:
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
        # Without a shift first: times return to the stream's own as soon as these make sense.
        if stamp > last:
            self.step = self.step or stamp - last
            self._shift = 0
            return stamp
        if not self._shift or stamp + self._shift <= last:
            if self._in_a_row + 1 < _IN_A_ROW:
                return None
            self._shift = last + self._usual_step(frame) - stamp
        self.mended += 1
        return stamp + self._shift

    def _usual_step(self, frame: av.VideoFrame) -> int:
        return self.step or frame.duration or max(1, round(Fraction(1, 25) / self.time_base))
