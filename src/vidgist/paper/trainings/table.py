"""Tables with rows of trained models: another model for every fold and every repetition.

Each is trained from a seed of its own: were the first weights those of all folds, an unlucky draw
would weigh on the whole row, and repetitions would spread more than they do.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from vidgist.datasets import Dataset
from vidgist.evaluation.results import Table, TableRow
from vidgist.evaluation.summaries import SummaryRule
from vidgist.models import Model, TrainingSettings, load_model
from vidgist.models.settings import ContrastiveSettings
from vidgist.paper.context import Context
from vidgist.paper.trainings.folds import Fold
from vidgist.paper.trainings.groups import Group
from vidgist.progress import Progress, silent
from vidgist.training import require_torch
from vidgist.training.identity import run_name
from vidgist.training.videos import TrainingVideos

Floats = npt.NDArray[np.float64]


def trained_model(
    videos: TrainingVideos,
    *,
    folder: Path,
    settings: TrainingSettings,
    seed: int,
    title: str = "",
    progress: Progress = silent,
) -> Model:
    """Return the model of a training, trained now where its file does not exist yet.

    Args:
        videos: what it learns from.
        folder: of the models, made where missing; a file's name follows from videos, settings and
            seed.
        settings: of any method.
        seed: of weights, samples and dropout.
        title: of the training, for the progress.
        progress: called after the steps of the training.

    Raises:
        MissingExtraError: it has to be trained, and torch is not installed.
        TrainingError: its loss is NaN or infinite.
    """
    path = folder / run_name(videos, settings=settings, seed=seed)
    if not path.exists():
        require_torch("a row that is trained")
        from vidgist.training.training import train

        def report(*, step: int, steps: int, epoch: int, terms: Mapping[str, float]) -> None:
            progress(f"training {title}", step, steps)

        train(videos, path, settings=settings, seed=seed, resume=True, report=report)
    return load_model(path)


def trained_table(
    context: Context,
    dataset: Dataset,
    base: Table,
    folds: Sequence[Fold],
    groups: Sequence[Group],
    *,
    summaries: SummaryRule | None = None,
) -> Table:
    """Return a table with the rows of trained models behind its own methods.

    Values of a row are the means over the folds that test a video, weighted as the folds are; its
    mean and its spread are taken over the folds' own means.

    Args:
        context: says where models are kept, and how often each training is repeated.
        dataset: the tested videos.
        base: rows that need no training, over the same splits.
        folds: the divisions.
        groups: the trainings and their rows.
        summaries: how summaries are made of scores, where the table measures these too.
    """
    tests = [tuple(dict.fromkeys(fold.test)) for fold in folds]
    judges = {
        key: context.judge(
            dataset, key, metric=base.metric, protocol=base.protocol, summaries=summaries
        )
        for key in {key for test in tests for key in test}
    }
    rows = []
    fold_means = dict(base.fold_means)
    for group in groups:
        by_fold = []
        flat: set[str] = set()
        for number, (fold, test) in enumerate(zip(folds, tests, strict=True)):
            # Of each repeat, what each tested video's rows are worth.
            repeats = []
            for repeat in range(context.repeats):
                seed = repeat * len(folds) + number
                model = trained_model(
                    fold.train,
                    folder=context.models,
                    settings=group.settings,
                    seed=seed,
                    title=f"{group.name}, split {number + 1} of {len(folds)}, seed {seed}",
                    progress=context.progress,
                )
                measured = []
                for key in test:
                    judges[key].collapsed = False
                    measured.append(group.measure(model, judges[key]))
                    flat |= {key} if judges[key].collapsed else set()
                repeats.append(measured)
            by_fold.append(repeats)
        for name in by_fold[0][0][0]:
            parts = [
                np.array([[video[name] for video in videos] for videos in repeats])
                for repeats in by_fold
            ]
            fold_means[name] = np.stack([part.mean(axis=1) for part in parts])
            values = _per_video(base.videos, tests, parts)
            collapsed = np.array([key in flat for key in base.videos])
            rows.append(TableRow(name=name, values=values, collapsed=collapsed))
    baselines = [row for row in base.rows if row.baseline]
    return dataclasses.replace(base, rows=(*base.methods, *rows, *baselines), fold_means=fold_means)


def training_note(training: ContrastiveSettings) -> str:
    """Return the note on the training of a table's models."""
    return f"training: {training.name}, {training.epochs} epochs, batches of {training.batch}"


def _per_video(
    videos: Sequence[str], tests: Sequence[Sequence[str]], parts: Sequence[Floats]
) -> Floats:
    """Return (V, R, M): the means over the folds that test a video, of weight 1 / videos tested.

    Args:
        videos: keys of the V videos.
        tests: keys of the videos that each fold tests.
        parts: (R, videos tested, M) numbers of each fold.
    """
    sums = np.zeros((len(videos), len(parts[0]), parts[0].shape[2]))
    weights = np.zeros((len(videos), 1, 1))
    for test, part in zip(tests, parts, strict=True):
        places = [videos.index(key) for key in test]
        sums[places] += part.swapaxes(0, 1) / len(places)
        weights[places] += 1 / len(places)
    return np.asarray(sums / weights)
