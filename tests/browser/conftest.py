"""A real browser for the pages: Debian's chromium, driven by Playwright."""

from __future__ import annotations

import json
import re
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from pages import clip_summary
from vidgist.render import render

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")


@dataclass
class Opened:
    """A page that was opened, and all that it said and asked for."""

    page: Any
    path: Path
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    @property
    def data(self) -> Any:
        """The page's own data."""
        text = self.path.read_text(encoding="utf-8")
        found = re.search(r'type="application/json" id="data">(.*?)</script>', text, re.S)
        assert found is not None
        return json.loads(found[1])

    def text(self, selector: str) -> str:
        return str(self.page.text_content(selector))

    def until(self, condition: str, *, seconds: float = 15.0) -> None:
        """Wait until a JavaScript expression is true."""
        # Playwright's own waiting evaluates text inside the page, which the page's policy forbids.
        last = time.monotonic() + seconds
        while not self.page.evaluate(condition):
            assert time.monotonic() < last, f"never came true: {condition}"
            self.page.wait_for_timeout(30)

    def played(self) -> tuple[str, float]:
        """Wait until something has played; return the file, and the time at which it stopped."""
        self.until("window.plays > 0")
        video = "document.getElementById('video')"
        self.until(f"{video}.paused")
        return (
            self.page.evaluate(f"{video}.currentSrc"),
            self.page.evaluate(f"{video}.currentTime"),
        )


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    driver = pytest.importorskip("playwright.sync_api", reason="needs the package playwright")
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        pytest.skip(f"needs a browser: none of {', '.join(NAMES)} is installed")
    with driver.sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture
def open_page(browser: Any) -> Iterator[Callable[..., Opened]]:
    """Open a file as a page; at the end, no page may have complained or asked the network."""
    contexts, pages = [], []

    def opener(path: Path, *, width: int = 1280, height: int = 900, **options: Any) -> Opened:
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        opened = Opened(page=context.new_page(), path=path)
        pages.append(opened)
        opened.page.set_default_timeout(15_000)
        opened.page.on("console", lambda said: opened.complaints.append(said.text))
        opened.page.on("pageerror", lambda error: opened.complaints.append(str(error)))
        opened.page.on("dialog", lambda dialog: opened.complaints.append(dialog.message))
        opened.page.on("request", lambda request: opened.requests.append(request.url))
        # Counted, since a short shot may be over before anybody asks whether it plays.
        opened.page.add_init_script(
            "window.plays = 0; addEventListener('play', () => { window.plays += 1; }, true);"
        )
        opened.page.goto(path.absolute().as_uri())
        return opened

    yield opener
    try:
        for opened in pages:
            assert opened.complaints == []
            beyond = [url for url in opened.requests if not url.startswith(("file:", "data:"))]
            assert beyond == []
    finally:
        for context in contexts:
            context.close()


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a page with summary.mp4 and the source beside it."""
    folder = tmp_path_factory.mktemp("video")
    summary = clip_summary(folder, selected=[1, 3], warnings=("2 frames were lost.",))
    render(summary, folder / "gist", make=["report", "mp4", "json"])
    return folder / "gist" / "report.html"
