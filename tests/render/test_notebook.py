from __future__ import annotations

import builtins
import dataclasses
import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from clips import render_clip
from summaries import summary_of
from vidgist.errors import MissingExtraError
from vidgist.render.notebook import MOST_PICTURES, POINTS, _highest


@pytest.fixture(scope="module")
def summary(tmp_path_factory):
    folder = tmp_path_factory.mktemp("clip")
    clip = render_clip(folder / "a & <b>.mp4", scenes=(2, 2, 2))
    made = summary_of(clip.path, cuts=clip.cuts, selected=(0, 2))
    return dataclasses.replace(made, thumbnails=(b"\xff\xd8jpeg",) * len(made.features))


def test_a_line_says_what_it_is(summary):
    pattern = r"Summary\('a & <b>\.mp4': 4\.0 of 6\.0 s, 2 pieces of 3 shots, 12 samples\)"
    assert re.fullmatch(pattern, repr(summary))


def test_the_page_is_escaped_and_has_no_links(summary):
    page = summary._repr_html_()
    assert "a &amp; &lt;b&gt;.mp4" in page
    assert "<b>.mp4" not in page
    tree = ET.fromstring(page)  # well-formed
    pictures = list(tree.iter("img"))
    assert len(pictures) == 2
    assert all(p.get("src").startswith("data:image/jpeg;base64,") for p in pictures)
    assert [c.text for c in tree.iter("figcaption")] == ["0:00.0", "0:04.0"]
    assert not re.search(r"https?://|<script|<link", page)


def test_the_curve_ends_where_the_video_does(summary):
    tree = ET.fromstring(summary._repr_html_())
    (line,) = tree.iter("polyline")
    points = [tuple(map(float, p.split(","))) for p in line.get("points").split()]
    assert len(points) == len(summary.features)
    assert points[0][1] > points[-1][1]  # importance rises, and y runs down
    bars = [(float(b.get("x")), float(b.get("width"))) for b in tree.iter("rect")]
    np.testing.assert_allclose(bars, [(0, 300), (600, 300)], atol=1)


def test_long_videos_stay_small(summary):
    values = np.random.default_rng(0).random(100_000)
    times, highest = _highest(np.arange(100_000.0), values, POINTS)
    assert len(times) == POINTS
    assert highest.max() == values.max()
    np.testing.assert_array_equal(values[times.astype(int)], highest)
    many = summary.selection
    pieces = np.stack([np.arange(40) / 10, np.arange(40) / 10 + 0.05], axis=1)
    selection = dataclasses.replace(
        many, pieces=pieces, shots=np.zeros(40, int), scores=np.ones(40), reasons=("",) * 40
    )
    page = dataclasses.replace(summary, selection=selection, thumbnails=())._repr_html_()
    assert "<img" not in page
    assert f"and {40 - MOST_PICTURES} more" in page


def test_the_plot_has_a_curve_and_the_pieces(summary):
    pytest.importorskip("matplotlib").use("Agg")
    ax = summary.plot()
    curve = next(line for line in ax.lines if line.get_label() == "importance")
    np.testing.assert_array_equal(curve.get_ydata(), summary.scores.importance)
    assert len(ax.patches) == 2
    assert summary.plot(ax) is ax


def test_the_table_has_a_row_a_sample(summary):
    pytest.importorskip("pandas")
    table = summary.to_pandas()
    names = ["time", "alignment", "uniformity", "importance", "shot", "shown", "junk"]
    assert list(table.columns) == names
    assert len(table) == len(summary.features)
    assert table["shown"].tolist() == [True] * 4 + [False] * 4 + [True] * 4
    assert table["shot"].tolist() == [0] * 4 + [1] * 4 + [2] * 4


def test_without_pandas_it_says_what_to_install(summary, monkeypatch):
    known = builtins.__import__

    def without(name, *rest):
        if name == "pandas":
            raise ImportError(name)
        return known(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(MissingExtraError, match=r"pip install 'vidgist\[pandas\]'"):
        summary.to_pandas()
