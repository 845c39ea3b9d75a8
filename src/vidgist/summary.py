"""Result of `summarize`, from which every output is made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from vidgist.captions import Caption
from vidgist.errors import counted
from vidgist.sampling import FULL, Sampling
from vidgist.selection.rule import Footage, Selection
from vidgist.selection.values import best_within, shot_values, spread
from vidgist.selection.whole_shots import best_samples
from vidgist.shapes import expect, expect_length
from vidgist.types import (
    Booleans,
    Features,
    Floats,
    Integers,
    Scores,
    Shots,
    Strings,
    Timeline,
    VideoInfo,
)


@dataclass(frozen=True, kw_only=True, repr=False)
class Summary:
    """The summary of one video, as `summarize` returns it.

    Attributes:
        video: metadata of the file.
        settings: name -> value of every setting.
        timeline: all frames that decoded; of a skimmed video, all that its index names.
        sampling: which frames were looked at.
        features: (T, D) features with their times.
        scores: criteria and importance, (T,) each.
        shots: all shots of the video, in order, with seconds.
        selection: the pieces of shots that the summary shows, and why other shots are left out.
        budget: greatest duration of the summary in seconds.
        junk: (T,) the reason why a sample is unfit to show, such as ``black``; "" for none.
        stills: (K,) index of the sample of each keyframe, ascending.
        cover: index of the sample that stands for the video best.
        thumbnails: T small JPEG files, one per sample, or empty.
        warnings: one sentence each.
        captions: what is said, where a transcript or subtitles tell it.
        proposal: what the rule chose, where `selection` was changed by hand; else None.
        made_from: the summary.json that it was read from, or None.

    Example:
        >>> import vidgist
        >>> gist = vidgist.summarize("demo.mp4", length="5s")
        >>> gist.pieces.shape == (len(gist.selection), 2), sorted(gist.samples)[-2:]
        (True, ['time', 'uniformity'])
        >>> [path.name for path in gist.save("saved-gist", make=["csv", "json"])]
        ['scores.csv', 'summary.json']
    """

    video: VideoInfo
    settings: Mapping[str, Any]
    timeline: Timeline
    features: Features
    scores: Scores
    shots: Shots
    selection: Selection
    budget: float
    junk: Strings
    stills: Integers
    cover: int = 0
    sampling: Sampling = FULL
    thumbnails: tuple[bytes, ...] = ()
    warnings: tuple[str, ...] = ()
    captions: tuple[Caption, ...] = ()
    proposal: Selection | None = None
    made_from: Path | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "settings", MappingProxyType(dict(self.settings)))
        expect(self.features.times is not None, "Summary.features.times", "seconds", None)
        expect(self.shots.seconds is not None, "Summary.shots.seconds", "seconds", None)
        expect_length("Summary", "scores.importance", self.scores.importance, len(self.features))
        expect_length("Summary", "junk", self.junk, len(self.features))
        expect(len(self.selection) > 0, "Summary.selection", "at least one piece", "none")

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

    @cached_property
    def shot_scores(self) -> Floats:
        """(S,) value of each shot: the mean importance of its frames."""
        frames = spread(self.scores.importance, self.features.picks, self.timeline.n_frames)
        return shot_values(frames, self.shots.frames)

    @cached_property
    def shot_samples(self) -> Integers:
        """(S,) index of the best-scoring sample of each shot."""
        return best_samples(self.scores.importance, self.features.picks, self.shots)

    @property
    def selected(self) -> Booleans:
        """(S,) bool: which shots have a piece in the summary."""
        return self.selection.selected

    @property
    def pieces(self) -> Floats:
        """(n, 2) start and end in seconds of what the summary shows, in order."""
        return self.selection.pieces

    @cached_property
    def piece_samples(self) -> Integers:
        """(n,) index of the best-scoring sample in each piece."""
        return best_within(self.scores.importance, self.times, self.pieces)

    def times_within(self, samples: Integers, intervals: Floats) -> Floats:
        """Return the time (n,) of each sample (n,), moved into its interval (n, 2) of seconds."""
        start, end = intervals.T
        sampled = self.times[samples]
        # A picture that stays for long may have been sampled after the end of the interval.
        shown = self.timeline.times[self.features.picks[samples]]
        return np.asarray(np.maximum(np.where(sampled < end, sampled, shown), start))

    @property
    def duration(self) -> float:
        """Duration of the summary in seconds, at most ``budget``."""
        return float(np.sum(self.pieces[:, 1] - self.pieces[:, 0]))

    def footage(self, budget: float) -> Footage:
        """Return what a rule of selection chooses from, for a summary of another length."""
        return Footage(
            importance=self.scores.importance,
            features=self.features.looks,
            times=self.times,
            picks=self.features.picks,
            shots=self.shots,
            timeline=self.timeline,
            budget=budget,
            junk=self.junk,
            integer_values=bool(self.settings.get("integer_values")),
        )

    def save(
        self, folder: str | Path, *, make: Iterable[str] | None = None, overwrite: bool = False
    ) -> list[Path]:
        """Write outputs into ``folder`` and return their paths, see `vidgist.render.render`."""
        from vidgist.render import render

        return render(self, folder, make=make, overwrite=overwrite)

    def to_pandas(self) -> Any:
        """Return the samples as a data frame, see `vidgist.render.summary_frame`."""
        from vidgist.render import summary_frame

        return summary_frame(self)

    def plot(self, ax: Any = None) -> Any:
        """Draw the curve and the pieces, see `vidgist.render.plot_summary`."""
        from vidgist.render import plot_summary

        return plot_summary(self, ax)

    def __repr__(self) -> str:
        return (
            f"Summary({self.video.name!r}: {self.duration:.1f} of "
            f"{self.timeline.duration:.1f} s, {counted(len(self.pieces), 'piece')} of "
            f"{counted(len(self.shots), 'shot')}, {counted(len(self.features), 'sample')})"
        )

    def _repr_html_(self) -> str:
        from vidgist.render import summary_html

        return summary_html(self)
