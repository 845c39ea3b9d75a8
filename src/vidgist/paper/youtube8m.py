"""Table 3: trained on YouTube-8M alone, tested on all videos of TVSum and SumMe."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from vidgist.datasets import Dataset
from vidgist.evaluation.judge import Judge
from vidgist.evaluation.protocols import Protocol, protocol
from vidgist.evaluation.published import Published, published, published_rows
from vidgist.evaluation.results import Table
from vidgist.models.settings import ContrastiveSettings, contrastive_settings, replace_settings
from vidgist.paper.context import Context, Report
from vidgist.paper.tables_1_2 import NAMES, runs_of
from vidgist.paper.trainings import Fold, Group, contrastive_groups, dsn_group, trained_table
from vidgist.paper.trainings.youtube8m import is_youtube8m_set, youtube8m_videos
from vidgist.training.videos import TrainingVideos

__all__ = ["measure_on", "run", "sets_for", "training_for"]

SETTING = "youtube8m"
SUMME = {"neighbors": 0.1, "uniform_weight": 0.5}
"""S3.2: what the paper tests SumMe with; TVSum's values are the settings' own."""


def run(context: Context) -> Report:
    """Train on YouTube-8M where it is, and measure what can be measured in any case."""
    videos, absent = youtube8m_videos(
        context.library, work=runs_of(context).folder, progress=context.progress
    )
    missing = [absent] if absent else []
    tables = []
    for metric in NAMES:
        for dataset in sets_for(context, metric, missing):
            groups = []
            if videos is not None:
                training = training_for(context, metric)
                settings = context.settings_for(metric, neighbors=training.neighbors)
                groups = contrastive_groups(training, settings)
                groups += [dsn_group(epochs) for epochs in context.dsn_epochs]
            tables.append(measure_on(context, dataset, metric, videos, groups))
    return Report(name=context.name, tables=tuple(tables), missing=tuple(missing))


def training_for(context: Context, metric: str) -> ContrastiveSettings:
    """Return the settings of the training, for this data set."""
    name = context.settings.name if context.settings.name in ("paper", "reference") else "paper"
    settings = contrastive_settings(name, kind="youtube8m")
    changes = SUMME if metric == "summe" else {}
    return replace_settings(settings, epochs=context.epochs, **changes)


def sets_for(context: Context, metric: str, missing: list[str]) -> list[Dataset]:
    """Return the data sets with features like YouTube-8M's, or say that there is none."""
    found = [dataset for dataset in context.with_features(metric) if is_youtube8m_set(dataset)]
    if not found:
        missing.append(
            f"{metric}: no HDF5 file whose attribute 'backbone' is youtube8m, with features of "
            "1024 numbers; extract them with --backbone youtube8m:FILE.onnx"
        )
    return found


def _protocol(context: Context, metric: str) -> Protocol:
    # The released evaluation of this training averages SumMe's annotations over runs of frames.
    released = context.settings.name == "reference" and context.protocol_name is None
    if released and metric == "summe":
        return protocol("runs", metric=metric)
    return context.protocol(metric)


def measure_on(
    context: Context,
    dataset: Dataset,
    metric: str,
    videos: TrainingVideos | None,
    groups: Sequence[Group],
) -> Table:
    """Return the rows without training and, where there are videos to learn from, the trained."""
    name = context.name.upper()

    def theirs(row: str) -> Published | None:
        return published(name, row, dataset=metric, setting=SETTING)

    chosen = _protocol(context, metric)
    base = context.table(
        dataset,
        [*context.methods(metric, published=theirs), *context.baselines()],
        metric=metric,
        title=f"Table {name}, {NAMES[metric]}: trained on YouTube-8M",
        chosen=chosen,
    )
    known = published_rows(name, dataset=metric, setting=SETTING)
    if videos is not None:
        judges = {
            key: Judge(dataset.read(key), metric=metric, protocol=chosen) for key in base.videos
        }
        base = trained_table(
            base,
            [Fold(train=videos, test=base.videos)],
            groups,
            judges=judges,
            runs=runs_of(context),
            repeats=context.repeats,
            published=theirs,
        )
    shown = {row.name for row in base.rows}
    return dataclasses.replace(
        base, also_published=tuple(p for row, p in known.items() if row not in shown)
    )
