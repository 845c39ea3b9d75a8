"""Cells of tables: numbers as they are printed, by measure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np

from vidgist.evaluation.results import Table, TableRow

SHOWN = {
    # name of a measure -> header, factor, decimals
    "tau": ("tau", 1, 4),
    "rho": ("rho", 1, 4),
    "f1": ("F1 %", 100, 2),
    "ap": ("AP %", 100, 2),
    "ap_trapezoid": ("AP, trapezoid %", 100, 2),
    "ap50": ("AP@50 %", 100, 2),
    "ap15": ("AP@15 %", 100, 2),
    "top5": ("AP of top 5 %", 100, 2),
    "diversity": ("diversity", 1, 3),
    "captured": ("captured", 1, 3),
    "captured_odd": ("odd", 1, 3),
    "captured_even": ("even", 1, 3),
    "repeats": ("repeats", 1, 3),
    "coverage": ("coverage", 1, 3),
    "lowest_fifth": ("lowest fifth", 1, 3),
    "pieces": ("pieces", 1, 1),
    "seconds": ("training s", 1, 0),
    "parameters": ("parameters", 1, 0),
}
UNKNOWN = "-"


class Best(str):
    """A cell with the best number of its column."""

    __slots__ = ()


def number(value: float | None, measure: str) -> str:
    """Return a number as its measure is printed; UNKNOWN for None and NaN."""
    if value is None or not math.isfinite(value):
        return UNKNOWN
    _, factor, digits = SHOWN[measure]
    return f"{factor * value:.{digits}f}"


def headers(measures: Iterable[str]) -> list[str]:
    """Return the headers of measures."""
    return [SHOWN[measure][0] for measure in measures]


def all_cells(table: Table) -> dict[str, list[str]]:
    """Return the cells of each row by its name.

    The best are marked, and a mean over fewer videos than its column's says so.
    """
    best = [best_rows(table, measure) for measure in table.measures]
    shared = shared_counts(table)
    return {row.name: _row_cells(table, row, shared, best) for row in table.rows}


def _row_cells(
    table: Table, row: TableRow, shared: Sequence[int], best: Sequence[set[str]]
) -> list[str]:
    cells = []
    numbers = (table.measures, table.mean(row), table.spread(row), table.counts(row))
    for measure, mean, spread, count, usual, names in zip(*numbers, shared, best, strict=True):
        plus_minus = f" ± {number(float(spread), measure)}" if math.isfinite(spread) else ""
        fewer = f" (n = {count})" if 0 < count != usual else ""
        cell = number(float(mean), measure) + plus_minus + fewer
        cells.append(Best(cell) if row.name in names else cell)
    return cells


def shared_counts(table: Table) -> list[int]:
    """Return of how many videos each measure is known, in most of the rows."""
    counts = np.array([table.counts(row) for row in table.rows]).reshape(-1, len(table.measures))
    # Of two that are as frequent, the larger.
    return [max(column, key=lambda n: (n > 0, list(column).count(n), n)) for column in counts.T]


def counted_headers(table: Table, shared: Sequence[int]) -> list[str]:
    """Return the headers of the measures, with the number of videos where it is not the table's."""
    return [
        header if count in (0, len(table.videos)) else f"{header} (n = {count})"
        for header, count in zip(headers(table.measures), shared, strict=True)
    ]


_LOWER_IS_BETTER = ("repeats", "lowest_fifth")


def best_rows(table: Table, measure: str) -> set[str]:
    """Return the methods with the best mean of a measure; nobody where there is one method.

    Baselines do not compete. Means that are printed alike are equally good.
    """
    index = table.measures.index(measure)
    _, factor, digits = SHOWN[measure]
    means = {
        row.name: round(factor * float(table.mean(row)[index]), digits) for row in table.methods
    }
    known = {name: mean for name, mean in means.items() if math.isfinite(mean)}
    if len(known) < 2:
        return set()
    best = min(known.values()) if measure in _LOWER_IS_BETTER else max(known.values())
    return {name for name, mean in known.items() if mean == best}
