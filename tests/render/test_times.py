from __future__ import annotations

import pytest

from vidgist.render.times import format_duration, format_time


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0:00.0"), (59.96, "1:00.0"), (83.25, "1:23.2"), (3600, "1:00:00.0")],
)
def test_format_time(seconds, text):
    assert format_time(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.015, "15 ms"),
        (4.21, "4.2 s"),
        (59.97, "1:00 min"),
        (90, "1:30 min"),
        (0.25, "0.25 s"),
        (0.96, "1.0 s"),
        (59.94, "59.9 s"),
        (59.96, "1:00 min"),
        (139.4, "2:19 min"),
        (3599.4, "59:59 min"),
        (3599.6, "1:00:00 h"),
        (3723, "1:02:03 h"),
    ],
)
def test_format_duration(seconds, text):
    assert format_duration(seconds) == text
