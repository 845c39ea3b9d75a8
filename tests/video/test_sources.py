"""Inputs that are no single file give the frames, the times and the sound of their parts."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tempfile
from fractions import Fraction

import numpy as np
import pytest
from PIL import Image

from clips import frame_number, picture, render_clip
from vidgist.errors import SettingError, VideoError
from vidgist.video import FrameReader, Limits, SampleStream, probe, read_frames, spool
from vidgist.video.sound import SoundReader
from vidgist.video.sources import (
    absolute_name,
    find_source,
    joined_name,
    prepare_input,
    source_fingerprint,
    with_rate,
)

SIZE = (96, 128)


@pytest.fixture(autouse=True)
def _no_leftovers():
    yield
    spool.clear()


def shot(folder, *, frames=12, ending="png", first=1, name="f_{:04d}"):
    folder.mkdir(exist_ok=True)
    for k in range(frames):
        image = Image.fromarray(picture(k, 0, SIZE))
        image.save(folder / f"{name.format(first + k)}.{ending}")
    return folder


def numbers_of(path, **options):
    samples = SampleStream(path, **{"fps": 25, **options})
    return [frame_number(p) for p in samples], samples.timeline


@pytest.mark.parametrize("ending", ["png", "jpg", "webp", "tiff", "bmp"])
def test_pictures_are_the_frames(tmp_path, ending):
    folder = shot(tmp_path / "shot", ending=ending)
    for path in (folder, folder / f"f_%04d.{ending}"):
        numbers, timeline = numbers_of(path)
        assert numbers == list(range(12))
        assert timeline.times == pytest.approx(np.arange(12) / 25)
        assert "12 pictures, taken as 25 a second" in timeline.warnings[0]
    timeline = numbers_of(with_rate(folder, "10"))[1]
    assert timeline.duration == pytest.approx(1.2)
    assert timeline.warnings == ()
    with FrameReader(with_rate(folder, "10"), timeline=timeline) as reader:
        assert frame_number(np.asarray(next(iter(reader.at([0.75]))))) == 7


def test_pictures_in_the_order_of_their_numbers(tmp_path):
    folder = shot(tmp_path / "shot", name="{}", first=95)  # 99 before 100
    assert numbers_of(folder)[0] == list(range(12))


def test_other_folders_are_no_pictures(tmp_path):
    folder = shot(tmp_path / "shot")
    (folder / "notes.txt").touch()
    assert find_source(folder).kind == "pictures"
    Image.new("RGB", (8, 8)).save(folder / "cover.png")
    assert find_source(folder).kind == "file"
    assert find_source(folder / "f_%04d.png").kind == "pictures"  # which says what is meant
    assert find_source(tmp_path).kind == "file"


def test_pictures_that_are_none(tmp_path):
    folder = shot(tmp_path / "shot", ending="webp")
    (folder / "f_0001.webp").write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\nshowpage\n")
    with pytest.raises(VideoError, match=r"f_0001\.webp: not a picture"):
        prepare_input(folder)
    assert not spool.is_spooled(folder)
    with pytest.raises(VideoError, match="max_pixels=100"):
        prepare_input(shot(tmp_path / "more"), limits=Limits(max_pixels=100))
    with pytest.raises(VideoError, match="max_spool_gb"):
        prepare_input(tmp_path / "more", limits=Limits(max_spool_gb=1e-6))


def test_animated_webp(tmp_path):
    images = [Image.fromarray(picture(k, 0, SIZE)) for k in range(5)]
    path = tmp_path / "a.webp"
    times = [100, 300, 40, 200, 100]
    images[0].save(path, save_all=True, append_images=images[1:], duration=times, lossless=True)
    numbers, timeline = numbers_of(path, fps=50)
    assert list(dict.fromkeys(numbers)) == list(range(5))
    assert timeline.times == pytest.approx(np.cumsum([0, *times[:-1]]) / 1000)
    assert timeline.duration == pytest.approx(sum(times) / 1000)


PARTS = {
    "mp4": ({}, {"options": {"profile": "baseline"}}),
    "mkv": ({}, {"audio_codec": "libopus"}),
    "ts": ({}, {}),
    "avi": ({"codec": "mjpeg", "pixel_format": "yuvj420p", "audio_codec": "pcm_s16le"},) * 2,
    "webm": (
        {"codec": "libvpx", "options": {"cpu-used": "8"}, "audio_codec": "libopus"},
        {"codec": "libvpx", "options": {"cpu-used": "8"}, "audio_codec": "libopus"},
    ),
}


@pytest.mark.parametrize("ending", PARTS)
def test_parts_follow_each_other(tmp_path, ending):
    parts = [
        render_clip(tmp_path / f"{n}.{ending}", scenes=(2.0,), looks=(n,), ticks=(0.5,), **options)
        for n, options in enumerate(PARTS[ending])
    ]
    path = joined_name([part.path for part in parts])
    numbers, timeline = numbers_of(path)
    assert numbers == [*range(50), *range(50)]
    assert timeline.times == pytest.approx(np.arange(100) / 25, abs=2e-3)
    with FrameReader(path, timeline=timeline) as reader:
        assert [frame_number(np.asarray(i)) for i in reader.at([0.4, 2.4])] == [10, 10]
    with SoundReader(path, origin=timeline.origin, steady=timeline.steady) as sound:
        track = np.concatenate(list(sound.read(0.0, 4 * sound.rate)), axis=1)[0]
    loud = np.flatnonzero(np.abs(track) > 0.4) / sound.rate
    assert [loud[0], loud[loud > 1][0]] == pytest.approx([0.5, 2.5], abs=0.03)


def test_parts_that_do_not_fit(tmp_path):
    first = render_clip(tmp_path / "a.mp4", scenes=(0.4,)).path
    other = render_clip(tmp_path / "b.avi", scenes=(0.4,), codec="mpeg4").path
    with pytest.raises(VideoError, match=r"b\.avi: its pictures are mpeg4, those of .*a\.mp4 h264"):
        prepare_input(joined_name([first, other]))
    with pytest.raises(VideoError, match=r"missing\.mp4: no such file"):
        prepare_input(joined_name([first, tmp_path / "missing.mp4"]))


def test_parts_without_sound_are_silent(tmp_path):
    first = render_clip(tmp_path / "a.mp4", scenes=(1.0,)).path
    other = render_clip(tmp_path / "b.mp4", scenes=(1.0,), ticks=(0.5,)).path
    path = joined_name([first, other])
    timeline = read_frames(path, fps=5).timeline
    with SoundReader(path, origin=timeline.origin) as sound:
        track = np.concatenate(list(sound.read(0.0, 2 * sound.rate)), axis=1)[0]
    loud = np.flatnonzero(np.abs(track) > 0.4) / sound.rate
    assert loud[0] == pytest.approx(1.5, abs=0.02)


def test_another_rate(tmp_path):
    clip = render_clip(tmp_path / "a.avi", scenes=(2.0,), codec="mpeg4").path
    path = with_rate(clip, "29.97")
    numbers, timeline = numbers_of(path, fps=50)
    assert timeline.times == pytest.approx(np.arange(50) * 1001 / 30000)
    assert timeline.duration == pytest.approx(50 * 1001 / 30000)
    assert probe(path).frame_rate == pytest.approx(30000 / 1001)
    with FrameReader(path, timeline=timeline) as reader:
        assert frame_number(np.asarray(next(iter(reader.at([1.0]))))) == 29
    assert set(numbers) == set(range(50))


@pytest.mark.parametrize("rate", ["0", "abc", "1/0", "-5", "1001", "nan"])
def test_wrong_rates(rate):
    with pytest.raises(SettingError, match=r"^input_rate: "):
        with_rate("a.mp4", rate)


def test_rates():
    assert find_source("x @ 23.976").rate == Fraction(24000, 1001)
    assert find_source("x @ 12.5").rate == Fraction(25, 2)
    assert find_source("x @ 30000/1001").rate == Fraction(30000, 1001)
    assert find_source("me @ home.mp4").rate is None


def test_files_are_taken_literally(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    clip = render_clip(tmp_path / "a.mp4", scenes=(0.4,)).path
    for name in ("a.mp4 + b.mp4", "a.mp4 @ 12", "f_%04d.png"):
        (tmp_path / name).write_bytes(clip.read_bytes())
        assert find_source(name).kind == "file"
        assert find_source(name).rate is None
    name = absolute_name("a.mp4 + a.mp4 @ 24")
    assert name == f"{tmp_path / 'a.mp4'} + {tmp_path / 'a.mp4'} @ 24"
    assert find_source(name).rate == 24
    joined = find_source("a.mp4 + a.mp4 + b.mp4")
    assert [file.name for file in joined.files] == ["a.mp4", "a.mp4 + b.mp4"]


def test_standard_input(tmp_path, monkeypatch):
    clip = render_clip(tmp_path / "a.mp4", scenes=(0.4,)).path

    class Pipe:
        buffer = io.BytesIO(clip.read_bytes())
        isatty = staticmethod(lambda: False)

    monkeypatch.setattr(sys, "stdin", Pipe)
    assert numbers_of("-")[0] == list(range(10))
    assert probe("-").fingerprint == probe(clip).fingerprint
    file = spool.real_path("-")
    assert file.exists()
    spool.release("-")
    assert not file.exists()
    with pytest.raises(VideoError, match="standard input is empty"):
        prepare_input("-")
    Pipe.buffer = io.BytesIO(clip.read_bytes())
    with pytest.raises(VideoError, match="max_spool_gb"):
        prepare_input("-", limits=Limits(max_spool_gb=1e-6))
    assert [left.name for left in file.parent.iterdir()] == [".lock"]


def test_files_of_killed_processes_are_deleted(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    code = (
        "import os, sys; from vidgist.video import spool;"
        " spool.new_file('x').touch(); print('made', flush=True); sys.stdin.read()"
    )
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment,
    )
    with process:
        assert process.stdout.readline().strip() == b"made"
        (theirs,) = tmp_path.glob("vidgist-*")
        ours = spool.new_file("a").parent
        assert theirs.exists()  # its process lives
        process.kill()
    spool.clear()
    assert not ours.exists()
    spool.new_file("b")
    assert not theirs.exists()


def test_release_never_deletes_a_file_of_the_user(tmp_path):
    clip = render_clip(tmp_path / "a.mp4", scenes=(0.4,)).path
    path = with_rate(clip, "50")
    prepare_input(path)
    spool.release(path)
    assert clip.exists()


def test_fingerprints_and_names(tmp_path):
    folder = shot(tmp_path / "shot")
    before = source_fingerprint(folder)
    assert source_fingerprint(with_rate(folder, "12")) != before
    shot(folder, frames=13)
    assert source_fingerprint(folder) != before
    clip = render_clip(tmp_path / "a.mp4", scenes=(0.4,)).path
    assert find_source(joined_name([clip, clip])).stem == "a"
    assert find_source(folder / "f_%04d.png").stem == find_source(folder).stem == "shot"
    assert find_source("-").stem == "stdin"
    assert find_source(with_rate(clip, "50")).stem == "a"
