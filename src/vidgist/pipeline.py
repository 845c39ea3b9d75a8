"""The data flow on one page: video -> features -> criteria -> importance -> shots -> selection.

Each stage is a public function on plain arrays; `summarize` only calls them in order:

==  ==================================================  ======================
1.  `features.extract_features`: decode once, sample    video/, features/
2.  `scoring.score_features`: criteria, their product   criteria/, scoring.py
3.  `shots.segment`, `refine_shots`: cuts on frames     shots/
4.  `selection.choose`: the best that fit the length    selection/
5.  `Summary.save`: clip, keyframes, page, data         render/
==  ==================================================  ======================
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from vidgist.backbones import DEFAULT_BACKBONE, Backbone, load_backbone
from vidgist.features import extract_features
from vidgist.models import Model, load_model
from vidgist.progress import Progress, silent
from vidgist.scoring.bank import SHIPPED, Bank
from vidgist.scoring.presets import Preset, configure, implied_preset
from vidgist.scoring.scorer import bank_for, check_model, score_features
from vidgist.selection import best_samples, choose, parse_length
from vidgist.shots import refine_shots, segment
from vidgist.types import Summary
from vidgist.video import Limits, probe

__all__ = ["summarize"]


def summarize(
    path: str | Path,
    *,
    length: str | float = "15%",
    preset: str | Preset | None = None,
    criteria: str | Iterable[str] | None = None,
    neighbors: float | None = None,
    avoid_zeros: str | None = None,
    threshold: float | None = None,
    smoothing: float | None = None,
    prior: str | None = None,
    fps: float = 2.0,
    fast: bool = False,
    backbone: str | Backbone = DEFAULT_BACKBONE,
    model: str | Path | Model | None = None,
    bank: str | Path | Bank = SHIPPED,
    device: str = "auto",
    threads: int | None = None,
    limits: Limits | None = None,
    with_thumbnails: bool = True,
    progress: Progress = silent,
) -> Summary:
    """Return the gist of a video: its samples, scores, shots and the selected ones.

    Args:
        path: the video file.
        length: the most that the summary may last: ``"15%"``, ``"90s"``, ``"1:30"`` or seconds.
        preset: name of the settings to start from, or the settings; the next six override them.
            By default `vidgist.scoring.presets.implied_preset` tells.
        criteria: names out of `vidgist.scoring.presets.CRITERIA`, also as
            ``"alignment,uniformity"``.
        neighbors: share of the samples that are a sample's neighbors, in (0, 1].
        avoid_zeros: `eps` or `exp`.
        threshold: alignment under this share of its mean is set to 0.
        smoothing: sigma of the Gaussian over time, in samples.
        prior: what to believe of time: `none`, `middle` or `ends`, see `vidgist.priors`.
        fps: samples a second.
        fast: skip frames that neither another frame nor a sample needs: quicker, and borders of
            shots may be off by a frame or two.
        backbone: feature extractor, by name, as an ONNX file, or the extractor itself.
        model: safetensors file that ``vidgist train`` wrote, or the model itself.
        bank: statistics of other videos, for the criteria that compare with them: `shipped`,
            `none`, a file that ``vidgist bank`` wrote, or the bank itself.
        device: `auto`, `cpu` or `cuda`.
        threads: for decoding and for inference each; default one a core.
        limits: pixels, seconds and streams that the video may have at most.
        with_thumbnails: make the small pictures of the samples, which the report shows.
        progress: told how far each stage is.

    Returns:
        (T,) scores, (S,) shots in seconds and what is selected, no longer than the length;
        ``save`` writes the files.

    Raises:
        SettingError: an option's value is unknown or out of range.
        VideoError: nothing in the file decodes.
        ModelError: the backbone or the model is damaged, or one does not fit the other.
        DataError: the bank is damaged, or one of another backbone.
        MissingExtraError: the backbone needs a package that is not installed.
    """
    if preset is None:
        preset = implied_preset(
            criteria=criteria, neighbors=neighbors, threshold=threshold, model=model
        )
    settings = configure(
        preset,
        criteria=criteria,
        neighbors=neighbors,
        avoid_zeros=avoid_zeros,
        threshold=threshold,
        smoothing=smoothing,
        prior=prior,
    )
    parse_length(length, 1.0)  # wrong lengths are told before the work, not after
    if isinstance(model, (str, Path)):
        model = load_model(model)
    check_model(settings, model)
    video = probe(path, limits=limits)
    if isinstance(backbone, str):
        backbone = load_backbone(backbone, device=device, threads=threads)
    if model is not None:
        model.check(
            dimension=backbone.dimension, backbone=backbone.name, fingerprint=backbone.fingerprint
        )
    found_bank, no_bank = bank_for(
        settings,
        bank,
        dimension=backbone.dimension,
        backbone=backbone.name,
        fingerprint=backbone.fingerprint,
    )
    extraction = extract_features(
        path,
        backbone=backbone,
        fps=fps,
        skip_nonref=fast,
        device=device,
        threads=threads,
        limits=limits,
        with_thumbnails=with_thumbnails,
        progress=progress,
    )
    features, timeline = extraction.features, extraction.timeline
    scores = score_features(features, settings, model=model, bank=found_bank, progress=progress)
    progress("finding shots", 0, None)
    whole = refine_shots(segment(features.values), features.picks, timeline)
    budget = parse_length(length, timeline.duration)
    shots, values, selected = choose(
        scores.importance,
        features.picks,
        whole,
        timeline,
        budget=budget,
        integer_values=settings.integer_values,
        black=extraction.black,
    )
    return Summary(
        video=video,
        settings={
            "length": str(length),
            "preset": settings.name,
            **{name: value for name, value in asdict(settings).items() if name != "name"},
            "fps": fps,
            "fast": fast,
            "backbone": features.backbone,
            "backbone_fingerprint": extraction.fingerprint,
            "model": None if model is None else model.source,
            "bank": None if found_bank is None else found_bank.label,
            "device": device,
            "threads": threads,
        },
        timeline=timeline,
        features=features,
        scores=scores,
        shots=shots,
        shot_scores=values,
        selected=selected,
        keyframes=best_samples(scores.importance, features.picks, shots),
        budget=budget,
        black=extraction.black,
        uncut=None if shots is whole else whole,
        thumbnails=extraction.thumbnails,
        warnings=timeline.warnings if no_bank is None else (*timeline.warnings, no_bank),
    )
