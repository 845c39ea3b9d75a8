from __future__ import annotations

import pytest

from clips import render_clip
from summaries import summary_of
from vidgist.render import stills
from vidgist.render.material import Material
from vidgist.render.stills import evenly


@pytest.mark.parametrize(
    ("n", "most", "expected"),
    [
        (1, 5, [0]),
        (5, 5, [0, 1, 2, 3, 4]),
        (9, 3, [0, 4, 8]),
        (3, 120, [0, 1, 2]),
        (10, 1, [0]),
    ],
)
def test_evenly(n, most, expected):
    assert evenly(n, most) == expected


def test_evenly_gives_as_many_as_asked():
    for n in (121, 500, 1237):
        chosen = evenly(n, 120)
        assert len(chosen) == 120
        assert (chosen[0], chosen[-1]) == (0, n - 1)


def test_tiles_are_small_and_bounded_in_number(tmp_path, monkeypatch):
    clip = render_clip(tmp_path / "a.mp4", scenes=(0.2,) * 6, fps=10, size=(300, 600))
    monkeypatch.setattr(stills, "MAX_TILES", 3)
    summary = summary_of(clip.path, cuts=clip.cuts, selected=range(6))
    kept = Material(summary=summary, folder=tmp_path).stills
    assert [still.number for still in kept.stills] == [1, 2, 3, 4, 5, 6]
    sizes = [image.size for _, image in kept.pictures()]
    assert sizes == [(600, 300)] * 6
    assert [still.number for still, _ in kept.tiles()] == [1, 3, 6]
    assert {tile.size for _, tile in kept.tiles()} == {(480, 240)}
