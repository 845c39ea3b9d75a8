"""Training data from data sets, videos, YouTube-8M's records and stores."""

from __future__ import annotations

import contextlib
from collections.abc import Container, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from vidgist.backbones import DEFAULT_BACKBONE
from vidgist.batch.extractions import Extractions
from vidgist.batch.jobs import BatchJob
from vidgist.datasets import open_dataset
from vidgist.datasets.eccv16 import FIELDS
from vidgist.datasets.known_splits import find_splits
from vidgist.datasets.splits import Split, video_key
from vidgist.datasets.store import open_store
from vidgist.datasets.youtube8m import read_youtube8m
from vidgist.defaults import DEFAULT_FPS
from vidgist.errors import DataError, OutputError, SettingError, VidgistError
from vidgist.progress import Progress, silent
from vidgist.system.fingerprint import content_fingerprint
from vidgist.training.inputs import HDF5_FILES, RECORDS, STORES, VIDEOS, sort_inputs
from vidgist.training.store import is_store, open_mapped_store, read_index, write_mapped_store
from vidgist.training.targets import Targets, video_targets
from vidgist.training.videos import Array, TrainingVideos, gather_videos

YOUTUBE8M = "youtube8m"
"""Name of the backbone of YouTube-8M's features."""


def read_training_data(
    paths: Sequence[Path],
    *,
    work: Path,
    keys: Split | None = None,
    labels: bool = False,
    backbone: str = DEFAULT_BACKBONE,
    fps: float = DEFAULT_FPS,
    device: str = "auto",
    threads: int | None = None,
    progress: Progress = silent,
) -> tuple[TrainingVideos, tuple[str, ...]]:
    """Return the training videos, and a sentence for each input that cannot be used.

    Args:
        paths: of one kind: HDF5 files in the field's layout; videos and folders of them;
            YouTube-8M's ``.tfrecord`` files and folders of them; or one store made from such files.
        work: the model file. Extracted features are kept beside it in ``<stem>-features.h5``,
            converted records in ``<stem>-store``, and used again for the same inputs.
        keys: train only on these videos of the first data set, and on all of the others.
        labels: also read the annotations; videos without are left out.
        backbone: of videos, as are the next three: name of the extractor.
        fps: samples a second.
        device: `auto`, `cpu` or `cuda`.
        threads: for decoding and inference each; default one a core.
        progress: called while inputs are read.

    Raises:
        DataError: a file is missing, damaged or of another kind, or nothing has features, or with
            ``labels`` annotations.
        OutputError: extracted or converted features cannot be written.
        SettingError: ``keys`` are given without HDF5 files.
    """
    kind, files = sort_inputs(paths)
    if keys is not None and kind != HDF5_FILES:
        raise SettingError("splits: needs HDF5 files, whose videos it names")
    if labels and kind != HDF5_FILES:
        raise DataError(
            f"{paths[0]}: has no annotations, which this method learns from; give HDF5 files with "
            "'gtscore', 'user_scores' or 'user_summary', or take a method without labels"
        )
    if kind == STORES:
        return open_mapped_store(files[0]), ()
    if kind == RECORDS:
        folder = _beside(work, "-store")
        return _convert(files, folder, inputs=paths, progress=progress), ()
    if kind == VIDEOS:
        file = _beside(work, "-features.h5")
        how = {"backbone": backbone, "fps": fps, "device": device, "threads": threads}
        extracted, lost = _extract(files, file, how, progress=progress)
        read, without = _read_hdf5([file], extracted)
        return read, (*lost, *without)
    chosen = None if keys is None else _keys_of_split(files[0], keys)
    return _read_hdf5(files, chosen, labels=labels)


def _beside(work: Path, ending: str) -> Path:
    return work.with_name(f"{work.stem}{ending}")


def training_part(
    splits: str | Path, number: int, *, data: Sequence[Path]
) -> tuple[Split, dict[str, Any]]:
    """Return one split, counted from 1, and what the card of a model says about it.

    Args:
        splits: a split file, or the name of splits, see `vidgist.datasets.known_splits`.
        number: of the split.
        data: what is trained on; the splits are those of the first file.

    Raises:
        DataError: the splits are those of another data set, or train on what they test.
        SettingError: there is no split of that number, or the data is not HDF5.
    """
    kind, files = sort_inputs(data)
    if kind != HDF5_FILES:
        raise SettingError("splits: needs HDF5 files, whose videos it names")
    found = find_splits(splits, keys=open_dataset(files[0]).keys)
    if not 1 <= number <= len(found.splits):
        raise SettingError(f"split: {splits} has splits 1 to {len(found.splits)}, got {number}")
    split = found.splits[number - 1]
    if not split.train:
        raise SettingError(f"split: split {number} of {splits} has no videos to train on")
    return split, {"file": found.name, "sha256": found.digest, "number": number}


def _keys_of_split(path: Path, split: Split) -> set[str]:
    keys = set(map(video_key, split.train)).intersection(open_dataset(path).keys)
    if not keys:
        raise DataError(f"{path}: has none of the videos that the split trains on")
    return keys


def _read_hdf5(
    paths: Sequence[Path], keys: Container[str] | None, *, labels: bool = False
) -> tuple[TrainingVideos, tuple[str, ...]]:
    """Read features, of the first file only those named; several files name videos file/key."""
    gathered: list[tuple[str, Array]] = []
    targets: list[Targets] = []
    backbones: dict[tuple[str, str], Path] = {}
    without: list[str] = []
    for number, path in enumerate(paths):
        dataset = open_dataset(path)
        chosen = None
        if keys is not None and number == 0:
            chosen = [key for key in dataset.keys if key in keys]
        empty = silent = 0
        fields = FIELDS if labels else ("features",)
        for record in dataset.records(keys=chosen, fields=fields):
            name = record.key if len(paths) == 1 else f"{path.stem}/{record.key}"
            told = video_targets(record) if labels and record.features is not None else None
            if record.features is None:
                empty += 1
            elif labels and told is None:
                silent += 1
            else:
                gathered.append((name, record.features))
                targets += [] if told is None else [told]
        if empty:
            without.append(f"{path}: {empty} videos have no features and are left out")
        if silent:
            without.append(f"{path}: {silent} videos have no annotations and are left out")
        attributes = dataset.attributes
        origin = (str(attributes.get("backbone", "")), str(attributes.get("fingerprint", "")))
        backbones[origin] = path
    known = {origin for origin in backbones if origin[0]}
    if len({name for name, _ in known}) > 1 or len({mark for _, mark in known if mark}) > 1:
        files = " and ".join(str(path) for path in backbones.values())
        raise DataError(f"{files}: hold features of different backbones; extract them with one")
    if labels and not gathered:
        raise DataError(
            f"{paths[0]}: has no video with annotations that tell its samples apart, which this "
            "method learns from; add 'gtscore', 'user_scores' or 'user_summary', or take a method "
            "without labels"
        )
    name, mark = max(known, key=lambda origin: bool(origin[1]), default=("", ""))
    videos = gather_videos(
        gathered,
        targets=targets if labels else None,
        backbone=name,
        backbone_fingerprint=mark,
    )
    return videos, tuple(without)


def _extract(
    videos: Sequence[Path], file: Path, how: Mapping[str, Any], *, progress: Progress
) -> tuple[set[str], tuple[str, ...]]:
    """Extract the features of every video into a data set, which may hold others already.

    Returns:
        The names of these videos in the data set, and a sentence for each that failed.
    """
    work = Extractions({**how, "skim": False, "float16": True})
    lost = []
    contents = set()
    with open_store(file, attributes=work.attributes) as store:
        for done, video in enumerate(videos):
            progress("extracting features", done, len(videos))
            try:
                content = content_fingerprint(video)
                if content not in store:
                    work.run(BatchJob(video, store.room(content)))
                    store.adopt(content)
                contents.add(content)
            except OutputError:
                raise  # the same for every video
            except VidgistError as error:
                lost.append(str(error))
    if len(lost) == len(videos):
        raise DataError(f"{lost[0]} (and so with all {len(videos)} videos)")
    return {store.key(content) for content in contents}, tuple(lost)


def _convert(
    records: Sequence[Path], folder: Path, *, inputs: Sequence[Path], progress: Progress
) -> TrainingVideos:
    """Convert YouTube-8M's records into a store, or open the one made of the same files."""
    sources = {path.name: content_fingerprint(path) for path in records}
    if is_store(folder):
        with contextlib.suppress(DataError):  # one that is damaged is made again
            if read_index(folder)["sources"] == sources:
                return open_mapped_store(folder)
    target = folder.resolve()
    for path in inputs:
        source = path.resolve()
        if target == source or target in source.parents or source in target.parents:
            raise OutputError(
                f"{folder}: the store of converted records would lie in {path} or around it; "
                "choose another output"
            )

    def videos() -> Iterable[tuple[str, Array]]:
        for done, path in enumerate(records):
            progress("converting records", done, len(records))
            yield from read_youtube8m(path)

    write_mapped_store(folder, videos(), backbone=YOUTUBE8M, sources=sources, overwrite=True)
    return open_mapped_store(folder)
