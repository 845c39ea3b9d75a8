from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from vidgist.features.thumbnails import thumbnail, thumbnail_size


@pytest.mark.parametrize(
    ("width", "height", "expected"),
    [
        (1920, 1080, (160, 90)),
        (1080, 1920, (90, 160)),
        (8, 8, (160, 160)),
        (100_000, 1, (160, 1)),
        (1, 100_000, (1, 160)),
    ],
)
def test_the_size_has_the_videos_proportion(width, height, expected):
    assert thumbnail_size(width=width, height=height) == expected


def test_a_thumbnail_is_a_small_jpeg_of_the_picture():
    pixels = np.zeros((224, 224, 3), np.uint8)
    pixels[:, :112] = [250, 10, 10]
    pixels[:, 112:] = [10, 10, 250]
    data = thumbnail(pixels, size=(160, 90))
    picture = Image.open(io.BytesIO(data))
    assert (picture.format, picture.size, picture.mode) == ("JPEG", (160, 90), "RGB")
    seen = np.asarray(picture).astype(int)
    assert np.abs(seen[45, 20] - [250, 10, 10]).max() < 12
    assert np.abs(seen[45, 140] - [10, 10, 250]).max() < 12
    assert len(data) < 4000
