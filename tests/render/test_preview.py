from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from clips import frame_number
from pages import clip_summary
from summaries import with_pieces
from vidgist.render import render
from vidgist.render.outputs import preview
from vidgist.summary import Summary


@pytest.mark.parametrize(
    ("make", "name", "rate"), [("gif", "summary.gif", 8), ("webp", "preview.webp", 12)]
)
def test_it_shows_the_selected_shots(tmp_path: Path, make: str, name: str, rate: int) -> None:
    summary = clip_summary(tmp_path, selected=[1, 4, 6])
    (path,) = render(summary, tmp_path / "out", make=make)
    assert path.name == name
    with Image.open(path) as picture:
        assert max(picture.size) <= 400
        wanted = preview.moments(summary, rate=rate)
        # Pictures that are equal to the one before are joined by the writer.
        assert 0.8 * len(wanted) <= picture.n_frames <= len(wanted)
        for index, moment in ((0, wanted[0]), (picture.n_frames - 1, wanted[-1])):
            picture.seek(index)
            shown = frame_number(np.asarray(picture.convert("RGB")))
            assert shown == pytest.approx(np.searchsorted(summary.timeline.times, moment), abs=1)


def inside(summary: Summary, moment: float) -> bool:
    return any(start <= moment < end for start, end in summary.pieces)


def test_moments_are_of_selected_shots_for_a_few_seconds(tmp_path: Path) -> None:
    summary = clip_summary(tmp_path, selected=range(8))
    found = preview.moments(summary, rate=10)
    assert np.all(np.diff(found) > 0)
    assert len(found) / 10 <= preview.SECONDS
    assert len(found) / 10 > preview.SECONDS - 1.5
    assert all(inside(summary, moment) for moment in found)
    # The best ones are shown, where not all fit.
    best = np.argsort(-summary.selection.scores)[:4]
    for piece in best:
        start, end = summary.pieces[piece]
        assert np.any((found >= start) & (found < end))


def test_moments_of_two_pieces_of_a_shot_lie_in_them(tmp_path: Path) -> None:
    summary = with_pieces(clip_summary(tmp_path), [(0.2, 0.5), (0.7, 1.0), (1.0, 1.3)])
    found = preview.moments(summary, rate=10)
    assert found == pytest.approx([0.2, 0.3, 0.4, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2])


def test_one_short_shot_gives_at_least_a_picture(tmp_path: Path) -> None:
    summary = clip_summary(tmp_path, scenes=(0.04, 2.0), selected=[0])
    assert len(preview.moments(summary, rate=8)) == 1


def test_a_heavy_preview_is_made_smaller(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    summary = clip_summary(tmp_path, selected=[1])
    monkeypatch.setattr(preview, "SIDES", (128, 64, 32))
    monkeypatch.setattr(preview, "WEBP_BYTES", 1)
    (path,) = render(dataclasses.replace(summary), tmp_path / "out", make="webp")
    with Image.open(path) as picture:
        assert max(picture.size) == 32
