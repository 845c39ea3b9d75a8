from __future__ import annotations

import numpy as np
import pytest

from clips import render_clip
from spoken import RATE, music_track, needs_espeak, render_sound_track, spoken_track
from vidgist.selection.at_pauses import at_pauses
from vidgist.selection.pauses import REACH
from vidgist.video.decode import read_frames

rng = np.random.default_rng(11)
PAUSES = tuple(rng.uniform(0.3, 0.9, 24).round(3))
"""Seconds of silence after each sentence."""

FPS = 10


@pytest.fixture(scope="module")
def talk(tmp_path_factory):
    """Return a clip of 24 sentences, their (24, 2) seconds, and its timeline."""
    track, sentences = spoken_track(PAUSES)
    path = tmp_path_factory.mktemp("talk") / "talk.mp4"
    render_sound_track(path, track, fps=FPS)
    return path, sentences, read_frames(path, size=(8, 8)).timeline


def cut_words(pieces, sentences):
    """Return how many borders lie within a sentence."""
    borders = np.asarray(pieces).reshape(-1, 1)
    return int(((sentences[:, 0] < borders) & (borders < sentences[:, 1])).any(axis=1).sum())


def mid_word_pieces(sentences, *, seed):
    """Return ten pieces whose 20 borders are within sentences, a pause in reach of each."""
    offsets = np.random.default_rng(seed).uniform(0.08, 0.5, (10, 2))
    starts = sentences[2:22:2, 0] + offsets[:, 0]
    ends = sentences[2:22:2, 1] - offsets[:, 1]
    return np.column_stack([starts, ends])


@needs_espeak
@pytest.mark.parametrize("seed", range(5))
def test_no_word_is_cut_where_a_pause_is_in_reach(talk, seed):
    path, sentences, timeline = talk
    pieces = mid_word_pieces(sentences, seed=seed)
    assert cut_words(pieces, sentences) == 20
    allowed = np.tile([0.0, timeline.duration], (10, 1))
    moved = at_pauses(path, pieces, allowed, budget=100.0, timeline=timeline)
    assert cut_words(moved, sentences) <= 1
    assert (np.abs(moved - pieces) <= REACH + 1e-6).all()


@needs_espeak
def test_starts_and_ends_in_sentences_that_are_left_out(talk):
    path, sentences, timeline = talk
    # A piece from the end of one sentence to the beginning of the one after the next.
    late = np.random.default_rng(3).uniform(0.1, 0.4, (7, 2))
    pieces = np.column_stack([sentences[0:21:3, 1] - late[:, 0], sentences[2:23:3, 0] + late[:, 1]])
    allowed = np.column_stack([pieces[:, 0] - 0.02, pieces[:, 1] + 0.02])
    budget = float(np.diff(pieces).sum())
    moved = at_pauses(path, pieces, allowed, budget=budget, timeline=timeline)
    assert cut_words(pieces, sentences) == 14
    assert cut_words(moved, sentences) <= 1
    assert np.diff(moved).sum() < budget


@needs_espeak
def test_within_the_budget_fewer_words_are_cut(talk):
    path, sentences, timeline = talk
    pieces = mid_word_pieces(sentences, seed=1)
    allowed = np.tile([0.0, timeline.duration], (10, 1))
    before = float(np.diff(pieces).sum())
    cuts = []
    for more in (0.0, 2.0, 4.0, 10.0):
        moved = at_pauses(path, pieces, allowed, budget=before + more, timeline=timeline)
        assert np.diff(moved).sum() <= before + more + 1e-6
        cuts.append(cut_words(moved, sentences))
    assert cuts == sorted(cuts, reverse=True)
    assert cuts[0] > cuts[1] > cuts[-1]


@needs_espeak
def test_moved_borders_are_times_of_frames(talk):
    path, sentences, timeline = talk
    pieces = mid_word_pieces(sentences, seed=2)
    allowed = np.tile([0.0, timeline.duration], (10, 1))
    moved = at_pauses(path, pieces, allowed, budget=100.0, timeline=timeline)
    borders = moved[moved != pieces]
    assert len(borders)
    assert np.abs(borders * FPS - np.round(borders * FPS)).max() < 1e-6


@needs_espeak
@pytest.mark.parametrize("loudness", [0.02, 0.1])
def test_speech_over_music_and_noise(talk, tmp_path, loudness):
    track, sentences = spoken_track(PAUSES)
    noise = np.random.default_rng(4).standard_normal(len(track)) * loudness / 10
    music = music_track(len(track) / RATE)[: len(track)] * loudness
    path = tmp_path / "a.mp4"
    render_sound_track(path, track + (music + noise).astype(np.float32), fps=FPS)
    pieces = mid_word_pieces(sentences, seed=0)
    allowed = np.tile([0.0, talk[2].duration], (10, 1))
    moved = at_pauses(path, pieces, allowed, budget=100.0, timeline=talk[2])
    assert cut_words(moved, sentences) <= 3


@needs_espeak
def test_speech_with_hardly_a_pause_gets_no_worse(tmp_path):
    track, sentences = spoken_track((0.06,) * 12, speed=190)
    path = tmp_path / "a.mp4"
    render_sound_track(path, track, fps=25)
    timeline = read_frames(path, size=(8, 8)).timeline
    pieces = np.column_stack([sentences[1:11:2, 0] + 0.3, sentences[2:12:2, 1] - 0.3])
    pieces = pieces[pieces[:, 1] > pieces[:, 0]]
    allowed = np.tile([0.0, timeline.duration], (len(pieces), 1))
    moved = at_pauses(path, pieces, allowed, budget=100.0, timeline=timeline)
    assert cut_words(moved, sentences) <= cut_words(pieces, sentences)


@pytest.mark.parametrize("sound", ["music", "noise", "ticks", "none"])
def test_where_nobody_speaks_nothing_moves(tmp_path, sound):
    path = tmp_path / "a.mp4"
    if sound in {"ticks", "none"}:
        render_clip(path, scenes=(10.0,), ticks=(1.0, 4.0) if sound == "ticks" else None)
    else:
        noise = 0.1 * np.random.default_rng(1).standard_normal(10 * RATE).astype(np.float32)
        render_sound_track(path, music_track(10.0) if sound == "music" else noise, fps=FPS)
    timeline = read_frames(path, size=(8, 8)).timeline
    pieces = np.array([[0.5, 2.5], [4.0, 6.123]])
    allowed = np.array([[0.0, 3.0], [3.0, 10.0]])
    moved = at_pauses(path, pieces, allowed, budget=9.0, timeline=timeline)
    assert moved.tolist() == pieces.tolist()


def test_no_pieces(tmp_path):
    clip = render_clip(tmp_path / "a.mp4", scenes=(1.0,), ticks=())
    timeline = read_frames(clip.path, size=(8, 8)).timeline
    empty = np.zeros((0, 2))
    assert at_pauses(clip.path, empty, empty, budget=1.0, timeline=timeline).shape == (0, 2)
