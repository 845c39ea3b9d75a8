from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from clips import render_clip
from vidgist.captions import (
    Caption,
    as_subtitles,
    clean_captions,
    cut_along,
    read_transcript,
    sentences,
)
from vidgist.cli import main
from vidgist.errors import DataError
from vidgist.selection.at_pauses import at_sentences
from vidgist.types import Timeline
from vidgist.video.subtitles import subtitles_of

SRT = """1
00:00:00,500 --> 00:00:03,000
<i>Hello</i>
world.

2
00:01:02,250 --> 00:01:04,000
Caf\u00e9 & more
"""

SAID = (Caption(0.5, 3.0, "Hello\nworld."), Caption(62.25, 64.0, "Caf\u00e9 & more"))


def vtt() -> str:
    lines = SRT.replace(",", ".").replace("<i>", "<v Ann>").replace("</i>", "")
    return f"WEBVTT\n\n{lines}"


def whisper(**words: Any) -> str:
    segments = [
        {"start": one.start, "end": one.end, "text": " " + one.text, **words} for one in SAID
    ]
    return json.dumps({"text": "...", "language": "en", "segments": segments})


@pytest.mark.parametrize(
    ("text", "encoding"),
    [(SRT, "utf-8"), (SRT, "utf-8-sig"), (SRT, "utf-16"), (SRT, "cp1252"), (vtt(), "utf-8")],
)
def test_transcripts_are_read(tmp_path: Path, text: str, encoding: str) -> None:
    path = tmp_path / "talk.txt"
    path.write_bytes(text.encode(encoding))
    assert read_transcript(path) == SAID


def test_entities_are_text(tmp_path: Path) -> None:
    path = tmp_path / "talk.vtt"
    path.write_text("WEBVTT\n\n00:01.000 --> 00:03.500\nTom &amp; Jerry\n")
    (caption,) = read_transcript(path)
    assert caption.text == "Tom & Jerry"
    assert "Tom & Jerry" in as_subtitles([caption], form="srt")
    assert "Tom &amp; Jerry" in as_subtitles([caption], form="vtt")


def test_whispers_json_is_read_with_and_without_words(tmp_path: Path) -> None:
    path = tmp_path / "talk.json"
    path.write_text(whisper())
    assert read_transcript(path) == SAID
    path.write_text(json.dumps(json.loads(whisper())["segments"]))  # faster-whisper's list
    assert read_transcript(path) == SAID
    words = [{"word": "Hi", "start": 0.75, "end": 1.0}, {"word": "there", "start": 1, "end": 1.5}]
    path.write_text(
        json.dumps({"segments": [{"start": 0, "end": 3, "text": "Hi", "words": words}]})
    )
    assert read_transcript(path) == (Caption(0.75, 1.5, "Hi"),)


@pytest.mark.parametrize(
    "text", ["", "nothing", "{", "[1, 2]", '{"segments": [{"start": "x"}]}', '{"a": 1}', "[" * 9999]
)
def test_what_is_no_transcript_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "talk.srt"
    path.write_text(text)
    with pytest.raises(DataError, match=r"talk\.srt: .* give SRT, WebVTT or Whisper's JSON"):
        read_transcript(path)
    with pytest.raises(DataError, match="no such file"):
        read_transcript(tmp_path / "absent.srt")


def test_captions_are_cleaned() -> None:
    given = [
        Caption(5, 6, "b"),
        Caption(1, 1, "empty"),
        Caption(2, 3, " \n "),
        Caption(-1, 2, "a\x1b[31m\u202e"),
        Caption(0, float("inf"), "x"),
    ]
    assert clean_captions(given) == (Caption(0, 2, "a [31m\u202e"), Caption(5, 6, "b"))


def test_sentences_end_at_stops_silence_and_after_a_while() -> None:
    said = [
        Caption(0, 2, "It begins"),
        Caption(2, 4, "and ends here."),
        Caption(4, 5, 'He said: "no!"'),
        Caption(5, 6, "no stop"),
        Caption(9, 10, "after silence"),
        Caption(10, 11, "\u7d42\u308f\u308a\u3002"),
        *(Caption(20 + 5 * i, 25 + 5 * i, "and so on") for i in range(6)),
    ]
    assert sentences(said).tolist() == [
        [0, 4],
        [4, 5],
        [5, 6],
        [9, 11],
        [20, 40],
        [40, 50],
    ]
    assert sentences([]).shape == (0, 2)


def test_overlapping_captions_make_disjoint_sentences() -> None:
    found = sentences([Caption(0, 5, "One."), Caption(3, 4, "Two."), Caption(4, 8, "Three.")])
    assert (found[:, 1] > found[:, 0]).all()
    assert (found[1:, 0] >= found[:-1, 1]).all()


def test_captions_go_along_with_their_pieces() -> None:
    said = [Caption(1, 4, "a"), Caption(4, 6, "b"), Caption(9, 12, "c")]
    pieces = np.array([[2.0, 5.0], [5.0, 5.5], [10.0, 20.0]])
    assert cut_along(said, pieces) == (
        Caption(0.0, 2.0, "a"),
        Caption(2.0, 3.5, "b"),  # one caption over the cut
        Caption(3.5, 5.5, "c"),
    )


@pytest.mark.parametrize("form", ["srt", "vtt"])
def test_subtitles_are_read_as_they_were_written(tmp_path: Path, form: str) -> None:
    said = (*SAID, Caption(70, 71, "a --> b {x} \\N <script>"))
    path = tmp_path / f"summary.{form}"
    path.write_text(as_subtitles(said, form=form), encoding="utf-8")
    first, second, third = read_transcript(path)
    assert (first, second) == SAID
    assert "<" not in path.read_text(encoding="utf-8")
    assert (third.start, third.end) == (70, 71)


@pytest.mark.parametrize(
    ("ending", "codec"), [("mkv", "srt"), ("mkv", "ass"), ("mkv", "webvtt"), ("mov", "mov_text")]
)
def test_a_files_own_subtitles_are_read(tmp_path: Path, ending: str, codec: str) -> None:
    (tmp_path / "talk.srt").write_text(SRT, encoding="utf-8")
    path = tmp_path / f"talk.{ending}"
    source = ["-f", "lavfi", "-i", "testsrc2=s=32x32:d=2", "-i", str(tmp_path / "talk.srt")]
    subprocess.run(
        ["ffmpeg", "-v", "error", *source, "-map", "0", "-map", "1", "-c:s", codec, str(path)],
        check=True,
    )
    assert subtitles_of(path) == SAID
    assert subtitles_of(path, origin=0.5)[0] == Caption(0.0, 2.5, "Hello\nworld.")


def test_pieces_begin_and_end_with_sentences() -> None:
    timeline = Timeline(times=np.arange(1500) / 25, jumps=np.zeros(1500, np.float32), duration=60.0)
    spoken = np.array([[0.0, 7.0], [7.0, 13.0], [13.0, 17.0], [17.0, 30.0], [31.0, 40.0]])
    whole = np.array([[0.0, 60.0]])
    borders = [0.0, 7.0, 13.0, 17.0, 30.0, 31.0, 40.0]
    for piece in ([8.0, 16.0], [6.0, 14.0], [12.5, 18.0]):
        moved = at_sentences(np.array([piece]), whole, spoken, budget=20.0, timeline=timeline)
        for border in moved[0]:
            assert min(abs(border - place) for place in borders) <= 0.1, (piece, moved)
            assert abs(border * 25 - round(border * 25)) < 1e-6  # on a frame
        assert moved[0, 1] - moved[0, 0] <= 20.0
    # Without room in the budget the sentence that does not fit is left out, not cut.
    moved = at_sentences(np.array([[6.0, 14.0]]), whole, spoken, budget=8.0, timeline=timeline)
    assert moved[0] == pytest.approx([7.0, 13.0], abs=0.1)


def test_the_command_shows_and_cuts_what_is_said(tmp_path: Path) -> None:
    video = tmp_path / "talk.mp4"
    render_clip(video, scenes=(4, 4, 4), ticks=(1.0,))
    transcript = tmp_path / "talk.srt"
    said = [Caption(i, i + 1.0, f"Sentence {i} <b>.") for i in range(12)]
    transcript.write_text(as_subtitles(said, form="srt"))
    out = tmp_path / "out"
    make = ["--make", "json,report,srt,webvtt,storyboard"]
    arguments = [
        "summarize",
        str(video),
        "-o",
        str(out),
        "--transcript",
        str(transcript),
        "-q",
        "--length",
        "50%",
    ]
    assert main([*arguments, *make]) == 0
    data = json.loads((out / "summary.json").read_text())
    assert len(data["captions"]) == 12
    borders = [piece[side] for piece in data["pieces"] for side in ("start", "end")]
    within = [border for border in borders if abs(border - round(border)) > 0.1]
    assert len(borders) == 6
    assert len(within) <= 2  # pieces that may not be shorter, and have no time to be longer
    lasts = sum(piece["end"] - piece["start"] for piece in data["pieces"])
    read = read_transcript(out / "summary.srt")
    assert read[-1].end <= lasts + 0.01
    # Changed by hand, the subtitles follow.
    assert main(["recut", str(out), "--keep", "1", "-q"]) == 0
    first = data["pieces"][0]
    after = read_transcript(out / "summary.srt")
    assert after[-1].end <= first["end"] - first["start"] + 0.01
    assert after[0].text == read[0].text


def test_a_transcript_is_of_one_video(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "talk.srt").write_text(SRT)
    arguments = ["summarize", "a.mp4", "b.mp4", "--transcript", str(tmp_path / "talk.srt")]
    assert main(arguments) == 2
    assert "--transcript: is of one video" in capsys.readouterr().err
