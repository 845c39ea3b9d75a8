"""Tables as text: terminal, Markdown, LaTeX, CSV and plain data for JSON."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from tabulate import tabulate

from vidgist.errors import SettingError, unknown_value
from vidgist.evaluation.bootstrap import Difference
from vidgist.evaluation.extra_measures import EXTRA_MEASURES
from vidgist.evaluation.judge import MEASURES
from vidgist.evaluation.latex import latex_table
from vidgist.evaluation.results import Published, Table, TableRow, counted

FORMATS = ("terminal", "markdown", "latex", "csv", "json")
_STYLES = {"terminal": "simple", "markdown": "github"}
_SHOWN = {
    # name of a measure -> header, factor, decimals
    "tau": ("tau", 1, 4),
    "rho": ("rho", 1, 4),
    "f1": ("F1 %", 100, 2),
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
_UNKNOWN = "-"
NOT_COMPARABLE = "the published rows are means over all videos: not comparable with these"


def _number(value: float | None, measure: str) -> str:
    if value is None or not math.isfinite(value):
        return _UNKNOWN
    _, factor, digits = _SHOWN[measure]
    return f"{factor * value:.{digits}f}"


def _headers(measures: Iterable[str]) -> list[str]:
    return [_SHOWN[measure][0] for measure in measures]


def _cells(table: Table, row: TableRow, shared: Sequence[int]) -> list[str]:
    """Return the cells of a row; a mean over fewer videos than its column's says so."""
    cells = []
    numbers = zip(
        table.measures, table.mean(row), table.spread(row), table.counts(row), shared, strict=True
    )
    for measure, mean, spread, count, usual in numbers:
        plus_minus = f" ± {_number(float(spread), measure)}" if math.isfinite(spread) else ""
        fewer = f" (n = {count})" if 0 < count != usual else ""
        cells.append(_number(float(mean), measure) + plus_minus + fewer)
    return cells


def _shared_counts(table: Table) -> list[int]:
    """Return of how many videos each measure is known, in most of the rows."""
    counts = np.array([table.counts(row) for row in table.rows]).reshape(-1, len(table.measures))
    # Of two that are as frequent, the larger.
    return [max(column, key=lambda n: (n > 0, list(column).count(n), n)) for column in counts.T]


def _counted_headers(table: Table, shared: Sequence[int]) -> list[str]:
    """Return the headers of the measures, with the number of videos where it is not the table's."""
    return [
        header if count in (0, len(table.videos)) else f"{header} (n = {count})"
        for header, count in zip(_headers(table.measures), shared, strict=True)
    ]


def _published_cells(published: Published | None) -> list[str]:
    return [_number(getattr(published, measure, None), measure) for measure in MEASURES]


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
        return _UNKNOWN
    _, scale, digits = _SHOWN[measure]
    numbers = (difference.mean, difference.low, difference.high)
    mean, low, high = (f"{scale * value:+.{digits}f}" for value in numbers)
    return f"{mean} [{low}, {high}]" if math.isfinite(difference.low) else f"{mean} [unknown]"


def _grids(table: Table) -> list[tuple[list[str], list[list[str]]]]:
    """Return header and cells of the table itself and of its differences.

    What is measured second by second stands in grids of its own: all in one row are too wide.
    """
    field = len([m for m in table.measures if m in MEASURES or m in EXTRA_MEASURES])
    grids = []
    shared = _shared_counts(table)
    headers = _counted_headers(table, shared)
    cells = {row.name: _cells(table, row, shared) for row in table.rows}
    if field:
        beside = bool(table.also_published) or any(row.published for row in table.rows)
        theirs = [f"published {h}" for h in _headers(MEASURES)] if beside else []
        header = ["scores", *headers[:field], *theirs]
        body = [
            [
                row.name,
                *cells[row.name][:field],
                *(_published_cells(row.published) if beside else []),
            ]
            for row in table.rows
        ]
        unknown = [_UNKNOWN] * field
        body += [[row.label, *unknown, *_published_cells(row)] for row in table.also_published]
        grids.append((header, body))
    if table.measures[field:]:
        header = ["summaries", *headers[field:]]
        grids.append((header, [[row.name, *cells[row.name][field:]] for row in table.rows]))
    compared = comparisons(table)
    for first, stop in ((0, field), (field, min(field + 3, len(table.measures)))):
        measures = table.measures[first:stop]
        lines = [
            [name, *map(_difference, differences[first:stop], measures)]
            for name, differences in compared
            if np.isfinite([difference.mean for difference in differences[first:stop]]).any()
        ]
        if lines and measures:
            grids.append((["difference [95% interval over videos]", *_headers(measures)], lines))
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
    if table.protocol.compare == "scores" and any(row.name == "constant" for row in table.rows):
        lines.append("constant scores rank nothing: their tau and rho count as 0")
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


def render(tables: Sequence[Table], *, style: str) -> str:
    """Return tables as text.

    Args:
        tables: one or more.
        style: ``terminal``, ``markdown``, ``latex`` or ``csv``.

    Raises:
        SettingError: the style is unknown.
    """
    if style == "csv":
        return _csv(tables)
    write = {"terminal": _terminal, "markdown": _markdown, "latex": _latex}.get(style)
    if write is None:
        raise unknown_value("format", style, FORMATS)
    return "\n\n".join(write(table) for table in tables) + "\n"


def _grid(header: list[str], body: list[list[str]], style: str) -> str:
    align = ["left"] + ["right"] * (len(header) - 1)
    return tabulate(body, header, tablefmt=_STYLES[style], disable_numparse=True, colalign=align)


def _terminal(table: Table) -> str:
    parts = ["\n".join(heading(table))]
    parts += [_grid(header, body, "terminal") for header, body in _grids(table)]
    parts.append("\n".join(f"note: {note}" for note in notes(table)))
    return "\n\n".join(part for part in parts if part)


def per_video_text(table: Table, row: TableRow) -> str:
    """Return one row's numbers on every video, for the terminal."""
    body = [
        [key, *(_number(float(v), m) for v, m in zip(values, table.measures, strict=True))]
        for key, values in zip(table.videos, table.per_video(row), strict=True)
    ]
    grid = _grid(["video", *_headers(table.measures)], body, "terminal")
    return f"{row.name}\n\n{grid}\n"


def _markdown(table: Table) -> str:
    title, *lines = heading(table)
    parts = [f"**{title}**", "<br>\n".join(lines)]
    for header, body in _grids(table):
        safe = [[cell.replace("|", "\\|") for cell in row] for row in body]
        parts.append(_grid(header, safe, "markdown"))
    parts.append("\n".join(f"- {note}" for note in notes(table)))
    return "\n\n".join(parts)


def _latex(table: Table) -> str:
    return latex_table(heading(table), _grids(table), notes(table))


def _csv(tables: Sequence[Table]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    measures = tuple(dict.fromkeys(m for table in tables for m in table.measures)) or MEASURES
    writer.writerow(
        [
            *("title", "dataset", "metric", "protocol", "videos", "splits", "scores", "repeats"),
            *measures,
            *(f"{measure}_spread" for measure in measures),
            *(f"published_{measure}" for measure in MEASURES),
        ]
    )
    for table in tables:
        about = [table.title, table.dataset, table.metric, table.protocol.name]
        about += [str(len(table.videos)), str(len(table.splits))]
        for row in table.rows:
            cells = []
            for numbers in (table.mean(row), table.spread(row)):
                known = dict(zip(table.measures, numbers, strict=True))
                values = [known.get(measure, math.nan) for measure in measures]
                cells += [f"{n:.6f}" if math.isfinite(n) else "" for n in values]
            writer.writerow([*about, row.name, row.repeats, *cells, *_csv_cells(row.published)])
        for extra in table.also_published:
            empty = [""] * (2 * len(measures))
            writer.writerow([*about, extra.label, 0, *empty, *_csv_cells(extra)])
    return out.getvalue()


def _csv_cells(published: Published | None) -> list[str]:
    numbers = [getattr(published, measure, None) for measure in MEASURES]
    return ["" if n is None else f"{n:g}" for n in numbers]


def named(table: Table, values: Iterable[float]) -> dict[str, float | None]:
    """Return numbers by the name of their measure; None where one is unknown, as JSON needs it."""
    return {m: _plain(v) for m, v in zip(table.measures, values, strict=True)}


def _plain(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _published_data(published: Published | None) -> dict[str, Any] | None:
    names = (*MEASURES, "row", "setting", "features", "parameters", "source")
    return None if published is None else {name: getattr(published, name) for name in names}


def as_data(table: Table) -> dict[str, Any]:
    """Return a table as plain data, for JSON."""
    rows = {
        row.name: {
            "mean": named(table, table.mean(row)),
            "spread": named(table, table.spread(row)) if row.repeats > 1 else None,
            "repeats": row.repeats,
            "n": dict(zip(table.measures, map(int, table.counts(row)), strict=True)),
            "baseline": row.baseline,
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
    }
