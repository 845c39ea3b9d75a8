"""``summary.srt`` and ``summary.vtt``: what is said in the summary, in its own time."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path

from vidgist.captions import as_subtitles, cut_along
from vidgist.errors import VidgistWarning
from vidgist.render.material import Material
from vidgist.render.output import Output


def _writer(form: str) -> Callable[[Material, Path], None]:
    def write(material: Material, path: Path) -> None:
        summary = material.summary
        if not summary.captions:
            warnings.warn(
                f"summary.{form}: is empty, as the video has no text subtitles; give transcript",
                VidgistWarning,
                stacklevel=2,
            )
        text = as_subtitles(cut_along(summary.captions, summary.pieces), form=form)
        path.write_text(text, encoding="utf-8")

    return write


OUTPUT = (
    Output("srt", "summary.srt", "the subtitles of the summary", _writer("srt"), order=40),
    Output("webvtt", "summary.vtt", "the same for pages", _writer("vtt"), order=41),
)
