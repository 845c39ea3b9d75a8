from __future__ import annotations

import itertools
import shutil
import subprocess
from pathlib import Path

import av
import numpy as np
import pytest

from pages import HOSTILE, clip_summary
from vidgist.errors import VidgistWarning
from vidgist.render import render
from vidgist.render.material import Material, SourceClocks
from vidgist.render.outputs.chapters import (
    ShotChapter,
    chapters_of,
    ffmetadata,
    matroska,
    ogm,
    webvtt,
    youtube,
)


def test_a_reader_finds_the_shots(tmp_path: Path) -> None:
    reader = pytest.importorskip("webvtt", reason="needs webvtt-py")
    summary = clip_summary(tmp_path, name=HOSTILE, selected=[2])
    (path,) = render(summary, tmp_path / "out", make="vtt")
    captions = reader.read(str(path)).captions
    assert len(captions) == len(summary.shots)
    for caption, (start, end) in zip(captions, summary.shot_seconds, strict=True):
        assert caption.start_time.in_seconds() == int(start)
        assert caption.start_in_seconds == int(start)
        assert caption.end_in_seconds == int(end)
    assert [c.identifier for c in captions] == [str(n + 1) for n in range(len(captions))]
    assert [n for n, c in enumerate(captions) if "\N{BLACK STAR}" in c.text] == [2]


def test_the_text_of_it() -> None:
    chapters = chapters_of(
        np.array([[0.0, 61.5], [61.5, 3723.0004], [3723.0004, 3723.0005]]),
        selected=np.array([False, True, False]),
        scores=np.array([0.1, 0.25, 0.3]),
    )
    assert webvtt(chapters, "a --> b\n\n1\n00:00 --> 99:99 <v x>&.mp4") == (
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
    monkeypatch.setattr(Material, "source", SourceClocks(True, 3.0))
    (path,) = render(summary, tmp_path / "out", make="vtt")
    assert "\n00:00:03.000 --> " in path.read_text()


CHAPTERS = [
    ShotChapter(0, 1500, "Shot 1 = a; b # c \\ d", 1),
    ShotChapter(1500, 61_007, "Shot 2 <b>&\u2605", 2),
    ShotChapter(61_007, 3_723_004, "Shot 3", 3),
]
"""Titles with every character that a format gives a meaning."""


def test_ffmpeg_reads_its_metadata(tmp_path: Path) -> None:
    path = tmp_path / "chapters.ffmetadata"
    path.write_text(ffmetadata(CHAPTERS, "a.mp4"), encoding="utf-8")
    with av.open(str(path), format="ffmetadata") as container:
        if not hasattr(container, "chapters"):
            pytest.skip("needs PyAV 14.2 or later")
        read = [
            (round(c["start"] * c["time_base"] * 1000), c["metadata"]["title"])
            for c in container.chapters()
        ]
    assert read == [(c.start, c.title) for c in CHAPTERS]


@pytest.mark.parametrize(("text", "ending"), [(ogm, "ogm"), (matroska, "xml")])
def test_mkvmerge_reads_the_chapters(tmp_path: Path, text: object, ending: str) -> None:
    if shutil.which("mkvmerge") is None:
        pytest.skip("needs mkvmerge")
    path = tmp_path / f"chapters.{ending}"
    path.write_text(text(CHAPTERS, "a.mp4"), encoding="utf-8")  # type: ignore[operator]
    out = tmp_path / "chapters.mka"
    # Chapters alone make a file.
    subprocess.run(
        ["mkvmerge", "-q", "--chapter-charset", "UTF-8", "-o", str(out), "--chapters", str(path)],
        check=True,
    )
    printed = subprocess.run(
        ["mkvextract", str(out), "chapters", "--simple"], check=True, capture_output=True, text=True
    ).stdout
    lines = [line for line in printed.splitlines() if line.startswith("CHAPTER")]
    assert lines == ogm(CHAPTERS, "a.mp4").splitlines()


def test_youtube_wants_ten_seconds_from_zero_on() -> None:
    borders = [0.0, 4.0, 12.5, 19.0, 3600.0, 3700.0, 3705.0]
    seconds = np.array(list(itertools.pairwise(borders)))
    chapters = chapters_of(seconds, selected=np.zeros(6, bool), scores=np.zeros(6))
    # 19 s is too soon after 12 s, and what begins at 3700 s lasts five seconds.
    assert youtube(chapters, "a.mp4") == "0:00 Shot 1\n0:12 Shot 3\n1:00:00 Shot 5\n"


def test_it_is_said_where_youtube_will_not_show_them() -> None:
    chapters = chapters_of(
        np.array([[0.0, 4.0], [4.0, 30.0]]), selected=np.zeros(2, bool), scores=np.zeros(2)
    )
    with pytest.warns(VidgistWarning, match="1 of the 3 chapters that YouTube wants"):
        assert youtube(chapters, "a.mp4") == "0:00 Shot 1\n"
