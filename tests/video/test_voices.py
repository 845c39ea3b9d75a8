"""Tracks of sound, tags, chapters and subtitles on their way from a source into its clip."""

from __future__ import annotations

import itertools
import json
import subprocess
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from vidgist.cli import main
from vidgist.errors import InputError, SettingError
from vidgist.video.about import about
from vidgist.video.voices import (
    Track,
    Voice,
    VoiceReader,
    check_choice,
    choose_voices,
    sound_tracks,
)

TONES = (440, 880, 1760)
LANGUAGES = ("deu", "eng", "fra")

METADATA = """;FFMETADATA1
title=Holiday = 1; 2
artist=Somebody
creation_time=2021-05-06T07:08:09Z
location=+48.2000+016.3700/
comment=a comment
[CHAPTER]
TIMEBASE=1/1000
START=0
END=3000
title=Intro
[CHAPTER]
TIMEBASE=1/1000
START=3000
END=6000
title=Main
"""


@pytest.fixture(scope="module")
def rich(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clip of 6 seconds: three tracks of sound, tags, chapters, subtitles."""
    folder = tmp_path_factory.mktemp("rich")
    (folder / "m.txt").write_text(METADATA)
    (folder / "s.srt").write_text("1\n00:00:00,500 --> 00:00:05,000\nhello\n")
    command = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=s=64x48:r=10:d=6"]
    for tone in TONES:
        command += ["-f", "lavfi", "-i", f"sine={tone}:r=48000:d=6"]
    command += ["-i", "s.srt", "-i", "m.txt", "-map_metadata", "5", "-map_chapters", "5"]
    for number in range(5):
        command += ["-map", str(number)]
    for number, language in enumerate(LANGUAGES):
        command += [f"-metadata:s:a:{number}", f"language={language}"]
    command += ["-metadata:s:a:1", "title=Mic", "-metadata:s:v:0", "language=deu"]
    command += ["-c:v", "libx264", "-g", "10", "-c:a", "aac", "-c:s", "mov_text", "rich.mp4"]
    subprocess.run(command, cwd=folder, check=True)
    return folder / "rich.mp4"


def tones(path: Path) -> list[list[int]]:
    """Return the tones of each channel of each track, in hertz."""
    found = []
    with av.open(str(path)) as container:
        count = len(container.streams.audio)
    for number in range(count):
        with av.open(str(path)) as container:
            frames = [f.to_ndarray() for f in container.decode(container.streams.audio[number])]
            rate = container.streams.audio[number].rate
        sound = np.concatenate(frames, axis=1)[:, rate // 2 : rate // 2 + rate]
        channels = []
        for channel in sound:
            level = np.abs(np.fft.rfft(channel * np.hanning(len(channel))))
            channels += [[tone for tone in TONES if level[tone] > 0.2 * level.max()]]
        found += channels if len(channels) == 1 else [list(itertools.chain(*channels))]
    return found


def summarized(rich: Path, folder: Path, *options: str) -> Path:
    arguments = ["summarize", str(rich), "-o", str(folder), "--make", "mp4,json", "-q"]
    assert main([*arguments, "--length", "100%", *options]) == 0
    return folder / "summary.mp4"


@pytest.mark.parametrize(
    ("audio", "heard", "languages"),
    [
        ("best", [[440]], ["deu"]),
        ("all", [[440], [880], [1760]], ["deu", "eng", "fra"]),
        ("none", [], []),
        ("2", [[880]], ["eng"]),
        ("lang:fr", [[1760]], ["fra"]),
        ("lang:FRE", [[1760]], ["fra"]),
        ("mix", [[440, 880, 1760]], ["und"]),
        ("stereo", [[440, 880]], ["und"]),
    ],
)
def test_the_tracks_that_were_asked_for(
    rich: Path, tmp_path: Path, audio: str, heard: list[list[int]], languages: list[str]
) -> None:
    path = summarized(rich, tmp_path / "out", "--audio", audio)
    assert tones(path) == heard
    with av.open(str(path)) as container:
        tracks = container.streams.audio
        assert [s.metadata.get("language", "und") for s in tracks] == languages
        assert [bool(s.disposition.value & 1) for s in tracks] == [True, False, False][
            : len(tracks)
        ]
        if audio == "2":
            assert tracks[0].metadata["handler_name"] == "Mic"
        for track in tracks:
            assert float(track.duration * track.time_base) == pytest.approx(6.0, abs=0.06)


def test_tags_chapters_and_subtitles_are_kept(rich: Path, tmp_path: Path) -> None:
    path = summarized(rich, tmp_path / "out")
    told = about(path)
    assert told.tags["title"] == "Holiday = 1; 2"
    assert told.tags["artist"] == "Somebody"
    assert told.tags["creation_time"].startswith("2021-05-06T07:08:09")
    assert told.tags["location"].startswith("+48.2")
    assert told.language == "deu"
    titles = [chapter.title for chapter in told.chapters]
    assert set(titles) <= {"Intro", "Main"}
    assert {"Intro", "Main"} <= set(titles)
    assert all(a.end == pytest.approx(b.start) for a, b in itertools.pairwise(told.chapters))
    with av.open(str(path)) as container:
        assert container.metadata["comment"] == "a summary by vidgist"
        (track,) = container.streams.subtitles
        packets = [bytes(p)[2:] for p in container.demux(track) if p.size > 2]
    assert b"".join(packets).startswith(b"hello")


def test_private_metadata_can_be_left_out(
    rich: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = summarized(rich, tmp_path / "out", "--no-metadata")
    told = about(path)
    assert set(told.tags) <= {"description"}
    assert "2021" not in str(told)
    assert "Main" not in str(told)
    assert told.language == "deu"
    capsys.readouterr()
    assert main(["info", str(rich)]) == 0
    printed = capsys.readouterr().out
    assert "place       +48.2000+016.3700/ (private" in printed
    assert "title Holiday = 1; 2" in printed


def test_one_of_several_tracks_is_said(
    rich: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = ["-o", str(tmp_path / "out"), "--make", "mp4,json"]
    assert main(["summarize", str(rich), *out]) == 0
    assert "summary.mp4 has 1 of 3 sound tracks" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("audio", "message"),
    [
        ("4", "has no sound track 4; it has 3"),
        ("lang:ja", "has no sound track in 'ja'; the languages in it are: deu, eng, fra"),
    ],
)
def test_a_track_that_is_not_there_is_named_before_the_work(
    rich: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], audio: str, message: str
) -> None:
    out = tmp_path / "out"
    assert main(["summarize", str(rich), "-o", str(out), "--audio", audio, "-q"]) == 1
    assert message in capsys.readouterr().err
    assert not out.exists()


def test_choices_are_read_and_refused() -> None:
    for audio in ("best", "all", "none", "mix", "stereo", "1", "12", "lang:de", "lang:pt-BR"):
        assert check_choice(audio) == audio
    for audio in ("", "0", "-1", "1.5", "lang:", "lang:x", "first", "lang:d3"):
        with pytest.raises(SettingError, match=r"^audio: cannot read"):
            check_choice(audio)


def a_track(**facts: Any) -> Track:
    return Track(**{"index": 1, "channels": 2, "language": "", "title": "", "best": False} | facts)


def test_the_tracks_of_a_voice() -> None:
    first, best = a_track(index=1, channels=1), a_track(index=2, best=True, language="eng")
    path = Path("x.mp4")
    assert choose_voices(path, "best", tracks=(first, best)) == (Voice((best,)),)
    assert choose_voices(path, "all", tracks=(first, best)) == (Voice((best,)), Voice((first,)))
    assert choose_voices(path, "all", tracks=()) == ()
    with pytest.raises(InputError, match=r"x\.mp4: has 1 sound tracks of one channel"):
        choose_voices(path, "stereo", tracks=(first, best))
    assert choose_voices(path, "mix", tracks=(first, best))[0].language == ""


def test_a_mix_stays_below_full_scale(tmp_path: Path) -> None:
    path = tmp_path / "loud.mkv"
    tone = ["-f", "lavfi", "-i", "aevalsrc=0.95*sin(2*PI*500*t):s=48000:d=2"]
    picture = ["-f", "lavfi", "-i", "testsrc2=s=32x32:r=10:d=2"]
    maps = ["-map", "0", "-map", "1", "-map", "2", "-c:a", "flac"]
    command = ["ffmpeg", "-v", "error", *picture, *tone, *tone, *maps, str(path)]
    subprocess.run(command, check=True)
    (voice,) = choose_voices(path, "mix", tracks=sound_tracks(path))
    with VoiceReader(path, voice, origin=0.0, steady=True) as reader:
        assert reader.rate == 48_000
        sound = np.concatenate(list(reader.read(0.25, 60_000)), axis=1)
    assert sound.shape[1] == 60_000
    assert 0.9 < np.abs(sound).max() < 0.96


def test_the_page_tells_of_the_place(rich: Path, tmp_path: Path) -> None:
    for options, words in (([], "is kept in the clip"), (["--no-metadata"], "is not in the clip")):
        out = tmp_path / f"out{len(options)}"
        arguments = ["summarize", str(rich), "-o", str(out), "--make", "report,json", "-q"]
        assert main([*arguments, *options]) == 0
        assert f"the place of the recording {words}" in (out / "report.html").read_text()
        assert json.loads((out / "summary.json").read_text())["settings"]["metadata"] is not options
