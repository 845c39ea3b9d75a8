"""Feature extraction: one thread decodes the video while another runs the backbone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from vidgist.backbones.backbone import Backbone, check_pixels, widths_of, window_of
from vidgist.backbones.registry import DEFAULT_BACKBONE, load_backbone
from vidgist.defaults import DEFAULT_FPS
from vidgist.features.inference import BATCH, Inferred, infer
from vidgist.features.skim import skim_samples
from vidgist.features.thumbnails import refit, thumbnail, thumbnail_size
from vidgist.progress import Progress, silent
from vidgist.sampling import FULL, Sampling
from vidgist.types import Features, Frames, Timeline, VideoInfo
from vidgist.video.container import Limits
from vidgist.video.decode import SampleStream
from vidgist.video.junk import Junk, find_junk
from vidgist.video.measures import measure
from vidgist.video.probe import probe
from vidgist.video.skim import SkimStream


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
        sampling: which frames were looked at.
        skimmed: the stream of a skimmed video, which can look closer; else None.
    """

    features: Features
    timeline: Timeline
    junk: Junk
    thumbnails: tuple[bytes, ...]
    fingerprint: str = ""
    sampling: Sampling = FULL
    skimmed: SkimStream | None = None


def extract_features(
    video: str | Path | Frames,
    *,
    backbone: str | Backbone = DEFAULT_BACKBONE,
    fps: float = DEFAULT_FPS,
    skim: bool = False,
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
            skim, limits and with_thumbnails have no effect.
        backbone: a name or specification that `load_backbone` knows, or the extractor itself.
        fps: samples a second; samples are frames shown at multiples of ``1 / fps``.
        skim: decode key frames and a few others in place of every frame, where the video allows it
            (see `vidgist.video.skim`); fps is then the most samples a second.
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

    Example:
        >>> extraction = extract_features("demo.mp4")
        >>> extraction.features.values.shape, extraction.features.picks[:3]
        ((40, 1280), array([ 0, 12, 25]))
    """
    how: dict[str, Any] = {"device": device, "threads": threads}
    if isinstance(video, Frames):
        return _of_frames(video, _loaded(backbone, **how), progress=progress)
    path = Path(video)
    info = probe(path, limits=limits)  # before a model is loaded: the file may be no video
    extractor = _loaded(backbone, **how)
    window = window_of(extractor)
    small = None
    if with_thumbnails:
        small = partial(thumbnail, size=thumbnail_size(width=info.width, height=info.height))
    reading: dict[str, Any] = {
        "fps": fps,
        "size": extractor.size,
        "threads": threads,
        "limits": limits,
        "progress": progress,
    }
    note = ""
    if skim and window is not None:
        note = f"{extractor.name} looks at the frames around each sample"
    elif skim:
        sparse = SkimStream(path, **reading)
        inferred, note = skim_samples(sparse, partial(infer, backbone=extractor, thumbnail=small))
        if inferred is not None:
            return _extraction(sparse, inferred, extractor, sparse.sampling, info=info)
    stream = SampleStream(path, window=window, **reading)
    inferred = infer(stream, extractor, thumbnail=small)
    assert inferred is not None  # or the stream had raised
    return _extraction(stream, inferred, extractor, Sampling(note=note), info=info)


def _extraction(
    stream: SampleStream | SkimStream,
    inferred: Inferred,
    backbone: Backbone,
    sampling: Sampling,
    *,
    info: VideoInfo,
) -> Extraction:
    timeline = stream.timeline
    if sampling.note:
        timeline = replace(timeline, warnings=(*timeline.warnings, f"not skimmed: {sampling.note}"))
    return Extraction(
        features=Features(
            values=inferred.values,
            picks=stream.picks,
            n_frames=timeline.n_frames,
            backbone=backbone.name,
            times=stream.times,
            widths=widths_of(backbone),
        ),
        timeline=timeline,
        junk=find_junk(
            inferred.measures,
            times=stream.times,
            frame_times=timeline.times,
            jumps=timeline.jumps,
            transitions=stream.transitions,
            holes=stream.timeline.holes,
        ),
        thumbnails=_fitted(stream, inferred.thumbnails, info=info),
        fingerprint=backbone.fingerprint,
        sampling=sampling,
        skimmed=stream if isinstance(stream, SkimStream) else None,
    )


def _fitted(
    stream: SampleStream | SkimStream, thumbnails: tuple[bytes, ...], *, info: VideoInfo
) -> tuple[bytes, ...]:
    """Return the thumbnails with bars where the size of the video's pictures changes."""
    size, shown = stream.timeline.size, stream.sizes
    if size is None or {size, *shown} == {(info.width, info.height)}:
        return thumbnails
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
            widths=widths_of(extractor),
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
