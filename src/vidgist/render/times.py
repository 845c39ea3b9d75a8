"""Times as text: clock times, durations and timestamps."""

from __future__ import annotations


def format_time(seconds: float) -> str:
    """Return a clock time ``m:ss.t`` or ``h:mm:ss.t``.

    >>> format_time(83.25), format_time(3600)
    ('1:23.2', '1:00:00.0')
    """
    tenths = round(seconds * 10)
    minutes, tenths = divmod(tenths, 600)
    hours, minutes = divmod(minutes, 60)
    rest = f"{tenths // 10:02d}.{tenths % 10}"
    return f"{hours}:{minutes:02d}:{rest}" if hours else f"{minutes}:{rest}"


def format_duration(seconds: float) -> str:
    """Return a duration to be read by people.

    >>> [format_duration(s) for s in (0.015, 0.25, 4.2, 139.4, 3723)]
    ['15 ms', '0.25 s', '4.2 s', '2:19 min', '1:02:03 h']
    """
    if seconds < 0.0995:
        return f"{1000 * seconds:.0f} ms"
    if seconds < 0.95:
        return f"{seconds:.2f} s"
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    whole = format_time(round(seconds)).rpartition(".")[0]
    return f"{whole} {'min' if seconds < 3599.5 else 'h'}"


def format_timestamp(milliseconds: int) -> str:
    """Return ``HH:MM:SS.mmm``."""
    minutes, rest = divmod(milliseconds, 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02d}:{minutes:02d}:{rest // 1000:02d}.{rest % 1000:03d}"
