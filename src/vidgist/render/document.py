"""Reader of summary.json."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath
from typing import Any

import numpy as np

from vidgist.captions import Caption, clean_captions
from vidgist.errors import DataError
from vidgist.render.outputs.data import SCHEMA, SCHEMAS
from vidgist.render.words import used_criteria
from vidgist.system.json_file import read_json
from vidgist.types import Booleans, Floats, Integers

MOST_BYTES = 256 * 2**20
"""Largest summary.json that is read; one of a hundred hours has some 60 MB."""


@dataclass(frozen=True, kw_only=True)
class Pieces:
    """Pieces of a video.

    Attributes:
        seconds: (n, 2) start and end.
        shots: (n,) index of the shot of each.
        scores: (n,) value of each.
        reasons: (n,) why each is shown.
    """

    seconds: Floats
    shots: Integers
    scores: Floats
    reasons: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Document:
    """Content of a summary.json; times in seconds from the first frame.

    Attributes:
        path: of the summary.json.
        video: path of the video, as it was when the summary was made.
        duration: of the video, in seconds.
        facts: all metadata of the video.
        settings: name -> value.
        times: (T,) of the samples.
        criteria: name -> (T,) values in [0, 1].
        importance: (T,).
        shots: (S, 2) start and end.
        scores: (S,) value of each shot.
        selected: (S,) True where a part of it is in the summary.
        refused: (S,) why each shot has no piece, "" where it has one.
        selection: what the summary shows.
        proposal: what the rule chose; not the same where the selection was changed by hand.
        budget: seconds that the summary may last.
        stills: (K,) time of each keyframe of the video.
        captions: what is said.
        keyframes: (S,) time of the best-scoring sample of each shot.
        best_keyframe: number of the keyframe of the greatest score, from 1; 0 if there is none.
        summary_duration: of the summary, in seconds.
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
    refused: tuple[str, ...]
    selection: Pieces
    proposal: Pieces
    budget: float
    stills: Floats
    captions: tuple[Caption, ...]
    keyframes: Floats
    best_keyframe: int
    summary_duration: float

    @property
    def pieces(self) -> Floats:
        """(n, 2) start and end of the parts that the summary shows."""
        return self.selection.seconds

    @property
    def used(self) -> dict[str, Floats]:
        """The criteria that the score is made of, in order."""
        names = used_criteria(self.criteria, self.settings.get("criteria"))
        return {name: self.criteria[name] for name in names}

    @property
    def folder(self) -> Path:
        """The folder of the results."""
        return self.path.parent

    @property
    def video_name(self) -> str:
        """The video's file name."""
        # On Windows a backslash separates; elsewhere it is part of a name, or of the escape for a
        # byte that is not UTF-8.
        windows = bool(re.match(r"[A-Za-z]:|\\\\", self.video))
        name = PureWindowsPath(self.video).name if windows else self.video.rsplit("/", 1)[-1]
        return name or self.folder.name

    @property
    def source(self) -> Path | None:
        """The video file by its path or beside the results, None if it is not there."""
        name = Path(self.video)
        folder = self.path.absolute().parent
        relative = self.facts.get("relative")
        beside = [folder / relative] if isinstance(relative, str) else []
        for candidate in (name, *beside, folder / name.name, folder.parent / name.name):
            try:
                if candidate.is_file():
                    return candidate
            except (OSError, ValueError):
                continue
        return None


def read_document(path: str | Path) -> Document:
    """Read a summary.json.

    Raises:
        DataError: it cannot be read, is no summary.json of this schema, or is inconsistent.
    """
    path = Path(path)
    raw = read_json(path, max_bytes=MOST_BYTES, cure="give a summary.json that vidgist wrote")
    try:
        return _checked(path, raw)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        reason = f"{error} is missing" if isinstance(error, KeyError) else str(error)
        raise DataError(f"{path}: {reason}; make it again with vidgist summarize") from error


def _checked(path: Path, raw: Any) -> Document:
    if not isinstance(raw, dict) or "schema" not in raw:
        raise ValueError("not a summary.json")
    if raw["schema"] not in SCHEMAS:
        raise ValueError(f"expected schema {SCHEMA}, got {raw['schema']!r:.40}")
    for name, expected in (("video", dict), ("samples", dict), ("shots", list), ("settings", dict)):
        if not isinstance(raw[name], expected):
            raise ValueError(f"{name} is of the wrong type")
    video, samples, shots = raw["video"], raw["samples"], raw["shots"]
    if not isinstance(video["path"], str):
        raise ValueError("video.path is of the wrong type")
    times = _numbers("samples.time", samples["time"])
    columns = {
        name: _numbers(f"samples.{name}", values, length=len(times))
        for name, values in samples.items()
        if name != "time" and values is not None
    }
    if not len(times) or not shots:
        raise ValueError("there are no samples or no shots")
    selected = [shot["selected"] for shot in shots]
    if not all(isinstance(one, bool) for one in selected):
        raise ValueError("shots.selected is not true or false")
    # In schema 1 the summary showed whole shots, with a keyframe of each.
    shown = [{**shot, "shot": i} for i, shot in enumerate(shots) if shot["selected"]]
    pieces = raw["pieces"] if raw["schema"] > 1 else shown
    made = _pieces("pieces", pieces, n_shots=len(shots))
    keyframes = raw["keyframes"] if raw["schema"] > 1 else shown
    values = _numbers("keyframes.score", [keyframe["score"] for keyframe in keyframes])
    return Document(
        path=path,
        video=video["path"],
        duration=_number("video.duration", video["duration"]),
        facts=video,
        settings=raw["settings"],
        times=times,
        importance=columns.pop("importance"),
        criteria=columns,
        shots=_intervals("shots", shots),
        scores=_numbers("shots.score", [shot["score"] for shot in shots]),
        selected=np.array(selected, dtype=bool),
        refused=tuple(str(shot.get("refused") or "") for shot in shots),
        selection=made,
        proposal=_pieces("proposal", raw["proposal"], n_shots=len(shots))
        if "proposal" in raw
        else made,
        budget=_number("summary.budget", raw["summary"]["budget"]),
        stills=_numbers("keyframes.time", [_time_of(keyframe) for keyframe in keyframes]),
        captions=clean_captions(
            Caption(
                _number("captions.start", one["start"]),
                _number("captions.end", one["end"]),
                str(one["text"]),
            )
            for one in raw.get("captions", ())
        ),
        keyframes=_numbers("shots.keyframe", [shot["keyframe"] for shot in shots]),
        best_keyframe=int(np.argmax(np.nan_to_num(values))) + 1 if len(values) else 0,
        summary_duration=_number("summary.duration", raw["summary"]["duration"]),
    )


def _time_of(keyframe: Any) -> Any:
    """Return the time of a keyframe; in schema 1 it is that of a shot."""
    return keyframe["time"] if "time" in keyframe else keyframe["keyframe"]


def _pieces(name: str, entries: Any, *, n_shots: int) -> Pieces:
    seconds = _intervals(name, entries)
    shots = [entry["shot"] for entry in entries]
    if not all(isinstance(shot, int) and 0 <= shot < n_shots for shot in shots):
        raise ValueError(f"{name}.shot is not the index of a shot")
    return Pieces(
        seconds=seconds,
        shots=np.array(shots, dtype=np.int64),
        scores=_numbers(f"{name}.score", [entry["score"] for entry in entries]),
        reasons=tuple(str(entry.get("reason") or "important") for entry in entries),
    )


def _intervals(name: str, entries: Any) -> Floats:
    borders = [entry[end] for entry in entries for end in ("start", "end")]
    return _numbers(name, borders).reshape(-1, 2)


def _number(name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise ValueError(f"{name} is not a number")
    return float(value)


def _numbers(name: str, values: Any, *, length: int | None = None) -> Floats:
    """Return a list of numbers as an array, with NaN for null."""
    if not isinstance(values, list) or (length is not None and len(values) != length):
        raise ValueError(f"{name}: expected {'a list' if length is None else f'{length} numbers'}")
    if not all(
        value is None or (isinstance(value, (int, float)) and not isinstance(value, bool))
        for value in values
    ):
        raise ValueError(f"{name} holds what is not a number")
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)
