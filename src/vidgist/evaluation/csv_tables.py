"""Tables as CSV: a line for every row of a table, and for every video of it."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from dataclasses import fields

import numpy as np
import numpy.typing as npt

from vidgist.evaluation.judge import MEASURES
from vidgist.evaluation.results import Published, Table

PROVENANCE = ("vidgist", "protocol_version", "data_hash", "splits_hash", "scores_hash")
"""Columns of what the numbers were made of."""


def csv_text(tables: Sequence[Table]) -> str:
    """Return tables as CSV: means have no ``video``, and each video has a line of its own."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    measures = tuple(dict.fromkeys(m for table in tables for m in table.measures)) or MEASURES
    writer.writerow(
        [
            *("title", "dataset", "metric", "protocol", "videos", "splits", "scores", "repeats"),
            *measures,
            *(f"{measure}_spread" for measure in measures),
            *(f"published_{measure}" for measure in MEASURES),
            *("video", "baseline", *PROVENANCE),
        ]
    )
    for table in tables:
        about = [table.title, table.dataset, table.metric, table.protocol.name]
        about += [str(len(table.videos)), str(len(table.splits))]
        made = _made(table)
        nothing = np.full(len(table.measures), np.nan)
        for row in table.rows:
            numbers = _numbers(table, measures, table.mean(row), table.spread(row))
            kind = "yes" if row.baseline else "no"
            published = _published(row.published)
            writer.writerow([*about, row.name, row.repeats, *numbers, *published, "", kind, *made])
        for extra in table.also_published:
            numbers = _numbers(table, measures, nothing, nothing)
            writer.writerow([*about, extra.label, 0, *numbers, *_published(extra), "", "no", *made])
        for row in table.rows:
            kind = "yes" if row.baseline else "no"
            for key, values in zip(table.videos, table.per_video(row), strict=True):
                numbers = _numbers(table, measures, values, nothing)
                writer.writerow(
                    [*about, row.name, row.repeats, *numbers, *_published(None), key, kind, *made]
                )
    return out.getvalue()


def _numbers(table: Table, measures: Sequence[str], *rows: npt.NDArray[np.float64]) -> list[str]:
    """Return the numbers of some of all measures, "" where a table has not or knows not one."""
    cells = []
    for row in rows:
        known = dict(zip(table.measures, row, strict=True))
        values = [known.get(measure, math.nan) for measure in measures]
        cells += [f"{value:.6f}" if math.isfinite(value) else "" for value in values]
    return cells


def _published(published: Published | None) -> list[str]:
    numbers = [getattr(published, measure, None) for measure in MEASURES]
    return ["" if n is None else f"{n:g}" for n in numbers]


def _made(table: Table) -> list[str]:
    made = table.provenance
    names = ("vidgist", "protocol", "data", "splits", "scores")
    return [table.protocol.version if n == "protocol" else made.get(n, "") for n in names]


def published_csv(rows: Sequence[Published]) -> str:
    """Return published rows as CSV, with all that is known of each."""
    out = io.StringIO()
    names = [field.name for field in fields(Published) if field.name != "table"]
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(names)
    for row in rows:
        values = (getattr(row, name) for name in names)
        writer.writerow(["" if value is None else value for value in values])
    return out.getvalue()
