"""Tables for LaTeX: a float with data and protocol in its caption, so that they are printed.

The text needs the package ``booktabs`` and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

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
) -> str:
    """Return one float.

    Args:
        caption: its sentences, without full stops.
        grids: header and rows of each table of the float; the first column is text.
        notes: sentences under the tables, without full stops.
    """
    lines = [r"\begin{table}", r"\centering\small"]
    lines += [r"\caption{" + " ".join(latex_text(f"{part}.") for part in caption) + "}"]
    for header, body in grids:
        lines += [r"\begin{tabular}{l" + "r" * (len(header) - 1) + "}", r"\toprule", _row(header)]
        lines += [r"\midrule", *map(_row, body), r"\bottomrule", r"\end{tabular}", r"\medskip", ""]
    lines += [r"\footnotesize\raggedright"]
    lines += [latex_text(f"{note}.") + r"\par" for note in notes]
    return "\n".join([*lines, r"\end{table}"])


def _row(cells: Sequence[str]) -> str:
    return " & ".join(map(latex_text, cells)) + r" \\"
