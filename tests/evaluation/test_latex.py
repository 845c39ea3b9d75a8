from __future__ import annotations

import shutil
import subprocess

import pytest

from vidgist.evaluation.latex import latex_table, latex_text


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("a_b & c#1 50%", r"a\_b \& c\#1 50\%"),
        ("{$x$}", r"\{\$x\$\}"),
        ("C:\\~^", r"C:\textbackslash{}\textasciitilde{}\textasciicircum{}"),
        ("a x b", r"a $\times$ b"),
        ("-0.10 ± 0.02", r"$-$0.10 $\pm$ 0.02"),
        ("+1.0 [-2.0, +3.0]", r"$+$1.0 [$-$2.0, $+$3.0]"),
        ("S-3 and 10-20, 1e-5, 15-fold", "S-3 and 10-20, 1e-5, 15-fold"),
        ("a - b", "a - b"),
    ],
)
def test_text_is_printed_as_it_is(text, printed):
    assert latex_text(text) == printed


GRID = (["scores", "F1 %"], [["a_b & {c} ^~\\", "-1.0 ± 2"], ["d", "[unknown]"]])


def test_a_float_has_its_parts():
    lines = latex_table(["Title", "50% of it"], [GRID, GRID], ["a note"]).splitlines()
    assert lines[0] == r"\begin{table}"
    assert lines[-1] == r"\end{table}"
    assert r"\caption{Title. 50\% of it.}" in lines
    assert lines.count(r"\begin{tabular}{lr}") == lines.count(r"\end{tabular}") == 2
    assert r"scores & F1 \% \\" in lines
    assert r"a note.\par" in lines


def test_latex_takes_it(tmp_path):
    if shutil.which("pdflatex") is None:
        pytest.skip("pdflatex is not installed")
    table = latex_table(["Title of_it", "a & b < c"], [GRID, GRID], ["± and 5% of $"])
    source = tmp_path / "paper.tex"
    source.write_text(
        r"\documentclass{article}\usepackage{booktabs}\begin{document}" + table + r"\end{document}",
        encoding="utf-8",
    )
    arguments = ["pdflatex", "-halt-on-error", "-no-shell-escape", "-interaction=nonstopmode"]
    done = subprocess.run(
        [*arguments, source.name], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-2000:]
    assert (tmp_path / "paper.pdf").is_file()
