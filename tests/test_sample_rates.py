"""One sample a second gives nearly the summary of two: settings are meant in seconds."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import spearmanr

import vidgist

STEP = 0.02


@pytest.fixture(scope="module")
def gists(shared):
    path = shared / "videos/simpl__chrome.mp4"
    return [vidgist.summarize(path, fps=fps, with_thumbnails=False) for fps in (2, 1)]


def test_scores_rank_alike(gists):
    two, one = gists
    assert len(two.times) == pytest.approx(2 * len(one.times), abs=1)
    scores = np.interp(two.times, one.times, one.scores.importance)
    assert spearmanr(scores, two.scores.importance)[0] > 0.85


def test_shots_begin_at_the_same_frames(gists):
    two, one = (gist.shot_seconds[1:, 0] for gist in gists)
    assert abs(len(two) - len(one)) <= 1
    np.testing.assert_allclose(np.abs(one[:, None] - two).min(axis=1), 0, atol=1e-6)


def test_summaries_are_worth_the_same(gists):
    two, one = gists
    moments = np.arange(0, two.timeline.duration, STEP)
    importance = np.interp(moments, two.times, two.scores.importance)
    worth = []
    for gist in (two, one):
        inside = (moments[:, None] >= gist.pieces[:, 0]) & (moments[:, None] < gist.pieces[:, 1])
        worth.append(importance[inside.any(axis=1)].mean())
    assert worth[1] > 0.95 * worth[0]
    assert one.duration == pytest.approx(two.duration, rel=0.1)
