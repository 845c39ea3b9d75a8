from __future__ import annotations

import builtins
import dataclasses
import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from pages import HOSTILE, clip_summary, picture_bytes
from vidgist.errors import MissingExtraError, SettingError
from vidgist.render import render
from vidgist.render.document import Document, read_document
from vidgist.render.figure import Mark, check, draw, marks_at, marks_of, save
from vidgist.render.figure_pictures import neighbors_of


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> Document:
    folder = tmp_path_factory.mktemp("video")
    return read_document(render(clip_summary(folder), folder / "out", make="json")[0])


@pytest.fixture
def mpl() -> Any:
    return pytest.importorskip("matplotlib", reason="needs the extra 'plot'")


def test_marks_are_the_papers(document: Document) -> None:
    n = len(document.times)
    first, second, score = np.full(n, 0.5), np.full(n, 0.5), np.full(n, 0.3)
    first[3], second[3] = 1.0, 0.0
    first[5], second[5] = 0.0, 1.0
    score[9] = 0.9
    made = dataclasses.replace(
        document, criteria={"alignment": first, "uniqueness": second}, importance=score
    )
    green, red, black = marks_of(made)
    assert (green.sample, red.sample, black.sample) == (3, 9, 5)
    assert green.label == "high local dissimilarity, low uniqueness"
    score[3] = 1.0
    assert [mark.sample for mark in marks_of(made)] == [3, 5]  # one moment, one mark
    named = dataclasses.replace(made, settings={"criteria": ["uniqueness", "alignment"]})
    assert marks_of(named)[0].label == "high uniqueness, low local dissimilarity"
    assert list(dataclasses.replace(named, settings={"criteria": ["uniqueness"]}).used) == [
        "uniqueness"
    ]
    alone = dataclasses.replace(made, criteria={"alignment": first})
    assert [mark.sample for mark in marks_of(alone)] == [3, 5]
    assert [mark.sample for mark in marks_of(dataclasses.replace(made, criteria={}))] == [3]


def test_marks_go_to_the_nearest_samples(document: Document) -> None:
    assert [m.sample for m in marks_at(document, [0.1, 2.3, 2.4, 99.0])] == [0, 5, 15]


def test_neighbours_are_among_the_nearest() -> None:
    features = np.random.default_rng(3).normal(size=(30, 5))
    unit = features / np.linalg.norm(features, axis=1, keepdims=True)
    near = [i for i in np.argsort(-(unit @ unit[7])) if i != 7][:10]
    found = neighbors_of(features, 7)
    assert len(found) == 6
    assert found[0] == near[0]
    assert found[-1] == near[9]
    assert set(found) <= set(near)
    assert neighbors_of(features[:3], 1) == [i for i in np.argsort(-(unit[:3] @ unit[1])) if i != 1]
    assert neighbors_of(features[:1], 0) == []


BEGINS = {"png": b"\x89PNG", "pdf": b"%PDF", "svg": b"<?xml"}


@pytest.mark.parametrize("kind", BEGINS)
@pytest.mark.parametrize("pictured", [True, False])
def test_a_figure_is_drawn(
    document: Document, mpl: Any, tmp_path: Path, kind: str, pictured: bool
) -> None:
    pictures = [Image.open(io.BytesIO(picture_bytes(i))) for i in range(7)] if pictured else []
    marks = [
        dataclasses.replace(mark, pictures=pictures[: 7 - i], times=[0.5] * len(pictures))
        for i, mark in enumerate(marks_of(document))
    ]
    for name in ("a", "b"):
        figure = draw(dataclasses.replace(document, video=HOSTILE + "$\\frac$"), marks, width=5)
        lines = [axis for axis in figure.findobj(mpl.axes.Axes) if axis.lines]
        assert len(lines) == 3
        for axis in lines:
            assert len(axis.lines) == 1 + len(marks)
            assert np.array_equal(axis.lines[0].get_xdata(), document.times)
        assert len([a for a in figure.findobj(mpl.axes.Axes) if a.images]) == (
            sum(len(mark.pictures) for mark in marks)
        )
        save(figure, tmp_path / name, kind=kind, dpi=100)
    data = (tmp_path / "a").read_bytes()
    assert data.startswith(BEGINS[kind])
    assert data == (tmp_path / "b").read_bytes()
    if kind == "png":
        with Image.open(tmp_path / "a") as picture:
            assert picture.width == 500


def test_videos_without_a_range_are_drawn(document: Document, mpl: Any, tmp_path: Path) -> None:
    n = len(document.times)
    flat = dataclasses.replace(
        document, importance=np.zeros(n), criteria={"new one": np.full(n, np.nan)}
    )
    save(draw(flat, marks_of(flat)), tmp_path / "a.png", kind="png", dpi=50)
    assert (tmp_path / "a.png").stat().st_size > 0


def test_the_ending_chooses_the_kind() -> None:
    with pytest.raises(SettingError, match=r"-o: unknown value 'pdff', known: pdf, png, svg; did"):
        check(Path("a.pdff"))
    with pytest.raises(SettingError, match="unknown value 'figure'"):
        check(Path("figure"))


def test_without_matplotlib_it_says_which_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *args: Any, **kwargs: Any) -> Any:
        if name.startswith("matplotlib"):
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(MissingExtraError, match=r"pip install 'vidgist\[plot\]'"):
        check(Path("a.pdf"))


def test_a_mark_has_no_pictures_at_first() -> None:
    assert Mark(sample=1, colour="#000000", label="").pictures == ()
