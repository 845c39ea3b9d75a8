"""Tables for LaTeX: a float with data and protocol in its caption, so that they are printed.

The text needs the package ``booktabs`` and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from vidgist.evaluation.cells import Best

_GREEK = re.compile(r"\b(tau|rho)\b")
"""Measures that headers print as letters."""

_SIGNS = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "±": r"$\pm$",
    "|": r"$|$",
    "<": r"$<$",
    ">": r"$>$",
    **{sign: f"\\{sign}" for sign in "&%$#_{}"},
}


def latex_text(text: str) -> str:
    r"""Escape a text for LaTeX, with true minus signs before numbers.

    Letters outside ASCII are left alone: LaTeX reads UTF-8.
    """
    escaped = "".join(_SIGNS.get(sign, sign) for sign in text)
    escaped = re.sub(r"(?<![\w.-])([-+])(?=\d)", r"$\1$", escaped)
    return escaped.replace(" x ", r" $\times$ ")


def latex_table(
    caption: Sequence[str],
    grids: Sequence[tuple[list[str], list[list[str]]]],
    notes: Sequence[str],
    *,
    label: str = "",
    groups: Sequence[tuple[str, int]] = (),
    comments: Sequence[str] = (),
) -> str:
    """Return one float.

    Args:
        caption: its sentences, without full stops.
        grids: header and rows of each table of the float; the first column is text.
        notes: sentences under the tables, without full stops.
        label: in words, such as "TVSum, csta"; "" for none.
        groups: titles over the columns of the first table, and how many columns each has.
        comments: lines of comments above it.
    """
    lines = [*(f"% {_one_line(line)}" for line in comments), r"\begin{table}", r"\centering\small"]
    lines += [r"\caption{" + " ".join(latex_text(f"{part}.") for part in caption) + "}"]
    lines += [r"\label{tab:" + _identifier(label) + "}"] if label else []
    for number, (header, body) in enumerate(grids):
        text = len(header) - sum(count for _, count in groups) if number == 0 and groups else 1
        columns = "l" * text + "r" * (len(header) - text)
        lines += [rf"\begin{{tabular}}{{{columns}}}", r"\toprule"]
        lines += _groups(groups, after=text) if number == 0 and groups else []
        lines += [_header(header), r"\midrule", *latex_rows(body)]
        lines += [r"\bottomrule", r"\end{tabular}", r"\medskip", ""]
    lines += [r"\footnotesize\raggedright"]
    lines += [latex_text(f"{note}.") + r"\par" for note in notes]
    return "\n".join([*lines, r"\end{table}"])


def latex_rows(body: Sequence[Sequence[str]]) -> list[str]:
    """Return the rows of a table alone, the best number of each column bold."""
    return [" & ".join(map(_cell, cells)) + r" \\" for cells in body]


def _cell(cell: str) -> str:
    text = latex_text(cell)
    return r"\textbf{" + text + "}" if isinstance(cell, Best) else text


def _header(cells: Sequence[str]) -> str:
    return " & ".join(_GREEK.sub(r"$\\\1$", latex_text(cell)) for cell in cells) + r" \\"


def _groups(groups: Sequence[tuple[str, int]], *, after: int) -> list[str]:
    """Return the line of titles over groups of columns after some, with a rule under each."""
    titles = [rf"\multicolumn{{{count}}}{{c}}{{{latex_text(title)}}}" for title, count in groups]
    rules, first = [], after + 1
    for _, count in groups:
        rules.append(rf"\cmidrule(lr){{{first}-{first + count - 1}}}")
        first += count
    return [" & ".join([*[""] * after, *titles]) + r" \\", "".join(rules)]


def _identifier(label: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", label.lower()).strip("-")


def _one_line(text: str) -> str:
    return " ".join(text.split())
