"""Placement of packets of sound and subtitles, in exact seconds."""

from __future__ import annotations

from fractions import Fraction

import av
import numpy as np
import pytest

from vidgist.video.copy.lines import Part, SoundLine, TextLine

TICK = Fraction(1, 1000)
OFFSETS = (0, 400, 890, 1667)


def packet_of(at, lasts, *, key=True):
    packet = av.Packet(b"x")
    packet.time_base = TICK
    packet.pts = packet.dts = at
    packet.duration = lasts
    packet.is_keyframe = key
    return packet


def placed(line, parts, packets):
    """Return (place, duration) of what is taken, in milliseconds."""
    found, offset = [], 0
    for number, (start, end) in enumerate(parts):
        line.begin(
            Part(
                Fraction(start, 1000),
                Fraction(end, 1000),
                Fraction(offset, 1000),
                number + 1 == len(parts),
            )
        )
        for at, lasts in packets:
            packet = packet_of(at, lasts)
            if line.place(packet):
                found.append((packet.pts, packet.duration, at))
        offset += end - start
    return found


@pytest.mark.parametrize("step", [20, 21, 32, 40])
def test_sound_has_no_gap_and_is_never_far_off(step):
    rng = np.random.default_rng(step)
    borders = np.cumsum(rng.integers(300, 900, 60))
    parts = borders.reshape(-1, 2).tolist()
    packets = [(at, step) for at in range(0, int(borders[-1]) + 1000, step)]
    found = placed(SoundLine(TICK, Fraction(0)), parts, packets)
    places = np.array([place for place, _, _ in found])
    assert places[0] == 0
    assert (np.diff(places) == step).all()
    total = sum(end - start for start, end in parts)
    assert total - step < places[-1] + step <= total
    # Of each packet: where it is against where its picture is.
    offsets = np.concatenate([[0], np.cumsum([end - start for start, end in parts])])
    for place, _, at in found:
        errors = [
            abs(place - (at - start + offset))
            for (start, _), offset in zip(parts, offsets, strict=False)
        ]
        assert min(errors) <= step / 2 + 1


def test_long_packets_are_hardly_moved():
    parts = [(100, 500), (1010, 1500), (2000, 2777), (3333, 4000)]
    found = placed(SoundLine(TICK, Fraction(0)), parts, [(k, 93) for k in range(0, 5000, 93)])
    places = np.array([place for place, _, _ in found])
    assert (np.diff(places) >= 93).all()
    for place, _, at in found:
        errors = [
            abs(place - (at - start + b)) for (start, _), b in zip(parts, OFFSETS, strict=True)
        ]
        assert min(errors) <= 25


def test_gaps_of_the_source_stay():
    packets = [(at, 20) for at in [*range(0, 200, 20), *range(500, 1000, 20)]]
    found = placed(SoundLine(TICK, Fraction(0)), [(100, 700)], packets)
    assert [at - 100 for _, _, at in found] == [place for place, _, _ in found]
    assert {at for _, _, at in found} == {*range(100, 200, 20), *range(500, 700, 20)}


def test_subtitles_are_cut_at_the_borders_of_parts():
    line = TextLine(TICK, Fraction(0), lambda packet: False)
    packets = [(0, 500), (1000, 3000), (5000, 100), (7000, 1000), (9000, 10)]
    found = placed(line, [(2000, 3000), (6500, 7500)], packets)
    assert [(place, lasts) for place, lasts, _ in found] == [(0, 1000), (1500, 500)]


def test_what_only_clears_the_screen_is_left_out():
    line = TextLine(TICK, Fraction(0), lambda packet: packet.size <= 1)
    assert placed(line, [(0, 3000)], [(1000, 500)]) == []
