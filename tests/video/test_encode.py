from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import av
import numpy as np
import pytest

from decoded import decode
from vidgist.errors import OutputError
from vidgist.video.encode import MAX_SIDE, ClipEncoder, SoundFormat, even_size, ticks_per_second


def plain(value, *, size=(64, 96), kind="rgb24"):
    pixels = np.empty((*size, 3), np.uint8)
    pixels[:] = value
    frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
    return frame if kind == "rgb24" else frame.reformat(format=kind)


@pytest.mark.parametrize(
    ("rate", "ticks"),
    [(25, 90_000), (12.5, 90_000), (30000 / 1001, 90_000), (24000 / 1001, 96_000), (0, 90_000)],
)
def test_ticks_of_usual_rates(rate, ticks):
    assert ticks_per_second(rate) == ticks


@pytest.mark.parametrize(
    ("given", "expected"),
    [((640, 360), (640, 360)), ((853, 481), (854, 482)), ((1, 3), (16, 16)), ((40_000, 100), None)],
)
def test_even_size(given, expected):
    width, height = even_size(*given)
    assert width % 2 == height % 2 == 0
    assert max(width, height) <= MAX_SIDE
    if expected is not None:
        assert (width, height) == expected


def test_times_and_last_duration(tmp_path):
    path = tmp_path / "a.mp4"
    starts = [0.0, 0.04, 0.0905, 0.5, 0.51, 2.0, 2.0417083]
    with ClipEncoder(path, frame_rate=25) as clip:
        for k, start in enumerate(starts):
            end = [*starts[1:], 3.25][k]
            clip.picture(plain(30 * k), start=start, end=end)
    result = decode(path)
    assert result.times == pytest.approx(starts, abs=1 / 90_000)
    assert result.video_end == pytest.approx(3.25, abs=1 / 90_000)
    assert [round(p.mean()) for p in result.pictures] == pytest.approx(
        [30 * k for k in range(7)], abs=3
    )
    with av.open(str(path)) as container:
        assert container.duration / av.time_base == pytest.approx(3.25, abs=0.001)


def test_ntsc_rate_survives(tmp_path):
    path = tmp_path / "a.mp4"
    rate = 24000 / 1001
    with ClipEncoder(path, frame_rate=rate) as clip:
        for k in range(48):
            clip.picture(plain(5 * k), start=k / rate, end=(k + 1) / rate)
    with av.open(str(path)) as container:
        assert container.streams.video[0].average_rate == pytest.approx(rate, abs=1e-9)


def test_index_is_at_the_front(tmp_path):
    path = tmp_path / "a.mp4"
    with ClipEncoder(path) as clip:
        clip.picture(plain(90), start=0, end=1)
    data = path.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")


def test_cut_is_a_place_that_players_jump_to(tmp_path):
    path = tmp_path / "a.mp4"
    with ClipEncoder(path, frame_rate=25) as clip:
        for k in range(40):
            clip.picture(plain(100 + k), start=k / 25, end=(k + 1) / 25, cut=k in (0, 13, 29))
    with av.open(str(path)) as container:
        keys = [f.pts * f.time_base for f in container.decode(video=0) if f.key_frame]
    assert {round(float(k) * 25) for k in keys} >= {0, 13, 29}


def test_sizes_that_change(tmp_path):
    path = tmp_path / "a.mp4"
    with ClipEncoder(path, frame_rate=25) as clip:
        clip.picture(plain(40, size=(65, 97)), start=0, end=0.5)
        clip.picture(plain(200, size=(120, 50)), start=0.5, end=1)
    result = decode(path)
    assert [p.shape for p in result.pictures] == [(66, 98, 3)] * 2
    assert result.pictures[1].mean() == pytest.approx(200, abs=3)


@pytest.mark.parametrize(
    "kind", ["rgb24", "yuv420p", "yuvj420p", "yuv420p10le", "yuv444p", "gray", "nv12", "gbrp"]
)
def test_colors_come_out_as_they_were(tmp_path, kind):
    path = tmp_path / "a.mp4"
    color = (128, 128, 128) if kind == "gray" else (180, 90, 40)
    with ClipEncoder(path, frame_rate=25) as clip:
        clip.picture(plain(color, kind=kind), start=0, end=1)
    assert decode(path).pictures[0].mean(axis=(0, 1)) == pytest.approx(color, abs=4)


def test_full_range_becomes_limited(tmp_path):
    path = tmp_path / "a.mp4"
    frame = av.VideoFrame(64, 64, "yuvj420p")
    for plane, value in zip(frame.planes, (255, 128, 128), strict=True):
        plane.update(bytes([value]) * plane.buffer_size)
    frame.color_range = 2
    with ClipEncoder(path, frame_rate=25) as clip:
        clip.picture(frame, start=0, end=1)
    with av.open(str(path)) as container:
        out = next(container.decode(video=0))
        assert out.format.name == "yuv420p"
        assert max(bytes(out.planes[0])) in range(233, 238)


def test_color_tags_are_carried(tmp_path):
    path = tmp_path / "a.mp4"
    frame = plain((200, 40, 40), kind="yuv420p")
    tags = ["colorspace", "color_primaries", "color_trc"]
    known = [tag for tag in tags if hasattr(frame, tag)]  # older PyAV knows the first alone
    for tag in known:
        setattr(frame, tag, 1)
    with ClipEncoder(path, frame_rate=25) as clip:
        clip.picture(frame, start=0, end=1)
    with av.open(str(path)) as container:
        out = next(container.decode(video=0))
    assert [getattr(out, tag) for tag in known] == [1] * len(known)
    assert out.color_range == 1


@pytest.mark.parametrize("kind", ["yuv420p", "yuv420p10le", "yuv444p", "gbrp"])
@pytest.mark.parametrize("matrix", range(18))
def test_any_matrix_tag_can_be_encoded(tmp_path, kind, matrix):
    path = tmp_path / "a.mp4"
    frame = plain((128, 128, 128), kind=kind)
    frame.colorspace = matrix
    with ClipEncoder(path, frame_rate=25) as clip:
        clip.picture(frame, start=0, end=1)
    with av.open(str(path)) as container:
        out = next(container.decode(video=0))
    assert np.frombuffer(bytes(out.planes[0]), np.uint8)[:64].mean() == pytest.approx(126, abs=4)


def test_transparency_over_black(tmp_path):
    path = tmp_path / "a.mp4"
    pixels = np.full((64, 64, 4), 200, np.uint8)
    pixels[:32, :, 3], pixels[32:, :, 3] = 0, 255
    with ClipEncoder(path, frame_rate=25) as clip:
        clip.picture(av.VideoFrame.from_ndarray(pixels, format="rgba"), start=0, end=1)
    picture = decode(path).pictures[0]
    assert picture[:28].mean() < 6
    assert picture[36:].mean() == pytest.approx(200, abs=4)


def test_two_pictures_at_one_instant_are_one(tmp_path):
    path = tmp_path / "a.mp4"
    with ClipEncoder(path, frame_rate=25) as clip:
        for start in (0.0, 0.5, 0.5, 0.500001):
            clip.picture(plain(90), start=start, end=1.0)
    assert decode(path).times == pytest.approx([0.0, 0.5])


@pytest.mark.parametrize(("channels", "rate"), [(1, 44_100), (2, 48_000), (2, 8_000)])
def test_sound_keeps_length_and_place(tmp_path, channels, rate):
    path = tmp_path / "a.mp4"
    n = rate + 123
    track = np.zeros((channels, n), np.float32)
    track[:, rate // 2 : rate // 2 + rate // 50] = 0.8 * np.sin(np.arange(rate // 50) * 0.8)
    with ClipEncoder(path, frame_rate=25, sounds=[SoundFormat(rate, channels)]) as clip:
        clip.picture(plain(90), start=0, end=n / rate)
        for first in range(0, n, 777):
            clip.sound(track[:, first : first + 777])
        assert clip.n_samples() == n
    result = decode(path)
    assert result.rate == rate
    assert result.sound.shape[0] == channels
    assert result.sound.shape[1] == pytest.approx(n, abs=1024)
    assert result.onsets() == pytest.approx([0.5], abs=0.005)


def test_sound_without_a_track_is_dropped(tmp_path):
    path = tmp_path / "a.mp4"
    with ClipEncoder(path) as clip:
        clip.picture(plain(90), start=0, end=1)
        clip.sound(np.ones((2, 100), np.float32))
    assert decode(path).sound is None


def test_an_error_inside_is_passed_on(tmp_path):
    def work():
        with ClipEncoder(tmp_path / "a.mp4") as clip:
            clip.picture(plain(90), start=0, end=1)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        work()


def test_what_cannot_be_encoded_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr("vidgist.video.encode.VIDEO_OPTIONS", {"profile": "no such profile"})
    encoder = ClipEncoder(tmp_path / "a.mp4", subject="summary.mp4")
    with pytest.raises(OutputError, match=r"summary\.mp4: cannot be encoded"), encoder as clip:
        clip.picture(plain(90), start=0, end=1)


@pytest.mark.parametrize("name", ["a b'c\".mp4", "-x.mp4", "http:x.mp4", "ü%d.mp4", "a\nb.mp4"])
def test_any_name_is_a_name(tmp_path, name):
    path = tmp_path / name
    with ClipEncoder(path) as clip:
        clip.picture(plain(90), start=0, end=1)
    assert [p.name for p in tmp_path.iterdir()] == [name]


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="needs the ffmpeg command")
def test_ffmpeg_plays_it_without_complaint(tmp_path):
    path: Path = tmp_path / "a.mp4"
    with ClipEncoder(path, frame_rate=25, sounds=[SoundFormat(48_000)]) as clip:
        for k in range(50):
            clip.picture(plain(5 * k), start=k / 25, end=(k + 1) / 25, cut=k % 10 == 0)
            clip.sound(np.zeros((2, 1920), np.float32))
    command = ["ffmpeg", "-v", "warning", "-i", path, "-f", "null", "-"]
    run = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert run.stderr == ""
