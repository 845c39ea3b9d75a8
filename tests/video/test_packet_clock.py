"""One clock for the streams of a container: joints move both, stray stamps move nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vidgist.video.packet_clock import PacketClock

VIDEO, SOUND = 0, 1
TICKS = 1000


@dataclass
class Stream:
    index: int
    time_base: Fraction = Fraction(1, TICKS)


@dataclass
class Format:
    flags: int
    name: str = "mov,mp4"


@dataclass
class Container:
    """As much of a container as the clock looks at."""

    format: Format
    duration: int | None = None
    start_time: int | None = 0


@dataclass
class Stamped:
    """As much of a packet as the clock looks at; times in milliseconds."""

    stream_index: int
    pts: int | None
    dts: int | None
    duration: int = 40
    size: int = 100
    is_keyframe: bool = False


def recording(start: int, seconds: float, *, ends_apart: int = 0) -> list[Stamped]:
    """Return the packets of a recording of 25 pictures and 50 blocks of sound a second."""
    packets = [Stamped(VIDEO, t, t) for t in range(start, start + round(seconds * 1000), 40)]
    end = start + round(seconds * 1000) + ends_apart
    packets += [Stamped(SOUND, t, t, duration=20) for t in range(start, end, 20)]
    return sorted(packets, key=lambda packet: packet.dts or 0)


def run(
    packets: Sequence[Any], *, restarts: bool = True, duration: int | None = None
) -> PacketClock:
    container: Any = Container(Format(0x0200 if restarts else 0), duration)
    video, sound = (Stream(index) for index in (VIDEO, SOUND))
    clock = PacketClock(container, video, sound)  # type: ignore[arg-type]
    assert list(clock.run(packets)) == list(packets)
    return clock


def stamps(packets: Sequence[Stamped], stream: int) -> list[int | None]:
    return [packet.pts for packet in packets if packet.stream_index == stream]


def test_plain_files_are_left_alone() -> None:
    packets = recording(1400, 20)
    clock = run(packets)
    assert packets == recording(1400, 20)
    assert clock.steady
    assert clock.sound_end == pytest.approx(21.4)
    assert clock.sound_within(2, 5) == pytest.approx(3)


@pytest.mark.parametrize("restarts", [True, False])
@pytest.mark.parametrize("begins", [0, 3500, 3900 - 60])
@pytest.mark.parametrize("seconds", [1, 15])
def test_a_clock_that_goes_back(restarts: bool, begins: int, seconds: int) -> None:
    first, second = recording(0, 4), recording(begins, seconds)
    packets = [*first, *second]
    clock = run(packets, restarts=restarts)
    assert stamps(packets, VIDEO) == list(range(0, 4000 + 1000 * seconds, 40))
    assert stamps(packets, SOUND) == list(range(0, 4000 + 1000 * seconds, 20))
    assert clock.joints == [pytest.approx(4)]


@pytest.mark.parametrize("leap", [30_000, 90_000_000])
def test_a_leap_ahead(leap: int) -> None:
    packets = [*recording(0, 4), *recording(leap, 8)]
    assert run(packets, restarts=True).joints == [pytest.approx(4)]
    assert stamps(packets, VIDEO) == list(range(0, 12_000, 40))
    # In other containers it is a hole.
    packets = [*recording(0, 4), *recording(leap, 8)]
    assert run(packets, restarts=False).steady
    assert stamps(packets, VIDEO)[100] == leap


def test_an_overlap_of_one_picture() -> None:
    second = recording(3960, 8)
    second[0].is_keyframe = True
    packets = [*recording(0, 4), *second]
    run(packets)
    assert stamps(packets, VIDEO) == list(range(0, 12_000, 40))
    assert stamps(packets, SOUND)[-400:] == list(range(4000, 12_000, 20))


def test_sound_that_ends_before_its_pictures_stays_with_the_next_ones() -> None:
    # By itself, the sound of the second recording would hardly seem to go back.
    packets = [*recording(0, 4, ends_apart=-100), *recording(3820, 8)]
    run(packets)
    assert stamps(packets, VIDEO) == list(range(0, 12_000, 40))
    assert stamps(packets, SOUND)[-400:] == list(range(4000, 12_000, 20))


def test_sound_that_comes_first_waits_for_its_pictures() -> None:
    second = recording(500, 8)
    early = [Stamped(SOUND, t, t, duration=20) for t in range(420, 500, 20)]
    packets = [*recording(0, 4), *early, *second]
    run(packets)
    assert stamps(packets, VIDEO) == list(range(0, 12_000, 40))
    assert stamps(packets, SOUND)[-400:] == list(range(4000, 12_000, 20))


def test_reordered_pictures_go_on_without_a_gap() -> None:
    def reordered(start: int) -> list[Stamped]:
        shown = [start + 80 + 40 * (4 * (n // 4) + (3, 1, 0, 2)[n % 4]) for n in range(100)]
        return [Stamped(VIDEO, pts, start + 40 * n) for n, pts in enumerate(shown)]

    packets = [*recording(0, 4), *reordered(100)]
    run(packets)
    assert sorted(stamp or 0 for stamp in stamps(packets, VIDEO)) == list(range(0, 8000, 40))


@pytest.mark.parametrize("restarts", [True, False])
@pytest.mark.parametrize("wrong", [-3000, 4000, 50_000, 90_000_000])
@pytest.mark.parametrize("count", [1, 2, 60])
def test_stray_times_move_nothing(restarts: bool, wrong: int, count: int) -> None:
    packets = recording(0, 20)
    expected = recording(0, 20)
    pictures = [n for n, packet in enumerate(packets) if packet.stream_index == VIDEO]
    for n in pictures[250 : 250 + count]:
        packets[n].pts = packets[n].dts = (packets[n].dts or 0) + wrong
        expected[n].pts = expected[n].dts = None
    clock = run(packets, restarts=restarts)
    assert packets == expected
    assert clock.strays == count
    assert not clock.joints


def test_strays_at_random_places_do_not_move_the_rest() -> None:
    packets = recording(0, 20)
    for n in range(37, len(packets), 41):
        packets[n].pts = packets[n].dts = (n * 7919) % 10_000_000
    run(packets)
    for packet, right in zip(packets, recording(0, 20), strict=True):
        assert packet.pts in (right.pts, None) or abs(packet.pts - (right.pts or 0)) < 1000


def test_lost_packets_leave_a_gap_in_both() -> None:
    packets = [p for p in recording(0, 20) if not 5000 <= (p.dts or 0) < 9500]
    before = [p.pts for p in packets]
    assert run(packets).steady
    assert [p.pts for p in packets] == before


def test_a_last_picture_beyond_the_announced_end() -> None:
    packets = [*recording(0, 4), Stamped(VIDEO, 30_000_000, 30_000_000)]
    run(packets, restarts=False, duration=4_040_000)
    assert packets[-1].pts == 4000


@given(
    st.lists(st.tuples(st.integers(0, 1), st.none() | st.integers(-(2**33), 2**33)), max_size=60)
)
def test_any_times_are_put_on_one_clock(given: list[tuple[int, int | None]]) -> None:
    packets = [Stamped(stream, stamp, stamp) for stream, stamp in given]
    run(packets, restarts=True)
    run([Stamped(stream, stamp, stamp) for stream, stamp in given], restarts=False)
