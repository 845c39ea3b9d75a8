"""``report.html``: the summary as a page to look at, alone in its file, without a network."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from vidgist.render.output import Output

if TYPE_CHECKING:
    from vidgist.render.material import Material

__all__ = ["write"]


def write(material: Material, path: Path) -> None:
    """Write the page of a summary."""
    from vidgist.render.report import page

    path.write_text(page(material), encoding="utf-8", newline="\n")


OUTPUT = Output(
    name="report",
    target="report.html",
    summary="a page that shows why each moment was chosen",
    write=write,
    is_default=True,
    order=70,
)
