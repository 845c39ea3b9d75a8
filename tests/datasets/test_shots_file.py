from __future__ import annotations

import json

import pytest

import small_data
from vidgist.datasets.shots_file import read_shots_file
from vidgist.errors import DataError

PAIRS = [[0, 2.5], [2.5, 4]]

SCENES = """\
Timecode List:,00:00:02.500
Scene Number,Start Frame,Start Timecode,Start Time (seconds),End Frame,End Timecode,\
End Time (seconds),Length (frames)
1,1,00:00:00.000,0.000,75,00:00:02.500,2.500,75
2,76,00:00:02.500,2.500,120,00:00:04.000,4.000,45
"""


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        (json.dumps(PAIRS), "seconds"),
        (json.dumps({"shots": PAIRS, "unit": "frames"}), "frames"),
        (json.dumps({"talk": PAIRS, "other": [[0, 1]]}), "seconds"),
        (
            json.dumps(
                {
                    "video": {"path": "a.mp4"},
                    "pieces": [{"start": 0, "end": 1}],
                    "shots": [{"start": s, "end": e, "score": 1} for s, e in PAIRS],
                }
            ),
            "seconds",
        ),
        (SCENES, "seconds"),
        ("0 2.5\n2.5 4\n", "frames"),
        ("video,start,end\nTalk.mp4,0,2.5\nTalk.mp4,2.5,4\nother,0,1\n", "seconds"),
    ],
)
def test_shots_of_a_video(tmp_path, text, unit):
    path = tmp_path / "shots"
    path.write_text(text)
    shots = read_shots_file(path).of("/films/talk.mkv")
    assert (shots.pieces.tolist(), shots.unit) == (PAIRS, unit)


def test_cuts(tmp_path):
    path = tmp_path / "cuts"
    for text in ("2.5\n4\n", "[2.5, 4]"):
        path.write_text(text)
        assert read_shots_file(path).of("a.mp4").pieces.tolist() == [[2.5, 2.5], [4, 4]]


def test_a_data_set_of_the_field(tmp_path):
    (record,) = small_data.dataset(tmp_path / "d.h5", count=1)
    shots = read_shots_file(tmp_path / "d.h5").of("clip video_1.mp4")
    assert shots.unit == "frames"
    assert shots.pieces.tolist() == record.shots.frames.tolist()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ("a,b\n1,2\n", "no columns of starts and ends"),
        ("{}", "no pairs of start and end"),
        ('{"talk": 3}', "no pairs"),
        ("[]", "holds no shots"),
        ('{"other": [[0, 1]]}', "has shots of other, but not of talk"),
        ("video,start,end\nother,0,1\n", "has shots of other, but not of talk"),
        ("start,end\n0,x\n", "row 1: expected numbers"),
        ("%PDF-1.4", "no columns"),
        ("<html></html>", "is a web page"),
    ],
)
def test_wrong_files(tmp_path, text, said):
    path = tmp_path / "shots"
    path.write_text(text)
    with pytest.raises(DataError, match=said) as error:
        read_shots_file(path).of("talk")
    assert "\n" not in str(error.value)
