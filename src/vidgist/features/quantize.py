"""Quantization of an ONNX model to 8-bit integers: smaller and, on most processors, faster.

Weights are quantized per channel to 7 of the 8 bits (processors without VNNI overflow with all 8),
activations by their range over some pictures.  The first convolutions stay as they are: they see
few channels of very different ranges, and quantizing them costs more accuracy than all the others
together (EfficientNet-Lite0 on the videos of the tests' data: median cosine 0.96 with them, 0.99
without).

A network of attention has its weights in matrix products instead.  Only those are quantized, with
the range of their other factor measured for each picture: single channels of its activations are a
hundred times larger than the rest, which no fixed range fits.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from vidgist.backbones.backbone import Pixels
from vidgist.backbones.session import Session
from vidgist.errors import SettingError
from vidgist.features.inference import BATCH
from vidgist.scoring.presets import PAPER
from vidgist.scoring.scorer import Scorer
from vidgist.system.quiet import no_warnings_logged
from vidgist.types import Features
from vidgist.video.decode import SampleStream

Floats: TypeAlias = npt.NDArray[np.floating[Any]]

KEPT = 6
"""Number of convolutions at the beginning that stay as they are."""

_BATCH = 8
_CALIBRATION = 96  # pictures that set the ranges: more change nothing that can be measured
_MEASURED = 400  # samples of a video that are compared at most, from its beginning


def quantize(model: bytes, pictures: Pixels) -> bytes:
    """Return the model with 8-bit convolutions or, where it has few, 8-bit matrix products.

    Args:
        model: a serialized ONNX model of uint8 pictures, from `Record.export`.
        pictures: (n, H, W, 3) some dozens of pictures such as it will see.

    Raises:
        SettingError: there are no pictures.
    """
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic, quantize_static

    if not len(pictures):
        raise SettingError("quantization needs pictures to measure ranges on; name another video")
    graph = onnx.load_from_string(model)
    name = graph.graph.input[0].name
    convolutions = [node.name for node in graph.graph.node if node.op_type == "Conv"]
    how: dict[str, Any] = {
        "per_channel": True,
        "reduce_range": True,
        "weight_type": QuantType.QInt8,
    }
    # The library warns to prepare the graph first, which does nothing for a folded one.
    with no_warnings_logged(), tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.onnx"
        if len(convolutions) <= KEPT:
            quantize_dynamic(graph, path, op_types_to_quantize=["MatMul", "Gemm"], **how)
        else:
            quantize_static(
                graph,
                path,
                _Reader(pictures, name=name),
                op_types_to_quantize=["Conv", "Add", "Clip"],
                nodes_to_exclude=convolutions[:KEPT],
                activation_type=QuantType.QUInt8,
                **how,
            )
        return path.read_bytes()


class _Reader:
    """Batches of pictures, by the interface of the library."""

    def __init__(self, pictures: Pixels, *, name: str) -> None:
        self._batches: Iterator[dict[str, Pixels]] = (
            {name: pictures[start : start + _BATCH]} for start in range(0, len(pictures), _BATCH)
        )

    def get_next(self) -> dict[str, Pixels] | None:
        """Return the next batch, None after the last."""
        return next(self._batches, None)


def cosines(features: Floats, others: Floats) -> Floats:
    """Return (n,) cosines of the rows of two (n, D) matrices; 0 where a row is zero."""
    lengths = np.linalg.norm(features, axis=1) * np.linalg.norm(others, axis=1)
    products = np.einsum("td,td->t", features, others, dtype=np.float64)
    return np.asarray(products / np.where(lengths > 0, lengths, 1))


def quantize_by_videos(
    model: bytes, videos: Sequence[Path], *, size: tuple[int, int]
) -> tuple[bytes, dict[str, float]]:
    """Quantize a model by pictures of videos, and measure the loss on other pictures of them.

    Args:
        model: a serialized ONNX model of uint8 pictures, from `Record.export`.
        videos: one or more, such as it will see.
        size: (height, width) of its pictures.

    Returns:
        The model; and by name: `cosine_median`, `cosine_5` (the 5% quantile), `cosine_least` of
        the features to the exact ones; `tau`, the mean over videos of Kendall's tau of their
        importance scores; the numbers of `videos` and `samples` of this measurement.

    Raises:
        VideoError: nothing in a video decodes.
    """
    from scipy.stats import kendalltau

    samples = [_samples(video, size=size) for video in videos]
    ranges = np.concatenate([pixels[1::2] if len(pixels) > 1 else pixels for pixels in samples])
    chosen = np.linspace(0, len(ranges) - 1, min(_CALIBRATION, len(ranges))).round().astype(int)
    small = quantize(model, ranges[chosen])

    exact, rounded = Session(model, source="exact"), Session(small, source="int8")
    similar, taus = [], []
    for pixels in samples:
        a, b = _features(exact, pixels[::2]), _features(rounded, pixels[::2])
        similar.append(cosines(a, b))
        tau = float(kendalltau(_importance(a), _importance(b)).statistic)
        # Constant scores, as of a still picture, have no order to lose.
        taus.append(tau if np.isfinite(tau) else 1.0)
    cosine = np.concatenate(similar)
    return small, {
        "cosine_median": float(np.median(cosine)),
        "cosine_5": float(np.quantile(cosine, 0.05)),
        "cosine_least": float(cosine.min()),
        "tau": float(np.mean(taus)),
        "videos": len(videos),
        "samples": len(cosine),
    }


def _samples(video: Path, *, size: tuple[int, int]) -> Pixels:
    pictures = []
    # Twice as dense as usual: one half sets the ranges, the other is as samples usually are.
    for pixels in SampleStream(video, fps=4.0, size=size):
        pictures.append(pixels)
        if len(pictures) == 2 * _MEASURED:
            break
    return np.stack(pictures)


def _features(session: Session, pixels: Pixels) -> Floats:
    name = session.inputs[0].name
    batches = (pixels[i : i + BATCH] for i in range(0, len(pixels), BATCH))
    return np.concatenate([session.run("features", **{name: batch}) for batch in batches])


def _importance(values: Floats) -> Floats:
    features = Features(values=values, picks=np.arange(len(values)), n_frames=len(values))
    return Scorer(PAPER).score(features).importance
