"""Numbers that others published, from a small data file that names their source."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

__all__ = ["Published", "published", "published_rows"]


@dataclass(frozen=True, kw_only=True)
class Published:
    """One published row of one data set.

    Attributes:
        table: the paper's table, such as "S3".
        dataset: ``tvsum`` or ``summe``.
        setting: ``canonical``, ``augmented``, ``transfer`` or "".
        row: the name of the row, such as "alignment".
        tau, rho: correlations, None where not published.
        f1: in [0, 1], None where not published.
        features: what the scores were computed from.
        source: where it was published.
        parameters: what else the row was measured with, such as the neighbor ratio.
    """

    table: str
    dataset: str
    setting: str
    row: str
    tau: float | None
    rho: float | None
    f1: float | None
    features: str
    source: str
    parameters: str = ""

    @property
    def label(self) -> str:
        """What stands at the left of a row that only repeats this."""
        return f"{self.row} ({self.parameters})" if self.parameters else self.row


@functools.cache
def _all() -> tuple[Published, ...]:
    document = json.loads(files("vidgist.evaluation").joinpath("published.json").read_text("utf-8"))
    return tuple(_rows(document))


def _rows(document: dict[str, Any]) -> Iterator[Published]:
    for name, table in document["tables"].items():
        for group in table["groups"]:
            for row, numbers in group["rows"].items():
                f1, tau, rho = numbers
                yield Published(
                    table=name,
                    dataset=group["dataset"],
                    setting=group.get("setting", ""),
                    row=row,
                    tau=tau,
                    rho=rho,
                    f1=None if f1 is None else round(f1 / 100, 6),
                    features=group.get("features", table.get("features", "")),
                    source=document["sources"][table["source"]],
                    parameters=group.get("parameters", table.get("parameters", "")),
                )


def published_rows(
    table: str, *, dataset: str, setting: str = "", parameters: str = ""
) -> dict[str, Published]:
    """Return the published rows of one table, by name, in its order."""
    return {
        p.row: p
        for p in _all()
        if (p.table, p.dataset, p.setting, p.parameters) == (table, dataset, setting, parameters)
    }


def published(
    table: str, row: str, *, dataset: str, setting: str = "", parameters: str = ""
) -> Published | None:
    """Return one published row, None where there is none."""
    found = published_rows(table, dataset=dataset, setting=setting, parameters=parameters)
    return found.get(row)
