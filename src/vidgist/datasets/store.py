"""The feature store: a DATA.h5 that grows by one video at a time and survives kills.

Every finished video is written at once to a small file of its own, in a folder beside DATA.h5.
These are merged into DATA.h5 when together they are half as large, and at the end; so DATA.h5 is
always complete, a killed run is resumed, and a thousand videos do not copy the file a thousand
times.
"""

from __future__ import annotations

import contextlib
import hashlib
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from vidgist.datasets.eccv16 import open_dataset
from vidgist.datasets.eccv16_writer import append_videos
from vidgist.datasets.record import VideoRecord
from vidgist.errors import DataError, OutputError
from vidgist.system.files import clean_partials, output_error
from vidgist.system.lock import exclusive

CONTENT = "content"
"""Attribute of a video: the fingerprint of its video file."""


class FeatureStore:
    """The videos of one DATA.h5, and those that wait to be merged; see `open_store`."""

    def __init__(self, path: Path, parts: Path, attributes: Mapping[str, str | float]) -> None:
        self.path = path
        self._parts = parts
        self._attributes = attributes
        self._keys: dict[str, str] = {}
        if path.exists():
            self._check(path)
            self._keys = _contents(path)
        clean_partials(parts)
        for unfinished in parts.glob("*.new.h5"):
            unfinished.unlink()
        for part in _waiting(self._parts):
            try:
                self._check(part)
                self._keys = dict.fromkeys(_contents(part), "") | self._keys
            except (DataError, OutputError):
                part.unlink()  # damaged, or of a run with other settings: it is made again

    def __contains__(self, content: str) -> bool:
        return content in self._keys

    def key(self, content: str) -> str:
        """Return the key of the video of that content in DATA.h5, "" while it waits."""
        return self._keys.get(content, "")

    def room(self, content: str) -> Path:
        """Return the file to write the video of that content to, here or in another process.

        Its attribute `CONTENT` identifies it; `adopt` adds it.
        """
        return self._parts / f"{content}.new.h5"

    def adopt(self, content: str) -> None:
        """Add the video that was written to the `room` of that content.

        Raises:
            OutputError: the disk is full, or the folder cannot be written.
        """
        waiting = _waiting(self._parts)
        number = int(waiting[-1].stem) + 1 if waiting else 0
        waiting.append(self._parts / f"{number:08d}.h5")
        try:
            self.room(content).rename(waiting[-1])
        except OSError as error:
            raise output_error(waiting[-1], error) from error
        self._keys[content] = ""
        size = sum(part.stat().st_size for part in waiting)
        if not self.path.exists() or 2 * size >= self.path.stat().st_size:
            self.merge()

    def merge(self) -> None:
        """Merge the waiting videos into DATA.h5.

        Raises:
            OutputError: the disk is full, or the folder cannot be written; the videos keep waiting.
        """
        waiting = _waiting(self._parts)
        if not waiting:
            return
        # A run killed after the next step leaves parts that DATA.h5 has already.
        have = _contents(self.path) if self.path.exists() else {}
        missing = [part for part in waiting if not _contents(part).keys() <= have.keys()]
        if missing:
            append_videos(self.path, self._records(missing), attributes=self._attributes)
        for part in waiting:
            part.unlink()
        self._keys |= _contents(self.path)

    def _records(self, parts: list[Path]) -> Iterator[VideoRecord]:
        for part in parts:
            for record in open_dataset(part):
                own = {k: v for k, v in record.attributes.items() if k not in self._attributes}
                yield replace(record, key="", attributes=own)

    def _check(self, path: Path) -> None:
        stored = open_dataset(path).attributes
        for name, value in self._attributes.items():
            if stored.get(name) != value:
                raise OutputError(
                    f"{path}: holds features of another kind ({name} is "
                    f"{stored.get(name, 'not known')}, now {value}); choose another output"
                )


def _waiting(parts: Path) -> list[Path]:
    # Files that a killed run did not finish have names that are no numbers.
    return sorted(part for part in parts.glob("*.h5") if part.stem.isdecimal())


def _contents(path: Path) -> dict[str, str]:
    records = open_dataset(path).records(fields=())
    return {str(r.attributes[CONTENT]): r.key for r in records if CONTENT in r.attributes}


@contextlib.contextmanager
def open_store(path: Path, *, attributes: Mapping[str, str | float]) -> Iterator[FeatureStore]:
    """Open the store of DATA.h5; when the block ends, even by an error, all is in DATA.h5.

    Args:
        path: DATA.h5, which need not exist.
        attributes: common to its videos: backbone, fingerprint, samples per second.

    Raises:
        OutputError: DATA.h5 holds features of another kind, another process writes to it, or its
            folder cannot be written.
        DataError: DATA.h5 is damaged or something else.
    """
    # A digest: DATA.h5 itself may have the longest name that is allowed.
    digest = hashlib.sha256(path.name.encode("utf-8", "surrogateescape")).hexdigest()[:12]
    parts = path.parent / f".{digest}.parts"
    with contextlib.ExitStack() as stack:
        try:
            parts.mkdir(parents=True, exist_ok=True)
            held = stack.enter_context(exclusive(parts / "lock"))
        except OSError as error:
            reason = error.strerror or str(error)
            raise OutputError(
                f"{path}: cannot be written ({reason}); choose another output"
            ) from error
        if not held:
            raise OutputError(
                f"{path}: another vidgist is writing to it; wait for it, or choose another file"
            )
        try:
            store = FeatureStore(path, parts, attributes)
            try:
                yield store
            finally:
                store.merge()
        finally:
            if not _waiting(parts):
                shutil.rmtree(parts, ignore_errors=True)
