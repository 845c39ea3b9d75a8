"""Tables as text: terminal, Markdown, LaTeX, CSV and plain data for JSON."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Sequence
from typing import Any

from tabulate import tabulate

from vidgist.errors import SettingError, unknown_value
from vidgist.evaluation.bootstrap import Difference
from vidgist.evaluation.judge import MEASURES
from vidgist.evaluation.latex import latex_table
from vidgist.evaluation.protocols import BEST_OR_MEAN
from vidgist.evaluation.results import Published, Table, TableRow, counted

__all__ = ["FORMATS", "as_data", "check_format", "comparisons", "per_video_text", "render"]

FORMATS = ("terminal", "markdown", "latex", "csv", "json")
_STYLES = {"terminal": "simple", "markdown": "github"}
_HEADERS = ("tau", "rho", "F1 %")
_UNKNOWN = "-"
NOT_COMPARABLE = "the published rows are means over all videos: not comparable with these"


def _number(value: float | None, measure: str) -> str:
    if value is None or not math.isfinite(value):
        return _UNKNOWN
    return f"{100 * value:.2f}" if measure == "f1" else f"{value:.4f}"


def _cells(table: Table, row: TableRow) -> list[str]:
    cells = []
    for measure, mean, spread in zip(MEASURES, table.mean(row), table.spread(row), strict=True):
        text = _number(float(mean), measure)
        if math.isfinite(spread):
            text += f" ± {_number(float(spread), measure)}"
        cells.append(text)
    return cells


def _published_cells(found: Published | None) -> list[str]:
    if found is None:
        return [_UNKNOWN] * len(MEASURES)
    return [_number(getattr(found, measure), measure) for measure in MEASURES]


def comparisons(table: Table) -> list[tuple[str, tuple[Difference, ...]]]:
    """Return the differences worth a line: each method to chance, and to the first method."""
    methods = [row for row in table.rows if not row.baseline]
    chance = [row for row in table.rows if row.baseline and row.name == "random"]
    pairs = []
    for row in methods:
        named_rows = [other for other in methods if other.name == row.against]
        pairs += [(row, other) for other in (*chance, *(named_rows or methods[:1]))]
    return [
        (f"{row.name} - {other.name}", table.difference(row, other))
        for row, other in pairs
        if row is not other
    ]


def _difference(found: Difference, measure: str) -> str:
    if not math.isfinite(found.mean):
        return _UNKNOWN
    scale, digits = (100, 2) if measure == "f1" else (1, 4)
    mean, low, high = (f"{scale * v:+.{digits}f}" for v in (found.mean, found.low, found.high))
    return f"{mean} [{low}, {high}]" if math.isfinite(found.low) else f"{mean} [unknown]"


def _grids(table: Table) -> list[tuple[list[str], list[list[str]]]]:
    """Return header and cells of the table itself and of its differences."""
    beside = bool(table.also_published) or any(row.published for row in table.rows)
    header = ["scores", *_HEADERS] + ([f"published {h}" for h in _HEADERS] if beside else [])
    body = [
        [row.name, *_cells(table, row), *(_published_cells(row.published) if beside else [])]
        for row in table.rows
    ]
    for extra in table.also_published:
        body.append([extra.label, *[_UNKNOWN] * len(MEASURES), *_published_cells(extra)])
    grids = [(header, body)]
    pairs = comparisons(table)
    if pairs:
        lines = [
            [name, *(_difference(d, m) for d, m in zip(found, MEASURES, strict=True))]
            for name, found in pairs
        ]
        grids.append((["difference [95% interval over videos]", *_HEADERS], lines))
    return grids


def heading(table: Table) -> list[str]:
    """Return what a table is about, line by line: no number without its protocol."""
    videos = counted(len(table.videos), "video")
    if table.splits:
        tested = counted(len(table.videos), "distinct video")
        videos = f"mean over {counted(len(table.splits), 'split')}, {tested} tested"
    lines = [
        table.title,
        f"data: {table.dataset}; {videos}",
        f"protocol: {table.protocol.name} ({table.protocol.about}); "
        f"metric {table.metric} (F1 is the {BEST_OR_MEAN[table.metric]} over annotators)",
    ]
    if table.settings:
        shown = ", ".join(f"{k} {_shown(v)}" for k, v in table.settings.items() if v is not None)
        lines.append(f"settings: {shown}")
    return lines


def _shown(value: Any) -> str:
    return " x ".join(value) if isinstance(value, tuple) else str(value)


def notes(table: Table) -> list[str]:
    """Return the notes of a table, with where its published numbers come from."""
    sources: dict[str, set[str]] = {}
    for found in (*(row.published for row in table.rows), *table.also_published):
        if found is not None:
            sources.setdefault(found.source, set()).add(found.features)
    repeats = {row.repeats for row in table.rows if row.repeats > 1}
    spread = [f"± is the standard deviation over {n} seeds" for n in sorted(repeats)]
    if table.protocol.compare == "scores" and any(row.name == "constant" for row in table.rows):
        spread.append("constant scores rank nothing: their tau and rho count as 0")
    apart = [NOT_COMPARABLE] if sources and table.incomplete else []
    return [*apart, *table.notes, *spread, *_sources(sources)]


def _sources(sources: dict[str, set[str]]) -> list[str]:
    lines = []
    for source, features in sorted(sources.items()):
        names = ", ".join(sorted(name for name in features if name))
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
        [key, *(_number(float(v), m) for v, m in zip(values, MEASURES, strict=True))]
        for key, values in zip(table.videos, row.values.mean(axis=1), strict=True)
    ]
    return _grid([row.name, *_HEADERS], body, "terminal") + "\n"


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


_CSV_HEADER = [
    *("title", "dataset", "metric", "protocol", "videos", "splits", "scores", "repeats"),
    *MEASURES,
    *(f"{measure}_spread" for measure in MEASURES),
    *(f"published_{measure}" for measure in MEASURES),
]


def _csv(tables: Sequence[Table]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_CSV_HEADER)
    for table in tables:
        about = [table.title, table.dataset, table.metric, table.protocol.name]
        about += [str(len(table.videos)), str(len(table.splits))]
        for row in table.rows:
            numbers = [*table.mean(row), *table.spread(row)]
            theirs = [getattr(row.published, measure, None) for measure in MEASURES]
            cells = ["" if n is None or not math.isfinite(n) else f"{n:.6f}" for n in numbers]
            cells += ["" if n is None else f"{n:g}" for n in theirs]
            writer.writerow([*about, row.name, row.repeats, *cells])
        for extra in table.also_published:
            theirs = [getattr(extra, measure) for measure in MEASURES]
            cells = [""] * 6 + ["" if n is None else f"{n:g}" for n in theirs]
            writer.writerow([*about, extra.label, 0, *cells])
    return out.getvalue()


def plain(value: float) -> float | None:
    """Return a number as JSON knows it: None where it is not one."""
    return float(value) if math.isfinite(value) else None


def named(values: Iterable[float]) -> dict[str, float | None]:
    """Return numbers under the names of what they measure."""
    return {m: plain(v) for m, v in zip(MEASURES, values, strict=True)}


def _published_data(found: Published | None) -> dict[str, Any] | None:
    if found is None:
        return None
    numbers = {measure: getattr(found, measure) for measure in MEASURES}
    about = {"row": found.row, "setting": found.setting, "features": found.features}
    return {**numbers, **about, "parameters": found.parameters, "source": found.source}


def as_data(table: Table) -> dict[str, Any]:
    """Return a table as plain data, for JSON."""
    rows = {
        row.name: {
            "mean": named(table.mean(row)),
            "spread": named(table.spread(row)) if row.repeats > 1 else None,
            "repeats": row.repeats,
            "baseline": row.baseline,
            "published": _published_data(row.published),
        }
        for row in table.rows
    }
    differences = {
        name: {
            m: {part: plain(value) for part, value in vars(d).items()}
            for m, d in zip(MEASURES, found, strict=True)
        }
        for name, found in comparisons(table)
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
        "also_published": [_published_data(p) for p in table.also_published],
        "notes": notes(table),
    }
