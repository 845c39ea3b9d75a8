"""Table 3: trained on YouTube-8M alone, tested on all videos of TVSum and SumMe."""

from __future__ import annotations

from collections.abc import Sequence

from vidgist.datasets import Dataset
from vidgist.evaluation.protocols import METRICS, Protocol, protocol
from vidgist.evaluation.results import Table
from vidgist.models.settings import ContrastiveSettings
from vidgist.paper.context import BenchmarkResult, Context, PaperTable
from vidgist.paper.published import beside_published
from vidgist.paper.trainings.folds import Fold
from vidgist.paper.trainings.groups import Group, contrastive_groups, dsn_groups
from vidgist.paper.trainings.table import trained_table
from vidgist.paper.trainings.youtube8m import is_youtube8m_set, youtube8m_videos
from vidgist.training.videos import TrainingVideos

__all__ = ["SETTING", "TABLE", "measure_on", "sets_for", "training_for"]

SETTING = "youtube8m"
SUMME = {"neighbors": 0.1, "uniform_weight": 0.5}
"""S3.2: what the paper tests SumMe with; TVSum's values are the settings' own."""


def run(context: Context) -> BenchmarkResult:
    """Train on YouTube-8M where it is, and measure what can be measured in any case."""
    result = BenchmarkResult()
    videos = youtube8m_videos(context, result.missing)
    for metric in METRICS:
        training = training_for(context, metric)
        settings = context.settings_for(metric, neighbors=training.neighbors)
        groups = [*contrastive_groups(training, settings), *dsn_groups(context.dsn_epochs)]
        for dataset in sets_for(context, metric, result.missing):
            table = measure_on(context, dataset, metric, videos, groups)
            result.tables.append(
                beside_published(table, "3", setting=SETTING, with_unmeasured=True)
            )
    return result


def training_for(context: Context, metric: str) -> ContrastiveSettings:
    """Return the settings of the training, for this data set."""
    return context.training(SETTING, **(SUMME if metric == "summe" else {}))


def sets_for(context: Context, metric: str, missing: list[str]) -> list[Dataset]:
    """Return the data sets with features like YouTube-8M's; say so where there is none."""
    datasets = [dataset for dataset in context.with_features(metric) if is_youtube8m_set(dataset)]
    if not datasets:
        missing.append(
            f"{metric}: no HDF5 file whose attribute 'backbone' is youtube8m, with features of "
            "1024 numbers; extract them with backbone='youtube8m:FILE.onnx'"
        )
    return datasets


def measure_on(
    context: Context,
    dataset: Dataset,
    metric: str,
    videos: TrainingVideos | None,
    groups: Sequence[Group],
) -> Table:
    """Return the rows without training and, where there are videos to learn from, the trained."""
    base = context.table(
        dataset,
        [*context.methods(metric), *context.baselines()],
        metric=metric,
        title=f"Table {context.name.upper()}, {METRICS[metric]}: trained on YouTube-8M",
        protocol=_protocol(context, metric),
    )
    if videos is None:
        return base
    fold = Fold(train=videos, test=base.videos)
    return trained_table(context, dataset, base, [fold], groups)


def _protocol(context: Context, metric: str) -> Protocol:
    # The released evaluation of this training averages SumMe's annotations over runs of frames.
    released = context.settings.name == "reference" and context.protocol_name is None
    if released and metric == "summe":
        return protocol("runs", metric=metric)
    return context.protocol(metric)


TABLE = PaperTable(
    name="3", summary="Trained on YouTube-8M, with DR-DSN (Table 3).", run=run, order=3
)
