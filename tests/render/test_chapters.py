from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pages import HOSTILE, clip_summary
from vidgist.render import render
from vidgist.render.material import Material, Source
from vidgist.render.outputs.chapters import chapter_list


def test_a_reader_finds_the_shots(tmp_path: Path) -> None:
    webvtt = pytest.importorskip("webvtt", reason="needs webvtt-py")
    summary = clip_summary(tmp_path, name=HOSTILE, selected=[2])
    (path,) = render(summary, tmp_path / "out", make="vtt")
    captions = webvtt.read(str(path)).captions
    assert len(captions) == len(summary.shots)
    for caption, (start, end) in zip(captions, summary.shot_seconds, strict=True):
        assert caption.start_time.in_seconds() == int(start)
        assert caption.start_in_seconds == int(start)
        assert caption.end_in_seconds == int(end)
    assert [c.identifier for c in captions] == [str(n + 1) for n in range(len(captions))]
    assert [n for n, c in enumerate(captions) if "\N{BLACK STAR}" in c.text] == [2]


def test_the_text_of_it() -> None:
    text = chapter_list(
        np.array([[0.0, 61.5], [61.5, 3723.0004], [3723.0004, 3723.0005]]),
        selected=np.array([False, True, False]),
        scores=np.array([0.1, 0.25, 0.3]),
        name="a --> b\n\n1\n00:00 --> 99:99 <v x>&.mp4",
    )
    assert text == (
        "WEBVTT\n\n"
        "NOTE Shots of a --&gt; b\ufffd\ufffd1\ufffd00:00 --&gt; 99:99 &lt;v x&gt;&amp;.mp4\n\n"
        "1\n00:00:00.000 --> 00:01:01.500\nShot 1 (score 0.10)\n\n"
        "2\n00:01:01.500 --> 01:02:03.000\nShot 2 \N{BLACK STAR} (score 0.25)\n\n"
        "3\n01:02:03.000 --> 01:02:03.001\nShot 3 (score 0.30)\n"
    )


def test_players_count_from_the_sound_where_it_begins_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    summary = clip_summary(tmp_path, selected=[0])
    monkeypatch.setattr(Material, "source", Source(True, 3.0))
    (path,) = render(summary, tmp_path / "out", make="vtt")
    assert "\n00:00:03.000 --> " in path.read_text()
