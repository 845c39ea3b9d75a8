"""Result tables: rows of numbers of one protocol over the same videos, and their means."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from vidgist.evaluation.bootstrap import Difference, paired_bootstrap
from vidgist.evaluation.judge import MEASURES
from vidgist.evaluation.protocols import Protocol

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Published:
    """One row of a published table, for one data set.

    Attributes:
        table: the paper's table, such as "S3".
        dataset: ``tvsum`` or ``summe``.
        setting: ``canonical``, ``augmented``, ``transfer`` or "".
        row: the name of the row, such as "alignment".
        tau, rho: correlations, None where not published.
        f1: in [0, 1], None where not published.
        features: what the scores were computed from.
        source: where it was published.
        parameters: what else the row was measured with, such as the neighbor ratio.
        protocol: name of the protocol, "" where it is that of the table.
        splits: name of the splits, "" where unknown.
        epochs: how the epoch of the model was chosen.
        labels: whether it learned from annotations.
        sure: how sure the figures are.
        apart: why the row cannot be compared with what is measured here, "" where it can.
    """

    table: str
    dataset: str
    setting: str
    row: str
    tau: float | None
    rho: float | None
    f1: float | None
    features: str
    source: str
    parameters: str = ""
    protocol: str = ""
    splits: str = ""
    epochs: str = ""
    labels: str = ""
    sure: str = ""
    apart: str = ""

    @property
    def label(self) -> str:
        """Name of a row that only repeats this one."""
        return f"{self.row} ({self.parameters})" if self.parameters else self.row


@dataclass(frozen=True, kw_only=True)
class TableRow:
    """Numbers of one method, or of one baseline, on every video of a table.

    Attributes:
        name: what stands at the left.
        values: (V, R, M) the table's measures of each video in each of R repeats (seeds), NaN where
            one is unknown.
        published: the same row as somebody published it, or None.
        against: name of the row that this one is compared with; the first method's by default.
        baseline: whether the row is there only to compare the others with.
        folds: (V, K, R, M) where another model is measured on each of K splits, NaN where a split
            does not test a video; `values` are then the means over the splits that do.
        collapsed: (V,) True where scores of a video are constant, or saturated, and rank nothing;
            None where that was not looked at.
    """

    name: str
    values: Floats
    published: Published | None = None
    against: str = ""
    baseline: bool = False
    folds: Floats | None = None
    collapsed: npt.NDArray[np.bool_] | None = None

    @property
    def label(self) -> str:
        """What stands at the left: the name, and in how many videos the scores collapsed."""
        count = 0 if self.collapsed is None else int(self.collapsed.sum())
        if not count:
            return self.name
        return f"{self.name} (collapsed in {count} of {len(self.values)})"

    @classmethod
    def measured(cls, parts: Sequence[Floats], **attributes: Any) -> TableRow:
        """Return the row of what an entry measured on each video, (R, M) or (K, R, M)."""
        values = np.stack(parts)
        if values.ndim == 3:
            return cls(values=values, **attributes)
        return cls(values=known_mean(np.moveaxis(values, 1, 0)), folds=values, **attributes)

    def part(self, videos: Sequence[int]) -> TableRow:
        """Return the row of some of its videos, by their places."""
        folds = None if self.folds is None else self.folds[videos]
        flat = None if self.collapsed is None else self.collapsed[videos]
        return replace(self, values=self.values[videos], folds=folds, collapsed=flat)

    @property
    def repeats(self) -> int:
        """Number of repeats R."""
        return int(self.values.shape[1])


@dataclass(frozen=True, kw_only=True)
class Table:
    """Rows of one protocol and one metric, measured on the same videos.

    Attributes:
        title: what the table shows.
        dataset: the file that was measured on.
        metric: ``tvsum`` or ``summe``.
        protocol: what was compared with what.
        videos: (V,) keys of the videos.
        rows: in the order of printing.
        splits: keys of the videos tested in each split, or () for the mean over all videos.
        settings: what else was chosen, by name.
        also_published: rows of others that were not measured here.
        notes: what a reader must know.
        incomplete: whether videos of the data set were left out because they lack features.
        measures: (M,) names of the measures, in the order of every array's last axis.
        provenance: what the numbers were made of, by name: version of vidgist and of the protocol,
            hashes of data, splits and scores.
        fold_means: name of a row -> (K, R, M) its means over the videos of each split, where they
            are not those of `values`: another model is measured on each split.
    """

    title: str
    dataset: str
    metric: str
    protocol: Protocol
    videos: tuple[str, ...]
    rows: tuple[TableRow, ...]
    splits: tuple[tuple[str, ...], ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    also_published: tuple[Published, ...] = ()
    notes: tuple[str, ...] = ()
    incomplete: bool = False
    measures: tuple[str, ...] = MEASURES
    provenance: Mapping[str, str] = field(default_factory=dict)
    fold_means: Mapping[str, Floats] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for row in self.rows:
            expected = (len(self.videos), row.repeats, len(self.measures))
            if row.values.shape != expected:
                raise ValueError(f"Table.rows: expected {expected}, got {row.values.shape}")

    def row(self, name: str) -> TableRow:
        """Return the row of that name."""
        return next(row for row in self.rows if row.name == name)

    @property
    def methods(self) -> tuple[TableRow, ...]:
        """The rows that are no baselines."""
        return tuple(row for row in self.rows if not row.baseline)

    def only(self, keys: Collection[str], **changes: Any) -> Table:
        """Return the table of some of its videos, with other attributes changed as well."""
        places = [index for index, key in enumerate(self.videos) if key in keys]
        return replace(
            self,
            videos=tuple(self.videos[i] for i in places),
            rows=tuple(row.part(places) for row in self.rows),
            **{"fold_means": {}, **changes},
        )

    def per_video(self, row: TableRow) -> Floats:
        """Return the measures of each video (V, M): means over the repeats that have it."""
        return known_mean(np.moveaxis(row.values, 1, 0))

    def per_split(self, row: TableRow) -> Floats:
        """Return the means over the videos of each split (K, R, M); one split of all without any.

        A video whose number is unknown is left out; a split of which none is known gives NaN.
        """
        if row.name in self.fold_means:
            return self.fold_means[row.name]
        groups = self.splits or (self.videos,)
        places = {key: index for index, key in enumerate(self.videos)}
        parts = [[places[key] for key in group if key in places] for group in groups]
        if row.folds is not None and self.splits:
            pairs = zip(np.moveaxis(row.folds, 1, 0), parts, strict=True)
            return np.stack([known_mean(fold[part]) for fold, part in pairs])
        return np.stack([known_mean(row.values[part]) for part in parts])

    def counts(self, row: TableRow) -> npt.NDArray[np.int64]:
        """Return of how many videos each measure (M,) is known."""
        return np.asarray(np.isfinite(row.values).any(axis=1).sum(axis=0), dtype=np.int64)

    def mean(self, row: TableRow) -> Floats:
        """Return the measures (M,): means over videos, then splits, then repeats."""
        return known_mean(known_mean(self.per_split(row)))

    def spread(self, row: TableRow) -> Floats:
        """Return the standard deviation (M,) of the mean over repeats; NaN for a single one."""
        if row.repeats < 2:
            return np.full(len(self.measures), np.nan)
        means = known_mean(self.per_split(row))
        spread = means.std(axis=0, ddof=1)
        for measure in np.flatnonzero(~np.isfinite(spread)):  # not known of every repeat
            known = means[np.isfinite(means[:, measure]), measure]
            spread[measure] = known.std(ddof=1) if len(known) > 1 else np.nan
        return np.asarray(spread)

    def weights(self) -> Floats:
        """Return the weight of each video in the mean (V,)."""
        groups = self.splits or (self.videos,)
        share = dict.fromkeys(self.videos, 0.0)
        for group in groups:
            present = [key for key in group if key in share]
            for key in present:
                share[key] += 1.0 / len(present)
        return np.array([share[key] for key in self.videos])

    def difference(self, row: TableRow, other: TableRow) -> tuple[Difference, ...]:
        """Return the measures (M,) of a row minus those of another, with 95% intervals."""
        rng = np.random.default_rng(0)
        gaps = self.per_video(row) - self.per_video(other)
        weights = self.weights()
        return tuple(
            paired_bootstrap(gaps[:, i], rng=rng, weights=weights)
            for i in range(len(self.measures))
        )


def known_mean(values: Floats) -> Floats:
    """Return the mean over the first axis of what is not NaN; NaN where nothing is known."""
    known = np.isfinite(values)
    counts = known.sum(axis=0)
    totals = np.where(known, values, 0.0).sum(axis=0)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(counts > 0, totals / np.maximum(counts, 1), np.nan))
