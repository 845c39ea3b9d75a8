"""Frames of H.264 that are coded as two fields, in one packet or in two."""

from __future__ import annotations

from fractions import Fraction
from itertools import islice
from pathlib import Path

import av
import numpy as np
import pytest

from field_pictures import Plane, coded_frames
from vidgist.video.copy.points import read_cut_points
from vidgist.video.copy.write import copy_pieces
from vidgist.video.decode import read_frames
from vidgist.video.examine import examine
from vidgist.video.fields import FieldPairs, whole_frames
from vidgist.video.packets import configure_decoder, decode_stream
from vidgist.video.probe import probe
from vidgist.video.skim.stream import SkimStream

RATE, KEYS, COUNT = 25, 10, 60
STEP = 90_000 // RATE


def pictures() -> list[Plane]:
    noise = np.random.default_rng(5)
    return [noise.integers(0, 256, (32, 48), np.uint8) for _ in range(COUNT)]


def luma(frame: av.VideoFrame) -> Plane:
    return frame.to_ndarray()[: frame.height]


def write(path: Path, *, apart: bool, stamped: bool = True) -> Path:
    """Write the frames, their fields in packets of their own where they are to be apart."""
    raw = path.with_suffix(".h264")
    fields = list(coded_frames(pictures(), rate=RATE, keys=KEYS))
    raw.write_bytes(b"".join(upper + lower for upper, lower in fields))
    with av.open(str(raw)) as source, av.open(str(path), "w") as output:
        stream = output.add_stream_from_template(source.streams.video[0])
        for number, (upper, lower) in enumerate(fields):
            parts = [upper, lower] if apart else [upper + lower]
            for half, part in enumerate(parts):
                packet = av.Packet(part)
                packet.stream, packet.time_base = stream, Fraction(1, 90_000)
                if stamped or not half:
                    packet.pts = packet.dts = STEP * number + STEP // 2 * half
                packet.duration = STEP // len(parts)
                packet.is_keyframe = number % KEYS == 0 and not half
                output.mux(packet)
    return path


@pytest.fixture(scope="module", params=["a.ts", "a.mkv", "a.mp4", "together.mp4", "together.ts"])
def video(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("fields") / request.param
    return write(path, apart="together" not in path.name)


def test_every_frame_is_there_once_and_whole(video: Path) -> None:
    with av.open(str(video)) as container:
        stream = container.streams.video[0]
        configure_decoder(stream)
        decoded = [luma(frame) for frame in decode_stream(container, stream)]
    assert len(decoded) == COUNT
    assert all(np.array_equal(a, b) for a, b in zip(decoded, pictures(), strict=True))


def test_times_and_rate_are_those_of_frames(video: Path) -> None:
    timeline = read_frames(video, size=(8, 8)).timeline
    assert timeline.times == pytest.approx(np.arange(COUNT) / RATE, abs=1e-9)
    assert timeline.duration == pytest.approx(COUNT / RATE, abs=1e-9)
    assert timeline.steady
    assert timeline.warnings == ()
    for info in (probe(video), examine(probe(video))):
        assert (info.frame_rate, info.variable_frame_rate) == (RATE, False)
        assert info.interlaced
        assert info.damage == ()


def test_the_index_is_that_of_decoding(video: Path) -> None:
    skim = SkimStream(video, fps=2, size=(8, 8))
    assert len(list(skim)) == skim.sampling.key_frames >= 3
    assert skim.problem == ""
    decoded = read_frames(video, size=(8, 8)).timeline
    assert np.array_equal(skim.timeline.times, decoded.times)
    assert skim.timeline.duration == decoded.duration
    assert np.flatnonzero(skim.index.keys).tolist() == list(range(0, COUNT, KEYS))


def test_copied_parts_have_both_fields(video: Path, tmp_path: Path) -> None:
    timeline = read_frames(video, size=(8, 8)).timeline
    points = read_cut_points(video, timeline)
    assert not isinstance(points, str)
    assert points.starts == pytest.approx(np.arange(0, COUNT, KEYS) / RATE)
    pieces = np.array([[0.4, 0.8], [1.6, 2.0]])
    copy_pieces(video, tmp_path / "clip.mp4", pieces, origin=timeline.origin)
    kept = pictures()[10:20] + pictures()[40:50]
    with av.open(str(tmp_path / "clip.mp4")) as container:
        assert container.streams.video[0].frames == len(kept)
        decoded = [luma(frame) for frame in container.decode(video=0)]
    assert all(np.array_equal(a, b) for a, b in zip(decoded, kept, strict=True))


def test_second_fields_without_times(tmp_path: Path) -> None:
    path = write(tmp_path / "a.ts", apart=True, stamped=False)
    assert read_frames(path, size=(8, 8)).timeline.times == pytest.approx(np.arange(COUNT) / RATE)
    skim = SkimStream(path, fps=2, size=(8, 8))
    assert len(list(skim)) >= 3
    assert skim.problem == ""


def test_a_lost_field_costs_its_frame_alone(tmp_path: Path) -> None:
    """After a field without its other half, the fields of the next frames still meet."""
    path = write(tmp_path / "a.mkv", apart=True)
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        packets = [p for p in container.demux(stream) if p.size]
        sizes = [p.size for p in packets]
        found = [p.size for p in whole_frames(packets[:24] + packets[25:], [stream])]
    # Packet 24 is the first field of frame 12.
    assert found[11:14] == [sum(sizes[22:24]), sizes[25], sum(sizes[26:28])]
    assert len(found) == COUNT


@pytest.mark.parametrize(
    ("pixels", "parameters"),
    [
        ("yuv420p", "interlaced=1:cqm=jvt"),
        ("yuv444p", "interlaced=1:cqm=jvt:bframes=3"),
        ("yuv420p", "fake-interlaced=1"),
        ("yuv420p", "bframes=2"),
    ],
)
def test_frames_pass(tmp_path: Path, pixels: str, parameters: str) -> None:
    path = tmp_path / "a.ts"
    with av.open(str(path), "w") as output:
        stream = output.add_stream("libx264", rate=25, options={"x264-params": parameters})
        stream.width, stream.height, stream.pix_fmt = 64, 64, pixels
        for picture in islice(pictures(), 30):
            frame = av.VideoFrame.from_ndarray(np.tile(picture, (2, 2))[:, :64].copy(), "gray")
            output.mux(stream.encode(frame.reformat(format=pixels)))
        output.mux(stream.encode(None))
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        packets = [p for p in container.demux(stream) if p.size]
        assert len(packets) == 30
        assert {FieldPairs(stream).find(packet) for packet in packets} == {None}
        assert list(whole_frames(packets, [stream])) == packets
