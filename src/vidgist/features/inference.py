"""Inference beside decoding: one thread iterates over samples while another runs the backbone."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator, Iterable, Iterator
from typing import NamedTuple

import numpy as np

from vidgist.backbones.backbone import Backbone, Pixels, Vectors, centers, sample_shape, window_of
from vidgist.system.background import Background
from vidgist.video.measures import Measures, join, measure

BATCH = 4
"""Samples in one inference: the activations of larger batches leave the processor's cache (a fifth
more time at 16), need more memory, and are later to start."""

WINDOW_BATCH = 1
"""Frame windows in one inference: each is as much work as several batches of pictures."""

BATCHES_AHEAD = 8
"""Batches that may wait for their inference: the decoder works in bursts."""


class Inferred(NamedTuple):
    """Results of T samples.

    Attributes:
        values: (T, D) features.
        measures: quality of the pictures.
        thumbnails: T small JPEG files, or none.
    """

    values: Vectors
    measures: Measures
    thumbnails: tuple[bytes, ...]

    def joined(self, other: Inferred) -> Inferred:
        """Return the results of these samples and of others after them."""
        return Inferred(
            np.concatenate([self.values, other.values]),
            join([self.measures, other.measures]),
            self.thumbnails + other.thumbnails,
        )

    def ordered(self, order: np.ndarray[tuple[int], np.dtype[np.int64]]) -> Inferred:
        """Return the results in another order of the samples, (T,) indices."""
        thumbnails = tuple(self.thumbnails[i] for i in order) if self.thumbnails else ()
        measures = Measures(*(column[order] for column in self.measures))
        return Inferred(self.values[order], measures, thumbnails)


def batch_shape(backbone: Backbone) -> tuple[int, ...]:
    """Return the shape of one inference: (B, H, W, 3), or (B, F, H, W, 3) of frame windows."""
    window = window_of(backbone)
    return (BATCH if window is None else WINDOW_BATCH, *sample_shape(backbone.size, window))


def infer(
    samples: Iterable[Pixels],
    backbone: Backbone,
    *,
    thumbnail: Callable[[Pixels], bytes] | None = None,
) -> Inferred | None:
    """Run the backbone on samples while the next ones are decoded.

    Args:
        samples: (H, W, 3) each, or (F, H, W, 3) frame windows.
        backbone: the extractor.
        thumbnail: makes the small picture of a sample.

    Returns:
        Their results, None where there is no sample.
    """
    window = window_of(backbone)

    def work(batch: Pixels) -> Inferred:
        pictures = centers(batch, window=window)
        jpegs = tuple(thumbnail(p) for p in pictures) if thumbnail else ()
        return Inferred(backbone.extract(batch), measure(pictures), jpegs)

    with (
        Background("infer", ahead=BATCHES_AHEAD) as background,
        # Closed here also after an error or Ctrl-C, so that the video's file is closed.
        contextlib.closing(_each(samples)) as each,
    ):
        batches = _batches(each, shape=batch_shape(backbone))
        futures = [background.run(work, batch) for batch in batches]
    results = [future.result() for future in futures]
    if not results:
        return None
    return Inferred(
        np.concatenate([part.values for part in results]),
        join([part.measures for part in results]),
        tuple(jpeg for part in results for jpeg in part.thumbnails),
    )


def _each(samples: Iterable[Pixels]) -> Generator[Pixels, None, None]:
    # A generator can be closed, and closes the iterator within, whose type does not promise that.
    yield from samples


def _batches(samples: Iterator[Pixels], *, shape: tuple[int, ...]) -> Iterator[Pixels]:
    """Gather samples, (H, W, 3) or (F, H, W, 3), into batches of up to ``shape[0]``."""
    while True:
        batch = np.empty(shape, np.uint8)
        count = 0
        for pixels in samples:
            batch[count] = pixels
            count += 1
            if count == len(batch):
                break
        if count:
            yield batch[:count]
        if count < len(batch):
            return
