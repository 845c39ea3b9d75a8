"""Only the file that was named is opened, whatever it is called and wherever it points."""

from __future__ import annotations

import os
import struct
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import pytest
from PIL import Image

from clips import frame_number, render_clip, render_sound
from vidgist.errors import VideoError
from vidgist.video import Limits, SampleStream, open_video, probe
from vidgist.video.container import FORMATS, video_stream


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return render_clip(tmp_path_factory.mktemp("container") / "clip.mp4", scenes=(0.4,)).path


def refusal(path: str | Path, **options: object) -> str:
    """Return the one line that says why a file is refused."""
    with pytest.raises(VideoError) as caught, open_video(path, **options) as container:
        video_stream(container, path)
    message = str(caught.value)
    assert "\n" not in message
    assert message.startswith(f"{path}: ")
    return message.removeprefix(f"{path}: ")


@pytest.mark.parametrize(
    "name",
    [
        "-loglevel.mp4",
        "a:b.mp4",
        "http:x.mp4",
        "concat:a|b.mp4",
        "pipe:0",
        "%03d.mp4",
        "[a-z]*?.mp4",
        "two\nlines.mp4",
        "quotes '\" and spaces.mp4",
        "<img src=x onerror=alert(1)>.mp4",
        "n" * 251 + ".mp4",
        "no-ending",
        "wrong-ending.m3u8",
        os.fsdecode(b"not-utf8-\xff\xfe.mp4"),
    ],
)
def test_names_are_taken_literally(
    clip: Path, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / name).write_bytes(clip.read_bytes())
    monkeypatch.chdir(tmp_path)
    for path in (name, Path(name), tmp_path / name):
        with open_video(path) as container:
            assert video_stream(container, path).codec_context.width == 128


def test_a_link_is_followed(clip: Path, tmp_path: Path) -> None:
    (tmp_path / "link.mp4").symlink_to(clip)
    with open_video(tmp_path / "link.mp4") as container:
        assert container.streams.video


def test_what_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "empty.mp4").touch()
    os.mkfifo(tmp_path / "pipe.mp4")
    assert "no such file" in refusal(tmp_path / "missing.mp4")
    assert "no such file" in refusal("rtsp:127.0.0.1")
    with pytest.raises(VideoError, match=r"^https://example\.org/a\.mp4: an address, not a file"):
        open_video(Path("https://example.org/a.mp4"))
    assert "folder" in refusal(tmp_path)
    assert "0 bytes" in refusal(tmp_path / "empty.mp4")
    assert "not a regular file" in refusal(tmp_path / "pipe.mp4")
    assert "not a regular file" in refusal("/dev/zero")
    assert "null" in refusal("a\0b")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission(clip: Path, tmp_path: Path) -> None:
    locked = tmp_path / "locked.mp4"
    locked.write_bytes(clip.read_bytes())
    locked.chmod(0)
    assert "permissions" in refusal(locked)


@pytest.mark.parametrize("name", ["list.m3u8", "list.mp4", "list"])
@pytest.mark.parametrize(
    "text",
    [
        "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:1,\n{clip}\n#EXT-X-ENDLIST\n",
        "\ufeff#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/a.ts\n#EXT-X-ENDLIST\n",
        "ffconcat version 1.0\nfile '{clip}'\n",
        "<?xml version='1.0'?><MPD><BaseURL>{clip}</BaseURL></MPD>",
        "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nm=video 5004 RTP/AVP 96\n",
        "<asx><entry><ref href='http://127.0.0.1/a.wmv'/></entry></asx>",
    ],
)
def test_playlists_and_scripts_are_refused(
    clip: Path, tmp_path: Path, name: str, text: str
) -> None:
    path = tmp_path / name
    path.write_text(text.format(clip=clip))
    assert "playlist" in refusal(path)


def test_forbidden_formats(clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The list of formats holds even where the first look at the file sees nothing."""
    monkeypatch.setattr("vidgist.video.container._PLAYLISTS", ())
    transport = render_clip(tmp_path / "part.ts", scenes=(0.4,)).path
    playlist = tmp_path / "list.m3u8"
    playlist.write_text(
        f"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:1,\n{transport.name}\n#EXT-X-ENDLIST\n"
    )
    script = tmp_path / "list.ffconcat"
    script.write_text(f"ffconcat version 1.0\nfile '{transport.name}'\n")
    for path in (playlist, script):
        with av.open(str(path)) as container:  # FFmpeg itself follows them
            assert container.streams.video
        assert "not a kind of video file" in refusal(path)


def test_ffmpeg_is_told_to_follow_nothing(clip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of these holds where the others would do, and where FFmpeg changes what it assumes."""
    given: dict[str, str] = {}
    real: Callable[..., Any] = av.open

    def opened(*args: Any, container_options: dict[str, str], **options: Any) -> Any:
        given.update(container_options)
        return real(*args, container_options=container_options, **options)

    monkeypatch.setattr(av, "open", opened)
    with open_video(clip):
        pass
    assert given["protocol_whitelist"] == "file"
    assert given["enable_drefs"] == given["use_absolute_path"] == "0"
    assert set(given["format_whitelist"].split(",")) == set(FORMATS)


@pytest.mark.parametrize("name", ["picture.png", "picture.jpg", "picture001.jpg", "picture.bmp"])
def test_pictures_are_no_videos(tmp_path: Path, name: str) -> None:
    Image.new("RGB", (64, 48)).save(tmp_path / name)
    assert "not a kind of video file" in refusal(tmp_path / name)


def test_text_and_noise_are_no_videos(tmp_path: Path) -> None:
    (tmp_path / "text.mp4").write_text("nothing moves here\n" * 200)
    (tmp_path / "noise.mp4").write_bytes(bytes(range(256)) * 400)
    refusal(tmp_path / "text.mp4")
    refusal(tmp_path / "noise.mp4")


def test_allowed_formats_are_single_files() -> None:
    for name in ("hls", "concat", "dash", "imf", "image2", "sdp", "rtsp", "lavfi", "tty", "vobsub"):
        assert name not in FORMATS
    for name in FORMATS:
        assert av.ContainerFormat(name, "r").is_input


def test_sound_alone_is_no_video(tmp_path: Path) -> None:
    for name, codec in (("a.m4a", "aac"), ("a.wav", "pcm_s16le"), ("a.mp3", "libmp3lame")):
        path = render_sound(tmp_path / name, codec=codec)
        assert "no video in it beside the sound" in refusal(path)


def test_a_cover_is_no_video(tmp_path: Path) -> None:
    path = render_sound(tmp_path / "song.m4a", cover=True)
    with av.open(str(path)) as container:
        assert len(container.streams.video) == 1  # the cover is there to be mistaken
    assert "only cover art" in refusal(path)


def test_limits(clip: Path, tmp_path: Path) -> None:
    assert "raise max_pixels=12287 " in refusal(clip, limits=Limits(max_pixels=128 * 96 - 1))
    assert "raise max_hours=8.33333e-05 " in refusal(clip, limits=Limits(max_hours=0.3 / 3600))
    both = render_clip(tmp_path / "sound.mp4", scenes=(0.4,), ticks=()).path
    assert "raise max_streams=1 " in refusal(both, limits=Limits(max_streams=1))
    with open_video(both, limits=Limits(max_pixels=128 * 96, max_hours=0.6 / 3600, max_streams=2)):
        pass
    with pytest.raises(ValueError, match="max_hours: expected more than 0, got 0"):
        Limits(max_hours=0)


def test_limit_for_growing_pictures(tmp_path: Path) -> None:
    small = render_clip(tmp_path / "small.ts", scenes=(1,), size=(64, 64)).path
    large = render_clip(tmp_path / "large.ts", scenes=(1,), size=(96, 128)).path
    joined = tmp_path / "joined.ts"
    joined.write_bytes(small.read_bytes() + large.read_bytes())
    stream = SampleStream(joined, fps=5, limits=Limits(max_pixels=64 * 64))
    assert [frame_number(picture) for picture in stream] == [0, 5, 10, 15, 20]
    assert "missing" in stream.timeline.warnings[0]


def boxed(data: bytes, path: tuple[bytes, ...], replacement: bytes) -> bytes:
    """Replace the content of a box inside boxes of a QuickTime file, mending the sizes above."""
    at = 0
    while at < len(data):
        size, kind = struct.unpack(">I4s", data[at : at + 8])
        if kind == path[0]:
            content = data[at + 8 : at + size]
            content = boxed(content, path[1:], replacement) if len(path) > 1 else replacement
            box = struct.pack(">I4s", len(content) + 8, kind) + content
            return data[:at] + box + data[at + size :]
        at += size
    raise AssertionError(f"no box {path[0]!r}")


def alias_to(other: Path) -> bytes:
    """Return a data reference (content of a `dref` box) to another file, as QuickTime writes it."""
    name = os.fsencode(other)
    absolute = struct.pack(">HH", 2, len(name)) + name + b"\0" * (len(name) % 2)
    folder, file = os.fsencode(other.parent.name), os.fsencode(other.name)
    fixed = b"\0" * 10 + bytes([4]) + b"disk".ljust(27, b"\0") + b"\0" * 12
    fixed += bytes([len(file)]) + file.ljust(63, b"\0") + b"\0" * 16
    fixed += struct.pack(">HH", 1, 1) + b"\0" * 16
    nearby = struct.pack(">HH", 0, len(folder)) + folder + b"\0" * (len(folder) % 2)
    content = fixed + nearby + absolute + struct.pack(">Hh", 0xFFFF, 0) + b"\0" * 64
    entry = struct.pack(">I4sI", len(content) + 12, b"alis", 0) + content
    return struct.pack(">II", 0, 1) + entry


def test_a_quicktime_reference_is_not_followed(tmp_path: Path) -> None:
    raw = {"codec": "rawvideo", "pixel_format": "rgb24", "size": (48, 64), "scenes": (0.4,)}
    secret = render_clip(tmp_path / "secret.mov", looks=(7,), **raw).path
    own = render_clip(tmp_path / "own.mov", looks=(1,), **raw).path
    place = (b"moov", b"trak", b"mdia", b"minf", b"dinf", b"dref")
    pointing = tmp_path / "pointing.mov"
    pointing.write_bytes(boxed(own.read_bytes(), place, alias_to(secret)))

    def colors(path: Path, **options: str) -> list[int]:
        with av.open(str(path), container_options=options) as container:
            frame = next(container.decode(video=0))
            return frame.to_ndarray(format="rgb24")[-1, -1].tolist()

    # The reference is a real one: FFmpeg follows it when it is allowed to.
    followed = colors(pointing, enable_drefs="1", use_absolute_path="1")
    assert followed == colors(secret) != colors(own)
    with pytest.raises(VideoError, match="points to another file"):
        next(iter(SampleStream(pointing)))
    with pytest.raises(VideoError, match="points to another file"):
        probe(pointing)


def test_nothing_is_asked_of_the_network(tmp_path: Path) -> None:
    import socket

    asked: list[object] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.5)

        def listen() -> None:
            try:
                asked.append(server.accept())
            except TimeoutError:
                return

        listener = threading.Thread(target=listen)
        listener.start()
        url = f"http://127.0.0.1:{server.getsockname()[1]}/a.ts"
        for name in ("a.m3u8", "b.mp4"):
            (tmp_path / name).write_text(f"#EXTM3U\n#EXTINF:1,\n{url}\n#EXT-X-ENDLIST\n")
            refusal(tmp_path / name)
        with pytest.raises(VideoError, match="an address, not a file"):
            open_video(url)
        listener.join()
    assert not asked


@pytest.mark.parametrize("codec", ["mjpeg", "mpeg4", "libx264"])
def test_message_for_large_pictures(codec: str, tmp_path: Path) -> None:
    kind = "yuvj420p" if codec == "mjpeg" else "yuv420p"
    clip = render_clip(tmp_path / "a.avi", scenes=(0.4,), codec=codec, pixel_format=kind)
    with pytest.raises(VideoError, match="max_pixels=1000"):
        probe(clip.path, limits=Limits(max_pixels=1000))
