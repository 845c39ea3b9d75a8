"""``report.html``: the summary as a page to look at, alone in its file, without a network."""

from __future__ import annotations

from pathlib import Path

from vidgist.render.material import Material
from vidgist.render.output import Output


def write(material: Material, path: Path) -> None:
    """Write the page of a summary."""
    from vidgist.render.report import page

    path.write_text(page(material), encoding="utf-8", newline="\n")


OUTPUT = Output(
    "report", "report.html", "a page that explains the choice", write, is_default=True, order=70
)
