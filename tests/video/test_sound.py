from __future__ import annotations

from fractions import Fraction

import av
import numpy as np
import pytest

from clips import render_clip, tick_track
from vidgist.errors import VideoError
from vidgist.video.mixing import Mixer
from vidgist.video.sound import SoundReader
from vidgist.video.tracks import open_sound

RATE = 48_000
TICKS = (0.3, 1.1, 2.4, 3.05, 4.2, 5.5)


def write_sound(
    path,
    blocks,
    *,
    codec="aac",
    rate=RATE,
    layout="mono",
    start=0.0,
    spoil=(),
):
    """Write two seconds of black pictures from ``start`` on, and sound blocks [(seconds, track)].

    ``spoil`` numbers the packets of sound whose bytes are replaced by noise.
    """
    noise = np.random.default_rng(5)
    with av.open(str(path), "w") as output:
        video = output.add_stream("libx264", rate=25)
        video.width = video.height = 64
        video.pix_fmt = "yuv420p"
        video.codec_context.time_base = Fraction(1, 1000)
        sound = output.add_stream(codec, rate=rate)
        sound.layout = layout
        channels = sound.codec_context.channels
        form = sound.codec_context.format.name
        packets = []
        for k in range(50):
            frame = av.VideoFrame(64, 64, "yuv420p")
            frame.pts, frame.time_base = round((start + k / 25) * 1000), Fraction(1, 1000)
            packets += video.encode(frame)
        packets += video.encode(None)
        number = 0
        for at, track in blocks:
            size = sound.codec_context.frame_size or 1024
            for first in range(0, len(track), size):
                part = np.tile(track[first : first + size], (channels, 1)).astype(np.float32)
                frame = av.AudioFrame.from_ndarray(part, format="fltp", layout=layout)
                frame.sample_rate = rate
                frame.time_base = Fraction(1, rate)
                frame.pts = round(at * rate) + first
                (frame,) = av.AudioResampler(format=form).resample(frame)
                packets += sound.encode(frame)
        packets += sound.encode(None)
        packets.sort(key=lambda packet: packet.dts * packet.time_base)
        for packet in packets:
            if packet.stream is sound:
                if number in spoil:
                    packet = spoiled(packet, noise)  # noqa: PLW2901
                number += 1
            output.mux(packet)
    return path


def spoiled(packet, rng):
    data = rng.integers(0, 256, packet.size, dtype=np.uint8).tobytes()
    new = av.Packet(data)
    new.stream, new.time_base = packet.stream, packet.time_base
    new.pts, new.dts, new.duration = packet.pts, packet.dts, packet.duration
    return new


def onsets(track, rate, *, level=0.15):
    loud = np.flatnonzero(np.abs(track).max(axis=0) > level)
    return loud[np.concatenate([[True], np.diff(loud) > 0.05 * rate])] / rate


def read(reader, start, seconds):
    blocks = list(reader.read(start, round(seconds * reader.rate)))
    return np.concatenate([np.zeros((reader.channels, 0), np.float32), *blocks], axis=1)


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    path = tmp_path_factory.mktemp("sound") / "a.mp4"
    return render_clip(path, scenes=(6.0,), ticks=TICKS, gop=25)


@pytest.fixture(autouse=True)
def _seek_at_once(monkeypatch):
    monkeypatch.setattr("vidgist.video.sound.READ_ON", 0.2)


def test_ranges_have_their_ticks(clip):
    with SoundReader(clip.path, origin=0.0) as reader:
        for start, end in ((0.0, 1.0), (1.0, 2.0), (2.95, 3.5), (4.1, 6.0)):
            track = read(reader, start, end - start)
            assert track.shape == (1, round((end - start) * RATE))
            expected = [t - start for t in TICKS if start <= t < end]
            assert onsets(track, RATE) == pytest.approx(expected, abs=0.002)
        assert reader.lost == 0


def test_seek_and_read_agree(clip):
    with SoundReader(clip.path, origin=0.0) as reader:
        whole = read(reader, 0.0, 6.0)
    for start in (0.02, 2.345678, 5.4):
        with SoundReader(clip.path, origin=0.0) as reader:
            track = read(reader, start, 0.5)
        first = round(start * RATE)
        assert track == pytest.approx(whole[:, first : first + len(track[0])], abs=0.01)


def test_blocks_shared_by_ranges(clip):
    with SoundReader(clip.path, origin=0.0) as reader:
        whole = read(reader, 1.0, 1.0)
    with SoundReader(clip.path, origin=0.0) as reader:
        parts = [read(reader, 1.0 + k / 100, 0.01) for k in range(100)]
    assert np.concatenate(parts, axis=1) == pytest.approx(whole, abs=1e-6)


@pytest.mark.parametrize(
    ("name", "codec", "layout", "rate"),
    [
        ("a.mp4", "aac", "stereo", 44_100),
        ("a.mkv", "libopus", "mono", 48_000),
        ("a.webm", "libopus", "stereo", 48_000),
        ("a.mp4", "libmp3lame", "stereo", 44_100),
        ("a.mkv", "flac", "stereo", 96_000),
        ("a.mov", "pcm_s16le", "mono", 8_000),
        ("a.mov", "pcm_s24le", "5.1", 48_000),
        ("a.ts", "aac", "stereo", 48_000),
        ("a.avi", "pcm_s16le", "stereo", 22_050),
    ],
)
def test_codecs_and_containers(tmp_path, name, codec, layout, rate):
    if name.endswith(("webm", "avi")):
        video = {"webm": "libvpx", "avi": "mpeg4"}[name[2:]]
        codecs = {"codec": video, "audio_codec": codec, "channels": 2}
        path = render_clip(tmp_path / name, scenes=(2.0,), ticks=(0.5, 1.4), **codecs).path
    else:
        track = np.zeros(2 * rate)
        for tick in (0.5, 1.4):
            n = rate // 50
            wave = 0.8 * np.sin(2 * np.pi * 1000 * np.arange(n) / rate)
            track[round(tick * rate) :][:n] = wave
        path = write_sound(tmp_path / name, [(0.0, track)], codec=codec, layout=layout, rate=rate)
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        origin = float((stream.start_time or 0) * stream.time_base)
    with SoundReader(path, origin=origin) as reader:
        assert reader.channels == (1 if layout == "mono" else 2)
        assert reader.rate <= 48_000
        assert onsets(read(reader, 0.3, 0.4), reader.rate) == pytest.approx([0.2], abs=0.005)
        assert onsets(read(reader, 1.0, 0.6), reader.rate) == pytest.approx([0.4], abs=0.005)


def test_late_start_and_early_end(tmp_path):
    track = tick_track(0.8, (0.1, 0.5))
    path = write_sound(tmp_path / "a.mkv", [(0.7, track)])
    with SoundReader(path, origin=0.0) as reader:
        sound = read(reader, 0.0, 2.0)
    assert sound.shape[1] == 2 * RATE
    assert onsets(sound, RATE) == pytest.approx([0.8, 1.2], abs=0.003)
    assert not sound[:, : round(0.65 * RATE)].any()
    assert not sound[:, round(1.6 * RATE) :].any()


def test_gap_is_silent(tmp_path):
    blocks = [(0.0, tick_track(0.5, (0.2,))), (1.2, tick_track(0.7, (0.3,)))]
    path = write_sound(tmp_path / "a.mkv", blocks, codec="pcm_s16le")
    with SoundReader(path, origin=0.0) as reader:
        assert onsets(read(reader, 0.0, 2.0), RATE) == pytest.approx([0.2, 1.5], abs=0.003)


def test_origin_is_the_first_picture(tmp_path):
    clip = render_clip(tmp_path / "a.ts", scenes=(2.0,), ticks=(0.5,), start=3.0)
    with av.open(str(clip.path)) as container:
        frame = next(container.decode(video=0))
        origin = float(frame.pts * frame.time_base)
    with SoundReader(clip.path, origin=origin) as reader:
        assert onsets(read(reader, 0.0, 2.0), RATE) == pytest.approx([0.5], abs=0.005)


def test_rounded_timestamps_do_not_click(tmp_path):
    # Matroska rounds to 1 ms: blocks of 21.33 ms, followed to the letter, would overlap or gape.
    time = np.arange(2 * RATE) / RATE
    path = write_sound(tmp_path / "a.mkv", [(0.0, 0.5 * np.sin(2 * np.pi * 220 * time))])
    with SoundReader(path, origin=0.0) as reader:
        sound = read(reader, 0.2, 1.5)[0]
    assert np.abs(np.diff(sound)).max() < 0.5 * 2 * np.pi * 220 / RATE * 1.5


def test_damage_is_silent_and_counted(tmp_path):
    time = np.arange(2 * RATE) / RATE
    tone = 0.5 * np.sin(2 * np.pi * 440 * time)
    path = write_sound(tmp_path / "a.mkv", [(0.0, tone)], codec="flac", spoil=range(6, 10))
    with SoundReader(path, origin=0.0) as reader:
        sound = read(reader, 0.0, 2.0)[0]
        assert reader.lost >= 3
    block = 4608  # samples in a packet of this encoder
    assert np.abs(sound[: 5 * block]).max() > 0.4
    assert not sound[7 * block : 9 * block].any()
    assert np.abs(sound[11 * block : 2 * RATE - 100]).max() > 0.4


def test_nothing_that_decodes_is_all_silence(tmp_path):
    tone = tick_track(2.0, (0.5,))
    path = write_sound(tmp_path / "a.mkv", [(0.0, tone)], codec="flac", spoil=range(100))
    with SoundReader(path, origin=0.0) as reader:
        assert not read(reader, 0.0, 2.0).any()
        assert reader.lost > 10


def test_files_without_seeking(clip, monkeypatch):
    opened = []
    monkeypatch.setattr(SoundReader, "_try_seek", lambda self, second: opened.append(1) and False)
    with SoundReader(clip.path, origin=0.0) as reader:
        monkeypatch.setattr("vidgist.video.sound.FURTHER_BACK", 1.0)
        assert onsets(read(reader, 2.0, 0.7), RATE) == pytest.approx([0.4], abs=0.002)
        assert onsets(read(reader, 4.0, 0.7), RATE) == pytest.approx([0.2], abs=0.002)
        assert len(opened) == 2  # it is not tried again once it failed


def test_seek_that_arrives_late(clip, monkeypatch):
    honest = SoundReader._try_seek
    monkeypatch.setattr(SoundReader, "_try_seek", lambda self, second: honest(self, second + 2.0))
    with SoundReader(clip.path, origin=0.0) as reader:
        assert onsets(read(reader, 2.0, 0.7), RATE) == pytest.approx([0.4], abs=0.002)


def test_what_is_said_twice_is_heard_once(clip, monkeypatch):
    honest = SoundReader._frames

    def stammering(self):
        for frame in honest(self):
            if frame.pts >= 2 * RATE:
                frame.pts -= RATE // 10
            yield frame

    monkeypatch.setattr(SoundReader, "_frames", stammering)
    with SoundReader(clip.path, origin=0.0) as reader:
        expected = [0.3, 1.1, *(tick - 0.1 for tick in TICKS[2:])]
        assert onsets(read(reader, 0.0, 6.0), RATE) == pytest.approx(expected, abs=0.003)


def test_joined_recordings_go_on(tmp_path):
    parts = [
        render_clip(tmp_path / f"{k}.ts", scenes=(1.5,), ticks=(tick,), audio_codec="mp2").path
        for k, tick in enumerate((0.3, 0.6))
    ]
    path = tmp_path / "a.ts"
    path.write_bytes(b"".join(part.read_bytes() for part in parts))
    with av.open(str(path)) as container:
        frame = next(container.decode(video=0))
        origin = float(frame.pts * frame.time_base)
    with SoundReader(path, origin=origin, steady=False) as reader:
        assert onsets(read(reader, 0.0, 1.0), RATE) == pytest.approx([0.3], abs=0.04)
        assert onsets(read(reader, 1.6, 1.0), RATE) == pytest.approx([0.5], abs=0.04)


class Faulty:
    """A container whose reading fails at some packets."""

    def __init__(self, container, failures):
        self.container = container
        self.failures = failures
        self.streams, self.format = container.streams, container.format

    def demux(self, *streams):
        for number, packet in enumerate(self.container.demux(*streams)):
            if number == 20 and self.failures:
                self.failures -= 1
                raise av.error.InvalidDataError(1094995529, "Invalid data")
            yield packet

    def close(self):
        self.container.close()


@pytest.mark.parametrize(("failures", "expected"), [(1, [0.2, 1.4]), (1000, [0.2])])
def test_read_errors(tmp_path, monkeypatch, failures, expected):
    path = write_sound(tmp_path / "a.mkv", [(0.0, tick_track(2.0, (0.2, 1.4)))])

    def faulty(path, **options):
        container, stream, skipped = open_sound(path, **options)
        return Faulty(container, failures), stream, skipped

    monkeypatch.setattr("vidgist.video.sound.open_sound", faulty)
    monkeypatch.setattr("vidgist.video.packets._TRIES", 1 if failures > 1 else 10)
    with SoundReader(path, origin=0.0) as reader:
        assert onsets(read(reader, 0.0, 2.0), RATE) == pytest.approx(expected, abs=0.005)


def test_conversion_errors_are_silent(clip, monkeypatch):
    count = iter(range(10_000))

    class Choosy:
        def __init__(self, **options):
            self.honest = Mixer(**options)

        def __call__(self, frame):
            if 70 <= next(count) < 80:
                raise ValueError
            return self.honest(frame)

    monkeypatch.setattr("vidgist.video.sound.Mixer", Choosy)
    with SoundReader(clip.path, origin=0.0) as reader:
        assert onsets(read(reader, 0.0, 6.0), RATE) == pytest.approx(TICKS, abs=0.005)
        assert reader.lost == 10


def test_frames_without_a_time_follow_on(clip, monkeypatch):
    honest = SoundReader._frames

    def timeless(self):
        for frame in honest(self):
            frame.pts = None
            yield frame

    monkeypatch.setattr(SoundReader, "_frames", timeless)
    with SoundReader(clip.path, origin=0.0) as reader:
        assert onsets(read(reader, 0.0, 6.0), RATE) == pytest.approx(TICKS, abs=0.03)


def test_beyond_the_end_is_silence(clip):
    with SoundReader(clip.path, origin=0.0) as reader:
        assert not read(reader, 30.0, 3.0).any()
    with SoundReader(clip.path, origin=0.0) as reader:
        assert onsets(read(reader, 5.0, 3.0), RATE) == pytest.approx([0.5], abs=0.002)
        assert not read(reader, 9.0, 0.5).any()


def test_no_sound_at_all(tmp_path):
    clip = render_clip(tmp_path / "a.mp4", scenes=(0.4,))
    with SoundReader(clip.path, origin=0.0) as reader:
        assert reader.rate is None


def test_missing_file(tmp_path):
    with pytest.raises(VideoError, match="no such file"):
        SoundReader(tmp_path / "a.mp4", origin=0.0)
