"""The rules of axe-core: contrast, labels, roles and order of headings."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pages import clip_summary
from vidgist.cli import main
from vidgist.render import render

Opener = Callable[..., Any]


@pytest.fixture(scope="session")
def axe(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return axe-core's script, installed by npm for this run."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("needs npm, to install axe-core")
    folder = tmp_path_factory.mktemp("axe")
    command = [npm, "install", "--prefix", str(folder), "--ignore-scripts", "--no-audit"]
    try:
        subprocess.run(
            [*command, "--no-fund", "axe-core@4"], check=True, capture_output=True, timeout=120
        )
    except (OSError, subprocess.SubprocessError) as error:
        pytest.skip(f"axe-core cannot be installed by npm here: {error}")
    return (folder / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("video")
    summary = clip_summary(folder, warnings=("2 frames were lost.",))
    render(summary, folder / "gist", make=["report", "mp4", "json", "cover"])
    assert main(["gallery", str(folder), "--quiet"]) == 0
    return {"report": folder / "gist" / "report.html", "gallery": folder / "index.html"}


@pytest.mark.parametrize("width", [400, 1600])
@pytest.mark.parametrize("name", ["report", "gallery"])
def test_no_rule_is_broken(
    axe: str, pages: dict[str, Path], open_page: Opener, name: str, width: int
) -> None:
    # The page's policy would keep axe-core out; it is proved elsewhere that it holds.
    page = open_page(pages[name], width=width, bypass_csp=True, reduced_motion="reduce").page
    if name == "report":
        page.eval_on_selector_all("details", "all => all.forEach(d => { d.open = true; })")
        page.eval_on_selector("#tip", "tip => { tip.hidden = false; }")
    page.evaluate(axe)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        found = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
        broken = [
            f"{scheme}: {rule['id']}: {node['target']}: {node['failureSummary']}"
            for rule in found["violations"]
            for node in rule["nodes"]
        ]
        assert broken == []
        assert len(found["passes"]) > 15
