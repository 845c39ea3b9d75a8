"""The result of a run: what `summarize` returns and what every output is made from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from vidgist.types import (
    Booleans,
    Features,
    Floats,
    Integers,
    Scores,
    ShapesInRepr,
    Shots,
    Timeline,
    VideoInfo,
    expect,
    expect_length,
)

__all__ = ["Summary"]


@dataclass(frozen=True, kw_only=True, repr=False)
class Summary(ShapesInRepr):
    """The summary of one video, as `summarize` returns it.

    Attributes:
        video: metadata of the file.
        settings: name -> value of every setting.
        timeline: all frames that decoded.
        features: (T, D) features with their times.
        scores: criteria and importance, (T,) each.
        shots: all shots of the video, in order, with seconds.
        shot_scores: (S,) value of each shot: the mean importance of its frames.
        selected: (S,) True where the shot is in the summary.
        keyframes: (S,) index of the best-scoring sample of each shot.
        budget: greatest duration of the summary in seconds.
        black: (T,) True where a sample is black, or None if unknown.
        uncut: the shots before the best one was cut, if no whole shot fitted.
        thumbnails: T small JPEG files, one per sample, or empty.
        warnings: one sentence each.
    """

    video: VideoInfo
    settings: Mapping[str, Any]
    timeline: Timeline
    features: Features
    scores: Scores
    shots: Shots
    shot_scores: Floats
    selected: Booleans
    keyframes: Integers
    budget: float
    black: Booleans | None = None
    uncut: Shots | None = None
    thumbnails: tuple[bytes, ...] = ()
    warnings: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "settings", MappingProxyType(dict(self.settings)))
        expect(self.features.times is not None, "Summary.features.times", "seconds", None)
        expect(self.shots.seconds is not None, "Summary.shots.seconds", "seconds", None)
        expect_length("Summary", "scores.importance", self.scores.importance, len(self.features))
        for name in ("shot_scores", "selected", "keyframes"):
            expect_length("Summary", name, getattr(self, name), len(self.shots))
        if self.black is not None:
            expect_length("Summary", "black", self.black, len(self.features))
        expect(bool(self.selected.any()), "Summary.selected", "at least one shot", "none")

    @property
    def times(self) -> Floats:
        """(T,) seconds of each sample."""
        assert self.features.times is not None
        return self.features.times

    @property
    def samples(self) -> dict[str, Floats]:
        """Columns (T,) by name: `time`, the scaled criteria and `importance`."""
        return {"time": self.times, **self.scores.criteria, "importance": self.scores.importance}

    @property
    def shot_seconds(self) -> Floats:
        """(S, 2) start and end of each shot in seconds."""
        assert self.shots.seconds is not None
        return self.shots.seconds

    @property
    def keyframe_times(self) -> Floats:
        """(S,) time of each keyframe in seconds, within its shot."""
        start, end = self.shot_seconds.T
        sampled = self.times[self.keyframes]
        # A picture that stays for long may have been sampled after the end of a shot that was cut.
        shown = self.timeline.times[self.features.picks[self.keyframes]]
        return np.asarray(np.maximum(np.where(sampled < end, sampled, shown), start))

    @property
    def segments(self) -> Floats:
        """(n selected, 2) start and end in seconds of each selected shot, in order."""
        return self.shot_seconds[self.selected]

    @property
    def duration(self) -> float:
        """Duration of the summary in seconds, at most ``budget``."""
        return float(np.sum(self.segments[:, 1] - self.segments[:, 0]))

    def save(
        self, folder: str | Path, *, make: Iterable[str] | None = None, overwrite: bool = False
    ) -> list[Path]:
        """Write outputs into ``folder`` and return their paths, see `vidgist.render.render`."""
        from vidgist.render import render

        return render(self, folder, make=make, overwrite=overwrite)
