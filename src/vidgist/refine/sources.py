"""What ``vidgist train`` may be given: data sets, videos, YouTube-8M's records, stores."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from vidgist.datasets import VideoRecord, open_dataset
from vidgist.datasets.splits import Split, read_splits, video_key
from vidgist.errors import DataError, SettingError, VidgistError
from vidgist.features.content import content_fingerprint
from vidgist.progress import Progress, silent
from vidgist.refine.store import INDEX, open_mapped_store, read_index, write_mapped_store
from vidgist.refine.videos import TrainingVideos, gather_videos

if TYPE_CHECKING:
    from vidgist.features import Backbone

__all__ = ["Extractor", "find_videos", "is_youtube8m", "read_training_data", "training_part"]

VIDEO_SUFFIXES = frozenset(
    [
        *(".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi", ".mpg", ".mpeg", ".ts", ".mts"),
        *(".wmv", ".flv", ".ogv", ".3gp"),
    ]
)
HDF5_SUFFIXES = frozenset([".h5", ".hdf5"])
RECORD_SUFFIX = ".tfrecord"
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

    backbone: str = "efficientnet_lite0"
    fps: float = 2.0
    device: str = "auto"
    threads: int | None = None

    def load(self) -> Backbone:
        """Return the extractor, ready to run."""
        from vidgist.features import load_backbone

        return load_backbone(self.backbone, device=self.device, threads=self.threads)


def find_videos(paths: Iterable[Path]) -> list[Path]:
    """Return the video files among the paths and in those that are folders, in natural order."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = (p for p in path.rglob("*") if p.suffix.lower() in VIDEO_SUFFIXES)
            found += sorted(p for p in inside if p.is_file())
        elif path.suffix.lower() in VIDEO_SUFFIXES:
            found.append(path)
    return found


def _records_in(paths: Iterable[Path]) -> list[Path]:
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found += sorted(p for p in path.rglob(f"*{RECORD_SUFFIX}") if p.is_file())
        elif path.suffix.lower() == RECORD_SUFFIX:
            found.append(path)
    return found


def is_youtube8m(paths: Sequence[Path]) -> bool:
    """Tell whether the paths hold YouTube-8M's features, as records or as a store of them."""
    stores = [path for path in paths if (path / INDEX).is_file()]
    if stores:
        return all(read_index(path)["type"] == "uint8" for path in stores)
    return bool(_records_in(paths))


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
        work: where features that are extracted or converted are kept, with the endings
            ``-features.h5`` and ``-store``; what lies there of the same inputs is used again.
        extractor: how features of videos are made.
        keys: train only on these of the first data set; all of the others are used.
        progress: told how far the reading is.

    Raises:
        DataError: a file is missing, damaged or of another kind, or nothing has features.
    """
    for path in paths:
        if not path.exists():
            raise DataError(f"{path}: there is no such file or folder; check the path")
    stores = [path for path in paths if (path / INDEX).is_file()]
    data = [path for path in paths if path.suffix.lower() in HDF5_SUFFIXES and path.is_file()]
    records = [] if stores else _records_in(paths)
    videos = [] if stores or records else find_videos(paths)
    kinds = {"stores": stores, "HDF5 files": data, "TFRecords": records, "videos": videos}
    present = [name for name, found in kinds.items() if found]
    if len(present) != 1 or len(stores) > 1:
        came = " and ".join(present) if present else "none of these"
        raise DataError(
            f"{paths[0]}: training data is HDF5 files, videos, TFRecord files, or one store, not "
            f"several kinds; came {came}"
        )
    if keys is not None and not data:
        raise SettingError("--splits: needs HDF5 files, whose videos it names")
    if stores:
        return open_mapped_store(stores[0]), ()
    if records:
        return _convert(records, _beside(work, "-store"), progress=progress), ()
    if videos:
        file = _beside(work, "-features.h5")
        lost = _extract(videos, file, extractor=extractor, progress=progress)
        found, without = _read_hdf5([file], None)
        return found, (*lost, *without)
    return _read_hdf5(data, keys)


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


def _read_hdf5(paths: Sequence[Path], keys: Split | None) -> tuple[TrainingVideos, tuple[str, ...]]:
    """Read all features; several files name their videos file/key."""
    gathered: list[tuple[str, np.ndarray[tuple[int, ...], np.dtype[np.floating]]]] = []
    backbones: dict[tuple[str, str], Path] = {}
    without: list[str] = []
    for place, path in enumerate(paths):
        dataset = open_dataset(path)
        wanted = None
        if keys is not None and place == 0:
            named = set(map(video_key, keys.train))
            wanted = [key for key in dataset.keys if key in named]
            if not wanted:
                raise DataError(f"{path}: has none of the videos that the split trains on")
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
) -> tuple[str, ...]:
    """Bring the features of every video into a data set; a video that fails is said, not fatal."""
    from vidgist.features import extract_features
    from vidgist.features.store import CONTENT, open_store

    backbone = extractor.load()
    shared: dict[str, str | float] = {
        "backbone": backbone.name,
        "fingerprint": backbone.fingerprint,
        "samples_per_second": extractor.fps,
    }
    lost = []
    with open_store(file, attributes=shared) as store:
        for done, video in enumerate(videos):
            progress("extracting features", done, len(videos))
            try:
                content = content_fingerprint(video)
                if content in store:
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
    if len(lost) == len(videos):
        raise DataError(f"{lost[0]} (and so with all {len(videos)} videos)")
    return tuple(lost)


def _convert(records: Sequence[Path], folder: Path, *, progress: Progress) -> TrainingVideos:
    """Convert YouTube-8M's records into a store, or take the one made of the same files."""
    from vidgist.datasets.youtube8m import read_youtube8m

    marks = {path.name: content_fingerprint(path) for path in records}
    if (folder / INDEX).is_file() and read_index(folder)["sources"] == marks:
        return open_mapped_store(folder)

    def videos() -> Iterable[tuple[str, np.ndarray[tuple[int, ...], np.dtype[np.uint8]]]]:
        for done, path in enumerate(records):
            progress("converting records", done, len(records))
            for video in read_youtube8m(path):
                yield video.key, video.rgb

    write_mapped_store(folder, videos(), backbone=YOUTUBE8M, sources=marks, overwrite=True)
    return open_mapped_store(folder)
