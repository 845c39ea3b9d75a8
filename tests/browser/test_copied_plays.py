"""Clips that are copied, in a real browser."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from clips import render_clip
from summaries import summary_of, with_pieces
from vidgist.render import render

Opener = Callable[..., Any]


def test_a_copied_clip_plays_to_its_end(tmp_path: Path, open_page: Opener) -> None:
    clip = render_clip(
        tmp_path / "clip.mp4",
        scenes=(2.0, 2.0, 2.0),
        gop=25,
        options={"bf": "3", "sc_threshold": "0"},
        ticks=(0.5, 3.5),
    )
    summary = with_pieces(
        summary_of(clip.path, cuts=clip.cuts), [(1.0, 2.0), (3.0, 4.0), (5.0, 6.0)]
    )
    summary = dataclasses.replace(summary, settings={**summary.settings, "copy": True})
    render(summary, tmp_path, make=["mp4"])
    page = tmp_path / "page.html"
    page.write_text('<video id="video" src="summary.mp4" muted></video>')
    opened = open_page(page)
    opened.page.evaluate("document.getElementById('video').play()")
    _, stopped = opened.played()
    assert stopped == pytest.approx(3.0, abs=0.05)
    quality = "document.getElementById('video').getVideoPlaybackQuality()"
    assert opened.page.evaluate(f"{quality}.totalVideoFrames") >= 70
    assert opened.page.evaluate("document.getElementById('video').error") is None
