"""The whole way: a clip with known scenes in, its gist out."""

from __future__ import annotations

import json
from fractions import Fraction

import av
import numpy as np
import pytest

import vidgist
from clips import render_clip
from vidgist.errors import SettingError, VideoError
from vidgist.render.report.lengths import selections
from vidgist.selection import RULES


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    # The third scene looks like the first; each lasts long enough to be a shot.
    path = tmp_path_factory.mktemp("pipeline") / "clip.mp4"
    return render_clip(path, scenes=(4, 3, 4, 5), looks=(0, 1, 0, 2), ticks=(1.0, 9.0))


@pytest.fixture(scope="module")
def gist(clip):
    return vidgist.summarize(clip.path, length="40%")


def test_shots_begin_at_the_cuts(clip, gist):
    starts = gist.shot_seconds[1:, 0].tolist()
    assert len(starts) > 0
    for start in starts:
        assert min(abs(start - cut) for cut in clip.cuts) < 1e-6, starts


def test_summary_fits_and_is_made_of_whole_shots(clip):
    gist = vidgist.summarize(clip.path, length="40%", select="knapsack")
    assert gist.settings["select"] == "knapsack"
    np.testing.assert_array_equal(gist.pieces, gist.shot_seconds[gist.selected])
    assert 0 < gist.duration <= 0.4 * clip.duration + 1e-6


@pytest.mark.parametrize("select", RULES)
def test_summary_fits_and_is_made_of_pieces_of_shots(clip, select):
    gist = vidgist.summarize(clip.path, length="40%", select=select)
    assert 0 < gist.duration <= 0.4 * clip.duration + 1e-6
    assert gist.budget == pytest.approx(0.4 * clip.duration)
    assert gist.selected.any()
    for (start, end), shot in zip(gist.pieces, gist.selection.shots, strict=True):
        assert gist.shot_seconds[shot, 0] <= start < end <= gist.shot_seconds[shot, 1]
    assert np.all(gist.pieces[1:, 0] >= gist.pieces[:-1, 1])
    for intervals, samples in (
        (gist.shot_seconds, gist.shot_samples),
        (gist.pieces, gist.piece_samples),
    ):
        moments = gist.times_within(samples, intervals)
        assert np.all((intervals[:, 0] <= moments) & (moments < intervals[:, 1]))


def test_every_option_in_force_is_told(gist):
    assert gist.settings["length"] == "40%"
    assert gist.settings["preset"] == vidgist.scoring.presets.DEFAULT_PRESET
    names = ("criteria", "neighbors", "avoid_zeros", "smoothing", "fps", "backbone", "model")
    for name in ("select", *names):
        assert name in gist.settings


@pytest.mark.parametrize("preset", ["paper", "reference"])
def test_presets_score_by_the_formulas(clip, preset):
    gist = vidgist.summarize(clip.path, settings=preset)
    settings = vidgist.scoring.presets.preset(preset)
    x = gist.features.values
    alignment = vidgist.alignment(
        x,
        neighbors=settings.neighbors,
        count_self=settings.count_self,
        round_neighbors=settings.round_neighbors,
    )
    uniformity = vidgist.uniformity(x, count_self=settings.count_self)
    scaled = {"alignment": vidgist.minmax(alignment), "uniformity": vidgist.minmax(uniformity)}
    np.testing.assert_allclose(gist.scores.criteria["alignment"], scaled["alignment"], atol=1e-5)
    np.testing.assert_allclose(
        gist.scores.importance,
        vidgist.importance(scaled, avoid_zeros=settings.avoid_zeros),
        atol=1e-4,
    )


def test_saving_writes_a_clip_that_plays(clip, gist, tmp_path):
    gist.save(tmp_path / "gist", make=["mp4", "keyframes", "storyboard", "json"])
    with av.open(str(tmp_path / "gist" / "summary.mp4")) as summary:
        frames = sum(1 for _ in summary.decode(video=0))
    assert frames == pytest.approx(gist.duration * 25, abs=1)
    document = json.loads((tmp_path / "gist" / "summary.json").read_text())
    assert document["schema"] == 2
    assert document["summary"]["duration"] == pytest.approx(gist.duration, abs=1e-6)
    assert [piece["start"] for piece in document["pieces"]] == pytest.approx(gist.pieces[:, 0])
    files = sorted((tmp_path / "gist" / "keyframes").iterdir())
    assert [f"keyframes/{file.name}" for file in files] == [
        keyframe["file"] for keyframe in document["keyframes"]
    ]
    assert len(files) == len(gist.stills)


def test_a_budget_under_the_shortest_shot_gives_a_piece_of_the_best(clip):
    gist = vidgist.summarize(clip.path, length=0.2)
    assert gist.duration == pytest.approx(0.2)
    assert len(gist.pieces) == gist.selected.sum() == 1


def test_one_frame(tmp_path):
    single = render_clip(tmp_path / "one.mp4", scenes=(0.04,))
    gist = vidgist.summarize(single.path)
    assert len(gist.shots) == 1
    assert gist.duration <= 0.5 * 0.04 + 1e-9
    gist.save(tmp_path / "one")
    assert (tmp_path / "one" / "summary.mp4").exists()


def test_wrong_settings_are_told_before_the_video_is_read(tmp_path):
    missing = tmp_path / "none.mp4"
    for options in (
        {"length": "abc"},
        {"select": "knapsak"},
        {"settings": "papr"},
        {"criteria": ["uniqueness"]},
    ):
        with pytest.raises(SettingError):
            vidgist.summarize(missing, **options)
    with pytest.raises(VideoError, match=r"none\.mp4"):
        vidgist.summarize(missing)


def test_slides_keep_their_keyframes_and_their_lengths(tmp_path):
    slides = render_clip(
        tmp_path / "slides.mp4", scenes=(30, 30, 30), times=(0, 30, 60), fps=Fraction(1, 30)
    )
    gist = vidgist.summarize(slides.path, length="5s")
    for samples, intervals in (
        (gist.shot_samples, gist.shot_seconds),
        (gist.piece_samples, gist.pieces),
    ):
        times = gist.times_within(samples, intervals)
        assert np.all((intervals[:, 0] <= times) & (times < intervals[:, 1]))
    assert gist.duration == pytest.approx(5)
    for found in selections(gist):
        lasting = sum(end - start for start, end in found.selection.pieces)
        alone = vidgist.summarize(slides.path, length=f"{100 * found.share}%")
        assert lasting == pytest.approx(alone.duration)


@pytest.fixture(scope="module")
def skimmed(tmp_path_factory):
    # A key frame a second, none at a cut: borders have to be looked for.
    path = tmp_path_factory.mktemp("skim") / "clip.mp4"
    clip = render_clip(
        path,
        scenes=(8.4, 9.4, 7.4, 8.4, 9.4, 7.4),
        gop=25,
        options={"sc_threshold": "0"},
        ticks=(),
    )
    return clip, vidgist.summarize(clip.path, length="60%", skim=True)


def test_borders_of_pieces_of_a_skimmed_video_are_placed_to_the_frame(skimmed):
    clip, gist = skimmed
    assert gist.sampling.mode == "skim"
    assert len(gist.times) < 0.7 * 2 * clip.duration
    scene = np.searchsorted(clip.cuts, gist.pieces + np.array([1e-6, -1e-6]))
    np.testing.assert_array_equal(scene[:, 0], scene[:, 1])  # no piece runs over a cut
    starts = gist.shot_seconds[1:, 0]
    beside = starts[np.abs(starts[:, None] - gist.pieces.ravel()).min(axis=1) < 0.3]
    away = np.abs(beside[:, None] - np.array(clip.cuts)).min(axis=1)
    assert (away < 1e-6).any()


def test_a_skimmed_summary_says_so_and_is_made_whole(skimmed, tmp_path):
    _, gist = skimmed
    gist.save(tmp_path / "out", make=["mp4", "json", "keyframes", "report"])
    document = json.loads((tmp_path / "out/summary.json").read_text())
    sampling = document["sampling"]
    assert sampling["mode"] == "skim"
    assert sampling["key_frames"] + sampling["between"] == sampling["samples"] == len(gist.times)
    assert document["settings"]["skim"] is True
    assert "skimmed: " in (tmp_path / "out/report.html").read_text()
    with av.open(str(tmp_path / "out/summary.mp4")) as made:
        seconds = made.duration / 1e6
    assert seconds == pytest.approx(gist.duration, abs=0.05)
