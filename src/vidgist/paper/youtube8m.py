"""Table 3: trained on YouTube-8M alone, tested on all videos of TVSum and SumMe.

Other tables of the same training take the videos, the data sets and the rows from here.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from vidgist.datasets import Dataset
from vidgist.evaluation.protocols import METRICS, Protocol, protocol
from vidgist.evaluation.results import Table
from vidgist.models.settings import ContrastiveSettings
from vidgist.paper.context import BenchmarkResult, Context, PaperTable
from vidgist.paper.published import beside_published
from vidgist.paper.trainings.folds import Fold
from vidgist.paper.trainings.groups import Group, contrastive_groups, dsn_groups
from vidgist.paper.trainings.table import trained_table
from vidgist.training.sources import read_training_data
from vidgist.training.store import INDEX
from vidgist.training.videos import TrainingVideos, gather_videos

SETTING = "youtube8m"
DIMENSION = 1024
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
    datasets = [dataset for dataset in context.with_features(metric) if _is_youtube8m_set(dataset)]
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
        context.untrained(metric),
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
    released = context.settings.name == "reference" and not context.protocol_names
    if released and metric == "summe":
        return protocol("runs", metric=metric)
    return context.protocol(metric)


def youtube8m_videos(context: Context, missing: list[str]) -> TrainingVideos | None:
    """Return YouTube-8M's videos: a store, or ``.tfrecord`` files among the data.

    Records are converted, once, into a store in the folder of the models.

    Args:
        context: of the table.
        missing: gets a sentence where there are no videos.
    """
    for root in context.library.searched:
        stores = [path.parent for path in root.rglob(INDEX)] if root.is_dir() else []
        files = sorted(root.rglob("*.tfrecord")) if root.is_dir() else []
        records = [path for path in files if not path.name.startswith(".")]
        if stores or records:
            # The files and not the folder: that of the models, and so the store, may lie in it.
            paths = stores[:1] or records
            videos, _ = read_training_data(
                paths,
                work=context.models / "youtube8m",
                progress=context.progress,
            )
            return videos
    missing.append(
        f"youtube8m: no frame-level .tfrecord files {context.library.places}; give their folder "
        "as data"
    )
    return None


def _is_youtube8m_set(dataset: Dataset) -> bool:
    """Tell whether a data set's features are YouTube-8M's, by attribute and width."""
    name = str(dataset.attributes.get("backbone", "")).lower()
    if not name.startswith("youtube8m"):
        return False
    return {features.shape[1] for _, features in dataset.features()} == {DIMENSION}


def synthetic_youtube8m(count: int, *, rng: np.random.Generator) -> TrainingVideos:
    """Return videos of noise, as long and as wide as YouTube-8M's, to measure times on."""
    videos = []
    for number in range(count):
        length = int(rng.integers(120, 301))
        scenes = rng.normal(size=(max(1, length // 12), DIMENSION)).astype(np.float32)
        samples = scenes[np.sort(rng.integers(0, len(scenes), size=length))]
        noise = rng.normal(scale=0.5, size=samples.shape).astype(np.float32)
        videos.append((f"video_{number}", samples + noise))
    return gather_videos(videos, backbone="synthetic")


TABLE = PaperTable(
    name="3", summary="Trained on YouTube-8M, with DR-DSN (Table 3).", run=run, order=3
)
