"""The report asks nobody, and nothing in a name or a video gets out of its place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import numpy as np
import pytest

from pages import HOSTILE, clip_summary
from vidgist.render import render
from vidgist.types import Scores

Opener = Callable[..., Any]


def test_it_opens_from_disk_and_asks_nobody(report: Path, open_page: Opener) -> None:
    opened = open_page(report)
    page = opened.page
    assert page.title() == "clip.mp4 - vidgist"
    assert page.text_content("h1") == "clip.mp4"
    assert "2 pieces from 2 of 8 shots" in opened.text(".facts")
    assert "2 frames were lost." in opened.text(".warnings")
    assert page.is_visible("#canvas")
    assert len(page.query_selector_all("#shots .shot")) == 8
    loaded = "all => all.every(i => i.hidden || (i.complete && i.naturalWidth > 0))"
    opened.until(f"({loaded})([...document.querySelectorAll('#shots img')])")
    drawn = page.evaluate(
        "() => { const c = document.getElementById('canvas');"
        " const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;"
        " return new Set(new Uint32Array(d.buffer)).size; }"
    )
    assert drawn > 50
    # The page itself, and the clip that its player may have looked at.
    assert set(opened.requests) <= {report.as_uri(), (report.parent / "summary.mp4").as_uri()}


def test_a_hostile_name_is_text(open_page: Opener, tmp_path: Path) -> None:
    summary = clip_summary(
        tmp_path,
        name=HOSTILE,
        settings={"backbone": "</script><img src=x onerror=alert(2)>"},
        warnings=("<img src=x onerror=alert(3)>",),
        scores=Scores(
            criteria={"<img src=x onerror=alert(4)>": np.linspace(0, 1, 16)},
            importance=np.linspace(0, 1, 16),
        ),
    )
    assert len(summary.features) == 16
    render(summary, tmp_path / "out", make="report")
    opened = open_page(tmp_path / "out" / "report.html")
    page = opened.page
    assert page.text_content("h1") == HOSTILE
    assert page.title() == f"{HOSTILE} - vidgist"
    assert "<img src=x onerror=alert(4)>" in opened.text("#legend")
    assert "<img src=x onerror=alert(3)>" in opened.text(".warnings")
    assert page.query_selector_all("img[src='x'], [onerror]") == []
    page.click("#shots li[data-shot='0'] button")
    source, _ = opened.played()
    assert source.endswith("/%3Cimg%20src%3Dx%20onerror%3Dalert%281%29%3E.mp4")


@pytest.fixture
def listener() -> Iterator[tuple[str, list[str]]]:
    """Return the address of a server of this machine, and what was asked of it."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        server.shutdown()


def test_the_policy_holds(report: Path, open_page: Opener, listener: tuple[str, list[str]]) -> None:
    address, asked = listener
    opened = open_page(report)
    page = opened.page
    refused = page.evaluate(
        """async (address) => {
          const refused = [];
          const note = (event) => refused.push(event.effectiveDirective);
          document.addEventListener("securitypolicyviolation", note);
          await fetch(address + "/data").catch(() => {});
          const image = new Image();
          image.src = address + "/x.png";
          const script = document.createElement("script");
          try { document.body.innerHTML = "<b>x</b>"; } catch { refused.push("markup"); }
          try { script.src = "other.js"; } catch { refused.push("script"); }
          await new Promise((done) => setTimeout(done, 300));
          return refused;
        }""",
        address,
    )
    assert {"connect-src", "img-src", "markup", "script"} <= set(refused)
    assert page.text_content("h1") == "clip.mp4"
    assert asked == []
    opened.complaints.clear()  # the browser tells of each refusal
    opened.requests.clear()
