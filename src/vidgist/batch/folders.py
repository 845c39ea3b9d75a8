"""Folders of results: their names, the same from run to run, and the marker in each.

The marker holds the content and the settings that the results come from. It is written before the
first result and again after the last, which tells a killed run from a finished one: what a killed
run left may be replaced, and what is finished need not be made again.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from vidgist.errors import InputError
from vidgist.system.files import whole_file
from vidgist.system.json_file import read_json
from vidgist.system.names import portable_name
from vidgist.video.inputs import MARKER
from vidgist.video.sources import find_source, source_fingerprint

_MAX_MARKER_BYTES = 1 << 20

_NUMBERED = re.compile(r"(.*-gist)-([2-9]|[1-9][0-9]{1,5})", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class ResultMarker:
    """Marker of the results in a folder.

    Attributes:
        content: fingerprint of the video's content.
        settings: everything else that the results depend on.
        done: name of each finished output -> the bytes of its file (0 for a folder).
        begun: names of outputs that were begun and may be there in part or from another run.
    """

    content: str
    settings: Mapping[str, Any]
    done: Mapping[str, int] = field(default_factory=dict)
    begun: tuple[str, ...] = ()

    def write(self, folder: Path) -> None:
        """Write the marker into a folder, replacing an earlier one.

        Raises:
            OutputError: it cannot be written.
        """
        with whole_file(folder / MARKER, overwrite=True) as partial:
            partial.write_text(json.dumps(asdict(self), indent=1) + "\n", encoding="ascii")

    @classmethod
    def read(cls, folder: Path) -> ResultMarker | None:
        """Read the marker of a folder; None where there is none, or it is damaged."""
        path = folder / MARKER
        try:
            document = read_json(path, max_bytes=_MAX_MARKER_BYTES, cure="delete it")
            return cls(
                content=str(document["content"]),
                settings=dict(document["settings"]),
                done={str(name): int(size) for name, size in document["done"].items()},
                begun=tuple(str(name) for name in document["begun"]),
            )
        except (InputError, ValueError, KeyError, TypeError, AttributeError):
            return None


def result_folders(videos: Sequence[Path], base: Path) -> list[Path]:
    """Return a folder in ``base`` for each video's results; two videos of one name get two.

    A video keeps the number that its folder had in an earlier run, also where another video of the
    same name is added.
    """
    groups: dict[str, list[int]] = {}
    for index, video in enumerate(videos):
        # Names that differ only in case are the same on some file systems.
        groups.setdefault(_name(video, 1).casefold(), []).append(index)
    numbers: dict[int, int] = {}
    numbers_there = _numbers_there(base)
    for name, group in groups.items():
        # Also for a single video: earlier runs may have had others of its name.
        candidates = [1, *numbers_there.get(name, ())]
        for index in group:
            if number := _earlier_number(videos[index], base, candidates):
                numbers[index] = number
                candidates.remove(number)
        used = {numbers[index] for index in group if index in numbers}
        free = (number for number in itertools.count(1) if number not in used)
        for index in group:
            if index not in numbers:
                numbers[index] = next(free)
    return [base / _name(video, numbers[index]) for index, video in enumerate(videos)]


def _name(video: Path, number: int) -> str:
    ending = "-gist" if number == 1 else f"-gist-{number}"
    return portable_name(find_source(video).stem or "video", ending=ending)


def _numbers_there(base: Path) -> dict[str, list[int]]:
    """Return the ascending numbers of existing folders, by the name without the number."""
    numbers: dict[str, list[int]] = {}
    with contextlib.suppress(OSError), os.scandir(base) as entries:
        for entry in entries:
            if match := _NUMBERED.fullmatch(entry.name):
                numbers.setdefault(match[1].casefold(), []).append(int(match[2]))
    return {name: sorted(set(group)) for name, group in numbers.items()}


def _earlier_number(video: Path, base: Path, numbers: list[int]) -> int | None:
    """Return the number of the folder that holds results of this content, None for a new video."""
    markers = {number: ResultMarker.read(base / _name(video, number)) for number in numbers}
    if not any(markers.values()):
        return None
    try:
        content = source_fingerprint(video) if find_source(video).is_there else ""
    except InputError:
        return None
    return next((n for n, marker in markers.items() if marker and marker.content == content), None)
