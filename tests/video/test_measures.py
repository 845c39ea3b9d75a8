"""Quality measures say what they are meant to say."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageFilter

from junk_clips import bars, title
from vidgist.demo.scenes import SCENES
from vidgist.video import measure
from vidgist.video.measures import join


def fitted(picture: np.ndarray, size: int = 224) -> np.ndarray:
    return np.asarray(Image.fromarray(picture).resize((size, size)))


def scene(name: str) -> np.ndarray:
    return fitted(np.asarray(SCENES[name](1.0)))


def test_blur_lowers_sharpness_and_contrast_does_not() -> None:
    picture = scene("balloons")
    blurred = np.asarray(Image.fromarray(picture).filter(ImageFilter.GaussianBlur(5)))
    pale = (180 + (picture.astype(np.float32) - 128) * 0.4).clip(0, 255).astype(np.uint8)
    sharp, soft, faint = measure(np.stack([picture, blurred, pale])).sharp
    assert soft < 0.3 * sharp
    assert faint > 0.6 * sharp


def test_smearing_lowers_sharpness_across() -> None:
    picture = scene("city")
    smeared = np.asarray(Image.fromarray(picture).resize((8, 224)).resize((224, 224)))
    found = measure(np.stack([picture, smeared]))
    assert found.across[1] < 0.3 * found.across[0]
    assert found.down[1] > 0.5 * found.down[0]


@pytest.mark.parametrize("size", [224, 300, 518])
def test_bars_flat_and_noise(size: int) -> None:
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 256, (size, size, 3), dtype=np.uint8)
    card = fitted(title("THE END", dark=True), size)
    found = measure(np.stack([fitted(bars(), size), card, noise]))
    assert found.bars.tolist() == [1, 0, 0]
    assert found.flat[1] > 0.8
    assert found.noise[2] > 0.5 > found.noise[:2].max()


def test_bars_above_and_below_are_no_part_of_the_picture() -> None:
    picture = np.full((224, 224, 3), 90, np.uint8)
    picture[:40] = picture[-40:] = 0
    found = measure(picture[None])
    assert (found.low[0], found.high[0], found.mean[0]) == (90, 90, 90)


@pytest.mark.parametrize("shape", [(1, 1), (3, 200), (9, 9), (32, 32)])
def test_tiny_pictures(shape: tuple[int, int]) -> None:
    found = measure(np.zeros((2, *shape, 3), np.uint8))
    assert all(column.shape == (2,) and np.isfinite(column).all() for column in found)


def test_join() -> None:
    parts = [measure(np.zeros((n, 32, 32, 3), np.uint8)) for n in (1, 4, 2)]
    assert join(parts).mean.shape == (7,)
