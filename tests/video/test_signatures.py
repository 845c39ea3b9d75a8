from __future__ import annotations

import pytest
from PIL import Image

from clips import picture, render_clip, render_sound
from vidgist.video.signatures import is_video


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("a.mp4", {}),
        ("a.mov", {}),
        ("a.mkv", {}),
        ("a.webm", {"codec": "libvpx"}),
        ("a.ts", {}),
        ("a.m2ts", {}),
        ("a.mpg", {"codec": "mpeg2video"}),
        ("a.avi", {"codec": "mpeg4"}),
        ("a.flv", {}),
        ("a.wmv", {"codec": "wmv2"}),
        ("a.gif", {"codec": "gif", "pixel_format": "rgb8"}),
        ("a.nut", {"codec": "mpeg4"}),
        ("a.mxf", {"codec": "mpeg2video"}),
        ("a.ivf", {"codec": "libvpx"}),
        ("a.h264", {"container": "h264"}),
        ("a.hevc", {"container": "hevc", "codec": "libx265"}),
        ("a.ogv", {"codec": "libtheora"}),
        ("a.y4m", {"codec": "wrapped_avframe", "container": "yuv4mpegpipe"}),
    ],
)
def test_videos_are_known(tmp_path, name, options):
    import av

    if options.get("codec", "libx264") not in av.codecs_available or "y4m" in name:
        pytest.skip("no encoder for it here")
    assert is_video(render_clip(tmp_path / name, scenes=(0.4,), **options).path)


def test_animations_are_known_and_pictures_are_not(tmp_path):
    images = [Image.fromarray(picture(k, 0, (96, 128))) for k in range(3)]
    for ending in ("webp", "png"):
        path = tmp_path / f"a.{ending}"
        images[0].save(path, save_all=True, append_images=images[1:], duration=100)
        assert is_video(path)
        images[0].save(path)
        assert not is_video(path)
    images[0].save(tmp_path / "a.avif")
    assert not is_video(tmp_path / "a.avif")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"G",
        b"export const answer: number = 42;\n" * 200,
        b"Genau GGGGG" * 500,
        b'<?xml version="1.0"?><TS version="2.1" language="de">',
        b"ProTracker module\0" * 300,
        bytes(4096),
    ],
)
def test_other_files_are_not(tmp_path, content):
    path = tmp_path / "x"
    path.write_bytes(content)
    assert not is_video(path)


def test_sound_is_no_video(tmp_path):
    for name, codec in (("a.mp3", "libmp3lame"), ("a.wav", "pcm_s16le"), ("a.flac", "flac")):
        assert not is_video(render_sound(tmp_path / name, codec=codec))
    assert not is_video(tmp_path / "missing")
