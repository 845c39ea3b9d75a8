"""A damaged file gives every frame that FFmpeg shows of it, and says how many it does not."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import av
import pytest

from clips import Clip, damaged, render_clip, truncated
from vidgist.video.container import Limits, open_video, video_stream
from vidgist.video.packets import (
    DecodeStats,
    configure_decoder,
    decode_stream,
    no_frames_error,
)

KINDS = {
    "mp4": {"container_options": {"movflags": "faststart"}},
    "mkv": {},
    "ts": {},
    "avi": {"codec": "mpeg4"},
    "hevc.mp4": {
        "codec": "libx265",
        "options": {"x265-params": "log-level=none"},
        "container_options": {"movflags": "faststart"},
    },
}


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Clip]:
    folder = tmp_path_factory.mktemp("packets")
    return {
        kind: render_clip(folder / f"clip.{kind}", scenes=(1, 1, 1, 1), gop=30, **options)
        for kind, options in KINDS.items()
    }


def read(path: Path, threads: int | None = None) -> tuple[list[int | None], DecodeStats]:
    stats = DecodeStats()
    with open_video(path) as container:
        stream = video_stream(container, path)
        configure_decoder(stream, threads=threads)
        return [frame.pts for frame in decode_stream(container, stream, stats)], stats


def count_by_ffmpeg(path: Path) -> int:
    if shutil.which("ffmpeg") is None:
        pytest.skip("needs the ffmpeg command to compare with, which is not here")
    command = ["ffmpeg", "-v", "quiet", "-i", str(path), "-map", "0:v:0", "-fps_mode"]
    command += ["passthrough", "-f", "framecrc", "-"]
    listed = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    return sum(not line.startswith("#") for line in listed.splitlines())


@pytest.mark.parametrize("kind", KINDS)
def test_a_sound_file_loses_nothing(clips: dict[str, Clip], kind: str) -> None:
    for threads in (1, 2, 5, None):
        stamps, stats = read(clips[kind].path, threads)
        assert len(stamps) == stats.packets == stats.frames == 100
        assert stats.warnings() == []


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("at", [0.4, 0.7, 0.985])
def test_damage(clips: dict[str, Clip], kind: str, at: float, tmp_path: Path) -> None:
    path = damaged(clips[kind].path, tmp_path / f"damaged.{kind}", at=at, n_bytes=150)
    counts = {threads: len(read(path, threads)[0]) for threads in (1, 2, 5)}
    assert len(set(counts.values())) == 1, counts  # threads lose nothing of their own
    # Versions of FFmpeg differ by a frame or two in what they conceal.
    assert counts[1] == pytest.approx(count_by_ffmpeg(path), abs=2)
    stamps, stats = read(path)
    assert stats.frames == len(stamps) >= 40
    assert stats.missing >= stats.packets - stats.frames
    assert len(stats.warnings()) == bool(stats.missing) + bool(stats.damaged)


def test_every_packet_counts(clips: dict[str, Clip], tmp_path: Path) -> None:
    """Noise in the middle of one packet costs that frame, not the rest of the video."""
    whole = clips["mp4"].path
    with av.open(str(whole)) as container:
        packet = [p for p in container.demux(video=0) if p.size][61]
    path = tmp_path / "one.mp4"
    data = bytearray(whole.read_bytes())
    data[packet.pos + 4 : packet.pos + packet.size] = b"\xff" * (packet.size - 4)
    path.write_bytes(data)
    stamps, stats = read(path)
    assert 98 <= len(stamps) < 100 or stats.damaged
    assert stats.warnings()


@pytest.mark.parametrize("kind", ["mp4", "mkv", "ts", "hevc.mp4"])
def test_what_was_cut_off(clips: dict[str, Clip], kind: str, tmp_path: Path) -> None:
    path = truncated(clips[kind].path, tmp_path / f"cut.{kind}", keep=0.6)
    for threads in (1, 3, 8):
        assert len(read(path, threads)[0]) == pytest.approx(count_by_ffmpeg(path), abs=1)


def test_unreadable_places_are_passed_over(clips: dict[str, Clip]) -> None:
    """Errors of the container itself end neither the loop nor the program."""
    path = clips["mp4"].path

    class Failing:
        """A container that cannot be read at two places."""

        def __init__(self, container: av.container.InputContainer) -> None:
            self.packets = container.demux(video=0)
            self.count = 0

        def demux(self, stream: object) -> object:
            for packet in self.packets:
                self.count += 1
                if self.count in (10, 50):
                    raise av.error.OSError(5, "Input/output error")
                yield packet

    stats = DecodeStats()
    with open_video(path) as container:
        stream = video_stream(container, path)
        configure_decoder(stream)
        frames = list(decode_stream(Failing(container), stream, stats))
    assert stats.read_errors == 2
    assert len(frames) >= 60
    assert "2" in stats.warnings()[-1]


def test_a_file_that_fails_for_good_ends(clips: dict[str, Clip]) -> None:
    path = clips["mp4"].path

    class Gone:
        def demux(self, stream: object) -> object:
            raise av.error.OSError(5, "Input/output error")
            yield

    stats = DecodeStats()
    with open_video(path) as container:
        stream = video_stream(container, path)
        assert list(decode_stream(Gone(), stream, stats)) == []
    assert stats.read_errors > 0


def test_nothing_decodes() -> None:
    assert "points to another file" in str(no_frames_error("a.mp4", DecodeStats()))
    message = str(no_frames_error("a.mp4", DecodeStats(packets=7)))
    assert message.startswith("a.mp4: none of its 7")
    assert "max_pixels" not in message
    large = no_frames_error("a.mp4", DecodeStats(packets=7), oversized=Limits(max_pixels=9))
    assert str(large).endswith("larger than max_pixels=9 allows")


def test_large_pictures_get_fewer_threads(clips: dict[str, Clip]) -> None:
    with open_video(clips["mp4"].path) as container:
        stream = video_stream(container, clips["mp4"].path)
        stream.codec_context.width, stream.codec_context.height = 16384, 8192
        configure_decoder(stream)
        assert stream.codec_context.thread_count == 1
        configure_decoder(stream, threads=6)
        assert stream.codec_context.thread_count == 6


def test_threads_for_reading_through(
    clips: dict[str, Clip], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vidgist.video.packets.usable_cores", lambda: 2)
    with open_video(clips["mp4"].path) as container:
        stream = video_stream(container, clips["mp4"].path)
        configure_decoder(stream)
        assert stream.codec_context.thread_count == 3
        configure_decoder(stream, through=True)
        assert stream.codec_context.thread_count == 8
        configure_decoder(stream, through=True, threads=2)
        assert stream.codec_context.thread_count == 2
