"""Parameter sets in the headers of files, and their numbers."""

from __future__ import annotations

import av
import pytest

from clips import render_clip
from vidgist.video.copy.parameter_sets import (
    has_sets_of_hevc,
    numbers_in_header,
    sets_of_hevc,
    with_sets,
)
from vidgist.video.units import join_units, split_units


def header_of(path):
    with av.open(str(path)) as container:
        return bytes(container.streams.video[0].codec_context.extradata)


@pytest.mark.parametrize("number", [0, 1, 5, 31])
@pytest.mark.parametrize("ending", ["mp4", "ts"])
def test_numbers_are_those_that_the_encoder_was_given(tmp_path, number, ending):
    options = {"x264-params": f"sps-id={number}"}
    clip = render_clip(tmp_path / f"a.{ending}", scenes=(0.5,), options=options)
    assert numbers_in_header(header_of(clip.path)) == {number}


def test_a_header_takes_further_sets(tmp_path):
    headers = {}
    for ending in ("mp4", "ts"):
        for number in (0, 7):
            path = tmp_path / f"{number}.{ending}"
            render_clip(path, scenes=(0.5,), options={"x264-params": f"sps-id={number}"})
            headers[ending, number] = header_of(path)
    for ending in ("mp4", "ts"):
        both = with_sets(headers[ending, 0], headers["ts", 7])
        assert numbers_in_header(both) == {0, 7}
        # Nothing else of the header changes, and what is there is not added again.
        assert both[:5] == headers[ending, 0][:5]
    assert with_sets(headers["mp4", 7], headers["ts", 7]) == headers["mp4", 7]


def test_a_header_that_is_full(tmp_path):
    header = header_of(render_clip(tmp_path / "a.mp4", scenes=(0.5,)).path)
    sets = [bytes([0x67, 100, 0, 10, value]) for value in range(1, 32)]
    assert with_sets(header, join_units(sets[:30], length_size=0)) is not None
    assert with_sets(header, join_units(sets, length_size=0)) is None


def test_sets_of_hevc_are_the_same_in_both_kinds_of_header(tmp_path):
    options = {"x265-params": "log-level=none"}
    of_file, of_stream = (
        sets_of_hevc(
            header_of(
                render_clip(
                    tmp_path / f"a.{ending}", scenes=(0.5,), codec="libx265", options=options
                ).path
            )
        )
        for ending in ("mp4", "ts")
    )
    assert [unit[0] >> 1 for unit in of_file] == [32, 33, 34]
    assert of_file == of_stream
    assert has_sets_of_hevc([*of_file, b"\x26\x01"])
    assert not has_sets_of_hevc(of_file[1:])


@pytest.mark.parametrize("length_size", [0, 1, 2, 4])
def test_units_are_split_as_they_were_joined(length_size):
    parts = [b"\x67abc", b"\x68\x00\x00\x03\x01", b"\x65" + bytes(range(1, 200))]
    assert split_units(join_units(parts, length_size=length_size), length_size=length_size) == parts
