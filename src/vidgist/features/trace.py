"""When each stage was at work, by thread: the raw material of a time line."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

__all__ = ["Span", "Trace"]


@dataclass(frozen=True)
class Span:
    """A stretch of work: ``start`` and ``end`` in seconds on the clock `time.perf_counter`."""

    stage: str
    thread: str
    start: float
    end: float


@dataclass
class Trace:
    """Collects the spans of all threads (appending to a list needs no lock)."""

    spans: list[Span] = field(default_factory=list)

    @contextlib.contextmanager
    def span(self, stage: str) -> Iterator[None]:
        """Note when the block ran, and in which thread."""
        start = time.perf_counter()
        try:
            yield
        finally:
            thread = threading.current_thread().name
            self.spans.append(Span(stage, thread, start, time.perf_counter()))

    def seconds(self) -> dict[str, float]:
        """Return the sum of the spans of each stage."""
        sums: dict[str, float] = {}
        for span in self.spans:
            sums[span.stage] = sums.get(span.stage, 0.0) + span.end - span.start
        return sums
