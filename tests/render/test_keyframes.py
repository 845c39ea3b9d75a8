from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from clips import frame_number, render_clip
from summaries import summary_of
from vidgist.errors import VideoError
from vidgist.render import render
from vidgist.render.outputs.keyframes import file_name


@pytest.mark.parametrize(
    ("number", "seconds", "name"),
    [
        (1, 0.0, "0001_00-00-00.000.jpg"),
        (12, 3723.0415, "0012_01-02-03.042.jpg"),
        (3, 59.9996, "0003_00-01-00.000.jpg"),
        (12345, 360_000.5, "12345_100-00-00.500.jpg"),
    ],
)
def test_file_name(number, seconds, name):
    assert file_name(number, seconds) == name


def test_the_best_sample_of_each_piece(tmp_path):
    clip = render_clip(tmp_path / "a.mp4", scenes=(2.0, 2.0, 2.0), rotation=90)
    summary = summary_of(clip.path, cuts=clip.cuts, selected=(0, 2))
    (folder,) = render(summary, tmp_path / "out", make=["keyframes"])
    files = sorted(folder.iterdir())
    assert [f.name for f in files] == ["0001_00-00-01.500.jpg", "0002_00-00-05.500.jpg"]
    for file, seconds in zip(files, (1.5, 5.5), strict=True):
        with Image.open(file) as image:
            assert image.format == "JPEG"
            assert image.size == (96, 128)  # upright, at source size
            upright = np.rot90(np.asarray(image))
        assert frame_number(upright) == clip.shown_at(seconds)


def test_two_shots_may_share_a_sample(tmp_path):
    clip = render_clip(tmp_path / "a.mp4", scenes=(1.0, 0.2, 1.0))
    summary = summary_of(clip.path, cuts=clip.cuts, selected=(0, 1, 2))
    (folder,) = render(summary, tmp_path / "out", make=["keyframes"])
    assert len(list(folder.iterdir())) == 3


def test_a_file_that_became_shorter(tmp_path):
    clip = render_clip(tmp_path / "a.mp4", scenes=(2.0, 2.0))
    summary = summary_of(clip.path, cuts=clip.cuts, selected=(0, 1))
    render_clip(clip.path, scenes=(1.0,))
    with pytest.raises(VideoError, match=r"a\.mp4: .*was the file changed"):
        render(summary, tmp_path / "out", make=["keyframes"])
    assert list((tmp_path / "out").iterdir()) == []
