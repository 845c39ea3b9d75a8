"""A video in, features out: one thread decodes while another infers."""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from vidgist.features.backbone import Backbone, Pixels, Vectors, check_pixels, clip_of, stills
from vidgist.features.registry import DEFAULT_BACKBONE, load_backbone
from vidgist.features.thumbnails import thumbnail, thumbnail_size
from vidgist.features.trace import Trace
from vidgist.progress import Progress, silent
from vidgist.types import Booleans, Features, Frames, Timeline

if TYPE_CHECKING:
    from vidgist.video.container import Limits
    from vidgist.video.junk import Junk
    from vidgist.video.measures import Measures

__all__ = ["Extraction", "extract_features"]

BATCH = 4
"""Samples in one inference: what passes between the layers of larger ones leaves the processor's
cache (a fifth more time at 16), takes more memory, and waits longer to be full."""

CLIP_BATCH = 1
"""Clips in one inference: each is as much work as several batches of pictures."""

BATCHES_AHEAD = 8
"""Batches that may wait for their inference: the decoder works in bursts."""

_Result: TypeAlias = tuple[Vectors, "Measures", list[bytes]]


@dataclass(frozen=True, kw_only=True)
class Extraction:
    """What one pass over a video gives.

    Attributes:
        features: (T, D) pooled features, not normalised, with times and picks.
        timeline: every frame that was decoded on the way.
        black: (T,) which samples show nothing, see `vidgist.video.is_black`.
        thumbnails: T small JPEG files, one a sample; or none, where they were not asked for or
            samples were given in the place of a video.
        fingerprint: that of the backbone.
        junk: which samples are refused and why, and the video's transitions; None where samples
            were given in the place of a video.
    """

    features: Features
    timeline: Timeline
    black: Booleans
    thumbnails: tuple[bytes, ...]
    fingerprint: str = ""
    junk: Junk | None = None


def _each(stream: Iterable[Pixels]) -> Generator[Pixels, None, None]:
    # Closing this closes the iterator within, which the type of an iterator does not promise.
    yield from stream


def _batches(
    samples: Iterator[Pixels], *, shape: tuple[int, ...], trace: Trace
) -> Iterator[Pixels]:
    """Gather samples, (H, W, 3) or (F, H, W, 3), into batches of up to ``shape[0]``."""
    while True:
        batch = np.empty(shape, np.uint8)
        count = 0
        with trace.span("decode"):
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
    fps: float = 2.0,
    skip_nonref: bool = False,
    device: str = "auto",
    threads: int | None = None,
    limits: Limits | None = None,
    with_thumbnails: bool = True,
    progress: Progress = silent,
    trace: Trace | None = None,
) -> Extraction:
    """Sample a video and return the features of its samples.

    Args:
        video: the file, read and inferred at the same time; or the samples that
            `vidgist.read_frames` gave, (T, H, W, 3) uint8 at the backbone's size: then fps,
            skip_nonref, limits and thumbnails do not matter.
        backbone: a name or specification that `load_backbone` knows, or the extractor itself.
        fps: samples a second; sample k is the frame shown at ``k / fps``.
        skip_nonref: do not decode frames that neither another frame nor a sample needs: quicker,
            borders of shots may be off by a frame or two.
        device: for a backbone that is loaded here.
        threads: for decoding and for inference each; default one a core.
        limits: what the video may ask for at most.
        with_thumbnails: make the small pictures too.
        progress: told how far the reading is.
        trace: gets the spans of `decode`, `wait` (for the inference), `infer`, `measure` and
            `thumbnails`.

    Returns:
        ``features`` (T, D) as the backbone gives them, float32 and not normalised, with their
        seconds and frame indices; the timeline; and what was seen on the way.

    Raises:
        VideoError: nothing in the file decodes.
        SettingError: an argument is out of range, the backbone is unknown, or samples are of
            another size than it takes.
        MissingExtraError: the backbone is not installed.
        ModelError: the backbone's model is damaged or fails.
    """
    # Here and not above: whoever only lists backbones need not wait for FFmpeg to load.
    from vidgist.video.decode import SampleStream
    from vidgist.video.junk import find_junk
    from vidgist.video.measures import join, measure
    from vidgist.video.probe import probe

    trace = Trace() if trace is None else trace
    how: dict[str, Any] = {"device": device, "threads": threads}
    if isinstance(video, Frames):
        return _of_frames(video, _loaded(backbone, **how), progress=progress, trace=trace)
    path = Path(video)
    info = probe(path, limits=limits)  # a file that is no video is told before a model is loaded
    extractor = _loaded(backbone, **how)
    clip = clip_of(extractor)
    shape: tuple[int, ...] = (*extractor.size, 3)
    shape = (BATCH, *shape) if clip is None else (CLIP_BATCH, clip.frames, *shape)
    small = thumbnail_size(width=info.width, height=info.height)

    def infer(batch: Pixels) -> _Result:
        with trace.span("infer"):
            vectors = extractor.extract(batch)
        pictures = stills(batch, clip=clip)
        with trace.span("measure"):
            measures = measure(pictures)
        if not with_thumbnails:
            return vectors, measures, []
        with trace.span("thumbnails"):
            return vectors, measures, [thumbnail(pixels, size=small) for pixels in pictures]

    stream = SampleStream(
        path,
        fps=fps,
        size=extractor.size,
        clip=clip,
        skip_nonref=skip_nonref,
        threads=threads,
        limits=limits,
        progress=progress,
    )
    results: list[_Result] = []
    waiting: deque[Future[_Result]] = deque()
    worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="infer")
    try:
        # Closed here also after an error or Ctrl-C, so that the video's file is let go of.
        with contextlib.closing(_each(stream)) as samples:
            for batch in _batches(samples, shape=shape, trace=trace):
                waiting.append(worker.submit(infer, batch))
                while len(waiting) > BATCHES_AHEAD:
                    with trace.span("wait"):
                        results.append(waiting.popleft().result())
        while waiting:
            with trace.span("wait"):
                results.append(waiting.popleft().result())
    finally:
        worker.shutdown(wait=True, cancel_futures=True)

    features = Features(
        values=np.concatenate([vectors for vectors, _, _ in results]),
        picks=stream.picks,
        n_frames=stream.timeline.n_frames,
        backbone=extractor.name,
        times=stream.times,
    )
    measures = join([part for _, part, _ in results])
    return Extraction(
        features=features,
        timeline=stream.timeline,
        black=np.asarray(measures.dark >= 0.98),  # see `vidgist.video.is_black`
        thumbnails=tuple(jpeg for _, _, jpegs in results for jpeg in jpegs),
        fingerprint=extractor.fingerprint,
        junk=find_junk(
            measures,
            times=stream.times,
            frame_times=stream.timeline.times,
            jumps=stream.timeline.jumps,
            transitions=stream.transitions,
        ),
    )


def _loaded(backbone: str | Backbone, **how: Any) -> Backbone:
    return load_backbone(backbone, **how) if isinstance(backbone, str) else backbone


def _of_frames(
    frames: Frames, extractor: Backbone, *, progress: Progress, trace: Trace
) -> Extraction:
    """Return the features of samples that were read before."""
    from vidgist.video.black import is_black

    check_pixels(frames.pixels, size=extractor.size, clip=clip_of(extractor))
    count = len(frames.pixels)
    vectors = []
    with trace.span("infer"):
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
        black=is_black(frames.pixels),
        thumbnails=(),
        fingerprint=extractor.fingerprint,
    )
