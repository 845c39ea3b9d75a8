"""Tables as text: terminal, Markdown and LaTeX, and as plain data for JSON."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from tabulate import tabulate

from vidgist.errors import SettingError, counted, unknown_value
from vidgist.evaluation.bootstrap import Difference
from vidgist.evaluation.cells import (
    SHOWN,
    UNKNOWN,
    all_cells,
    counted_headers,
    headers,
    number,
    shared_counts,
)
from vidgist.evaluation.csv_tables import csv_text, published_csv
from vidgist.evaluation.extra_measures import EXTRA_MEASURES
from vidgist.evaluation.judge import MEASURES
from vidgist.evaluation.latex import latex_rows, latex_table
from vidgist.evaluation.protocols import METRICS
from vidgist.evaluation.results import Published, Table, TableRow
from vidgist.evaluation.side_by_side import Grid, conventions, plain, side_by_side

FORMATS = ("terminal", "markdown", "latex", "csv", "json")
_STYLES = {"terminal": "simple", "markdown": "github"}
MADE_OF = "made of: "
NOT_COMPARABLE = "the published rows are means over all videos: not comparable with these"


def _published_cells(published: Published | None) -> list[str]:
    return [number(getattr(published, measure, None), measure) for measure in MEASURES]


def comparisons(table: Table) -> list[tuple[str, tuple[Difference, ...]]]:
    """Return the differences of each method to chance, and to the first method or its own."""
    chance = [row for row in table.rows if row.baseline and row.name == "random"]
    pairs = []
    for row in table.methods:
        against = [other for other in table.methods if other.name == row.against]
        pairs += [(row, other) for other in (*chance, *(against or table.methods[:1]))]
    return [
        (f"{row.name} - {other.name}", table.difference(row, other))
        for row, other in pairs
        if row is not other
    ]


def _difference(difference: Difference, measure: str) -> str:
    if not math.isfinite(difference.mean):
        return UNKNOWN
    _, scale, digits = SHOWN[measure]
    numbers = (difference.mean, difference.low, difference.high)
    mean, low, high = (f"{scale * value:+.{digits}f}" for value in numbers)
    return f"{mean} [{low}, {high}]" if math.isfinite(difference.low) else f"{mean} [unknown]"


def _grids(table: Table) -> list[tuple[list[str], list[list[str]]]]:
    """Return header and cells of the table itself and of its differences.

    What is measured second by second stands in grids of its own: all in one row are too wide.
    """
    field = len([m for m in table.measures if m in MEASURES or m in EXTRA_MEASURES])
    grids = []
    shared = shared_counts(table)
    columns = counted_headers(table, shared)
    cells = all_cells(table)
    if field:
        beside = bool(table.also_published) or any(row.published for row in table.rows)
        theirs = [f"published {h}" for h in headers(MEASURES)] if beside else []
        header = ["scores", *columns[:field], *theirs]
        body = [
            [
                row.label,
                *cells[row.name][:field],
                *(_published_cells(row.published) if beside else []),
            ]
            for row in table.rows
        ]
        unknown = [UNKNOWN] * field
        body += [
            [row.label, *unknown, *_published_cells(row)]
            for row in table.also_published
            if not row.apart
        ]
        grids.append((header, body))
    apart = [[row.label, *_published_cells(row)] for row in table.also_published if row.apart]
    if apart:
        grids.append((["published, not comparable", *headers(MEASURES)], apart))
    if table.measures[field:]:
        header = ["summaries", *columns[field:]]
        grids.append((header, [[row.label, *cells[row.name][field:]] for row in table.rows]))
    compared = comparisons(table)
    for first, stop in ((0, field), (field, min(field + 3, len(table.measures)))):
        measures = table.measures[first:stop]
        lines = [
            [name, *map(_difference, differences[first:stop], measures)]
            for name, differences in compared
            if np.isfinite([difference.mean for difference in differences[first:stop]]).any()
        ]
        if lines and measures:
            grids.append((["difference [95% interval over videos]", *headers(measures)], lines))
    return grids


def heading(table: Table) -> list[str]:
    """Return the lines above a table: its title, data, protocol and settings."""
    videos = counted(len(table.videos), "video")
    if table.splits:
        tested = counted(len(table.videos), "distinct video")
        videos = f"mean over {counted(len(table.splits), 'split')}, {tested} tested"
    lines = [
        table.title,
        f"data: {table.dataset}; {videos}",
    ]
    if "f1" in table.measures:
        best_or_mean = table.protocol.best_or_mean(table.metric)
        lines.append(
            f"protocol: {table.protocol.name} ({table.protocol.about}); "
            f"metric {table.metric} (F1 is the {best_or_mean} over annotators)"
        )
    shown = [
        f"{name} {' x '.join(value) if isinstance(value, tuple) else value}"
        for name, value in table.settings.items()
        if value is not None
    ]
    return [*lines, f"settings: {', '.join(shown)}"] if shown else lines


def notes(table: Table) -> list[str]:
    """Return the notes of a table, with the sources of its published numbers."""
    sources: dict[str, set[str]] = {}
    for published in (*(row.published for row in table.rows), *table.also_published):
        if published is not None:
            sources.setdefault(published.source, set()).add(published.features)
    lines = [NOT_COMPARABLE] if sources and table.incomplete else []
    lines += table.notes
    repeats = {row.repeats for row in table.rows if row.repeats > 1}
    lines += [f"± is the standard deviation over {n} seeds" for n in sorted(repeats)]
    if any(row.label != row.name for row in table.rows):
        lines.append(
            "collapsed: scores of a video that are constant, or saturated, rank nothing; their tau "
            "and rho are no measure of the method"
        )
    if table.protocol.compare == "scores" and any(row.name == "constant" for row in table.rows):
        lines.append("constant scores rank nothing: their tau and rho count as 0")
    apart: dict[str, list[str]] = {}
    for published in table.also_published:
        if published.apart:
            apart.setdefault(published.apart, []).append(published.label)
    lines += [f"not comparable, {why}: {', '.join(names)}" for why, names in apart.items()]
    if table.provenance:
        lines.append(provenance_line(table))
    for source, features in sorted(sources.items()):
        names = ", ".join(sorted(filter(None, features)))
        lines.append(f"published: {source}" + (f"; features: {names}" if names else ""))
    return lines


def check_format(style: str | None, *, as_json: bool) -> str:
    """Return the format that tables are written in, of the options ``format`` and ``as_json``.

    Raises:
        SettingError: the format is unknown, or the two contradict each other.
    """
    style = style or ("json" if as_json else "terminal")
    if style not in FORMATS:
        raise unknown_value("format", style, FORMATS)
    if as_json and style != "json":
        raise SettingError(f"format: {style} contradicts as_json=True; give one of them")
    return style


def render(
    tables: Sequence[Table], *, style: str, layout: str = "stacked", rows_only: bool = False
) -> str:
    """Return tables as text.

    Args:
        tables: one or more.
        style: ``terminal``, ``markdown``, ``latex`` or ``csv``.
        layout: ``stacked``, or all in one grid, see `vidgist.evaluation.side_by_side`.
        rows_only: only the rows of LaTeX, to be put into a table of one's own.

    Raises:
        SettingError: the style is unknown, or has no rows of its own.
    """
    if rows_only and style != "latex":
        raise SettingError(f"rows_only: is for format='latex', got format='{style}'")
    if style == "csv":
        return csv_text(tables)
    if style not in ("terminal", "markdown", "latex"):
        raise unknown_value("format", style, FORMATS)
    if layout != "stacked" and tables:
        grid = side_by_side(tables) if layout == "side" else conventions(tables)
        return _together(tables, grid, style=style, layout=layout, rows_only=rows_only) + "\n"
    if rows_only:
        return "\n".join(row for t in tables for row in latex_rows(_grids(t)[0][1])) + "\n"
    write = {"terminal": _terminal, "markdown": _markdown, "latex": _latex}[style]
    return "\n\n".join(write(table) for table in tables) + "\n"


def _together(
    tables: Sequence[Table], grid: Grid, *, style: str, layout: str, rows_only: bool
) -> str:
    """Return the text of one grid of several tables."""
    data = dict.fromkeys(
        f"{METRICS[t.metric]}: {heading(t)[1].removeprefix('data: ')}" for t in tables
    )
    about = [tables[0].title, *data]
    # What a protocol flatters is said once for each by who asks for many of them.
    known = {table.protocol.flatters for table in tables} if layout == "conventions" else set()
    said = [
        note
        for note in dict.fromkeys(note for table in tables for note in notes(table))
        if note not in known and not note.startswith(MADE_OF)
    ]
    said += dict.fromkeys(provenance_line(table, protocol=False) for table in tables)
    if style == "latex":
        if rows_only:
            return "\n".join(latex_rows(grid.body))
        names = " ".join(dict.fromkeys(METRICS[t.metric] for t in tables))
        label = f"{names} {' '.join(dict.fromkeys(t.protocol.name for t in tables))}"
        return latex_table(
            about,
            [(grid.header, grid.body)],
            said,
            label=label[:60],
            groups=grid.groups,
            comments=[provenance_line(table) for table in tables],
        )
    if style == "markdown":
        cells = [[c.replace("|", "\\|") for c in plain(row, bold="**")] for row in grid.body]
        table = _grid(grid.flat(" "), cells, style)
        return "\n\n".join([f"**{about[0]}**", "<br>\n".join(about[1:]), table, _listed(said)])
    table = _grid(grid.flat("\n"), [plain(row) for row in grid.body], style)
    return "\n\n".join(["\n".join(about), table, "\n".join(f"note: {note}" for note in said)])


def _listed(sentences: Sequence[str]) -> str:
    return "\n".join(f"- {sentence}" for sentence in sentences)


def provenance_line(table: Table, *, protocol: bool = True) -> str:
    """Return what the numbers of a table were made of, in one line."""
    made = ((n, v) for n, v in table.provenance.items() if protocol or n != "protocol")
    return MADE_OF + "; ".join(f"{name} {value}" for name, value in made)


def _grid(header: list[str], body: list[list[str]], style: str) -> str:
    align = ["left"] + ["right"] * (len(header) - 1)
    return tabulate(body, header, tablefmt=_STYLES[style], disable_numparse=True, colalign=align)


def _terminal(table: Table) -> str:
    parts = ["\n".join(heading(table))]
    parts += [
        _grid(header, [plain(row) for row in body], "terminal") for header, body in _grids(table)
    ]
    parts.append("\n".join(f"note: {note}" for note in notes(table)))
    return "\n\n".join(part for part in parts if part)


def per_video_text(table: Table, row: TableRow) -> str:
    """Return one row's numbers on every video, for the terminal."""
    body = [
        [key, *(number(float(v), m) for v, m in zip(values, table.measures, strict=True))]
        for key, values in zip(table.videos, table.per_video(row), strict=True)
    ]
    grid = _grid(["video", *headers(table.measures)], body, "terminal")
    return f"{row.name}\n\n{grid}\n"


def _markdown(table: Table) -> str:
    title, *lines = heading(table)
    parts = [f"**{title}**", "<br>\n".join(lines)]
    for header, body in _grids(table):
        safe = [[c.replace("|", "\\|") for c in plain(row, bold="**")] for row in body]
        parts.append(_grid(header, safe, "markdown"))
    parts.append(_listed(notes(table)))
    return "\n\n".join(parts)


def _latex(table: Table) -> str:
    return latex_table(
        heading(table),
        _grids(table),
        notes(table),
        label=f"{METRICS[table.metric]} {table.protocol.name}",
    )


def named(table: Table, values: Iterable[float]) -> dict[str, float | None]:
    """Return numbers by the name of their measure; None where one is unknown, as JSON needs it."""
    return {m: _plain(v) for m, v in zip(table.measures, values, strict=True)}


def _plain(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _published_data(published: Published | None) -> dict[str, Any] | None:
    return None if published is None else published_data(published)


def published_data(published: Published) -> dict[str, Any]:
    """Return a published row as plain data; what it does not say is left out."""
    always = (*MEASURES, "row", "setting", "features", "parameters", "source")
    return {n: v for n, v in vars(published).items() if n in always or (v and n != "table")}


def published_text(rows: Sequence[Published], *, style: str) -> str:
    """Return published rows as text: those of one protocol and the same splits together.

    Args:
        rows: of any protocols and data sets.
        style: ``terminal``, ``markdown``, ``latex`` or ``csv``.
    """
    groups: dict[tuple[str, str, str], list[Published]] = {}
    for row in rows:
        known = (row.dataset, row.protocol, row.splits)
        groups.setdefault(("", "", "") if row.apart else known, []).append(row)
    about: tuple[str, ...] = ("labels", "features", "epochs", "source", "sure")
    header = ["method", *headers(MEASURES), *about]
    if style == "csv":
        return published_csv(rows)
    parts = []
    for (dataset, protocol, splits), members in sorted(groups.items(), reverse=True):
        title = f"{METRICS.get(dataset, dataset)}, protocol {protocol}, splits {splits}"
        columns, names = header, about
        if not dataset:
            title = "Not comparable with the others, nor with each other"
            columns = ["method", *headers(MEASURES), "dataset", *about, "why"]
            names = ("dataset", *about, "apart")
        body = [
            [row.row, *_published_cells(row), *(getattr(row, name) or UNKNOWN for name in names)]
            for row in members
        ]
        if style == "latex":
            parts.append(latex_table([title], [(columns, body)], [], label=title))
            continue
        bold = "**" if style == "markdown" else ""
        parts.append(f"{bold}{title}{bold}\n\n{_grid(columns, body, style)}")
    return "\n\n".join(parts) + "\n"


def as_data(table: Table) -> dict[str, Any]:
    """Return a table as plain data, for JSON."""
    rows = {
        row.name: {
            "mean": named(table, table.mean(row)),
            "spread": named(table, table.spread(row)) if row.repeats > 1 else None,
            "repeats": row.repeats,
            "videos": {
                key: named(table, values)
                for key, values in zip(table.videos, table.per_video(row), strict=True)
            },
            "n": dict(zip(table.measures, map(int, table.counts(row)), strict=True)),
            "baseline": row.baseline,
            "collapsed": 0 if row.collapsed is None else int(row.collapsed.sum()),
            "published": _published_data(row.published),
        }
        for row in table.rows
    }
    differences = {
        name: {
            measure: {part: _plain(value) for part, value in vars(difference).items()}
            for measure, difference in zip(table.measures, pair, strict=True)
        }
        for name, pair in comparisons(table)
    }
    return {
        "title": table.title,
        "dataset": table.dataset,
        "metric": table.metric,
        "protocol": table.protocol.name,
        "settings": dict(table.settings),
        "videos": list(table.videos),
        "splits": [list(split) for split in table.splits],
        "rows": rows,
        "differences": differences,
        "also_published": [_published_data(published) for published in table.also_published],
        "notes": notes(table),
        "provenance": dict(table.provenance),
    }
