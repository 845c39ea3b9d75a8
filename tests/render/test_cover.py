from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from clips import frame_number
from pages import clip_summary
from vidgist.render import render


def test_it_shows_the_keyframe_that_stands_for_the_video(tmp_path: Path) -> None:
    summary = clip_summary(tmp_path, cover=9)
    (path,) = render(summary, tmp_path / "out", make="cover")
    with Image.open(path) as picture:
        assert picture.size == (summary.video.width, summary.video.height)
        assert frame_number(np.asarray(picture)) == summary.features.picks[9]
