from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
from PIL import Image

from clips import frame_number
from pages import clip_summary
from vidgist.render import render
from vidgist.render.outputs.cover import best_sample
from vidgist.types import Scores


def test_it_shows_the_frame_of_the_best_sample(tmp_path: Path) -> None:
    summary = clip_summary(tmp_path)
    importance = np.full(len(summary.features), 0.3)
    importance[[9, 12]] = 0.9  # the earlier of equals
    summary = clip_summary(
        tmp_path, name="b.mp4", scores=Scores(criteria={}, importance=importance)
    )
    (path,) = render(summary, tmp_path / "out", make="cover")
    junk = np.full(len(importance), "", dtype="<U10")
    junk[9] = "black"
    assert best_sample(dataclasses.replace(summary, junk=junk)) == 12
    junk[12] = "transition"
    assert best_sample(dataclasses.replace(summary, junk=junk)) not in (9, 12)
    assert best_sample(dataclasses.replace(summary, junk=np.full_like(junk, "black"))) == 9
    with Image.open(path) as picture:
        assert picture.size == (summary.video.width, summary.video.height)
        assert frame_number(np.asarray(picture)) == summary.features.picks[9]
