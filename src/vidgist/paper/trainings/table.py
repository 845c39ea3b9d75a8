"""Tables whose rows come from models: another one for every fold and every repetition.

Each is trained from a seed of its own: were the first weights those of all folds, an unlucky draw
would weigh on the whole row, and repetitions would spread more than they do.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from vidgist.evaluation.judge import MEASURES, Judge
from vidgist.evaluation.published import Published
from vidgist.evaluation.results import Row, Table
from vidgist.paper.trainings.folds import Fold
from vidgist.paper.trainings.groups import Group
from vidgist.paper.trainings.runs import Runs

__all__ = ["TrainedTable", "trained_table"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class TrainedTable(Table):
    """A table in which a video has a number for each fold that tests it.

    A row's values are the means of these, weighted as the folds are; its mean and its spread are
    taken over the folds' own numbers.

    Attributes:
        fold_means: row's name -> (K, R, 3) means over the videos of each fold.
    """

    fold_means: Mapping[str, Floats] = field(default_factory=dict)

    def per_split(self, row: Row) -> Floats:
        """Return the means over the videos of each fold (K, R, 3)."""
        if row.name in self.fold_means:
            return self.fold_means[row.name]
        return super().per_split(row)


def trained_table(
    base: Table,
    folds: Sequence[Fold],
    groups: Sequence[Group],
    *,
    judges: Mapping[str, Judge],
    runs: Runs,
    repeats: int,
    published: Callable[[str], Published | None] = lambda row: None,
) -> TrainedTable:
    """Return a table with the rows of trained models behind its own.

    Args:
        base: rows that need no training, over the same splits.
        folds: the divisions.
        groups: the trainings and their rows.
        judges: measures each tested video.
        runs: where models are kept.
        repeats: trainings R of each fold.
        published: the same row as somebody published it.
    """
    measured: dict[str, list[list[dict[str, Floats]]]] = {}
    for group in groups:
        for number, fold in enumerate(folds):
            found: dict[str, list[dict[str, Floats]]] = {row: [] for row in group.rows}
            for repeat in range(repeats):
                seed = repeat * len(folds) + number
                what = f"{group.name}, split {number + 1} of {len(folds)}, seed {seed}"
                model = runs.model(fold.train, settings=group.settings, seed=seed, what=what)
                by_video = {key: group.measure(model, judges[key]) for key in fold.test}
                for row in group.rows:
                    found[row].append({key: rows[row] for key, rows in by_video.items()})
            for row, repeated in found.items():
                measured.setdefault(row, []).append(repeated)
    means = {
        row: np.array([[np.mean(list(one.values()), axis=0) for one in fold] for fold in by_fold])
        for row, by_fold in measured.items()
    }
    rows = [
        Row(name=row, values=_per_video(base.videos, by_fold, repeats), published=published(row))
        for row, by_fold in measured.items()
    ]
    shared = {f.name: getattr(base, f.name) for f in dataclasses.fields(Table)}
    methods = [row for row in base.rows if not row.baseline]
    baselines = [row for row in base.rows if row.baseline]
    shared["rows"] = (*methods, *rows, *baselines)
    return TrainedTable(**shared, fold_means=means)


def _per_video(
    videos: Sequence[str], by_fold: Sequence[Sequence[Mapping[str, Floats]]], repeats: int
) -> Floats:
    """Return (V, R, 3): a video's means over its folds, each weighted by 1 / videos in the fold."""
    places = {key: place for place, key in enumerate(videos)}
    sums = np.zeros((len(videos), repeats, len(MEASURES)))
    weights = np.zeros((len(videos), 1, 1))
    for fold in by_fold:
        for repeat, numbers in enumerate(fold):
            for key, values in numbers.items():
                sums[places[key], repeat] += values / len(numbers)
        for key in fold[0]:
            weights[places[key]] += 1 / len(fold[0])
    return np.asarray(sums / weights)
