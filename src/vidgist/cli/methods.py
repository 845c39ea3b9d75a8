"""``vidgist train --list-methods``: every method that learns, with what was published of it."""

from __future__ import annotations

import math
from collections.abc import Iterable

import click
from tabulate import tabulate

from vidgist.evaluation.results import Published
from vidgist.models.methods import METHODS, Method
from vidgist.paper.published import printed

DIMENSION = 1280
"""Width of a feature that numbers of parameters are for: that of the default backbone."""

_HEADER = (
    *("method", "labels", "follows", "parameters", "epochs", "s / epoch"),
    *("TVSum F1 %", "tau", "rho", "SumMe F1 %", "tau", "rho"),
)


def follows(method: Method) -> str:
    """Return whether a method is what was released, or ours after the text."""
    return "as released" if method.code else "ours, after the text"


def method_lines() -> list[str]:
    """Return the table of all methods, and their sources, for the terminal."""
    methods = list(METHODS.values())
    rows = [_cells(method) for method in methods]
    table = tabulate(rows, _HEADER, disable_numparse=True, colalign=("left",) * 3 + ("right",) * 9)
    sources: dict[str, None] = {}
    lines = [table, ""]
    lines += [f"parameters: for features of {DIMENSION} numbers; s / epoch: seconds of one"]
    lines[-1] += " processor core for 40 videos of TVSum; labels: learns from annotations"
    lines.append("figures are as printed, of other features, splits and choices of the epoch")
    for method in methods:
        code = f"; {method.code}" if method.code else ""
        lines.append(f"{method.name}: {method.source or 'another package'}{code}")
        sources |= dict.fromkeys(p.source for p in printed(method.published or method.title))
    return [*lines, *(f"printed in: {source}" for source in sources)]


def _cells(method: Method) -> list[str]:
    known = printed(method.published or method.title)
    figures = [
        cell
        for dataset in ("tvsum", "summe")
        for cell in _figures(p for p in known if p.dataset == dataset)
    ]
    return [
        method.name,
        "yes" if method.labels else "none",
        follows(method),
        f"{method.parameters(DIMENSION):,}",
        str(method.settings().epochs),
        "-" if method.cost is None else f"{method.cost:g}",
        *figures,
    ]


def _figures(rows: Iterable[Published]) -> list[str]:
    f1, tau, rho = (math.nan,) * 3
    for row in rows:
        f1 = 100 * row.f1 if row.f1 is not None and math.isnan(f1) else f1
        tau = row.tau if row.tau is not None and math.isnan(tau) else tau
        rho = row.rho if row.rho is not None and math.isnan(rho) else rho
    shown = (f"{f1:.1f}", f"{tau:.3f}", f"{rho:.3f}")
    return ["-" if text == "nan" else text for text in shown]


def list_methods(context: click.Context, _: click.Parameter, wanted: bool) -> None:
    """Print the methods and leave, where that was asked for."""
    if wanted and not context.resilient_parsing:
        click.echo("\n".join(method_lines()))
        context.exit()
