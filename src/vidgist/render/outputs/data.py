"""``summary.json`` (schema 2), ``scores.csv`` and ``pieces.csv``."""

from __future__ import annotations

import csv
import json
import math
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from vidgist import __version__
from vidgist.render.material import Material
from vidgist.render.output import Output
from vidgist.render.outputs.keyframes import file_name
from vidgist.render.stills import list_stills
from vidgist.selection import Selection, best_within
from vidgist.summary import Summary

SCHEMA = 2
SCHEMAS = (1, 2)
"""Schemas that are still read."""

DECIMALS = 6
"""Decimals of numbers: microseconds for times, more than enough for scores."""


def write_json(material: Material, path: Path) -> None:
    """Write the document of `as_document` as JSON in ASCII."""
    with_keyframes = material.has("keyframes", "keyframes")
    document = as_document(material.summary, with_keyframes=with_keyframes)
    # Found again from any working directory, and when the folder moves with the video.
    document["video"]["relative"] = relative_path(material)
    path.write_text(_lines(document), encoding="ascii")


def relative_path(material: Material) -> str | None:
    """Return the path of the video from the folder of the results, None on another drive."""
    try:
        path = os.path.relpath(
            Path(material.summary.video.path).absolute(), material.folder.absolute()
        )
    except ValueError:
        return None
    return str(plain(path))


def write_csv(material: Material, path: Path) -> None:
    """Write one row per sample: time, criteria, importance, shot (from 1), selected (0 or 1)."""
    summary = material.summary
    picks, shown = summary.features.picks, summary.timeline.times[summary.features.picks]
    shot = np.searchsorted(summary.shots.frames[:, 0], picks, side="right") - 1
    piece = np.searchsorted(summary.pieces[:, 0], shown + 1e-6, side="right") - 1
    selected = (piece >= 0) & (shown < summary.pieces[piece, 1] - 1e-6)
    criteria = summary.scores.criteria
    columns = [summary.times, *criteria.values(), summary.scores.importance]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["time", *criteria, "importance", "shot", "selected"])
        for row, s, chosen in zip(zip(*columns, strict=True), shot, selected, strict=True):
            numbers = ["" if n is None else n for n in (_number(value) for value in row)]
            writer.writerow([*numbers, int(s) + 1, int(chosen)])


def write_pieces(material: Material, path: Path) -> None:
    """Write one row per piece, in seconds of the video and of the summary."""
    rows = as_document(material.summary)["pieces"]
    at = 0.0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(
            ["piece", "start", "end", "duration", "summary_start", "shot", "score", "reason"]
        )
        for number, row in enumerate(rows, start=1):
            start, end = row["start"], row["end"]
            times = [start, end, *(round(value, DECIMALS) for value in (end - start, at))]
            writer.writerow([number, *times, row["shot"] + 1, row["score"], row["reason"]])
            at += end - start


def as_document(summary: Summary, *, with_keyframes: bool = False) -> dict[str, Any]:
    """Return the summary as JSON values: times in seconds, half-open intervals.

    Args:
        summary: of one video.
        with_keyframes: whether the files of the keyframes are there, to be named.

    Numbers have six decimals; None stands for NaN and infinity.
    """
    video = summary.video
    scores = summary.scores
    # The duration of the decoded frames, which the other times refer to.
    duration = summary.timeline.duration
    paper = dict.fromkeys(("alignment", "uniformity", "uniqueness"))  # always there
    criteria = {name: _numbers(values) for name, values in scores.criteria.items()}
    return {
        "vidgist": __version__,
        "schema": SCHEMA,
        "video": {
            "path": plain(video.path),
            "duration": _number(duration),
            "frame_rate": _number(video.frame_rate),
            "variable_frame_rate": bool(video.variable_frame_rate),
            "width": int(video.width),
            "height": int(video.height),
            "has_audio": bool(video.has_audio),
            "codec": plain(video.codec),
            "fingerprint": video.fingerprint,
        },
        "settings": {
            "backbone": plain(summary.features.backbone),
            "model": None,
            **plain(summary.settings),
        },
        "sampling": _sampling(summary),
        "samples": {
            "time": _numbers(summary.times),
            **paper,
            **criteria,
            "importance": _numbers(scores.importance),
        },
        "shots": [
            {
                "start": _number(start),
                "end": _number(end),
                "score": _number(score),
                "selected": bool(selected),
                "keyframe": _number(keyframe),
                "refused": refused or None,
            }
            for (start, end), score, selected, keyframe, refused in zip(
                summary.shot_seconds,
                summary.shot_scores,
                summary.selected,
                summary.times_within(summary.shot_samples, summary.shot_seconds),
                summary.selection.refused,
                strict=True,
            )
        ],
        "pieces": _pieces(summary, summary.selection),
        **({"proposal": _pieces(summary, summary.proposal)} if summary.proposal else {}),
        **({"captions": _captions(summary)} if summary.captions else {}),
        "keyframes": [
            {
                "time": _number(still.seconds),
                "score": _number(scores.importance[still.sample]),
                "file": f"keyframes/{file_name(still.number, still.seconds)}"
                if with_keyframes
                else None,
            }
            for still in list_stills(summary)
        ],
        "summary": {
            "duration": _number(summary.duration),
            "budget": _number(summary.budget),
            "ratio": _number(summary.duration / duration),
        },
    }


def _captions(summary: Summary) -> list[dict[str, Any]]:
    return [
        {"start": _number(one.start), "end": _number(one.end), "text": plain(one.text)}
        for one in summary.captions
    ]


def _pieces(summary: Summary, selection: Selection) -> list[dict[str, Any]]:
    best = best_within(summary.scores.importance, summary.times, selection.pieces)
    return [
        {
            "start": _number(start),
            "end": _number(end),
            "shot": int(shot),
            "score": _number(score),
            "keyframe": _number(keyframe),
            "reason": reason,
        }
        for (start, end), shot, score, keyframe, reason in zip(
            selection.pieces,
            selection.shots,
            selection.scores,
            summary.times_within(best, selection.pieces),
            selection.reasons,
            strict=True,
        )
    ]


def _sampling(summary: Summary) -> dict[str, Any]:
    """Return which frames were looked at; more of it where the video was to be skimmed."""
    sampling = summary.sampling
    document: dict[str, Any] = {
        "mode": sampling.mode,
        "samples": len(summary.times),
        "largest_gap": _number(np.diff(summary.times).max(initial=0.0)),
    }
    if sampling.mode == "skim":
        document |= {"key_frames": sampling.key_frames, "between": sampling.between}
    if sampling.note:
        document["note"] = sampling.note
    return document


def plain(value: Any) -> Any:
    """Return a value as JSON: paths as text, with escapes for bytes that are not UTF-8."""
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, Mapping):
        return {plain(str(k)): plain(v) for k, v in value.items()}
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, Iterable) and not isinstance(value, (str, bytes, os.PathLike)):
        return [plain(v) for v in value]
    text = os.fsdecode(value) if isinstance(value, (bytes, os.PathLike)) else str(value)
    # A name that is not UTF-8 has surrogates, which strict JSON readers refuse.
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _lines(document: Mapping[str, Any]) -> str:
    """Return JSON with one line per entry of each part, so that a long list is one line."""
    parts = []
    for name, part in document.items():
        if isinstance(part, Mapping):
            entries = [f"{_json(key)}: {_json(value)}" for key, value in part.items()]
            text = "{\n  " + ",\n  ".join(entries) + "\n }"
        elif isinstance(part, list):
            text = "[\n  " + ",\n  ".join(_json(value) for value in part) + "\n ]"
        else:
            text = _json(part)
        parts.append(f" {_json(name)}: {text}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=True, allow_nan=False)


def _number(value: Any) -> float | None:
    number = float(value)
    return round(number, DECIMALS) if math.isfinite(number) else None


def _numbers(values: Iterable[Any]) -> list[float | None]:
    return [_number(value) for value in values]


# JSON last: where it is, everything else that was asked for is too.
OUTPUT = (
    Output("csv", "scores.csv", "the scores of each sample as a table", write_csv, order=30),
    Output("pieces", "pieces.csv", "the pieces as a table", write_pieces, order=30),
    Output("json", "summary.json", "all as data", write_json, is_default=True, order=90),
)
