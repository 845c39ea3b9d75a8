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
from vidgist.render.figure import (
    Mark,
    check,
    draw,
    marks_at,
    marks_of,
    round_steps,
    save,
    time_steps,
)
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
    assert marks_of(made)[0].label == "greatest importance"
    score[3] = 0.3
    first[3], second[3] = 0.55, 0.5
    first[5], second[5] = 0.4, 0.5
    assert [mark.label for mark in marks_of(made)] == [
        "more local dissimilarity than uniqueness",
        "greatest importance",
        "more uniqueness than local dissimilarity",
    ]
    first[3], second[3] = 1.0, 0.0
    first[5], second[5] = 0.0, 1.0
    score[3] = 1.0
    named = dataclasses.replace(made, settings={"criteria": ["uniqueness", "alignment"]})
    assert marks_of(named)[0].label == "high uniqueness, low local dissimilarity"
    same = dataclasses.replace(made, criteria={"alignment": first, "uniqueness": first})
    assert [mark.label for mark in marks_of(same)] == ["greatest importance"]
    assert list(dataclasses.replace(named, settings={"criteria": ["uniqueness"]}).used) == [
        "uniqueness"
    ]
    alone = dataclasses.replace(made, criteria={"alignment": first})
    assert [mark.sample for mark in marks_of(alone)] == [3, 5]
    assert [mark.sample for mark in marks_of(dataclasses.replace(made, criteria={}))] == [3]


def test_marks_go_to_the_nearest_samples(document: Document) -> None:
    assert [m.sample for m in marks_at(document, [0.1, 2.3, 2.4, 99.0])] == [0, 5, 15]


def test_neighbors_are_among_the_nearest() -> None:
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
    kept: list[Any] = []
    for name in ("a", "b", "c"):
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
        kept.append(figure)  # so that the next one lies elsewhere in memory
    data = (tmp_path / "a").read_bytes()
    assert data.startswith(BEGINS[kind])
    for name in ("b", "c"):
        assert data == (tmp_path / name).read_bytes()
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


def test_equal_figures_have_equal_places(document: Document, mpl: Any) -> None:
    picture = Image.open(io.BytesIO(picture_bytes(1)))
    marks = [
        dataclasses.replace(mark, pictures=[picture] * 7, times=[0.5] * 7)
        for mark in marks_of(document)
    ]
    kept, seen = [], set()
    for _ in range(8):
        figure = draw(document, marks)
        kept.append(figure)
        assert figure.get_layout_engine() is None
        save(figure, io.BytesIO(), kind="png", dpi=20)
        seen.add(tuple(axis.get_position().bounds for axis in figure.axes))
    assert len(seen) == 1


def test_a_single_sample_is_a_dot(document: Document, mpl: Any) -> None:
    one = dataclasses.replace(
        document,
        times=document.times[:1],
        importance=np.ones(1),
        criteria={name: np.ones(1) for name in document.criteria},
        duration=0.1,
    )
    (mark,) = marks_of(one)
    assert mark.label == "greatest importance"
    figure = draw(one, [mark])
    assert all(axis.lines[0].get_marker() == "o" for axis in figure.axes)
    shown = [label.get_text() for label in figure.axes[-1].get_xticklabels()]
    assert shown == ["0:00.0", "0:00.1"]


def test_steps_are_round() -> None:
    assert round_steps(0.93, most=3) == [0, 0.25, 0.5, 0.75]
    assert round_steps(0.93, most=2) == [0, 0.5]
    assert round_steps(0.003, most=3) == [0, 0.001, 0.002, 0.003]
    assert round_steps(0.0, most=3) == [0, 1]
    assert time_steps(30.0, most=4) == [0, 10, 20, 30]
    assert time_steps(0.25, most=4) == [0, 0.1, 0.2]
    assert time_steps(7200.0, most=4) == [0, 1800, 3600, 5400, 7200]
    assert time_steps(100_000.0, most=4) == [0, 25_200, 50_400, 75_600]
    for top in np.geomspace(1e-6, 5, 200):
        steps = round_steps(float(top), most=3)
        assert 2 <= len(steps) <= 4
        assert steps[-1] <= top * 1.0001
        assert top < 2 * steps[-1] + steps[1]


def test_the_ending_chooses_the_kind() -> None:
    with pytest.raises(SettingError, match=r"output: unknown value 'pdff', known: pdf, .*; did"):
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
    assert Mark(sample=1, color="#000000", label="").pictures == ()
