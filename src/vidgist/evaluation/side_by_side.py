"""Several protocols and data sets in one table.

``side``: a row a method, a group of columns for each protocol and data set.  ``conventions``: rows
for each protocol, columns for each data set; for many protocols.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vidgist.evaluation.cells import SHOWN, UNKNOWN, Best, all_cells, headers
from vidgist.evaluation.extra_measures import EXTRA_MEASURES
from vidgist.evaluation.judge import MEASURES
from vidgist.evaluation.protocols import METRICS
from vidgist.evaluation.results import Table, known_mean

RANDOM = "random"
OVER_RANDOM = "over random %"


@dataclass(frozen=True, kw_only=True)
class Grid:
    """Header and cells of a table.

    Attributes:
        header: of the columns; the first are text.
        body: the rows.
        groups: titles over the columns after the first, and how many columns each has; or ().
    """

    header: list[str]
    body: list[list[str]]
    groups: tuple[tuple[str, int], ...] = ()

    def flat(self, between: str) -> list[str]:
        """Return the header with the title of its group before each column."""
        titles = [title for title, count in self.groups for _ in range(count)]
        text = len(self.header) - len(titles)
        pairs = zip(titles, self.header[text:], strict=True)
        return [*self.header[:text], *(f"{title}{between}{name}" for title, name in pairs)]


def side_by_side(tables: Sequence[Table]) -> Grid:
    """Return the grid of a row a method and a group of columns a table."""
    names = list(dict.fromkeys(row.name for table in tables for row in table.rows))
    header, groups = ["scores"], []
    body: dict[str, list[str]] = {name: [name] for name in names}
    for table in tables:
        measures = [m for m in table.measures if m in table.protocol.measures]
        header += headers(measures)
        groups.append((f"{METRICS[table.metric]}, {table.protocol.name}", len(measures)))
        cells = _by_name(table)
        for name in names:
            known = cells.get(name, {})
            body[name] += [known.get(measure, UNKNOWN) for measure in measures]
    return Grid(header=header, body=list(body.values()), groups=tuple(groups))


def conventions(tables: Sequence[Table]) -> Grid:
    """Return the grid of rows for each protocol and groups of columns for each data set."""
    metrics = list(dict.fromkeys(table.metric for table in tables))
    protocols = list(dict.fromkeys(table.protocol.name for table in tables))
    known = {(table.protocol.name, table.metric): table for table in tables}
    header, body = ["protocol", "scores"], []
    for _ in metrics:
        header += [*headers(MEASURES), OVER_RANDOM, "others"]
    for protocol in protocols:
        shown = {metric: known.get((protocol, metric)) for metric in metrics}
        cells = {m: {} if table is None else _by_name(table) for m, table in shown.items()}
        names = dict.fromkeys(name for rows in cells.values() for name in rows)
        for number, name in enumerate(names):
            line = [protocol if number == 0 else "", name]
            for metric in metrics:
                line += _line(shown[metric], name, cells[metric].get(name, {}))
            body.append(line)
    groups = tuple((METRICS[metric], len(MEASURES) + 2) for metric in metrics)
    return Grid(header=header, body=body, groups=groups)


def _by_name(table: Table) -> dict[str, dict[str, str]]:
    """Return the cells of each row by measure."""
    return {
        name: dict(zip(table.measures, cells, strict=True))
        for name, cells in all_cells(table).items()
    }


def _line(table: Table | None, name: str, cells: dict[str, str]) -> list[str]:
    """Return the measures that papers print by a protocol, the unusual ones in one cell."""
    if table is None:
        return [""] * (len(MEASURES) + 2)
    printed = table.protocol.measures
    usual = [cells.get(m, UNKNOWN) if m in printed else "" for m in MEASURES]
    over = over_random(table, name) if "f1" in printed else None
    others = [f"{SHOWN[m][0]} {cells.get(m, UNKNOWN)}" for m in EXTRA_MEASURES if m in printed]
    return [*usual, "" if over is None else f"{over:.1f}", ", ".join(others)]


def over_random(table: Table, name: str) -> float | None:
    """Return a row's performance over random: its F1 in percent of that of random scores.

    After Apostolidis et al., Performance over Random, ACM MM 2020; by splits, the mean over them.
    """
    rows = {row.name: row for row in table.rows}
    if name not in rows or RANDOM not in rows:
        return None
    index = MEASURES.index("f1")
    own, chance = (known_mean(table.per_split(rows[n]).swapaxes(0, 1)) for n in (name, RANDOM))
    if not (chance[:, index] > 0).all() or not np.isfinite(own[:, index]).all():
        return None
    return float(100.0 * np.mean(own[:, index] / chance[:, index]))


def plain(cells: Sequence[str], *, bold: str = "") -> list[str]:
    """Return cells as plain text, the best ones between marks."""
    return [f"{bold}{cell}{bold}" if isinstance(cell, Best) else str(cell) for cell in cells]
