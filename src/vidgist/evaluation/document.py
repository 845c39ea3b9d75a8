"""The JSON document of one evaluation."""

from __future__ import annotations

from typing import Any

from vidgist.evaluation.results import Table, TableRow
from vidgist.evaluation.tables import as_data, named


def evaluation_document(table: Table, row: TableRow, *, preset: str) -> dict[str, Any]:
    """Return a table as plain data, with the numbers of one row at the top.

    Args:
        table: of the evaluation.
        row: that was asked for first.
        preset: name of the settings of the score.
    """
    data = as_data(table)
    document: dict[str, Any] = {
        "dataset": table.dataset,
        "metric": table.metric,
        "preset": preset,
        "settings": table.settings,
        "videos": data["rows"][row.name]["videos"],
        "mean": named(table, table.mean(row)),
    }
    if table.splits:
        per_split = table.per_split(row).mean(axis=1)
        document["splits"] = [named(table, values) for values in per_split]
    document["baselines"] = {
        name: {"mean": numbers["mean"], "spread": numbers["spread"]}
        for name, numbers in data["rows"].items()
        if numbers["baseline"]
    }
    return document | {n: data[n] for n in ("rows", "differences", "provenance", "notes")}
