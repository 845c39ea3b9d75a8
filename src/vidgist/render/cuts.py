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
        file: number of the file of the source whose frames these are, from 0.
    """

    source_in: int
    source_out: int
    record_in: int
    seconds: tuple[float, float]
    file: int = 0

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


def split(events: list[Cut], begins: list[int]) -> list[list[Cut]]:
    """Return the events of each event by the files of the source, in frames of these.

    Args:
        events: in frames of the whole source.
        begins: first frame of each file in the source; the first is 0.

    >>> [[(c.file, c.source_in, c.source_out, c.record_in) for c in event]
    ...  for event in split([Cut(90, 110, 0, (3.6, 4.4))], [0, 100])]
    [[(0, 90, 100, 0), (1, 0, 10, 10)]]
    """
    parted = []
    for event in events:
        own = []
        for number, begin in enumerate(begins):
            end = begins[number + 1] if number + 1 < len(begins) else event.source_out
            low, high = max(event.source_in, begin), min(event.source_out, end)
            if low < high:
                record = event.record_in + low - event.source_in
                own.append(Cut(low - begin, high - begin, record, event.seconds, number))
        parted.append(own)
    return parted
