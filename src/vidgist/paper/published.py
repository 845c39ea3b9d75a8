"""Published numbers of the paper and of its released code, from a data file that names sources."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from dataclasses import replace
from importlib.resources import files

from vidgist.evaluation.results import Published, Table

METHOD_TABLES = ("1", "2", "rivals")
"""Tables of the file whose rows are methods: the paper's, and what their authors published."""


@functools.cache
def all_published() -> tuple[Published, ...]:
    """Return every published row, in the order of the file."""
    document = json.loads(files("vidgist.paper").joinpath("published.json").read_text("utf-8"))
    return tuple(
        Published(
            table=name,
            dataset=group["dataset"],
            setting=group.get("setting", ""),
            row=row,
            tau=tau,
            rho=rho,
            f1=None if f1 is None else round(f1 / 100, 6),
            features=group.get("features", table.get("features", "")),
            source=document["sources"][group.get("source", table["source"])],
            parameters=group.get("parameters", table.get("parameters", "")),
            apart=table.get("apart", {}).get(row, ""),
        )
        for name, table in document["tables"].items()
        for group in table["groups"]
        for row, (f1, tau, rho) in group["rows"].items()
    )


def printed(name: str) -> tuple[Published, ...]:
    """Return what was published of a method on the canonical splits of each data set.

    Args:
        name: of its rows, which may have more after a comma, such as the epochs.
    """
    return tuple(
        row
        for row in all_published()
        if row.table in METHOD_TABLES
        and row.setting == "canonical"
        and (row.row == name or (row.row.startswith(f"{name}, ") and "epochs" in row.row))
    )


def published_rows(
    table: str, *, dataset: str, setting: str = "", parameters: str = ""
) -> dict[str, Published]:
    """Return the published rows of one table, by name, in its order."""
    return {
        p.row: p
        for p in all_published()
        if (p.table, p.dataset, p.setting, p.parameters) == (table, dataset, setting, parameters)
    }


def beside_published(
    table: Table, name: str, *, setting: str, with_unmeasured: bool = False
) -> Table:
    """Return a table with the published row beside each of its rows that has one.

    Args:
        table: the rows, named as in the file.
        name: of the published table, such as "S2".
        setting: the published setting.
        with_unmeasured: also show the published rows that were not measured.
    """
    known = published_rows(name, dataset=table.metric, setting=setting)
    rows = tuple(replace(row, published=known.pop(row.name, None)) for row in table.rows)
    extra = tuple(known.values()) if with_unmeasured else ()
    return replace(table, rows=rows, also_published=extra)


def beside(table: Table, published: Mapping[str, Published]) -> Table:
    """Return a table with these published rows beside its own, and not a second time below.

    Args:
        table: the rows.
        published: by the name of the row that it belongs to.
    """
    shown = {p.row for p in published.values()}
    return replace(
        table,
        rows=tuple(
            replace(row, published=published.get(row.name, row.published)) for row in table.rows
        ),
        also_published=tuple(p for p in table.also_published if p.row not in shown),
    )


@functools.cache
def literature() -> tuple[Published, ...]:
    """Return rows of the literature to 2026, each with protocol, splits, epochs and how sure."""
    document = json.loads(files("vidgist.paper").joinpath("literature.json").read_text("utf-8"))
    return tuple(
        Published(
            table="literature",
            dataset=row["dataset"],
            setting="canonical",
            row=row["method"],
            f1=None if row["f1"] is None else round(row["f1"] / 100, 6),
            **{n: row[n] for n in ("tau", "rho", "features", "source", "protocol", "splits")},
            **{n: row[n] for n in ("epochs", "labels", "sure", "apart")},
        )
        for row in document["rows"]
    )


def papers_own() -> tuple[Published, ...]:
    """Return the canonical rows of the paper's own scores (Tables S2 and S3) as such rows."""
    return tuple(
        replace(
            row,
            protocol="reference",
            labels="no",
            epochs="the last" if "trained" in row.row else "none",
            sure="quoted",
            apart="the splits that the paper used are not known by name here",
        )
        for row in all_published()
        if row.table in ("S2", "S3") and row.setting == "canonical"
    )


def how_sure() -> dict[str, str]:
    """Return what each word on how sure a figure is means."""
    document = json.loads(files("vidgist.paper").joinpath("literature.json").read_text("utf-8"))
    return dict(document["sure"])


def comparable(protocol: str) -> list[str]:
    """Return the methods with published figures under a protocol, one name each."""
    rows = (row for row in literature() if row.protocol == protocol and not row.apart)
    return list(dict.fromkeys(row.row for row in rows))
