"""Summaries made by hand, so that outputs are tested without features or scores."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from vidgist.summary import Summary
from vidgist.types import Features, Scores, Shots, Timeline
from vidgist.video.decode import SampleStream
from vidgist.video.probe import probe


def summary_of(
    path: Path,
    *,
    cuts: Sequence[float] = (),
    selected: Iterable[int] = (0,),
    fps: float = 2.0,
    settings: Mapping[str, Any] | None = None,
    criteria: Mapping[str, Any] | None = None,
) -> Summary:
    """Return a summary of a clip cut into shots at the frames that are shown at ``cuts``.

    ``selected`` names the chosen shots. The best sample of a shot is its second one, if any.
    """
    samples = SampleStream(path, fps=fps, size=(8, 8))
    for _ in samples:
        pass
    timeline: Timeline = samples.timeline
    picks = np.asarray(samples.picks)
    borders = [0, *(int(np.searchsorted(timeline.times, cut - 1e-6)) for cut in cuts)]
    borders = [border for border in borders if border < timeline.n_frames]
    frames = np.stack([borders, [*borders[1:], timeline.n_frames]], axis=1)
    seconds = np.append(timeline.times, timeline.duration)[frames]
    keyframes = []
    for first, last in frames:
        inside = np.flatnonzero((picks >= first) & (picks < last))
        near = int(np.argmin(np.abs(picks - first)))
        keyframes.append(int(inside[min(1, len(inside) - 1)]) if len(inside) else near)
    chosen = np.zeros(len(frames), bool)
    chosen[list(selected)] = True
    n = len(picks)
    importance = np.linspace(0.1, 0.9, n)
    return Summary(
        video=probe(path),
        settings=dict(settings or {"length": "15%", "fps": fps}),
        timeline=timeline,
        features=Features(
            values=np.ones((n, 4), np.float32),
            picks=picks,
            n_frames=timeline.n_frames,
            backbone="test",
            times=np.asarray(samples.times),
        ),
        scores=Scores(
            criteria=dict(criteria)
            if criteria is not None
            else {"alignment": importance, "uniformity": importance[::-1]},
            importance=importance,
        ),
        shots=Shots(frames=frames, seconds=seconds),
        shot_scores=np.linspace(0.2, 0.8, len(frames)),
        selected=chosen,
        keyframes=np.array(keyframes),
        budget=float(timeline.duration),
    )
