"""A summary.json read back: checked, as arrays."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from vidgist.errors import DataError
from vidgist.render.outputs.data import SCHEMA
from vidgist.render.report.content import used_criteria
from vidgist.types import Booleans, Floats

__all__ = ["Document", "read_document"]

MOST_BYTES = 256 * 2**20
"""A summary.json of a hundred hours has some 60 MB."""


@dataclass(frozen=True, kw_only=True)
class Document:
    """What a summary.json says; times in seconds from the first frame.

    Attributes:
        path: of the summary.json.
        video: the video's path as text, as it was given then.
        duration: seconds of the video.
        facts: the rest of what is said of the video.
        settings: every option's value.
        times: (T,) of the samples.
        criteria: name -> (T,) values in [0, 1].
        importance: (T,).
        shots: (S, 2) start and end.
        scores: (S,) value of each shot.
        selected: (S,) whether it is in the summary.
        keyframes: (S,) time of the sample that stands for each shot.
        summary_duration: seconds of the summary.
    """

    path: Path
    video: str
    duration: float
    facts: Mapping[str, Any]
    settings: Mapping[str, Any]
    times: Floats
    criteria: Mapping[str, Floats]
    importance: Floats
    shots: Floats
    scores: Floats
    selected: Booleans
    keyframes: Floats
    summary_duration: float

    @property
    def used(self) -> dict[str, Floats]:
        """The criteria that the score is made of, in its order."""
        names = used_criteria(self.criteria, self.settings.get("criteria"))
        return {name: self.criteria[name] for name in names}

    @property
    def source(self) -> Path | None:
        """The video file, if it is where it was: by its path, or beside the results."""
        name = Path(self.video)
        folder = self.path.absolute().parent
        for candidate in (name, folder / name.name, folder.parent / name.name):
            try:
                if candidate.is_file():
                    return candidate
            except (OSError, ValueError):
                continue
        return None


def read_document(path: str | Path) -> Document:
    """Read a summary.json.

    Raises:
        DataError: it cannot be read, is no summary.json of this schema, or contradicts itself.
    """
    path = Path(path)
    try:
        if path.stat().st_size > MOST_BYTES:
            raise DataError(f"{path}: larger than any summary.json; give one that vidgist wrote")
        raw = json.loads(path.read_bytes())
    except OSError as error:
        raise DataError(
            f"{path}: cannot be read ({error.strerror}); check the path and its permissions"
        ) from error
    except (ValueError, RecursionError) as error:
        raise DataError(f"{path}: no JSON; give a summary.json that vidgist wrote") from error
    try:
        return _checked(path, raw)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        what = f"misses {error}" if isinstance(error, KeyError) else str(error)
        raise DataError(f"{path}: {what}; make it anew with vidgist summarize") from error


def _checked(path: Path, raw: Any) -> Document:
    if not isinstance(raw, dict) or "schema" not in raw:
        raise ValueError("no summary.json")
    if raw["schema"] != SCHEMA:
        raise ValueError(f"expected schema {SCHEMA}, came {raw['schema']!r:.40}")
    for name, kind in (("video", dict), ("samples", dict), ("shots", list), ("settings", dict)):
        if not isinstance(raw[name], kind):
            raise ValueError(f"{name} is of the wrong kind")
    video, samples, shots = raw["video"], raw["samples"], raw["shots"]
    if not isinstance(video["path"], str):
        raise ValueError("video.path is of the wrong kind")
    times = _numbers("samples.time", samples["time"])
    columns = {
        name: _numbers(f"samples.{name}", values, length=len(times))
        for name, values in samples.items()
        if name != "time" and values is not None
    }
    if not len(times) or not shots:
        raise ValueError("holds no samples or no shots")
    selected = [shot["selected"] for shot in shots]
    if not all(isinstance(one, bool) for one in selected):
        raise ValueError("shots.selected is not true or false")
    borders = [[shot["start"], shot["end"]] for shot in shots]
    return Document(
        path=path,
        video=video["path"],
        duration=_number("video.duration", video["duration"]),
        facts=video,
        settings=raw["settings"],
        times=times,
        importance=columns.pop("importance"),
        criteria=columns,
        shots=_numbers("shots", [n for pair in borders for n in pair]).reshape(-1, 2),
        scores=_numbers("shots.score", [shot["score"] for shot in shots]),
        selected=np.array(selected, dtype=bool),
        keyframes=_numbers("shots.keyframe", [shot["keyframe"] for shot in shots]),
        summary_duration=_number("summary.duration", raw["summary"]["duration"]),
    )


def _number(name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise ValueError(f"{name} is no number")
    return float(value)


def _numbers(name: str, values: Any, *, length: int | None = None) -> Floats:
    """Return a list of numbers as an array; null, which stands for no number, as NaN."""
    if not isinstance(values, list) or (length is not None and len(values) != length):
        raise ValueError(f"{name}: expected {'a list' if length is None else f'{length} numbers'}")
    if not all(
        value is None or (isinstance(value, (int, float)) and not isinstance(value, bool))
        for value in values
    ):
        raise ValueError(f"{name} holds what is no number")
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)
