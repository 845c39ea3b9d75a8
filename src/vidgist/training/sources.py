"""What ``vidgist train`` may be given: data sets, videos, YouTube-8M's records, stores."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from vidgist.backbones import DEFAULT_BACKBONE
from vidgist.datasets import VideoRecord, open_dataset
from vidgist.datasets.splits import Split, read_splits, video_key
from vidgist.errors import DataError, OutputError, SettingError, VidgistError
from vidgist.progress import Progress, silent
from vidgist.system.fingerprint import content_fingerprint
from vidgist.training.inputs import HDF5_FILES, RECORDS, STORES, VIDEOS, sort_inputs
from vidgist.training.store import is_store, open_mapped_store, read_index, write_mapped_store
from vidgist.training.videos import TrainingVideos, gather_videos

if TYPE_CHECKING:
    from vidgist.backbones import Backbone

__all__ = ["Extractor", "read_training_data", "training_part"]

YOUTUBE8M = "youtube8m"
"""Name of the backbone of YouTube-8M's features."""


@dataclass(frozen=True, kw_only=True)
class Extractor:
    """How features of videos are made on the way.

    Attributes:
        backbone: name of the extractor, or the extractor.
        fps: samples a second.
        device: `auto`, `cpu` or `cuda`.
        threads: for decoding and inference each; default one a core.
    """

    backbone: str = DEFAULT_BACKBONE
    fps: float = 2.0
    device: str = "auto"
    threads: int | None = None

    def load(self) -> Backbone:
        """Return the extractor, ready to run."""
        from vidgist.backbones import load_backbone

        return load_backbone(self.backbone, device=self.device, threads=self.threads)


def read_training_data(
    paths: Sequence[Path],
    *,
    work: Path,
    extractor: Extractor,
    keys: Split | None = None,
    progress: Progress = silent,
) -> tuple[TrainingVideos, tuple[str, ...]]:
    """Return the videos to train on, and what could not be used, one sentence each.

    Args:
        paths: files of the field's HDF5 layout; videos and folders of them; YouTube-8M's
            ``.tfrecord`` files and folders of them; or one store made from such files. Of one kind.
            Of videos and records, these alone are learned from.
        work: where features that are extracted or converted are kept, with the endings
            ``-features.h5`` and ``-store``; what lies there of the same inputs is used again.
        extractor: how features of videos are made.
        keys: train only on these of the first data set; all of the others are used.
        progress: told how far the reading is.

    Raises:
        DataError: a file is missing, damaged or of another kind, or nothing has features.
        OutputError: what is extracted or converted cannot be kept there.
    """
    kind, files = sort_inputs(paths)
    if keys is not None and kind != HDF5_FILES:
        raise SettingError("--splits: needs HDF5 files, whose videos it names")
    if kind == STORES:
        return open_mapped_store(files[0]), ()
    if kind == RECORDS:
        folder = _beside(work, "-store")
        return _convert(files, folder, inputs=paths, progress=progress), ()
    if kind == VIDEOS:
        file = _beside(work, "-features.h5")
        extracted, lost = _extract(files, file, extractor=extractor, progress=progress)
        found, without = _read_hdf5([file], extracted)
        return found, (*lost, *without)
    wanted = None if keys is None else _keys_of_split(files[0], keys)
    return _read_hdf5(files, wanted)


def _beside(work: Path, ending: str) -> Path:
    return work.with_name(f"{work.stem}{ending}")


def training_part(splits: Path, number: int) -> Split:
    """Return one split of a file, counted from 1.

    Raises:
        SettingError: the file has no split of that number.
    """
    found = read_splits(splits)
    if not 1 <= number <= len(found):
        raise SettingError(f"--split: {splits} has splits 1 to {len(found)}, came {number}")
    if not found[number - 1].train:
        raise SettingError(f"--split: split {number} of {splits} has no videos to train on")
    return found[number - 1]


def _keys_of_split(path: Path, split: Split) -> set[str]:
    found = set(map(video_key, split.train)).intersection(open_dataset(path).keys)
    if not found:
        raise DataError(f"{path}: has none of the videos that the split trains on")
    return found


def _read_hdf5(
    paths: Sequence[Path], keys: Container[str] | None
) -> tuple[TrainingVideos, tuple[str, ...]]:
    """Read features, of the first file only those named; several files name videos file/key."""
    gathered: list[tuple[str, np.ndarray[tuple[int, ...], np.dtype[np.floating]]]] = []
    backbones: dict[tuple[str, str], Path] = {}
    without: list[str] = []
    for place, path in enumerate(paths):
        dataset = open_dataset(path)
        wanted = None
        if keys is not None and place == 0:
            wanted = [key for key in dataset.keys if key in keys]
        empty = 0
        for record in dataset.records(keys=wanted, fields=("features",)):
            name = record.key if len(paths) == 1 else f"{path.stem}/{record.key}"
            if record.features is None:
                empty += 1
            else:
                gathered.append((name, record.features))
        if empty:
            without.append(f"{path}: {empty} videos have no features and are left out")
        attributes = dataset.attributes
        origin = (str(attributes.get("backbone", "")), str(attributes.get("fingerprint", "")))
        backbones[origin] = path
    known = {origin for origin in backbones if origin[0]}
    if len({name for name, _ in known}) > 1 or len({mark for _, mark in known if mark}) > 1:
        files = " and ".join(str(path) for path in backbones.values())
        raise DataError(f"{files}: hold features of different backbones; extract them with one")
    name, mark = max(known, key=lambda origin: bool(origin[1]), default=("", ""))
    return gather_videos(gathered, backbone=name, backbone_fingerprint=mark), tuple(without)


def _extract(
    videos: Sequence[Path], file: Path, *, extractor: Extractor, progress: Progress
) -> tuple[set[str], tuple[str, ...]]:
    """Bring the features of every video into a data set; a video that fails is said, not fatal.

    Returns:
        The names of these videos in the data set, which may hold others of earlier runs, and what
        failed.
    """
    from vidgist.datasets.store import CONTENT, open_store
    from vidgist.features import extract_features

    backbone = extractor.load()
    shared: dict[str, str | float] = {
        "backbone": backbone.name,
        "fingerprint": backbone.fingerprint,
        "samples_per_second": extractor.fps,
    }
    lost = []
    contents = set()
    with open_store(file, attributes=shared) as store:
        for done, video in enumerate(videos):
            progress("extracting features", done, len(videos))
            try:
                content = content_fingerprint(video)
                if content in store:
                    contents.add(content)
                    continue
                found = extract_features(
                    video, backbone=backbone, fps=extractor.fps, threads=extractor.threads
                ).features
            except VidgistError as error:
                lost.append(str(error))
                continue
            store.add(
                VideoRecord(
                    key="",
                    name=video.stem,
                    features=found.values.astype(np.float16),
                    picks=np.asarray(found.picks, np.int64),
                    times=None if found.times is None else np.asarray(found.times, np.float64),
                    n_frames=found.n_frames,
                    attributes={CONTENT: content},
                )
            )
            contents.add(content)
    if len(lost) == len(videos):
        raise DataError(f"{lost[0]} (and so with all {len(videos)} videos)")
    return {store.key(content) for content in contents}, tuple(lost)


def _convert(
    records: Sequence[Path], folder: Path, *, inputs: Sequence[Path], progress: Progress
) -> TrainingVideos:
    """Convert YouTube-8M's records into a store, or take the one made of the same files."""
    from vidgist.datasets.youtube8m import read_youtube8m

    marks = {path.name: content_fingerprint(path) for path in records}
    if is_store(folder) and _sources_of(folder) == marks:
        return open_mapped_store(folder)
    place = folder.resolve()
    for path in inputs:
        given = path.resolve()
        if place == given or place in given.parents or given in place.parents:
            raise OutputError(
                f"{folder}: the store of converted records would lie in {path} or around it; "
                "choose another place with -o"
            )

    def videos() -> Iterable[tuple[str, np.ndarray[tuple[int, ...], np.dtype[np.uint8]]]]:
        for done, path in enumerate(records):
            progress("converting records", done, len(records))
            for video in read_youtube8m(path):
                yield video.key, video.rgb

    write_mapped_store(folder, videos(), backbone=YOUTUBE8M, sources=marks, overwrite=True)
    return open_mapped_store(folder)


def _sources_of(folder: Path) -> Mapping[str, str] | None:
    """Return of which files a store was made; None where it is damaged, to be made again."""
    try:
        sources: Mapping[str, str] = read_index(folder)["sources"]
    except DataError:
        return None
    return sources
