"""Quantizing an extractor by videos, and measuring on the same videos what that costs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from vidgist.backbones.quantize import Floats, Pixels, cosines, quantize
from vidgist.backbones.session import Session
from vidgist.features.extract import BATCH
from vidgist.scoring.presets import PAPER
from vidgist.types import Features

__all__ = ["quantized_by_videos"]

CALIBRATION = 96
"""Pictures that set the ranges: more change nothing that can be measured."""

MEASURED = 400
"""Samples of a video that are compared at most: its beginning, so that neighbors stay such."""


def _features(session: Session, pixels: Pixels) -> Floats:
    name = session.inputs[0].name
    batches = (pixels[i : i + BATCH] for i in range(0, len(pixels), BATCH))
    return np.concatenate([session.run("features", **{name: batch}) for batch in batches])


def _samples(video: Path, *, size: tuple[int, int]) -> Pixels:
    from vidgist.video.decode import SampleStream

    pictures = []
    # Twice as dense as usual: one half sets the ranges, the other is as samples usually are.
    for pixels in SampleStream(video, fps=4.0, size=size):
        pictures.append(pixels)
        if len(pictures) == 2 * MEASURED:
            break
    return np.stack(pictures)


def _importance(values: Floats) -> Floats:
    from vidgist.scoring.scorer import score_features

    features = Features(values=values, picks=np.arange(len(values)), n_frames=len(values))
    return score_features(features, PAPER).importance


def quantized_by_videos(
    model: bytes, videos: Sequence[Path], *, size: tuple[int, int]
) -> tuple[bytes, dict[str, float]]:
    """Return the quantized model and what it costs.

    Args:
        model: a serialized ONNX model, as `Record.export` gives it.
        videos: one or more that show what it will see.
        size: (height, width) of its pictures.

    Returns:
        The model; and by name: `cosine_median`, `cosine_5` (5% lie under it), `cosine_least` of
        the features to the exact ones; `tau`, the mean over videos of Kendall's tau of their
        importance scores; how many `videos` and `samples` that was measured on.

    Raises:
        VideoError: nothing in a video decodes.
    """
    from scipy.stats import kendalltau

    samples = [_samples(video, size=size) for video in videos]
    ranges = np.concatenate([pixels[1::2] if len(pixels) > 1 else pixels for pixels in samples])
    places = np.linspace(0, len(ranges) - 1, min(CALIBRATION, len(ranges))).round().astype(int)
    small = quantize(model, ranges[places])

    exact, rounded = Session(model, source="exact"), Session(small, source="int8")
    likeness, taus = [], []
    for pixels in samples:
        a, b = _features(exact, pixels[::2]), _features(rounded, pixels[::2])
        likeness.append(cosines(a, b))
        tau = float(kendalltau(_importance(a), _importance(b)).statistic)
        # Constant scores, as a still picture has, have no order that could be lost.
        taus.append(tau if np.isfinite(tau) else 1.0)
    found = np.concatenate(likeness)
    return small, {
        "cosine_median": float(np.median(found)),
        "cosine_5": float(np.quantile(found, 0.05)),
        "cosine_least": float(found.min()),
        "tau": float(np.mean(taus)),
        "videos": len(videos),
        "samples": len(found),
    }
