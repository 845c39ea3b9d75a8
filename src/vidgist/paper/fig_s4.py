"""Figure S4: the features of SumMe's videos and of 25 of TVSum's, laid out by t-SNE."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from vidgist.criteria.gram import unit_rows
from vidgist.datasets import VideoRecord
from vidgist.errors import MissingExtraError
from vidgist.evaluation.protocols import METRICS
from vidgist.paper.context import BenchmarkResult, Context, PaperTable
from vidgist.paper.figures import destination, new_figure, save_figure, videos_with_features

MOST_VIDEOS = 25
SAMPLES = 60
"""Samples drawn from each video, so that long ones do not fill the picture."""
PERPLEXITY = 30.0
SEED = 0
FEW = 400


def run(context: Context) -> BenchmarkResult:
    """Draw one panel for each data set, one color for each video."""
    destination(context)  # a wrong suffix fails before the work, not after
    try:
        from sklearn.manifold import TSNE
    except ImportError:
        raise MissingExtraError("t-SNE", "figures") from None
    rng = np.random.default_rng(SEED)
    result = BenchmarkResult()
    panels = []
    for metric in ("summe", "tvsum"):
        records = videos_with_features(context, metric, result.missing)
        if records:
            chosen = rng.permutation(len(records))[:MOST_VIDEOS]
            panels.append((METRICS[metric], [records[i] for i in np.sort(chosen)]))
    if not panels:
        return result
    figure, axes = new_figure(columns=len(panels), width=5.0 * len(panels), height=5.0)
    for axis, (name, records) in zip(np.atleast_1d(axes), panels, strict=True):
        vectors, videos = _sample(records, rng)
        perplexity = min(PERPLEXITY, max(1.0, (len(vectors) - 1) / 3))
        # The approximation pays only for many points.
        method = "exact" if len(vectors) < FEW else "barnes_hut"
        tsne = TSNE(perplexity=perplexity, init="pca", method=method, random_state=SEED)
        points = tsne.fit_transform(vectors)
        axis.scatter(points[:, 0], points[:, 1], c=videos, cmap="turbo", s=6, linewidths=0)
        axis.set_title(f"{name}: {len(records)} videos")
        axis.set_xticks([])
        axis.set_yticks([])
        context.progress("t-SNE", 1, None)
    result.figures.append(save_figure(context, figure))
    return result


def _sample(
    records: list[VideoRecord], rng: np.random.Generator
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]:
    """Return normalized features (P, D) of some samples of each video, and its index (P,)."""
    vectors, videos = [], []
    for index, record in enumerate(records):
        values = np.asarray(record.need("features"), dtype=np.float32)
        chosen = np.sort(rng.permutation(len(values))[:SAMPLES])
        vectors.append(unit_rows(values[chosen]))
        videos.append(np.full(len(chosen), index))
    return np.concatenate(vectors), np.concatenate(videos)


TABLE = PaperTable(
    name="fig-s4",
    summary="t-SNE of the features of TVSum and SumMe (Figure S4).",
    run=run,
    order=24,
)
