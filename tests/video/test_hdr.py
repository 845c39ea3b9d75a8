"""HDR that is kept: HEVC of 10 bits with the colors and the metadata of its source."""

from __future__ import annotations

import shutil
import struct
import subprocess
import warnings
from pathlib import Path

import av
import numpy as np
import pytest

from vidgist.errors import SettingError
from vidgist.video import FrameReader, read_frames
from vidgist.video.encode import ClipEncoder
from vidgist.video.filters import side_data
from vidgist.video.hdr import check_hdr, encoder_options

SCREEN = "G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)L(10000000,1)"

needs_ffmpeg = pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="ffmpeg is missing")


def render(path: Path, parameters: str, *, transfer: str = "smpte2084") -> Path:
    ramp = "color=gray:s=96x64:r=5:d=1,format=yuv420p10le,geq=lum='64+X*6':cb='480+Y':cr=512"
    colors = f"colorprim=bt2020:transfer={transfer}:colormatrix=bt2020nc"
    encoder = ("-c:v", "libx265", "-crf", "8", "-tag:v", "hvc1")
    command = ["ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", ramp, *encoder]
    options = ["-x265-params", f"log-level=none:{colors}:{parameters}", str(path)]
    subprocess.run([*command, *options], check=True, capture_output=True)
    return path


def kept(path: Path, clip: Path) -> list[av.VideoFrame]:
    """Encode all frames again, as they are, and return those of the source."""
    timeline = read_frames(path).timeline
    with FrameReader(path, timeline=timeline, keep_hdr=True) as reader:
        frames = list(reader.between(0, timeline.duration))
    with ClipEncoder(clip, frame_rate=5) as encoder:
        for (seconds, frame), end in zip(frames, timeline.ends, strict=True):
            encoder.picture(frame, start=seconds, end=float(end))
    return [frame for _, frame in frames]


@needs_ffmpeg
def test_colors_and_metadata_are_those_of_the_source(tmp_path: Path) -> None:
    source = render(tmp_path / "a.mp4", f"hdr10=1:master-display={SCREEN}:max-cll=1000,400")
    clip = tmp_path / "clip.mp4"
    frames = kept(source, clip)
    with av.open(str(clip)) as container:
        stream = container.streams.video[0]
        assert stream.codec_context.name == "hevc"
        assert stream.codec_context.codec_tag == "hvc1"
        encoded = list(container.decode(stream))
    assert len(encoded) == len(frames) == 5
    first = encoded[0]
    assert first.format.name == "yuv420p10le"
    assert (first.color_primaries, first.color_trc, first.colorspace) == (9, 16, 9)
    for name in ("MASTERING_DISPLAY_METADATA", "CONTENT_LIGHT_LEVEL"):
        data = side_data(frames[0], name)
        assert data is not None
        assert side_data(first, name) == data
    for before, after in zip(frames, encoded, strict=True):
        assert np.abs(before.to_ndarray().astype(int) - after.to_ndarray()).mean() < 4


@needs_ffmpeg
def test_hlg_without_metadata(tmp_path: Path) -> None:
    source = render(tmp_path / "a.mp4", "repeat-headers=1", transfer="arib-std-b67")
    clip = tmp_path / "clip.mp4"
    kept(source, clip)
    with av.open(str(clip)) as container:
        first = next(container.decode(video=0))
    assert (first.color_primaries, first.color_trc, first.colorspace) == (9, 18, 9)
    assert side_data(first, "MASTERING_DISPLAY_METADATA") is None


@needs_ffmpeg
def test_a_clip_that_began_as_sdr_stays_sdr(tmp_path: Path) -> None:
    source = render(tmp_path / "a.mp4", "repeat-headers=1")
    with av.open(str(source)) as container:
        hdr = next(container.decode(video=0))
    plain = av.VideoFrame.from_ndarray(np.full((64, 96, 3), 40, np.uint8))
    clip = tmp_path / "clip.mp4"
    with ClipEncoder(clip, frame_rate=5) as encoder:
        encoder.picture(plain, start=0.0, end=0.2)
        encoder.picture(hdr, start=0.2, end=0.4)
    with av.open(str(clip)) as container:
        stream = container.streams.video[0]
        assert stream.codec_context.name == "h264"
        first, second = container.decode(stream)
    # The ramp ends at 203 cd/m2 and more: full in SDR, 150 where its signal is taken for SDR.
    assert first.to_ndarray(format="rgb24").max() < 60
    assert second.to_ndarray(format="rgb24").max() > 235


def with_side_data(numbers: list[tuple[int, int]], known: tuple[int, int]) -> bytes:
    flat = [value for number in numbers for value in number]
    return struct.pack("=20i2i", *flat, *known)


def test_parameters_of_x265(monkeypatch: pytest.MonkeyPatch) -> None:
    fractions = [(17, 25), (8, 25), (53, 200), (69, 100), (3, 20), (3, 50)]
    white, light = [(3127, 10_000), (329, 1000)], [(1, 10_000), (1000, 1)]
    data = {
        "MASTERING_DISPLAY_METADATA": with_side_data([*fractions, *white, *light], (1, 1)),
        "CONTENT_LIGHT_LEVEL": struct.pack("=2I", 1000, 100_000),
    }
    monkeypatch.setattr("vidgist.video.hdr.side_data", lambda frame, name: data.get(name))
    frame = av.VideoFrame(16, 16, "yuv420p10le")
    frame.color_trc = 16
    parameters = encoder_options(frame, preset="superfast")["x265-params"]
    assert f"master-display={SCREEN}" in parameters
    assert "max-cll=1000,65535" in parameters
    assert "hdr10=1" in parameters
    # What the source does not know is left out; fractions by 0 are no numbers.
    data["MASTERING_DISPLAY_METADATA"] = with_side_data([(0, 0)] * 10, (0, 1))
    frame.color_trc = 18
    parameters = encoder_options(frame, preset="superfast")["x265-params"]
    assert "master-display" not in parameters
    assert "hdr10" not in parameters


def test_what_cannot_be_done_is_refused_before_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    check_hdr("sdr")
    with pytest.raises(SettingError, match="hdr: expected sdr or keep, got 'hlg'"):
        check_hdr("hlg")
    monkeypatch.setattr("av.codec.codecs_available", {"libx264"})
    check_hdr("sdr")
    with pytest.raises(SettingError, match="hdr: 'keep' needs the encoder libx265"):
        check_hdr("keep")


@needs_ffmpeg
@pytest.mark.parametrize("hdr", ["sdr", "keep"])
def test_the_clip_of_a_summary(hdr: str, tmp_path: Path) -> None:
    from vidgist import summarize

    source = render(tmp_path / "a.mp4", "repeat-headers=1")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        summary = summarize(source, length="100%", hdr=hdr)
        summary.save(tmp_path / "out", make=("mp4", "keyframes"))
    with av.open(str(tmp_path / "out" / "summary.mp4")) as container:
        first = next(container.decode(video=0))
    expected = ("yuv420p", 1, 1) if hdr == "sdr" else ("yuv420p10le", 16, 9)
    assert (first.format.name, first.color_trc, first.color_primaries) == expected
