"""Borders of a skimmed video: a look only where the index leaves something to be found."""

from __future__ import annotations

import numpy as np
import pytest

import vidgist
from clips import render_clip
from vidgist.video.skim import SkimStream


@pytest.mark.parametrize("detected", [True, False])
def test_where_key_frames_mark_the_cuts_nothing_is_decoded(tmp_path, monkeypatch, detected):
    spans = []
    look_at = SkimStream.look_at
    monkeypatch.setattr(
        SkimStream, "look_at", lambda self, found: spans.extend(found) or look_at(self, found)
    )
    options = {} if detected else {"sc_threshold": "0"}
    clip = render_clip(
        tmp_path / "a.mp4",
        scenes=(8.4, 9.4, 7.4, 8.4, 9.4, 7.4),
        gop=50 if detected else 25,
        options=options,
        ticks=(),
        size=(96, 128),
    )
    gist = vidgist.summarize(clip.path, length="60%", skim=True, with_thumbnails=False)
    assert gist.sampling.mode == "skim"
    assert bool(spans) is not detected
    scene = np.searchsorted(clip.cuts, gist.pieces + np.array([1e-6, -1e-6]))
    np.testing.assert_array_equal(scene[:, 0], scene[:, 1])  # no piece runs over a cut
