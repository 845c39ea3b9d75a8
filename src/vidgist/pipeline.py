"""The data flow on one page: video -> features -> criteria -> importance -> shots -> selection.

Each stage is a public function on plain arrays; `summarize` only calls them in order:

==  ==================================================  ======================
1.  `features.extract_features`: decode once, sample    video/, features/
2.  `scoring.Scorer.score`: criteria, their product     criteria/, scoring/
3.  `shots.segment`, `refine_shots`: cuts on frames     shots/
4.  `selection.choose`: the best that fit the length    selection/
5.  `Summary.save`: clip, keyframes, page, data         render/
==  ==================================================  ======================
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from vidgist.backbones import DEFAULT_BACKBONE, Backbone, load_backbone
from vidgist.defaults import DEFAULT_FPS, DEFAULT_LENGTH
from vidgist.features import extract_features
from vidgist.models import Model
from vidgist.progress import Progress, silent
from vidgist.scoring.bank import SHIPPED, Bank
from vidgist.scoring.presets import DEFAULT_PRESET, Preset, preset
from vidgist.scoring.scorer import Scorer
from vidgist.selection import best_samples, choose, parse_length
from vidgist.shots import refine_shots, segment
from vidgist.summary import Summary
from vidgist.video import Limits, probe

__all__ = ["DEFAULTS", "summarize"]


def summarize(
    path: str | Path,
    *,
    length: str | float = DEFAULT_LENGTH,
    settings: str | Preset = DEFAULT_PRESET,
    model: str | Path | Model | None = None,
    bank: str | Path | Bank = SHIPPED,
    scorer: Scorer | None = None,
    fps: float = DEFAULT_FPS,
    fast: bool = False,
    backbone: str | Backbone = DEFAULT_BACKBONE,
    device: str = "auto",
    threads: int | None = None,
    limits: Limits | None = None,
    with_thumbnails: bool = True,
    progress: Progress = silent,
    **changes: Any,
) -> Summary:
    """Summarize a video: sample it, score the samples, cut it into shots, select the best.

    Args:
        path: the video file.
        length: the most that the summary may last: ``"15%"``, ``"90s"``, ``"1:30"`` or seconds.
        settings: of the score: the name of a preset, or what `vidgist.preset` returns.
        model: safetensors file that ``vidgist train`` wrote, or the model itself.
        bank: statistics of other videos, for the criteria that compare with them: `shipped`,
            `none`, a file that ``vidgist bank`` wrote, or the bank itself.
        scorer: built before, in the place of settings, model and bank.
        fps: samples a second.
        fast: skip frames that neither another frame nor a sample needs: quicker, and borders of
            shots may be off by a frame or two.
        backbone: feature extractor, by name, as an ONNX file, or the extractor itself.
        device: `auto`, `cpu` or `cuda`.
        threads: for decoding and for inference each; default one a core.
        limits: pixels, seconds and streams that the video may have at most.
        with_thumbnails: make the small pictures of the samples, which the report shows.
        progress: called as each stage goes on.
        **changes: fields of the settings to change, such as ``smoothing=1.5``.

    Returns:
        (T,) scores, (S,) shots in seconds and what is selected, no longer than the length;
        ``save`` writes the files.

    Raises:
        SettingError: an argument is unknown or out of range, or two contradict each other.
        VideoError: nothing in the file decodes.
        ModelError: the backbone or the model is damaged, or one does not fit the other.
        DataError: the bank is damaged, or one of another backbone.
        MissingExtraError: the backbone needs a package that is not installed.
    """
    parse_length(length, 1.0)  # wrong arguments are refused before the work, not after
    if scorer is None:
        scorer = Scorer(preset(settings, **changes), model=model, bank=bank)
    video = probe(path, limits=limits)
    if isinstance(backbone, str):
        backbone = load_backbone(backbone, device=device, threads=threads)
    scorer = scorer.matched(
        dimension=backbone.dimension, backbone=backbone.name, fingerprint=backbone.fingerprint
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
    scores = scorer.score(features, progress=progress)
    progress("finding shots", 0, None)
    whole = refine_shots(segment(features.values), features.picks, timeline)
    budget = parse_length(length, timeline.duration)
    shots, values, selected = choose(
        scores.importance,
        features.picks,
        whole,
        timeline,
        budget=budget,
        integer_values=scorer.settings.integer_values,
        black=extraction.black,
    )
    return Summary(
        video=video,
        settings={
            "length": str(length),
            "preset": scorer.settings.name,
            **{k: v for k, v in asdict(scorer.settings).items() if k != "name"},
            "fps": fps,
            "fast": fast,
            "backbone": features.backbone,
            "backbone_fingerprint": extraction.fingerprint,
            **scorer.described(),
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
        warnings=(*timeline.warnings, *scorer.notes),
    )


DEFAULTS: Mapping[str, Any] = {
    name: parameter.default
    for name, parameter in inspect.signature(summarize).parameters.items()
    if parameter.kind is parameter.KEYWORD_ONLY
}
"""Defaults of `summarize` by name, for those who hand its arguments on."""
