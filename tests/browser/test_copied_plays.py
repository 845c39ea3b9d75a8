"""Clips that are copied, in a real browser."""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from clips import Clip, frame_number, render_clip
from summaries import summary_of, with_pieces
from vidgist.render import render

Opener = Callable[..., Any]

VIDEO = "document.getElementById('video')"

SEEK = """async (at) => {
  const video = document.getElementById("video");
  const shown = new Promise((done) => video.requestVideoFrameCallback(() => done()));
  video.currentTime = at;
  await shown;
}"""

AT_KEY_FRAMES = [(1.0, 2.0), (3.0, 4.0), (5.0, 6.0)]
EXACT = [(0.52, 1.8), (2.0, 2.4), (2.72, 2.88), (4.6, 5.56)]


def opened_clip(clip: Clip, pieces: Any, copy: bool | str, open_page: Opener) -> Any:
    """Write the clip of some pieces beside its source, and open it in the browser."""
    summary = with_pieces(summary_of(clip.path, cuts=clip.cuts), pieces)
    summary = dataclasses.replace(summary, settings={**summary.settings, "copy": copy})
    folder = clip.path.parent / "made"
    (path,) = render(summary, folder, make=["mp4"])
    page = folder / "page.html"
    page.write_text(f'<body style="margin: 0"><video id="video" src="{path.name}" muted></video>')
    return open_page(page)


@pytest.mark.parametrize(
    ("copy", "pieces"), [(True, AT_KEY_FRAMES), ("exact", EXACT)], ids=["key frames", "exact"]
)
def test_a_copied_clip_plays_to_its_end(
    tmp_path: Path, open_page: Opener, copy: bool | str, pieces: Any
) -> None:
    clip = render_clip(
        tmp_path / "clip.mp4",
        scenes=(2.0, 2.0, 2.0),
        gop=25,
        options={"bf": "3", "sc_threshold": "0"},
        ticks=(0.5, 3.5),
    )
    opened = opened_clip(clip, pieces, copy, open_page)
    opened.page.evaluate(f"{VIDEO}.play()")
    _, stopped = opened.played()
    lasting = float(np.diff(pieces).sum())
    assert stopped == pytest.approx(lasting, abs=0.05)
    assert opened.page.evaluate(f"{VIDEO}.getVideoPlaybackQuality().totalVideoFrames") >= (
        0.9 * 25 * lasting
    )
    assert opened.page.evaluate(f"{VIDEO}.error") is None


@pytest.mark.parametrize("codec", ["libx264", "libvpx-vp9", "libsvtav1"])
def test_every_frame_around_a_joint_is_found_by_seeking(
    tmp_path: Path, open_page: Opener, codec: str
) -> None:
    options = {
        "libx264": {"bf": "3", "sc_threshold": "0"},
        "libvpx-vp9": {"deadline": "realtime", "cpu-used": "8"},
        "libsvtav1": {"preset": "12", "crf": "40"},
    }
    clip = render_clip(
        tmp_path / "clip.mp4",
        scenes=(2.0, 2.0, 2.0),
        gop=25,
        codec=codec,
        options=options[codec],
        ticks=(0.5, 3.5),
    )
    opened = opened_clip(clip, EXACT, "exact", open_page)
    opened.until(f"{VIDEO}.readyState >= 2 || {VIDEO}.error !== null")
    if opened.page.evaluate(f"{VIDEO}.error !== null"):
        pytest.skip(f"this browser has no decoder for {codec}")
    frames = [k for start, end in EXACT for k in range(round(start * 25), round(end * 25))]
    # Where parts end and key frames are, which is where copied frames follow encoded ones.
    joints = np.flatnonzero((np.diff(frames) != 1) | (np.array(frames[1:]) % 25 == 0)).tolist()
    for place in sorted({at + beside for at in joints for beside in (-1, 0, 1)}):
        opened.page.evaluate(SEEK, (place + 0.5) / 25)
        shot = opened.page.screenshot(clip={"x": 0, "y": 0, "width": 128, "height": 96})
        picture = np.asarray(Image.open(io.BytesIO(shot)).convert("RGB"))
        assert frame_number(picture) == frames[place]
