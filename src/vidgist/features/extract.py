"""Feature extraction: one thread decodes the video while another runs the backbone."""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from vidgist.backbones.backbone import (
    Backbone,
    Pixels,
    Vectors,
    centers,
    check_pixels,
    sample_shape,
    window_of,
)
from vidgist.backbones.registry import DEFAULT_BACKBONE, load_backbone
from vidgist.defaults import DEFAULT_FPS
from vidgist.features.thumbnails import refit, thumbnail, thumbnail_size
from vidgist.progress import Progress, silent
from vidgist.types import Features, Frames, Timeline, VideoInfo
from vidgist.video.container import Limits
from vidgist.video.decode import SampleStream
from vidgist.video.junk import Junk, find_junk
from vidgist.video.measures import Measures, join, measure
from vidgist.video.probe import probe

BATCH = 4
"""Samples in one inference: the activations of larger batches leave the processor's cache (a fifth
more time at 16), need more memory, and are later to start."""

WINDOW_BATCH = 1
"""Frame windows in one inference: each is as much work as several batches of pictures."""

BATCHES_AHEAD = 8
"""Batches that may wait for their inference: the decoder works in bursts."""

_Result: TypeAlias = tuple[Vectors, Measures, list[bytes]]


@dataclass(frozen=True, kw_only=True)
class Extraction:
    """The results of one pass over a video.

    Attributes:
        features: (T, D) pooled features, not normalized, with times and picks.
        timeline: every frame that was decoded.
        junk: why samples are unfit to show, how sharp they are, and the transitions of the video;
            no transitions where the input was samples.
        thumbnails: T small JPEG files, one a sample; none if they were not asked for, or the input
            was samples instead of a video.
        fingerprint: of the backbone.
    """

    features: Features
    timeline: Timeline
    junk: Junk
    thumbnails: tuple[bytes, ...]
    fingerprint: str = ""


def batch_shape(backbone: Backbone) -> tuple[int, ...]:
    """Return the shape of one inference: (B, H, W, 3), or (B, F, H, W, 3) of frame windows."""
    window = window_of(backbone)
    return (BATCH if window is None else WINDOW_BATCH, *sample_shape(backbone.size, window))


def _each(stream: Iterable[Pixels]) -> Generator[Pixels, None, None]:
    # A generator can be closed, and closes the iterator within, whose type does not promise that.
    yield from stream


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


def extract_features(
    video: str | Path | Frames,
    *,
    backbone: str | Backbone = DEFAULT_BACKBONE,
    fps: float = DEFAULT_FPS,
    skip_nonref: bool = False,
    device: str = "auto",
    threads: int | None = None,
    limits: Limits | None = None,
    with_thumbnails: bool = True,
    progress: Progress = silent,
) -> Extraction:
    """Sample a video and return the features of its samples.

    Args:
        video: the file, decoded and inferred at the same time; or samples from
            `vidgist.read_frames`, (T, H, W, 3) uint8 at the backbone's size: then fps,
            skip_nonref, limits and with_thumbnails have no effect.
        backbone: a name or specification that `load_backbone` knows, or the extractor itself.
        fps: samples a second; samples are frames shown at multiples of ``1 / fps``.
        skip_nonref: skip frames that neither another frame nor a sample needs: quicker, but
            borders of shots may be off by a frame or two.
        device: for a backbone that is loaded here.
        threads: for decoding and for inference each; default one a core.
        limits: limits on pixels, seconds and streams of the video.
        with_thumbnails: make the small pictures too.
        progress: callback for the progress of the decoding.

    Returns:
        ``features`` (T, D), float32 and not normalized, with their seconds and frame indices; the
        timeline; junk and thumbnails.

    Raises:
        VideoError: nothing in the file decodes.
        SettingError: an argument is out of range, the backbone is unknown, or samples are of
            another size than it takes.
        MissingExtraError: the backbone is not installed.
        ModelError: the backbone's model is damaged or fails.
    """
    how: dict[str, Any] = {"device": device, "threads": threads}
    if isinstance(video, Frames):
        return _of_frames(video, _loaded(backbone, **how), progress=progress)
    path = Path(video)
    info = probe(path, limits=limits)  # before a model is loaded: the file may be no video
    extractor = _loaded(backbone, **how)
    window = window_of(extractor)
    small = thumbnail_size(width=info.width, height=info.height)

    def infer(batch: Pixels) -> _Result:
        pictures = centers(batch, window=window)
        jpegs = [thumbnail(p, size=small) for p in pictures] if with_thumbnails else []
        return extractor.extract(batch), measure(pictures), jpegs

    stream = SampleStream(
        path,
        fps=fps,
        size=extractor.size,
        window=window,
        skip_nonref=skip_nonref,
        threads=threads,
        limits=limits,
        progress=progress,
    )
    results: list[_Result] = []
    waiting: deque[Future[_Result]] = deque()
    worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="infer")
    try:
        # Closed here also after an error or Ctrl-C, so that the video's file is closed.
        with contextlib.closing(_each(stream)) as samples:
            for batch in _batches(samples, shape=batch_shape(extractor)):
                waiting.append(worker.submit(infer, batch))
                while len(waiting) > BATCHES_AHEAD:
                    results.append(waiting.popleft().result())
        results += [future.result() for future in waiting]
    finally:
        worker.shutdown(wait=True, cancel_futures=True)

    features = Features(
        values=np.concatenate([vectors for vectors, _, _ in results]),
        picks=stream.picks,
        n_frames=stream.timeline.n_frames,
        backbone=extractor.name,
        times=stream.times,
    )
    return Extraction(
        features=features,
        timeline=stream.timeline,
        junk=find_junk(
            join([measures for _, measures, _ in results]),
            times=stream.times,
            frame_times=stream.timeline.times,
            jumps=stream.timeline.jumps,
            transitions=stream.transitions,
            holes=stream.timeline.holes,
        ),
        thumbnails=_fitted(stream, [jpeg for _, _, jpegs in results for jpeg in jpegs], info=info),
        fingerprint=extractor.fingerprint,
    )


def _fitted(stream: SampleStream, thumbnails: list[bytes], *, info: VideoInfo) -> tuple[bytes, ...]:
    """Return the thumbnails with bars where the size of the video's pictures changes."""
    size, shown = stream.timeline.size, stream.sizes
    if size is None or {size, *shown} == {(info.width, info.height)}:
        return tuple(thumbnails)
    # Known only now; in the pass they were made in the size of the first picture.
    return tuple(
        refit(jpeg, shown=own, canvas=size)
        for jpeg, own in zip(thumbnails, shown if thumbnails else (), strict=True)
    )


def _loaded(backbone: str | Backbone, **how: Any) -> Backbone:
    return load_backbone(backbone, **how) if isinstance(backbone, str) else backbone


def _of_frames(frames: Frames, extractor: Backbone, *, progress: Progress) -> Extraction:
    """Return the features of samples that are decoded already."""
    check_pixels(frames.pixels, size=extractor.size, window=window_of(extractor))
    count = len(frames.pixels)
    vectors = []
    for start in range(0, count, BATCH):
        vectors.append(extractor.extract(frames.pixels[start : start + BATCH]))
        progress("inferring", min(start + BATCH, count), count)
    return Extraction(
        features=Features(
            values=np.concatenate(vectors),
            picks=frames.picks,
            n_frames=frames.timeline.n_frames,
            backbone=extractor.name,
            times=frames.times,
        ),
        timeline=frames.timeline,
        junk=find_junk(
            measure(frames.pixels),
            times=frames.times,
            frame_times=frames.timeline.times,
            jumps=frames.timeline.jumps,
            holes=frames.timeline.holes,
        ),
        thumbnails=(),
        fingerprint=extractor.fingerprint,
    )
