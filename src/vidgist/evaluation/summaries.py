"""Summaries of a video of a data set, made of scores by a rule of selection, and their measures.

Files of the field say on which frames samples and shots lie, but not when each frame is shown.
Frames are taken to come at a constant rate: the file's own, or 30 a second where it has none, as
most of TVSum's videos have. Measures do not depend on it; rules that speak of seconds do.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from vidgist.criteria.gram import unit_rows
from vidgist.datasets import VideoRecord
from vidgist.evaluation.gist import GistMeasures, gist_measures
from vidgist.evaluation.reference_summaries import best_seconds, every_nth
from vidgist.selection import RULES, Footage, choose, parse_length
from vidgist.types import Floats, Shots, Timeline

SUMMARY_MEASURES = ("captured", "repeats", "coverage", "lowest_fifth")
"""Names of the measures of a summary, in the order of every array's last axis."""

FRAME_RATE = 30.0
"""Frames per second where a file does not say."""

MOST_KNOWN = 4096
"""Samples up to which all cosines are kept, in 64 MB: one video is measured many times."""


@dataclass(frozen=True, kw_only=True)
class SummaryRule:
    """How summaries are made of scores.

    Attributes:
        select: name of the rule of selection.
        budget: how long a summary may be, as `vidgist.selection.parse_length` reads it.

    Raises:
        SettingError: there is no such rule, or the budget cannot be read.
    """

    select: str = "knapsack"
    budget: str = "15%"

    def __post_init__(self) -> None:
        RULES.resolve(self.select)
        parse_length(self.budget, 1.0, name="budget")


def runs_of(summary: npt.ArrayLike) -> npt.NDArray[np.int64]:
    """Return the runs (n, 2) of frames that a binary summary (N,) holds, half-open.

    >>> runs_of([0, 1, 1, 0, 1]).tolist()
    [[1, 3], [4, 5]]
    """
    held = np.asarray(summary, dtype=bool)
    changes = np.flatnonzero(np.diff(np.concatenate([[False], held, [False]]).astype(np.int8)))
    return changes.reshape(-1, 2)


class SummaryJudge:
    """A video of a data set, ready to make summaries of scores and to measure summaries.

    Without features, rules of selection take no two moments to look alike, and repeats and coverage
    are NaN. Without shots no summary is made of scores. An empty summary captures 0, what chance
    captures: a method must not gain by showing nothing.

    Args:
        record: the video, with ``n_frames``.
        annotations: (U, T) value that each annotator gave each sample, None where there is none.
        rule: how summaries are made.
        integer_values: whether the rule `knapsack` multiplies values by 1000 and truncates them.
    """

    def __init__(
        self,
        record: VideoRecord,
        annotations: npt.NDArray[np.floating] | None,
        rule: SummaryRule,
        *,
        integer_values: bool = False,
    ) -> None:
        picks = record.sample_picks
        assert picks is not None
        assert record.n_frames is not None
        self.record, self.rule, self.picks = record, rule, picks
        self.n_frames: int = record.n_frames
        self.integer_values = integer_values
        self.rate = record.frame_rate or FRAME_RATE
        self.times: Floats = picks / self.rate
        self.duration = self.n_frames / self.rate
        self.budget = parse_length(rule.budget, self.duration, name="budget")
        known = annotations is not None and len(annotations) > 0
        self.annotations = annotations if known else None
        self.annotation = None if annotations is None or not known else annotations.mean(axis=0)

    @cached_property
    def _cosines(self) -> Floats | None:
        """(T, T) cosines of the features, None where there are none, or too many."""
        features = self.record.features
        if features is None or len(features) > MOST_KNOWN:
            return None
        rows = unit_rows(features)
        return np.asarray(rows @ rows.T)

    @cached_property
    def footage(self) -> Footage:
        """What a rule chooses from, with importance 0.

        Raises:
            DataError: the video has no shots.
        """
        frames = self.record.need("shots").frames
        features = self.record.features
        times = np.arange(self.n_frames) / self.rate
        return Footage(
            importance=np.zeros(len(self.picks)),
            features=np.zeros((len(self.picks), 1)) if features is None else features,
            times=self.times,
            picks=self.picks,
            shots=Shots(frames=frames, seconds=frames / self.rate),
            timeline=Timeline(times=times, jumps=np.zeros(len(times)), duration=self.duration),
            budget=self.budget,
            junk=np.full(len(self.picks), ""),
            integer_values=self.integer_values,
        )

    @property
    def shots(self) -> Floats | None:
        """(S, 2) shots in seconds, None without shots."""
        return None if self.record.shots is None else self.footage.shot_seconds

    def pieces(self, importance: npt.ArrayLike, *, select: str | None = None) -> Floats:
        """Return the pieces (n, 2) in seconds that a rule makes of scores.

        Args:
            importance: (T,) finite.
            select: name of the rule, that of the judge by default.

        Raises:
            DataError: the video has no shots.
        """
        scores = np.asarray(importance, dtype=np.float64)
        footage = replace(self.footage, importance=scores)
        return choose(footage, select=select or self.rule.select).pieces

    def measures(
        self, pieces: npt.ArrayLike, *, annotation: npt.NDArray[np.floating] | None = None
    ) -> GistMeasures:
        """Return the measures of a summary.

        Args:
            pieces: (n, 2) seconds.
            annotation: (T,) what is judged by, in the place of the annotators' mean.
        """
        # Borders of shots are frames: a millionth of a second is rounding, and no sample.
        found = gist_measures(
            np.asarray(pieces, dtype=np.float64).reshape(-1, 2) - 1e-6,
            times=self.times,
            annotation=self.annotation if annotation is None else annotation,
            features=self.record.features,
            cosines=self._cosines,
        )
        informs = self.annotation is not None and np.ptp(self.annotation) > 0
        return replace(found, captured=0.0) if not found.shown and informs else found

    def measure(self, pieces: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """Return the measures of pieces (n, 2) in seconds, in the order of `SUMMARY_MEASURES`."""
        return summary_row(self.measures(pieces))

    def measure_scores(self, scores: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
        """Return the measures (R, 4) of the summaries of scores (R, T); NaN without shots."""
        if self.record.shots is None:
            return np.full((len(scores), len(SUMMARY_MEASURES)), np.nan)
        return np.stack([self.measure(self.pieces(row)) for row in scores])

    def people(self, *, summaries: bool) -> Iterator[GistMeasures]:
        """Yield the measures of each annotator's own summary, judged by the others.

        Args:
            summaries: whether it is the one that they made (SumMe), or the best 4 seconds of each
                shot by their own scores (TVSum), within the budget.
        """
        values, made = self.annotations, self.record.user_summary
        if values is None or len(values) < 2 or (made is None if summaries else self.shots is None):
            return
        for user in range(len(values)):
            if summaries:
                assert made is not None
                pieces: Floats = runs_of(made[user]) / self.rate
            else:
                assert self.shots is not None
                pieces = best_seconds(
                    values[user], self.times, self.shots, budget=self.budget, end=self.duration
                )
            yield self.measures(pieces, annotation=np.delete(values, user, axis=0).mean(axis=0))

    def uniform(self) -> Floats:
        """Return 3 seconds out of every so many (n, 2), within the budget."""
        return every_nth(self.duration, budget=self.budget)


def summary_row(found: GistMeasures) -> npt.NDArray[np.float64]:
    """Return measures as an array, in the order of `SUMMARY_MEASURES`."""
    return np.array([getattr(found, name) for name in SUMMARY_MEASURES], dtype=np.float64)
