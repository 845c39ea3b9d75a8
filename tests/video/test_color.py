"""Rare color matrices are read, not refused."""

from __future__ import annotations

import numpy as np
import pytest

import vidgist
from clips import frame_number, render_clip


@pytest.mark.parametrize("matrix", ["bt2020c", "bt709", "ycgco"])
def test_every_matrix_is_read_and_summarized(tmp_path, matrix):
    clip = render_clip(
        tmp_path / "clip.mp4",
        scenes=(2.0,),
        pixel_format="yuv420p10le",
        options={"x264-params": f"colormatrix={matrix}"},
        pixel_aspect=None,
    )
    frames = vidgist.read_frames(clip.path, size=(96, 128))
    assert [frame_number(p) for p in frames.pixels] == frames.picks.tolist() == [0, 12, 25, 37]
    gist = vidgist.summarize(clip.path, length=1.0)
    assert np.isfinite(gist.scores.importance).all()
    gist.save(tmp_path / "gist", make=["mp4", "keyframes"])
