"""The right streams of files that have several: that move, belong together, begin late, go on."""

from __future__ import annotations

from fractions import Fraction

import av
import numpy as np
import pytest

from clips import frame_number, picture, render_clip, tick_track
from vidgist.errors import VideoError
from vidgist.video import FrameReader, SampleStream, open_video, probe, read_frames
from vidgist.video.container import video_stream
from vidgist.video.sound import SoundReader
from vidgist.video.tracks import open_sound, sound_stream

SMALL, LARGE = (48, 64), (96, 128)


def write_tracks(path, tracks, *, rate=10, default=()):
    """Write video tracks [(size, frames)] into one file; the tracks in ``default`` are marked."""
    with av.open(str(path), "w") as output:
        streams = []
        for number, (size, _) in enumerate(tracks):
            stream = output.add_stream("libx264", rate=rate, options={"tune": "zerolatency"})
            stream.height, stream.width = size
            stream.pix_fmt = "yuv420p"
            if number in default:
                stream.disposition = 1
            streams.append(stream)
        for k in range(max(frames for _, frames in tracks)):
            for stream, (size, frames) in zip(streams, tracks, strict=True):
                if k < frames:
                    frame = av.VideoFrame.from_ndarray(picture(k, 0, size), format="rgb24")
                    frame.pts, frame.time_base = k, Fraction(1, rate)
                    output.mux(stream.encode(frame))
        for stream in streams:
            output.mux(stream.encode(None))
    return path


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.ts"])
@pytest.mark.parametrize("default", [(), (0, 1), (0,)])
def test_the_track_that_moves_is_the_video(tmp_path, name, default):
    path = write_tracks(tmp_path / name, [(LARGE, 1), (SMALL, 30)], default=default)
    with open_video(path) as container:
        assert video_stream(container, path).codec_context.width == SMALL[1]
    assert read_frames(path, fps=5).timeline.n_frames == 30


def test_of_tracks_that_move_the_default_one_or_the_largest(tmp_path):
    tracks = [(SMALL, 20), (LARGE, 20)]
    for default, width in (((), LARGE[1]), ((0,), SMALL[1])):
        path = write_tracks(tmp_path / "a.mkv", tracks, default=default)
        with open_video(path) as container:
            assert video_stream(container, path).codec_context.width == width


def test_a_photo_is_said_to_be_a_photo(tmp_path):
    from PIL import Image

    Image.fromarray(picture(0, 0, LARGE)).save(tmp_path / "photo.avif")
    with pytest.raises(VideoError, match="a photo, not a video"):
        probe(tmp_path / "photo.avif")


def test_sound_of_the_program_of_the_video(tmp_path, shared):
    path = shared / "faults" / "16_programmes.ts"
    with open_video(path) as container:
        video = video_stream(container, path)
        assert (video.codec_context.width, sound_stream(container, path).index) == (128, 3)
    with SoundReader(path, origin=float(video.start_time * video.time_base)) as reader:
        track = np.concatenate(list(reader.read(1.0, reader.rate)), axis=1)[0]
    assert np.argmax(np.abs(np.fft.rfft(track))) == pytest.approx(880, abs=2)


def noisy_stream(path, *, seconds, sound_from, sound_codec, container=None, size=(180, 320)):
    """Write pictures of noise (several megabytes), and sound from a second on."""
    rng = np.random.default_rng(1)
    track = tick_track(seconds - sound_from, (0.5,), hum=0.1)
    with av.open(str(path), "w", format=container) as output:
        video = output.add_stream("mpeg2video", rate=25, options={"qmin": "1", "qmax": "1"})
        video.height, video.width = size
        video.pix_fmt = "yuv420p"
        video.bit_rate = 60_000_000
        sound = output.add_stream(sound_codec, rate=48_000)
        sound.layout = "mono"
        packets = []
        for k in range(round(seconds * 25)):
            noise = rng.integers(0, 256, (*size, 3), dtype=np.uint8)
            frame = av.VideoFrame.from_ndarray(noise, format="rgb24")
            frame.pts, frame.time_base = k, Fraction(1, 25)
            packets += video.encode(frame)
        packets += video.encode(None)
        form = sound.codec_context.format.name
        size_of_block = 1152 if sound_codec == "mp2" else 1536
        for first in range(0, len(track), size_of_block):
            block = track[None, first : first + size_of_block]
            frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(block), "fltp", "mono")
            frame.sample_rate, frame.time_base = 48_000, Fraction(1, 48_000)
            frame.pts = first + round(sound_from * 48_000)
            (frame,) = av.AudioResampler(format=form).resample(frame)
            packets += sound.encode(frame)
        packets += sound.encode(None)
        for packet in sorted(packets, key=lambda p: p.dts * p.time_base):
            output.mux(packet)
    return path


@pytest.mark.parametrize(
    ("name", "codec", "container"), [("late.ts", "mp2", None), ("late.vob", "ac3", "vob")]
)
def test_sound_that_begins_after_what_ffmpeg_looks_at(tmp_path, name, codec, container):
    path = noisy_stream(
        tmp_path / name, seconds=6, sound_from=5, sound_codec=codec, container=container
    )
    with open_video(path) as opened:  # the defect is real: FFmpeg does not see it
        assert sound_stream(opened, path) is None
        assert opened.size > 6_000_000
    info = probe(path)
    assert info.has_audio
    assert info.streams[-1]["late"]
    timeline = read_frames(path, fps=1).timeline
    with SoundReader(path, origin=timeline.origin) as reader:
        track = np.concatenate(list(reader.read(0.0, 6 * reader.rate)), axis=1)[0]
    loud = np.flatnonzero(np.abs(track) > 0.4)
    assert loud[0] / reader.rate == pytest.approx(5.5, abs=0.02)


def test_files_without_sound_have_none(tmp_path):
    for name in ("a.ts", "a.mp4", "a.mpg"):
        path = render_clip(
            tmp_path / name,
            scenes=(1.0,),
            codec="mpeg2video" if name == "a.mpg" else "libx264",
        ).path
        container, sound, skipped = open_sound(path)
        container.close()
        assert (sound, skipped) == (None, 0)
        assert not probe(path).has_audio


@pytest.mark.parametrize("start", [2.08, 0.0])  # the first begins at 0.08
def test_pictures_and_sound_go_on_under_other_numbers(tmp_path, start):
    """As in `cat a.ts b.ts`, where b has other PIDs and goes on in time, or begins again."""
    first = render_clip(tmp_path / "a.ts", scenes=(2.0,), ticks=(0.5,), gop=25)
    second = render_clip(
        tmp_path / "b.ts",
        scenes=(3.0,),
        looks=(5,),
        ticks=(0.5,),
        gop=25,
        start=start,
        container_options={"mpegts_start_pid": "0x300"},
    )
    path = tmp_path / "joined.ts"
    path.write_bytes(first.path.read_bytes() + second.path.read_bytes())
    samples = SampleStream(path, fps=5)
    numbers = [frame_number(p) for p in samples]
    assert len(numbers) == 25
    assert numbers[:10] == list(range(0, 50, 5))
    assert samples.timeline.n_frames == 125
    with FrameReader(path, timeline=samples.timeline) as reader:
        seen = [frame_number(np.asarray(image)) for image in reader.at([1.0, 2.4, 4.6])]
    assert seen == [25, 10, 65]
    with SoundReader(path, origin=samples.timeline.origin) as sound:
        track = np.concatenate(list(sound.read(0.0, 5 * sound.rate)), axis=1)[0]
    loud = np.flatnonzero(np.abs(track) > 0.4) / sound.rate
    assert [loud[0], loud[loud > 1][0]] == pytest.approx([0.5, 2.5], abs=0.04)


def test_another_program_is_no_continuation(tmp_path):
    path = write_tracks(tmp_path / "a.ts", [(LARGE, 20), (SMALL, 400)])
    assert read_frames(path, fps=5).timeline.n_frames == 20
