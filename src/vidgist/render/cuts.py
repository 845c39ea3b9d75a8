"""Edit decision list: the cuts of the summary in whole frames."""

from __future__ import annotations

from dataclasses import dataclass

from vidgist.render.timecode import EditRate
from vidgist.types import Floats


@dataclass(frozen=True)
class Cut:
    """One event of an edit list, in frames at its rate, half-open.

    Attributes:
        source_in: first frame, in the source.
        source_out: first frame after it, in the source.
        record_in: first frame, in the summary.
        seconds: (start, end) in the source.
    """

    source_in: int
    source_out: int
    record_in: int
    seconds: tuple[float, float]

    @property
    def record_out(self) -> int:
        """First frame after it in the summary."""
        return self.record_in + self.source_out - self.source_in


def cuts(segments: Floats, rate: EditRate) -> list[Cut]:
    """Return segments (n, 2), in seconds and in order, as events without gaps.

    Each lasts at least one frame and repeats none of the event before, whatever the rounding.
    """
    events: list[Cut] = []
    last_out = record = 0
    for start, end in segments.tolist():
        first = max(rate.frame(start), last_out)
        stop = max(rate.frame(end), first + 1)
        events.append(Cut(first, stop, record, (start, end)))
        last_out, record = stop, record + stop - first
    return events
