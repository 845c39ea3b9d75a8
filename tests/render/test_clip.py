from __future__ import annotations

import threading
import warnings
from fractions import Fraction

import av
import numpy as np
import pytest

from clips import damaged, frame_number, render_clip
from decoded import decode
from summaries import summary_of, with_pieces
from vidgist.errors import OutputError, VideoError, VidgistWarning
from vidgist.progress import silent
from vidgist.render.outputs.clip import FADE, STILL_SECONDS, fade, stretches, with_ends, write_clip
from vidgist.video.encode import ClipEncoder
from vidgist.video.seek import FrameReader


@pytest.fixture(autouse=True)
def _warnings_are_errors():
    with warnings.catch_warnings():
        warnings.simplefilter("error", VidgistWarning)
        yield  # undone afterward


def made(tmp_path, clip, *, selected, cuts=None):
    """Return the summary of a clip and what its summary.mp4 decodes to."""
    summary = summary_of(clip.path, cuts=clip.cuts if cuts is None else cuts, selected=selected)
    path = tmp_path / "summary.mp4"
    write_clip(summary, path)
    return summary, decode(path)


def expected_frames(summary):
    times = summary.timeline.times
    return [
        k
        for start, end in summary.pieces
        for k in range(*np.searchsorted(times, [start - 1e-6, end - 1e-6]))
    ]


def expected_ticks(summary, clip):
    """Return where the clip's ticks must sound in the summary."""
    places, offset = [], 0.0
    for start, end in summary.pieces:
        places += [offset + tick - start for tick in clip.ticks if start <= tick < end]
        offset += end - start
    return places


def numbers(result):
    return [frame_number(picture) for picture in result.pictures]


def test_shots_in_order_with_their_sound(tmp_path):
    ticks = [0.3, 1.0, 2.4, 3.7, 5.1, 6.2, 7.0, 9.0, 10.4]
    clip = render_clip(tmp_path / "a.mp4", scenes=(2.0, 1.5, 3.0, 2.0, 2.5), ticks=ticks)
    summary, result = made(tmp_path, clip, selected=(0, 2, 4))
    assert numbers(result) == expected_frames(summary)
    assert result.times == pytest.approx(np.arange(len(result.times)) / 25, abs=1e-4)
    assert result.video_end == pytest.approx(summary.duration, abs=1e-4)
    assert result.onsets() == pytest.approx(expected_ticks(summary, clip), abs=0.003)
    with av.open(str(tmp_path / "summary.mp4")) as container:
        assert container.duration / av.time_base == pytest.approx(summary.duration, abs=0.002)
        (pictures,), (sound,) = container.streams.video, container.streams.audio
        assert (pictures.codec_context.name, sound.codec_context.name) == ("h264", "aac")
        assert [chapter["metadata"]["title"] for chapter in container.chapters()] == [
            "Shot 1",
            "Shot 3",
            "Shot 5",
        ]


def test_pieces_within_shots(tmp_path):
    clip = render_clip(
        tmp_path / "a.mp4", scenes=(3.0, 1.0, 2.0), ticks=[0.3, 0.6, 1.5, 2.3, 3.5, 5.0]
    )
    summary = with_pieces(
        summary_of(clip.path, cuts=clip.cuts), [(0.2, 0.8), (2.0, 3.0), (3.0, 4.0), (4.8, 5.2)]
    )
    assert summary.selection.shots.tolist() == [0, 0, 1, 2]
    write_clip(summary, tmp_path / "summary.mp4")
    result = decode(tmp_path / "summary.mp4")
    assert numbers(result) == [*range(5, 20), *range(50, 100), *range(120, 130)]
    assert numbers(result) == expected_frames(summary)
    assert result.video_end == pytest.approx(summary.duration, abs=1e-4) == pytest.approx(3.0)
    assert result.onsets() == pytest.approx(expected_ticks(summary, clip), abs=0.003)


def test_neighboring_shots_flow_on_without_a_seam(tmp_path):
    clip = render_clip(tmp_path / "a.mp4", scenes=(1.0, 1.0, 1.0, 1.0), ticks=(), hum=0.5)
    _, result = made(tmp_path, clip, selected=(1, 2))
    assert numbers(result) == list(range(25, 75))
    loudness = np.abs(result.sound[0])
    middle = loudness[round(0.98 * result.rate) : round(1.02 * result.rate)]
    assert middle.reshape(8, -1).max(axis=1).min() > 0.4  # no fade where nothing was cut


def test_sound_fades_at_cuts_only(tmp_path):
    clip = render_clip(tmp_path / "a.mp4", scenes=(1.0, 1.0, 1.0, 1.0), ticks=(), hum=0.5)
    _, result = made(tmp_path, clip, selected=(0, 2, 3))
    loudness = np.abs(result.sound[0])

    def peak(at, width=0.0012):
        return loudness[round((at - width) * result.rate) : round((at + width) * result.rate)].max()

    assert peak(1.0) < 0.12  # a cut: 1 s to 2 s of the source is left out
    assert peak(0.97, 0.01) > 0.4
    assert peak(1.03, 0.01) > 0.4
    assert peak(2.9965, 0.003) > 0.4  # the end of the source is no cut


@pytest.mark.parametrize("rate", [Fraction(30_000, 1001), Fraction(25)])
def test_sound_is_in_sync_after_many_cuts(tmp_path, rate):
    # Shots whose lengths are no whole samples: roundings of each would add up.
    n = 37
    seconds = [float(round(0.2 * rate) / rate)] * (2 * n)
    starts = np.concatenate([[0.0], np.cumsum(seconds)[:-1]])
    clip = render_clip(
        tmp_path / "a.mp4",
        scenes=seconds,
        looks=[k % 3 for k in range(2 * n)],
        fps=rate,
        size=(48, 64),
        ticks=[float(start) + 0.06 for start in starts],
    )
    summary, result = made(tmp_path, clip, selected=range(0, 2 * n, 2))
    assert len(result.pictures) == len(expected_frames(summary))
    onsets, expected = result.onsets(), expected_ticks(summary, clip)
    assert len(onsets) == n
    assert onsets == pytest.approx(expected, abs=0.003)
    # Sound and pictures of the last shot: what the tick says and what the eye sees.
    last = np.flatnonzero(np.diff(expected_frames(summary)) > 1)[-1] + 1
    assert onsets[-1] - result.times[last] == pytest.approx(0.06, abs=0.005)


def test_uneven_frame_rates_keep_their_times(tmp_path):
    rng = np.random.default_rng(3)
    times = np.concatenate([[0.0], np.cumsum(rng.uniform(0.01, 0.2, 60))]).round(4)
    clip = render_clip(
        tmp_path / "a.mkv",
        scenes=(2.0, 2.0, float(times[-1]) - 3.9),
        times=times.tolist(),
        ticks=(2.5, 3.3),
    )
    summary, result = made(tmp_path, clip, selected=(1,))
    chosen = expected_frames(summary)
    assert numbers(result) == chosen
    shown = summary.timeline.times[chosen]
    assert result.times == pytest.approx(shown - shown[0], abs=1e-4)
    assert result.video_end == pytest.approx(summary.duration, abs=1e-4)
    assert result.onsets() == pytest.approx(expected_ticks(summary, clip), abs=0.005)


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_rotation_is_in_the_pixels(tmp_path, rotation):
    clip = render_clip(tmp_path / "a.mp4", scenes=(0.6, 0.6), rotation=rotation)
    summary, result = made(tmp_path, clip, selected=(1,))
    turned = [np.rot90(picture, rotation // 90) for picture in result.pictures]
    assert [frame_number(picture) for picture in turned] == expected_frames(summary)
    with av.open(str(tmp_path / "summary.mp4")) as container:
        stream = container.streams.video[0]
        assert (stream.width, stream.height) == ((128, 96) if rotation == 180 else (96, 128))
        assert next(container.decode(stream)).rotation == 0


def test_pixels_become_square(tmp_path):
    clip = render_clip(tmp_path / "a.mp4", scenes=(0.4,), pixel_aspect=Fraction(2, 1))
    _, result = made(tmp_path, clip, selected=(0,))
    assert result.pictures[0].shape == (96, 256, 3)
    with av.open(str(tmp_path / "summary.mp4")) as container:
        assert container.streams.video[0].sample_aspect_ratio in (None, 0, 1)


@pytest.mark.parametrize(
    ("name", "codec", "pixel_format", "size"),
    [
        ("a.mkv", "libx264", "yuv444p", (75, 101)),
        ("a.mkv", "libx264", "yuv420p10le", (96, 128)),
        ("a.mkv", "ffv1", "yuva420p", (96, 128)),
        ("a.mov", "qtrle", "argb", (96, 128)),
        ("a.avi", "mjpeg", "yuvj420p", (96, 128)),
        ("a.mkv", "ffv1", "gray", (96, 128)),
    ],
)
def test_unusual_pictures_become_usual_ones(tmp_path, name, codec, pixel_format, size):
    path = tmp_path / name
    clip = render_clip(path, scenes=(0.6, 0.6), codec=codec, pixel_format=pixel_format, size=size)
    summary, result = made(tmp_path, clip, selected=(1,))
    assert numbers(result) == expected_frames(summary)
    height, width = (side + side % 2 for side in size)
    assert result.pictures[0].shape == (height, width, 3)
    with av.open(str(tmp_path / "summary.mp4")) as container:
        frame = next(container.decode(video=0))
        assert frame.format.name == "yuv420p"
    # Bright blocks of the number are bright, dark ones dark: range and matrix are right.
    top = result.pictures[0][3:10].mean(axis=(0, 2))
    assert top.min() == pytest.approx(20, abs=14)
    assert top.max() == pytest.approx(235, abs=14)


def test_size_that_changes_midway_is_scaled_to_the_largest(tmp_path):
    small = render_clip(tmp_path / "1.ts", scenes=(0.6,), size=(96, 128))
    large = render_clip(tmp_path / "2.ts", scenes=(0.6,), size=(192, 256), start=0.6)
    path = tmp_path / "a.ts"
    path.write_bytes(small.path.read_bytes() + large.path.read_bytes())
    summary = summary_of(path, selected=(0,))
    write_clip(summary, tmp_path / "summary.mp4")
    result = decode(tmp_path / "summary.mp4")
    assert {picture.shape for picture in result.pictures} == {(192, 256, 3)}
    assert len(result.pictures) == summary.timeline.n_frames >= 28


def test_without_sound_there_is_no_track(tmp_path):
    clip = render_clip(tmp_path / "a.mp4", scenes=(0.6, 0.6))
    _, result = made(tmp_path, clip, selected=(1,))
    assert result.sound is None


def test_a_single_picture_can_be_seen(tmp_path):
    clip = render_clip(tmp_path / "a.mp4", scenes=(0.04,), ticks=())
    _, result = made(tmp_path, clip, selected=(0,))
    assert len(result.pictures) == 1
    assert result.video_end == pytest.approx(STILL_SECONDS, abs=1e-4)


def test_delayed_start(tmp_path):
    path = tmp_path / "a.mp4"
    clip = render_clip(path, scenes=(1.0, 1.0), start=1.5, ticks=(0.3, 1.4))
    summary, result = made(tmp_path, clip, selected=(1,))
    assert numbers(result) == expected_frames(summary)
    assert result.times[0] == 0
    assert result.onsets() == pytest.approx([0.4], abs=0.003)


def test_stereo_stays_stereo_and_mono_mono(tmp_path):
    for channels in (1, 2):
        path = tmp_path / f"{channels}.mp4"
        clip = render_clip(path, scenes=(0.6,), ticks=(0.2,), channels=channels)
        assert len(made(tmp_path, clip, selected=(0,))[1].sound) == channels


def test_damaged_sound_is_silence_and_a_warning(tmp_path):
    clip = render_clip(
        tmp_path / "a.mkv", scenes=(1.0, 1.0), ticks=(0.5, 1.5), audio_codec="flac", hum=0.3
    )
    data = bytearray(clip.path.read_bytes())
    with av.open(str(clip.path)) as container:
        blocks = [p.pos for p in container.demux(audio=0) if p.pos is not None]
    spoiled = 0
    for block in blocks:
        at = data.find(b"\xff\xf8", block, block + 32)  # how a frame of FLAC begins
        if at > 0:
            data[at : at + 2] = b"\0\0"
            spoiled += 1
    assert spoiled > 3
    clip.path.write_bytes(data)
    summary = summary_of(clip.path, cuts=clip.cuts, selected=(1,))
    with pytest.warns(VidgistWarning, match=r"packets of sound did not decode"):
        write_clip(summary, tmp_path / "summary.mp4")
    result = decode(tmp_path / "summary.mp4")
    assert numbers(result) == expected_frames(summary)
    assert np.abs(result.sound).max() < 0.01


def test_a_clip_is_not_a_tick_longer_than_it_may_be(tmp_path):
    clip = render_clip(tmp_path / "a.mp4", scenes=(0.3, 0.3), ticks=(0.1, 0.4))
    # Ends between two ticks of the pictures' clock and between two samples of the sound.
    for length in (0.0996868, 0.2300058):
        summary = with_pieces(summary_of(clip.path, cuts=clip.cuts), [(0.0, length)])
        path = tmp_path / f"{length}.mp4"
        write_clip(summary, path)
        with av.open(str(path)) as container:
            for stream in container.streams:
                lasting = stream.duration * stream.time_base
                assert length - 0.001 < lasting <= length, stream.type


def test_damaged_pictures(tmp_path):
    whole = render_clip(tmp_path / "a.ts", scenes=(1.5, 1.5, 1.5), gop=12, ticks=(0.5, 2.0, 4.0))
    path = damaged(whole.path, tmp_path / "b.ts", at=0.4, n_bytes=4000)
    summary = summary_of(path, cuts=whole.cuts, selected=(1, 2))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", VidgistWarning)
        write_clip(summary, tmp_path / "summary.mp4")
    result = decode(tmp_path / "summary.mp4")
    assert len(result.pictures) == summary.shots.lengths[summary.selected].sum()
    assert result.video_end == pytest.approx(summary.duration, abs=1e-4)


def test_a_stretch_without_pictures_is_told_and_skipped(tmp_path, monkeypatch):
    clip = render_clip(tmp_path / "a.mp4", scenes=(0.6, 0.6, 0.6), ticks=())
    summary = summary_of(clip.path, cuts=clip.cuts, selected=(0, 2))
    honest = FrameReader.between
    monkeypatch.setattr(
        FrameReader,
        "between",
        lambda self, start, end: honest(self, start, end) if start else iter(()),
    )
    with pytest.warns(VidgistWarning, match="no picture decodes from 0.00 s to 0.60 s"):
        write_clip(summary, tmp_path / "summary.mp4")
    assert numbers(decode(tmp_path / "summary.mp4")) == list(range(30, 45))


def test_joined_recordings(tmp_path):
    parts = [
        render_clip(tmp_path / f"{k}.ts", scenes=(1.2,), ticks=(0.5,), audio_codec="mp2").path
        for k in range(2)
    ]
    path = tmp_path / "a.ts"
    path.write_bytes(b"".join(part.read_bytes() for part in parts))
    summary = summary_of(path, cuts=(1.0,), selected=(1,))
    write_clip(summary, tmp_path / "summary.mp4")
    result = decode(tmp_path / "summary.mp4")
    assert result.video_end == pytest.approx(summary.duration, abs=1e-4)
    # The second recording begins at 1.2 s: its tick comes 0.7 s after the cut.
    assert result.onsets() == pytest.approx([0.7], abs=0.04)


def test_a_file_that_vanished(tmp_path):
    clip = render_clip(tmp_path / "a.mp4", scenes=(0.6,), ticks=())
    summary = summary_of(clip.path)
    clip.path.unlink()
    with pytest.raises(VideoError, match=r"a\.mp4: no such file"):
        write_clip(summary, tmp_path / "summary.mp4")


def test_a_file_that_became_another(tmp_path):
    clip = render_clip(tmp_path / "a.mp4", scenes=(2.0, 2.0), ticks=())
    summary = summary_of(clip.path, cuts=clip.cuts, selected=(1,))
    render_clip(clip.path, scenes=(0.4,))
    warnings.simplefilter("ignore", VidgistWarning)
    with pytest.raises(VideoError, match="was the file changed"):
        write_clip(summary, tmp_path / "summary.mp4")


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("torchcodec__h265_10bits.mp4", (200, 200)),
        ("moviepy__transparent.webm", (200, 200)),
        ("autoeditor__SAR-2by3.mp4", (640, 540)),
        ("decord__video_90.mov", (320, 568)),
        ("pyscenedetect__delayed_start.mp4", (480, 320)),
    ],
)
def test_real_clips(shared, tmp_path, name, size):
    summary = summary_of(shared / "videos" / name, cuts=(0.05, 0.8), selected=(1,))
    write_clip(summary, tmp_path / "summary.mp4")
    result = decode(tmp_path / "summary.mp4")
    assert len(result.pictures) == summary.shots.lengths[1]
    assert result.video_end == pytest.approx(summary.duration, abs=1e-4)
    assert result.pictures[0].shape[1::-1] == size


def test_stretches_join_neighbors():
    segments = np.array([[0.0, 1.0], [1.0, 2.0], [3.0, 4.5], [6.0, 7.0], [7.0, 7.5]])
    assert stretches(segments) == [(0.0, 2.0), (3.0, 4.5), (6.0, 7.5)]


def test_pictures_are_shown_until_the_next():
    frames = [(2.1, "a"), (2.5, "b"), (2.6, "c")]
    assert list(with_ends(frames, 2.0, 3.0)) == [("a", 2.0, 2.5), ("b", 2.5, 2.6), ("c", 2.6, 3.0)]
    assert list(with_ends([], 2.0, 3.0)) == []


@pytest.mark.parametrize("size", [1, 7, 100, 5000])
def test_fade(size):
    rate, total = 1000, 200
    blocks = [np.ones((2, min(size, total - k)), np.float32) for k in range(0, total, size)]
    gain = np.concatenate(list(fade(blocks, total=total, rate=rate)), axis=1)[0]
    length = round(FADE * rate)
    ramp = (np.arange(length) + 0.5) / length
    assert gain[:length] == pytest.approx(ramp)
    assert gain[-length:] == pytest.approx(ramp[::-1])
    assert (gain[length:-length] == 1).all()
    one_sided = fade(blocks, total=total, rate=rate, edges=(False, True))
    assert next(one_sided)[0, 0] == 1


def test_fade_of_a_stretch_shorter_than_two_fades():
    (gain,) = fade([np.ones((1, 6), np.float32)], total=6, rate=1000)
    assert gain[0] == pytest.approx([1 / 6, 0.5, 5 / 6, 5 / 6, 0.5, 1 / 6])
    (gain,) = fade([np.ones((1, 1), np.float32)], total=1, rate=1000)
    assert gain[0] == pytest.approx([0.5])


def test_the_sound_lasts_no_longer_than_the_shots(tmp_path):
    # 20 frames of 27 a second are no whole milliseconds, to which MP4 rounds unless told otherwise.
    clip = render_clip(tmp_path / "in.mp4", scenes=(20 / 27, 1.0), fps=27, ticks=(0.5,))
    summary, _ = made(tmp_path, clip, selected=[0])
    with av.open(str(tmp_path / "summary.mp4")) as container:
        assert container.streams.audio
        for stream in container.streams:
            assert float(stream.duration * stream.time_base) <= summary.duration + 1e-5


def test_later_pictures_are_decoded_while_earlier_ones_are_encoded(tmp_path, monkeypatch):
    clip = render_clip(tmp_path / "a.mp4", scenes=(1.0, 1.0), ticks=(0.5,))
    summary = summary_of(clip.path, cuts=clip.cuts, selected=(0, 1))
    decoded, ahead = [], threading.Event()
    between, picture = FrameReader.between, ClipEncoder.picture

    def read(self, start, end):
        for number, each in enumerate(between(self, start, end)):
            decoded.append(threading.current_thread())
            if number == 5:
                ahead.set()
            yield each

    def encode(self, *arguments, **named):
        assert ahead.wait(60), "nothing is decoded while the first picture is encoded"
        encoding.add(threading.current_thread())
        picture(self, *arguments, **named)

    encoding = set()
    monkeypatch.setattr(FrameReader, "between", read)
    monkeypatch.setattr(ClipEncoder, "picture", encode)
    write_clip(summary, tmp_path / "summary.mp4")
    assert set(decoded) == {threading.current_thread()}
    assert len(encoding) == 1
    assert not encoding & set(decoded)
    assert not any(thread.is_alive() for thread in encoding)
    assert numbers(decode(tmp_path / "summary.mp4")) == list(range(50))


@pytest.mark.parametrize("error", [OutputError("the disk is full"), KeyboardInterrupt()])
def test_an_error_of_the_encoder_or_the_user_ends_both_threads(tmp_path, monkeypatch, error):
    clip = render_clip(tmp_path / "a.mp4", scenes=(2.0,), ticks=(0.5,))
    summary = summary_of(clip.path)

    def fail(*_, **__):
        raise error

    if isinstance(error, OutputError):
        monkeypatch.setattr(ClipEncoder, "sound", fail)
        progress = silent
    else:
        progress = fail
    before = threading.active_count()
    with pytest.raises(type(error)):
        write_clip(summary, tmp_path / "summary.mp4", progress=progress)
    assert threading.active_count() == before
