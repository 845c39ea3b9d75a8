"""Summaries made by hand, so that outputs are tested without features or scores."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from vidgist.selection import Selection, best_within
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

    ``selected`` names the chosen shots. Importance rises with time.
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
        selection=Selection(
            pieces=seconds[chosen],
            shots=np.flatnonzero(chosen),
            scores=np.linspace(0.2, 0.8, len(frames))[chosen],
            reasons=("important",) * int(chosen.sum()),
            refused=tuple(np.where(chosen, "", "no time left").tolist()),
            repeated=np.full(len(frames), -1),
        ),
        junk=np.full(n, ""),
        stills=best_within(importance, timeline.times[picks], seconds[chosen]),
        budget=float(timeline.duration),
    )


def with_pieces(
    summary: Summary,
    pieces: Sequence[tuple[float, float]],
    *,
    refused: Mapping[int, str] | None = None,
    repeated: Mapping[int, int] | None = None,
    **changes: Any,
) -> Summary:
    """Return a summary that shows these pieces, (start, end) in seconds, each within a shot.

    ``refused`` gives the reasons of shots that are left out, ``repeated`` the pieces that shots
    repeat, and ``changes`` other attributes of the selection.
    """
    seconds = np.asarray(pieces, dtype=np.float64).reshape(-1, 2)
    shots = np.searchsorted(summary.shot_seconds[:, 0], seconds[:, 0] + 1e-6, side="right") - 1
    assert (seconds[:, 1] <= summary.shot_seconds[shots, 1] + 1e-6).all()
    reasons = ["" if i in shots else "no time left" for i in range(len(summary.shots))]
    alike = np.full(len(summary.shots), -1)
    for shot, reason in (refused or {}).items():
        reasons[shot] = reason
    for shot, piece in (repeated or {}).items():
        reasons[shot], alike[shot] = "repeats", piece
    shown = summary.timeline.times[summary.features.picks]
    best = best_within(summary.scores.importance, shown, seconds)
    values = {
        "scores": summary.scores.importance[best],
        "reasons": ("important",) * len(seconds),
        "refused": tuple(reasons),
        "repeated": alike,
    }
    return dataclasses.replace(
        summary,
        selection=Selection(pieces=seconds, shots=shots, **{**values, **changes}),
        stills=np.unique(best),
        budget=max(summary.budget, float(np.sum(seconds[:, 1] - seconds[:, 0]))),
    )
