"""The data flow on one page: video -> features -> criteria -> importance -> shots -> selection.

Each stage is a public function on plain arrays; `summarize` only calls them in order:

==  ==================================================  ======================
1.  `features.extract_features`: decode once, sample    video/, features/
2.  `scoring.Scorer.score`: criteria, their product     criteria/, scoring/
3.  `shot_source`: cuts by KTS, on frames; or a file    shots/
4.  `selection.choose`: pieces that fit the length      selection/
5.  `Summary.save`: clip, keyframes, page, data         render/
==  ==================================================  ======================
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from vidgist.backbones import DEFAULT_BACKBONE, Backbone, load_backbone
from vidgist.captions import read_transcript, sentences
from vidgist.defaults import (
    DEFAULT_AUDIO,
    DEFAULT_FPS,
    DEFAULT_HDR,
    DEFAULT_KEYFRAMES,
    DEFAULT_LENGTH,
    DEFAULT_SELECT,
    DEFAULT_SHOTS,
)
from vidgist.errors import SettingError
from vidgist.features import Extraction, extract_features
from vidgist.models import AnyModel, ScoreFunction, open_scorer
from vidgist.notebook import progress_here
from vidgist.progress import Progress
from vidgist.scoring.bank import SHIPPED, Bank
from vidgist.scoring.presets import DEFAULT_PRESET, Preset, preset
from vidgist.scoring.scorer import Scorer
from vidgist.selection import RULES, Footage, Rule, Selection, choose, parse_count, parse_length
from vidgist.selection.at_keys import at_key_frames, reachable
from vidgist.selection.clean_cuts import clean_cuts, clean_ranges
from vidgist.selection.closer import look_closer
from vidgist.selection.keyframes import cover_keyframes
from vidgist.shot_source import AnyShots, shot_source
from vidgist.summary import Summary
from vidgist.types import Features, Floats, Scores, Timeline, VideoInfo
from vidgist.video import Limits, probe
from vidgist.video.copy import CutPoints, check_copy, where_to_cut
from vidgist.video.hdr import check_hdr
from vidgist.video.junk import intervals_of
from vidgist.video.rate import measured_rate
from vidgist.video.subtitles import subtitles_of
from vidgist.video.voices import check_choice, choose_voices, sound_tracks

AnyScorer: TypeAlias = "Scorer | ScoreFunction | Callable[[Features], Floats] | str"
"""What gives the scores of a video."""


@dataclass(frozen=True, kw_only=True)
class ScoredVideo:
    """A video after the first two stages: sampled and scored.

    Attributes:
        video: metadata of the file.
        extraction: features, timeline, junk and thumbnails.
        scores: criteria and importance, (T,) each.
        scorer: the scorer in use, with its bank.
        settings: name -> value of every setting that they depend on.
    """

    video: VideoInfo
    extraction: Extraction
    scores: Scores
    scorer: Scorer
    settings: Mapping[str, Any]

    @property
    def times(self) -> Floats:
        """(T,) seconds of each sample."""
        assert self.extraction.features.times is not None
        return self.extraction.features.times


def score_video(
    path: str | Path,
    *,
    settings: str | Preset = DEFAULT_PRESET,
    model: str | Path | AnyModel | None = None,
    bank: str | Path | Bank = SHIPPED,
    scorer: AnyScorer | None = None,
    fps: float = DEFAULT_FPS,
    skim: bool = False,
    backbone: str | Backbone = DEFAULT_BACKBONE,
    device: str = "auto",
    threads: int | None = None,
    limits: Limits | None = None,
    with_thumbnails: bool = True,
    progress: Progress | None = None,
    **changes: Any,
) -> ScoredVideo:
    """Sample a video and score its samples; see `summarize` for the arguments and errors."""
    progress = progress or progress_here()
    if scorer is None:
        scorer = Scorer(preset(settings, **changes), model=model, bank=bank)
    elif changes or settings != DEFAULT_PRESET or model is not None or bank != SHIPPED:
        raise SettingError("scorer: stands for settings, model and bank; give it or these")
    elif not isinstance(scorer, Scorer):
        scorer = Scorer(model=open_scorer(scorer))
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
        skim=skim,
        device=device,
        threads=threads,
        limits=limits,
        with_thumbnails=with_thumbnails,
        progress=progress,
    )
    video = _measured(video, extraction.timeline)
    return ScoredVideo(
        video=video,
        extraction=extraction,
        scores=scorer.score(extraction.features, progress=progress),
        scorer=scorer,
        settings={
            "preset": scorer.settings.name,
            **{k: v for k, v in asdict(scorer.settings).items() if k != "name"},
            "fps": fps,
            "skim": skim,
            "backbone": extraction.features.backbone,
            "backbone_fingerprint": extraction.fingerprint,
            **scorer.described(),
            "device": device,
            "threads": threads,
        },
    )


def _measured(video: VideoInfo, timeline: Timeline) -> VideoInfo:
    """Return the facts of a video with those that only all of its frames tell.

    Args:
        video: by its headers and its beginning.
        timeline: of the pass over it.
    """
    if timeline.size is not None:
        width, height = timeline.size
        video = replace(video, width=width, height=height)
    found = measured_rate(timeline.times, guess=video.frame_rate)
    varies = found.variable and (video.variable_frame_rate or found.rate != video.frame_rate)
    return replace(video, frame_rate=found.rate, variable_frame_rate=varies)


def summarize(
    path: str | Path,
    *,
    length: str | float = DEFAULT_LENGTH,
    select: str | Rule | Callable[[Footage], Selection] = DEFAULT_SELECT,
    shots: AnyShots = DEFAULT_SHOTS,
    keyframes: int | str = DEFAULT_KEYFRAMES,
    speech: bool = True,
    transcript: str | Path | None = None,
    audio: str = DEFAULT_AUDIO,
    metadata: bool = True,
    hdr: str = DEFAULT_HDR,
    copy: bool | str = False,
    settings: str | Preset = DEFAULT_PRESET,
    model: str | Path | AnyModel | None = None,
    bank: str | Path | Bank = SHIPPED,
    scorer: AnyScorer | None = None,
    fps: float = DEFAULT_FPS,
    skim: bool = False,
    backbone: str | Backbone = DEFAULT_BACKBONE,
    device: str = "auto",
    threads: int | None = None,
    limits: Limits | None = None,
    with_thumbnails: bool = True,
    progress: Progress | None = None,
    **changes: Any,
) -> Summary:
    """Summarize a video: sample it, score the samples, cut it into shots, select the best.

    Args:
        path: the video file.
        length: the most that the summary may last: ``"auto"`` (see `auto_length`), ``"15%"``,
            ``"90s"``, ``"1m30s"``, ``"1:30"`` or seconds.
        select: rule of selection: a name out of `vidgist.selection.RULES`, ``"module:function"``,
            a function from `Footage` to `Selection`, or a `Rule`.
        shots: where shots come from: a name out of `vidgist.shots.SEGMENTATIONS`, a function, a
            file, or (S, 2) seconds, see `vidgist.shot_source.shot_source`.
        keyframes: number of stills that stand for the whole video, or ``"auto"``.
        speech: move borders of pieces that cut speech to pauses.
        transcript: what is said, as SRT, WebVTT or Whisper's JSON: pieces then begin and end with
            sentences. Without it the video's own subtitles are shown.
        audio: the tracks of sound of the clip: ``"best"``, ``"all"``, ``"none"``, ``"mix"``,
            ``"stereo"`` (two tracks of one channel as left and right), the number of a track, or
            ``"lang:de"``.
        metadata: keep title, date, place, timecode and names of chapters of the source in the clip.
        hdr: what PQ and HLG become in the clip: ``"sdr"``, or ``"keep"`` for HEVC of 10 bits.
        copy: make the clip of the video's own packets: pieces begin with key frames, nothing is
            encoded anew, and every track is kept. ``"exact"``: pieces keep their borders, and the
            frames there are encoded anew. Where neither can be done the clip is encoded, which
            `warnings` says.
        settings: of the score: the name of a preset, or a `Preset`.
        model: safetensors file that ``vidgist train`` wrote, an ONNX file of a network of scores,
            or the model itself, see `vidgist.models.open_model`.
        bank: statistics of other videos, for the criteria that compare with them: `shipped`,
            `none`, a file that ``vidgist bank`` wrote, or the bank itself.
        scorer: replaces settings, model and bank: a `Scorer`; or what gives the scores alone, a
            function from `Features` to scores (T,), ``"module:function"``, the name of a scorer.
        fps: samples a second.
        skim: decode key frames, and others only where they are needed, in place of every frame:
            many times faster, with hardly another result; fps is then the most samples a second.
            Videos that do not allow it are read whole, which `warnings` says.
        backbone: feature extractor, by name, as an ONNX file, or the extractor itself.
        device: `auto`, `cpu` or `cuda`.
        threads: for decoding and for inference each; by default one per core.
        limits: pixels, seconds and streams that the video may have at most.
        with_thumbnails: make the small pictures of the samples, which the report shows.
        progress: called during each stage; by default a bar in notebooks, and nothing elsewhere.
        **changes: fields of the settings to change, such as ``smoothing=2.5``.

    Returns:
        (T,) scores, (S,) shots in seconds and the (n, 2) pieces that are shown, no longer than the
        length together; ``save`` writes the files.

    Raises:
        SettingError: an argument is unknown or out of range, or two contradict each other.
        VideoError: nothing in the file decodes.
        ModelError: the backbone or the model is damaged, or one does not fit the other.
        DataError: the bank is damaged, or one of another backbone; the shots are not those of this
            video; the transcript is damaged.
        VidgistError: something of another package fails, or returns what it should not.
        MissingExtraError: the backbone needs a package that is not installed.

    Example:
        >>> gist = summarize("demo.mp4", length="5s")
        >>> gist.budget, gist.duration <= gist.budget, gist.scores.importance.shape
        (5.0, True, (40,))
    """
    progress = progress or progress_here()
    rule = RULES.resolve(select)
    source = shot_source(shots)
    parse_length(length, 1.0)  # wrong arguments are refused before the work, not after
    count = parse_count(keyframes)
    check_hdr(hdr)
    check_copy(copy, audio)
    if check_choice(audio) not in ("best", "none"):
        choose_voices(Path(path), audio, tracks=sound_tracks(Path(path)))
    said = read_transcript(transcript) if transcript is not None else ()
    scored = score_video(
        path,
        settings=settings,
        model=model,
        bank=bank,
        scorer=scorer,
        fps=fps,
        skim=skim,
        backbone=backbone,
        device=device,
        threads=threads,
        limits=limits,
        with_thumbnails=with_thumbnails,
        progress=progress,
        **changes,
    )
    features, timeline = scored.extraction.features, scored.extraction.timeline
    junk = scored.extraction.junk
    progress("finding shots", 0, None)
    points = source.changes(features)
    footage = Footage(
        importance=scored.scores.importance,
        features=features.looks,
        times=scored.times,
        picks=features.picks,
        shots=source.shots(Path(path), features, timeline, changes=points),
        timeline=timeline,
        budget=parse_length(length, timeline.filled),
        junk=np.array(junk.reasons),
        integer_values=scored.scorer.settings.integer_values,
    )
    skimmed = scored.extraction.skimmed
    cuts: CutPoints | str | None = "not asked for"
    if copy:
        index = skimmed.index if skimmed is not None else None
        cuts = where_to_cut(path, timeline, copy=copy, index=index, limits=limits)
    offered = reachable(footage, cuts) if isinstance(cuts, CutPoints) else footage
    transitions = junk.intervals
    if skimmed is None:
        selection = choose(offered, select=rule.name)
    else:
        progress("looking closer", 0, None)
        offered, selection = look_closer(skimmed, offered, points, select=rule.name)
        transitions = intervals_of(skimmed.transitions)
    footage = replace(offered, junk=footage.junk)
    if rule.clean_cuts:
        hears = speech and scored.video.has_audio
        selection = clean_cuts(
            selection,
            footage,
            transitions,
            speech_of=path if hears else None,
            sentences=sentences(said) if speech else None,
        )
    if isinstance(cuts, CutPoints):
        selection, cuts = _on_key_frames(
            selection, footage, cuts, transitions, clean=rule.clean_cuts
        )
    copied = copy if not isinstance(cuts, str) else False
    stills = cover_keyframes(
        footage.importance,
        footage.times,
        footage.features,
        count,
        sharpness=junk.sharpness,
        junk=footage.junk,
    )
    return Summary(
        video=scored.video,
        settings={
            "length": str(length),
            "select": rule.name,
            "shots": source.name,
            "keyframes": keyframes,
            "speech": speech,
            "audio": audio,
            "metadata": metadata,
            "hdr": hdr,
            "copy": copied,
            **scored.settings,
        },
        timeline=footage.timeline,
        sampling=scored.extraction.sampling,
        features=features,
        scores=scored.scores,
        shots=footage.shots,
        selection=selection,
        budget=footage.budget,
        junk=footage.junk,
        stills=np.sort(stills.samples),
        cover=int(stills.samples[0]),
        thumbnails=scored.extraction.thumbnails,
        warnings=(
            *timeline.warnings,
            *scored.scorer.notes,
            *([f"the clip is encoded, not copied: {cuts}"] if copy and not copied else []),
        ),
        captions=said or subtitles_of(path, origin=timeline.origin, streams=scored.video.streams),
    )


def _on_key_frames(
    selection: Selection, footage: Footage, points: CutPoints, transitions: Floats, *, clean: bool
) -> tuple[Selection, CutPoints | str]:
    """Return the pieces at key frames; as they are, and why, where no key frame allows any."""
    allowed = footage.shot_seconds[selection.shots]
    if clean:
        # A key frame is clean, also as the first frame after a cut.
        inner = clean_ranges(selection, footage, transitions)
        frame = footage.timeline.filled / footage.timeline.n_frames
        first = inner[:, 0] - allowed[:, 0] <= frame + 1e-6
        allowed = np.column_stack([np.where(first, allowed[:, 0], inner[:, 0]), inner[:, 1]])
    found = at_key_frames(
        selection,
        allowed,
        points,
        importance=footage.importance,
        times=footage.times,
        budget=footage.budget,
    )
    if found is None:
        return selection, "none of its best parts begins with a key frame"
    return found, points


DEFAULTS: Mapping[str, Any] = {
    name: parameter.default
    for name, parameter in inspect.signature(summarize).parameters.items()
    if parameter.kind is parameter.KEYWORD_ONLY
}
"""Defaults of `summarize` by name, for those who hand its arguments on."""
