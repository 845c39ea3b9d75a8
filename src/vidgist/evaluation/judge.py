"""Tau and rho of scores with a video's annotators, F1 with their summaries, and what these show.

Undefined cases, which are decided here alone:

- scores that are constant rank nothing, so their tau and rho are 0 (not left out: a method must not
  gain by refusing to rank a video);
- an annotator whose scores are constant ranks nothing either and is left out of the mean;
- tau and rho are NaN where no annotator is left or the file has none, F1 is NaN where it has no
  shots or no user summaries; the video is then left out of that mean, and tables say so.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from vidgist.datasets import VideoRecord
from vidgist.errors import DataError
from vidgist.evaluation.f1 import f1_scores
from vidgist.evaluation.keyshots import keyshot_summaries
from vidgist.evaluation.protocols import Protocol
from vidgist.evaluation.rank import Annotators
from vidgist.evaluation.summaries import (
    SUMMARY_MEASURES,
    Intervals,
    SummaryJudge,
    SummaryRule,
    runs_of,
)

Floats = npt.NDArray[np.float64]

MEASURES = ("tau", "rho", "f1")
"""Names of the measures, in the order of every array's last axis."""

SUMMARIES = 10
"""Summaries that are made of the score vectors of one call: the first; the others have NaN."""

SLACK = 5
"""Frames that a summary's last piece may end after the video: clocks of players differ a little."""

MAX_CELLS = 2**25
"""Scores spread over frames at a time: many random vectors of a long video take turns."""


class Judge:
    """A video with its annotations, ready to measure any number of score vectors.

    Args:
        record: the video with its annotations.
        metric: ``tvsum`` or ``summe``.
        protocol: rules of the comparison.
        summaries: how summaries are made of scores; None not to measure these second by second.

    Attributes:
        measures: names of the measures, in the order of every array's last axis.
        summary: measures summaries, or None.

    Raises:
        DataError: the record does not say where its samples lie.
    """

    def __init__(
        self,
        record: VideoRecord,
        *,
        metric: str,
        protocol: Protocol,
        summaries: SummaryRule | None = None,
    ) -> None:
        self.record = record
        self.metric = metric
        self.protocol = protocol
        picks = record.sample_picks
        if picks is None or record.n_frames is None:
            raise DataError(
                f"{record.key}: the file does not say its 'n_frames' and 'picks'; "
                "add them, or join annotations='FILE'"
            )
        self.picks = picks
        self.n_frames = record.n_frames
        self.shots = record.shots
        self.annotations = self._annotations()
        self.annotators: Annotators | None = None
        if self.annotations is not None:
            against = self.annotations
            if protocol.against == "mean":
                against = against.mean(axis=0, keepdims=True)
            as_steps = protocol.at == "frames" and protocol.compare == "scores"
            self.annotators = Annotators(against, steps=self._steps if as_steps else None)
        self.measures: tuple[str, ...] = MEASURES
        self.summary: SummaryJudge | None = None
        if summaries is not None:
            self.measures = (*MEASURES, *SUMMARY_MEASURES)
            self.summary = SummaryJudge(
                record,
                self.sample_annotations,
                summaries,
                integer_values=protocol.integer_values,
            )

    @property
    def _steps(self) -> npt.NDArray[np.int64]:
        """(T,) frames from each pick to the next."""
        return np.diff(np.append(self.picks, self.n_frames))

    @property
    def n_samples(self) -> int:
        """Number of samples T."""
        return len(self.picks)

    @property
    def sample_annotations(self) -> Floats | None:
        """(U, T) value that each annotator gave each sample, whatever the protocol; or None."""
        record = self.record
        if self.protocol.at == "runs":
            return self.annotations
        if self.metric == "tvsum":
            return record.user_scores
        summary = record.user_summary
        return None if summary is None else summary[:, self.picks].astype(np.float64)

    def _annotations(self) -> Floats | None:
        """Return the annotators' values (U, L) that the protocol correlates with."""
        record, at = self.record, self.protocol.at
        first = int(self.picks[0])
        if self.metric == "summe" or self.protocol.compare == "summary":
            if record.user_summary is None or len(record.user_summary) == 0:
                return None
            summary = record.user_summary.astype(np.float64)
            if self.protocol.compare == "summary":
                return summary
            if at == "runs":
                ends = np.append(self.picks[1:], self.n_frames)
                runs = zip(self.picks, ends, strict=True)
                return np.stack([summary[:, a:b].mean(axis=1) for a, b in runs], axis=1)
            return summary[:, first:] if at == "frames" else summary[:, self.picks]
        if at == "frames" and record.frame_scores is not None:
            return record.frame_scores[:, first:].astype(np.float64)
        scores = record.user_scores
        if scores is None or len(scores) == 0:
            return None
        return np.repeat(scores, self._steps, axis=1) if at == "frames" else scores

    def summaries(self, scores: npt.NDArray[np.floating]) -> npt.NDArray[np.bool_] | None:
        """Keyshot summaries (R, N) of R score vectors (R, T), None without shots."""
        if self.shots is None:
            return None
        return keyshot_summaries(
            scores,
            picks=self.picks,
            n_frames=self.n_frames,
            frames=self.shots.frames,
            integer_values=self.protocol.integer_values,
        )

    def measure(self, scores: npt.ArrayLike) -> Floats:
        """Return tau, rho and F1 of R score vectors, and the measures of their summaries.

        Args:
            scores: (R, T) finite, higher for more important.

        Returns:
            (R, M), in the order of ``measures``; NaN where it is undefined, see above.

        Raises:
            DataError: the number of scores is not that of the samples, or one is not finite.
        """
        values = np.asarray(scores, dtype=np.float64)
        if values.ndim != 2 or values.shape[1] != self.n_samples:
            raise DataError(
                f"{self.record.key}: has {self.n_samples} samples, but {values.shape[-1]} scores; "
                "give one score a sample"
            )
        if not np.isfinite(values).all():
            raise DataError(f"{self.record.key}: its scores hold NaN or infinity")
        together = max(1, MAX_CELLS // self.n_frames)
        parts = [
            self._measure(values[start : start + together])
            for start in range(0, len(values), together)
        ]
        measured = np.concatenate(parts) if parts else np.empty((0, len(MEASURES)))
        if self.summary is None:
            return measured
        shown = np.full((len(values), len(SUMMARY_MEASURES)), np.nan)
        shown[:SUMMARIES] = self.summary.measure_scores(values[:SUMMARIES])
        return np.concatenate([measured, shown], axis=1)

    def measure_summary(self, summary: Intervals | npt.ArrayLike) -> Floats:
        """Return the measures (1, M) of a summary; its tau and rho are NaN.

        Args:
            summary: intervals, or which frames it holds (N,).

        Raises:
            DataError: it reaches beyond the video, or is in seconds and the frame rate is unknown.
        """
        if isinstance(summary, Intervals):
            frames = np.asarray(summary.frames(self.record), dtype=np.float64)
            if len(frames) and (frames.min() < 0 or frames.max() > self.n_frames + SLACK):
                raise DataError(
                    f"{self.record.key}: a piece lies outside the video, which has "
                    f"{self.n_frames} frames"
                )
            held = np.zeros(self.n_frames, dtype=bool)
            for start, end in np.ceil(frames - 1e-6).astype(np.int64):
                held[start:end] = True
        else:
            held = np.asarray(summary, dtype=bool)
            frames = runs_of(held).astype(np.float64)
        result = np.full((1, len(self.measures)), np.nan)
        result[:, 2] = self.f1(held[None])
        if self.summary is not None:
            result[0, 3:] = self.summary.measure(frames / self.summary.rate)
        return result

    def _measure(self, values: Floats) -> Floats:
        summaries = self.summaries(values)
        compared: npt.NDArray[np.floating] | None = values
        if self.protocol.compare == "summary":
            compared = None if summaries is None else summaries.astype(np.float64)
        result = np.full((len(values), 3), np.nan)
        if compared is not None:
            result[:, :2] = self.correlate(compared)
        result[:, 2] = self.f1(summaries)
        return result

    def correlate(
        self, values: npt.NDArray[np.floating], *, annotators: Annotators | None = None
    ) -> Floats:
        """Return the mean tau and rho (R, 2) of vectors (R, L) with the annotators."""
        others = self.annotators if annotators is None else annotators
        usable = np.zeros(0, dtype=bool) if others is None else ~others.constant
        if others is None or not usable.any():
            return np.full((len(values), 2), np.nan)
        with_each = np.stack([others.tau(values), others.rho(values)], axis=2)[:, usable]
        ranks_nothing = np.ptp(values, axis=1) == 0
        with_each[ranks_nothing] = 0.0
        return np.asarray(with_each.mean(axis=1))

    def f1(
        self,
        summaries: npt.NDArray[np.bool_] | None,
        *,
        users: npt.NDArray[np.bool_] | None = None,
    ) -> Floats:
        """Return F1 (R,) of summaries (R, N): the mean over users on TVSum, the best on SumMe."""
        against = self.record.user_summary if users is None else users
        if summaries is None or against is None or len(against) == 0:
            return np.full(1, np.nan)
        with_each = f1_scores(summaries, against)
        best_or_mean = with_each.mean if self.metric == "tvsum" else with_each.max
        return np.asarray(best_or_mean(axis=1))
