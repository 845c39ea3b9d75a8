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
from vidgist.datasets.intervals import Intervals
from vidgist.errors import DataError
from vidgist.evaluation.compared import (
    Compared,
    compared,
    references_of,
    score_means,
    shots_of,
    summaries_by,
)
from vidgist.evaluation.extra_measures import EXTRA_MEASURES, JudgedScores
from vidgist.evaluation.f1 import f1_scores
from vidgist.evaluation.protocols import Protocol
from vidgist.evaluation.rank import Annotators
from vidgist.evaluation.summaries import (
    SUMMARY_MEASURES,
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

FLAT = 1e-6
"""Range of a video's scores under which they rank nothing: a sigmoid that is saturated."""

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
        collapsed: whether scores that were measured rank nothing, being constant or saturated; who
            asks sets it to False first.

    Raises:
        DataError: the record does not say where its samples lie.

    Example:
        >>> from vidgist.datasets import VideoRecord
        >>> from vidgist.evaluation import PROTOCOLS
        >>> from vidgist.types import Shots
        >>> video = VideoRecord(
        ...     key="video_1",
        ...     n_frames=60,
        ...     picks=np.array([0, 15, 30, 45]),
        ...     shots=Shots(frames=np.array([[0, 15], [15, 60]])),
        ...     user_scores=np.array([[1.0, 2.0, 3.0, 4.0], [1.0, 2.0, 4.0, 3.0]]),
        ... )
        >>> judge = Judge(video, metric="tvsum", protocol=PROTOCOLS["paper"])
        >>> judge.measures
        ('tau', 'rho', 'f1')
        >>> judge.measure(np.array([[1.0, 2.0, 3.0, 4.0]]))[0, :2].round(2).tolist()
        [0.83, 0.9]
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
        self.collapsed = False
        self.metric = metric
        self.protocol = protocol = protocol.for_metric(metric)
        picks = record.sample_picks
        if picks is None or record.n_frames is None:
            raise DataError(
                f"{record.key}: the file does not say its 'n_frames' and 'picks'; "
                "add them, or join annotations='FILE'"
            )
        self.picks = picks
        self.n_frames = record.n_frames
        self.shots = shots_of(record, protocol)
        self.references = references_of(
            record,
            protocol,
            metric=metric,
            picks=picks,
            n_frames=record.n_frames,
            shots=self.shots,
        )
        self.compared: Compared | None = compared(
            record,
            protocol,
            metric=metric,
            picks=picks,
            n_frames=record.n_frames,
            shots=self.shots,
        )
        self.annotators: Annotators | None = None
        if self.compared is not None:
            against = self.compared.annotations
            if protocol.against == "mean":
                against = against.mean(axis=0, keepdims=True)
            self.annotators = Annotators(against, steps=self.compared.steps)
        self.extra = tuple(m for m in protocol.measures if m not in MEASURES)
        self.measures: tuple[str, ...] = (*MEASURES, *self.extra)
        self.summary: SummaryJudge | None = None
        if summaries is not None:
            self.measures = (*self.measures, *SUMMARY_MEASURES)
            self.summary = SummaryJudge(
                record,
                self.sample_annotations,
                summaries,
                integer_values=protocol.integer_values,
            )

    @property
    def annotations(self) -> Floats | None:
        """(U, L) annotators' values that the protocol correlates with; None without any."""
        return None if self.compared is None else self.compared.annotations

    @property
    def n_samples(self) -> int:
        """Number of samples T."""
        return len(self.picks)

    @property
    def seconds(self) -> int:
        """Position of the first measure of summaries second by second."""
        return len(MEASURES) + len(self.extra)

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

    def summaries(self, scores: npt.NDArray[np.floating]) -> npt.NDArray[np.bool_] | None:
        """Keyshot summaries (R, N) of R score vectors (R, T), None without shots."""
        if self.shots is None:
            return None
        return summaries_by(
            self.protocol, scores, picks=self.picks, n_frames=self.n_frames, shots=self.shots
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
        self.collapsed |= bool(self.n_samples > 1 and (np.ptp(values, axis=1) < FLAT).any())
        together = max(1, MAX_CELLS // self.n_frames)
        parts = [
            self._measure(values[start : start + together])
            for start in range(0, len(values), together)
        ]
        field = len(MEASURES) + len(self.extra)
        measured = np.concatenate(parts) if parts else np.empty((0, field))
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
        result[0, len(MEASURES) : len(MEASURES) + len(self.extra)] = self._extra(None, held)
        if self.summary is not None:
            result[0, self.seconds :] = self.summary.measure(frames / self.summary.rate)
        return result

    def _measure(self, values: Floats) -> Floats:
        summaries = self.summaries(values)
        result = np.full((len(values), len(MEASURES) + len(self.extra)), np.nan)
        seen = summaries if self.protocol.compare == "summary" else self._places(values)
        if seen is not None:
            result[:, :2] = self.correlate(seen.astype(np.float64))
        result[:, 2] = self.f1(summaries)
        if self.extra:
            result[:, len(MEASURES) :] = [
                self._extra(row, None if summaries is None else summaries[number])
                for number, row in enumerate(values)
            ]
        return result

    def _places(self, values: Floats) -> Floats:
        """Return scores (R, T) where the protocol compares them, (R, L)."""
        if self.compared is None or self.compared.borders is None:
            return values
        return score_means(values, self.picks, self.n_frames, self.compared.borders)

    def _extra(self, scores: Floats | None, summary: npt.NDArray[np.bool_] | None) -> list[float]:
        """Return the measures that the protocol has beside tau, rho and F1, of scores (T,)."""
        return self.extra_of(
            scores,
            None if scores is None else self._places(scores[None])[0],
            summary,
            annotations=self.sample_annotations,
            at_places=self.annotations,
        )

    def extra_of(
        self,
        scores: Floats | None,
        places: Floats | None,
        summary: npt.NDArray[np.bool_] | None,
        *,
        annotations: Floats | None,
        at_places: Floats | None,
    ) -> list[float]:
        """Return the measures beside tau, rho and F1; see `JudgedScores` for the arguments."""
        scored = JudgedScores(
            record=self.record,
            picks=self.picks,
            scores=scores,
            places=places,
            annotations=annotations if annotations is None or len(annotations) else None,
            at_places=at_places,
            summary=summary,
        )
        return [EXTRA_MEASURES[name](scored) for name in self.extra]

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
        """Return F1 (R,) of summaries (R, N): the mean or the best over users, by the protocol."""
        against = self.references if users is None else users
        if summaries is None or against is None or len(against) == 0:
            return np.full(1, np.nan)
        with_each = f1_scores(summaries, against)
        best = self.protocol.best_or_mean(self.metric) == "best"
        best_or_mean = with_each.max if best else with_each.mean
        return np.asarray(best_or_mean(axis=1))
