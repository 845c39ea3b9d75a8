"""Folds: the videos that a model of a table learns from, and those that it is tested on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from vidgist.datasets import Dataset, open_dataset
from vidgist.datasets.eccv16 import FIELDS
from vidgist.datasets.splits import Split, video_key
from vidgist.errors import DataError
from vidgist.paper.library import Library
from vidgist.training.targets import video_targets
from vidgist.training.videos import TrainingVideos, gather_videos

OTHERS = {"tvsum": ("summe", "ovp", "youtube"), "summe": ("tvsum", "ovp", "youtube")}
"""The data sets that augmented training adds, and that transfer training learns from alone."""


@dataclass(frozen=True, kw_only=True)
class Fold:
    """One division of a data set.

    Attributes:
        train: what a model learns from.
        test: keys of the videos that it is tested on.
    """

    train: TrainingVideos
    test: tuple[str, ...]


def features_of(datasets: Sequence[Dataset], *, labels: bool = False) -> TrainingVideos:
    """Return all features of data sets; videos of the second and later are named file/key.

    Args:
        datasets: the first is the one that is tested.
        labels: also return the annotations; videos without are left out.

    Raises:
        DataError: no video has features, or the data sets are of different widths.
    """
    videos, targets = [], []
    for number, dataset in enumerate(datasets):
        for record in dataset.records(fields=FIELDS if labels else ("features",)):
            told = video_targets(record) if labels and record.features is not None else None
            if record.features is not None and (told is not None or not labels):
                name = record.key if number == 0 else f"{dataset.path.stem}/{record.key}"
                videos.append((name, record.features))
                targets += [] if told is None else [told]
    return gather_videos(
        videos,
        targets=targets if labels else None,
        backbone=str(datasets[0].attributes.get("backbone", "")),
    )


def canonical_folds(
    dataset: Dataset,
    splits: Sequence[Split],
    *,
    others: Sequence[Dataset] = (),
    labels: bool = False,
) -> list[Fold]:
    """Return a fold for each split, with other data sets added to each training part (augmented).

    A split none of whose training or test videos has features is left out.
    """
    everything = features_of([dataset, *others], labels=labels)
    own = {key for key in everything.keys if key in dataset}
    added = set(everything.keys) - own
    folds = []
    for split in splits:
        train = own & set(map(video_key, split.train))
        test = tuple(key for key in split.test if key in own)
        if train and test:
            folds.append(Fold(train=everything.subset(train | added), test=test))
    return folds


def transfer_folds(
    dataset: Dataset, others: Sequence[Dataset], *, labels: bool = False
) -> list[Fold]:
    """Return the one fold that learns from other data sets alone and tests on all videos."""
    return [Fold(train=features_of(others, labels=labels), test=keys_with_features(dataset))]


def keys_with_features(dataset: Dataset) -> tuple[str, ...]:
    """Return the keys of the videos that have features."""
    return tuple(key for key, _ in dataset.features())


def find_others(library: Library, metric: str) -> tuple[list[Dataset], list[str]]:
    """Return the other data sets of augmented and transfer training, and the names of the missing.

    They are HDF5 files with the data set's name in theirs, in the folders that were searched, and
    count as missing unless all their videos have features.
    """
    datasets, missing = [], []
    for name in OTHERS[metric]:
        paths = [
            path
            for root in library.searched
            for path in (root.rglob("*.h5") if root.is_dir() else [root])
            if name in path.name.lower()
        ]
        dataset = next(filter(None, map(_complete, sorted(paths))), None)
        if dataset is None:
            missing.append(name)
        else:
            datasets.append(dataset)
    return datasets, missing


def _complete(path: Path) -> Dataset | None:
    """Return the data set of a file if all its videos have features, else None."""
    try:
        dataset = open_dataset(path)
        return dataset if len(keys_with_features(dataset)) == len(dataset) else None
    except DataError:
        return None
