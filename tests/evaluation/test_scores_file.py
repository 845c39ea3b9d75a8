from __future__ import annotations

import json
import zipfile

import h5py
import numpy as np
import pytest

from vidgist.errors import DataError
from vidgist.evaluation.scores_file import as_scores, read_scores

NAMES = [("video_1", "one"), ("video_2", ""), ("video_3", "three")]


def test_json_by_key_or_name(tmp_path):
    path = tmp_path / "s.json"
    path.write_text(json.dumps({"one": [1, 2.5], "video_2": [3, 4], "other": [5]}))
    found = read_scores(path, names=NAMES)
    assert list(found) == ["video_1", "video_2"]
    np.testing.assert_array_equal(found["video_1"], [1, 2.5])


def test_hdf5_with_score_in_each_group(tmp_path):
    path = tmp_path / "s.h5"
    with h5py.File(path, "w") as file:
        file["video_1/score"] = np.array([1, 2], np.float32)
        file["video_2/other"] = np.ones(2)
    assert list(read_scores(path, names=NAMES)) == ["video_1"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[1, 2]", "expected an object"),
        ('{"video_1": [1, "a"]}', "video_1: expected a list of numbers"),
        ('{"video_1": [true]}', "video_1: expected a list of numbers"),
        ('{"video_1": [[1]]}', "video_1: expected a list of numbers"),
        ('{"video_1": {"likes": [1]}}', "video_1: expected a list of numbers"),
        ('{"video_1": {"score": [[1, 2], 3]}}', "video_1: expected a list of numbers"),
        ('{"video_1": [1%s]}' % ("0" * 400), "beyond what a float can be"),
        ('{"other": [1]}', "for no video"),
        ("{}", "for no video"),
        ('{"video_1": [NaN]}', "finite numbers"),
        ("{", "JSON"),
        ("hello", "JSON"),
        ("[" * 100_000, "JSON"),
    ],
)
def test_wrong_files(tmp_path, text, said):
    path = tmp_path / "s.json"
    path.write_text(text)
    with pytest.raises(DataError, match=said):
        read_scores(path, names=NAMES)


def test_hdf5_without_scores(tmp_path):
    path = tmp_path / "s.h5"
    h5py.File(path, "w").close()
    with pytest.raises(DataError, match="none of its groups has 'score'"):
        read_scores(path, names=NAMES)


RAMP = np.arange(6) / 8
"""Scores that text holds exactly."""

LONG = "video,sample,pick,importance\n" + "".join(
    f"{name},{i},{15 * i},{v}\n" for name in ("one", "video_2") for i, v in enumerate(RAMP)
)


def test_a_table_with_a_row_a_sample(tmp_path):
    path = tmp_path / "scores.csv"
    path.write_text(LONG)
    found = read_scores(path, names=NAMES)
    assert list(found) == ["video_1", "video_2"]
    np.testing.assert_array_equal(found["video_1"], RAMP)


def test_rows_come_in_any_order_and_once(tmp_path):
    head, *rows = LONG.splitlines()
    path = tmp_path / "scores.csv"
    path.write_text("\n".join([head, *reversed(rows)]))
    np.testing.assert_array_equal(read_scores(path, names=NAMES)["video_2"], RAMP)
    path.write_text("\n".join([head, *rows, rows[0]]))
    with pytest.raises(DataError, match="a sample stands twice"):
        read_scores(path, names=NAMES)


@pytest.mark.parametrize(
    "text",
    [
        "Video\tScore\n" + "".join(f"one\t{v}\n" for v in RAMP),
        "sample;one;video_2\n" + "".join(f"{i};{v};\n" for i, v in enumerate(RAMP)),
        "one," + ",".join(map(str, RAMP)) + "\nvideo_2,1,2\n",
        "one\tVT\t" + ",".join(map(str, RAMP)) + "\n",
        '\ufeffvideo,scores\none,"[' + ", ".join(map(str, RAMP)) + ']"\n',
    ],
)
def test_tables_of_other_shapes(tmp_path, text):
    path = tmp_path / "scores.txt"
    path.write_text(text, encoding="utf-8")
    np.testing.assert_array_equal(read_scores(path, names=NAMES)["video_1"], RAMP)


def test_a_table_of_one_video_is_named_as_its_file(tmp_path):
    path = tmp_path / "Three.csv"
    path.write_text("time,importance\n" + "".join(f"{i / 2},{v}\n" for i, v in enumerate(RAMP)))
    np.testing.assert_array_equal(read_scores(path, names=NAMES)["video_3"], RAMP)
    path.write_text("\n".join(map(str, RAMP)))
    np.testing.assert_array_equal(read_scores(path, names=NAMES)["video_3"], RAMP)


@pytest.mark.parametrize(
    ("text", "unit", "pieces"),
    [
        ("video,start,end\none,0,1.5\none,3,4\n", "seconds", [[0, 1.5], [3, 4]]),
        ("video,start_frame,end_frame\none,0,15\n", "frames", [[0, 15]]),
        ("video,start,end,unit\none,0,15,frames\n", "frames", [[0, 15]]),
        ("video;start;end\none;0:01;1:00:02.5\n", "seconds", [[1, 3602.5]]),
        (
            "Timecode List:,00:00:02.000\nScene Number,Start Frame,Start Time (seconds),End Frame,"
            "End Time (seconds),video\n1,0,0.0,60,2.0,one\n",
            "seconds",
            [[0, 2]],
        ),
    ],
)
def test_tables_of_pieces(tmp_path, text, unit, pieces):
    path = tmp_path / "summary.csv"
    path.write_text(text)
    summary = read_scores(path, names=NAMES)["video_1"]
    assert (summary.unit, summary.pieces.tolist()) == (unit, pieces)


def test_what_score_and_summarize_write_as_json(tmp_path):
    path = tmp_path / "s.json"
    columns = {"pick": list(range(6)), "alignment": [0] * 6, "importance": RAMP.tolist()}
    documents = [
        {"settings": {"name": "best"}, "videos": {"one": columns}},
        {"schema": 2, "video": {"path": "/films/One.mp4"}, "samples": columns, "pieces": []},
        [{"video": "one", "scores": RAMP.tolist()}],
        [{"video": "one", "sample": i, "score": v} for i, v in enumerate(RAMP)],
        {"one": {str(i): v for i, v in enumerate(RAMP)}},  # as pandas writes columns
        {"one": [[v] for v in RAMP]},
        {"one": {"score": RAMP.tolist()}},
    ]
    for document in documents:
        path.write_text(json.dumps(document))
        np.testing.assert_array_equal(read_scores(path, names=NAMES)["video_1"], RAMP)


def test_json_lines(tmp_path):
    path = tmp_path / "hl.jsonl"
    lines = [{"qid": 1, "vid": name, "pred_saliency_scores": RAMP.tolist()} for name in "ab"]
    path.write_text("\n".join(map(json.dumps, lines)))
    assert list(read_scores(path, names=[("a", ""), ("b", "")])) == ["a", "b"]
    path.write_text("\n".join(map(json.dumps, [lines[0], lines[0]])))
    with pytest.raises(DataError, match="a stands twice"):
        read_scores(path, names=[("a", ""), ("b", "")])


def test_numpy_files(tmp_path):
    np.savez(tmp_path / "s.npz", one=RAMP[:, None], video_2=RAMP[None].astype(np.float32))
    found = read_scores(tmp_path / "s.npz", names=NAMES)
    np.testing.assert_array_equal(found["video_1"], RAMP)
    np.testing.assert_array_equal(found["video_2"], RAMP)
    np.savez_compressed(tmp_path / "c.npz", one=RAMP)
    np.testing.assert_array_equal(read_scores(tmp_path / "c.npz", names=NAMES)["video_1"], RAMP)
    np.save(tmp_path / "three.npy", RAMP)
    np.testing.assert_array_equal(read_scores(tmp_path / "three.npy", names=NAMES)["video_3"], RAMP)


def test_numpy_files_that_are_refused(tmp_path):
    np.savez(tmp_path / "o.npz", one=np.array([{}, []], dtype=object))
    with pytest.raises(DataError, match="holds objects, which are never read"):
        read_scores(tmp_path / "o.npz", names=NAMES)
    np.savez(tmp_path / "m.npz", one=np.ones((3, 4)))
    with pytest.raises(DataError, match=r"one: expected a vector of numbers.*\(3, 4\)"):
        read_scores(tmp_path / "m.npz", names=NAMES)
    data = (tmp_path / "m.npz").read_bytes()
    (tmp_path / "d.npz").write_bytes(data[:100] + b"?" * 50 + data[150:])
    with pytest.raises(DataError, match="is damaged"):
        read_scores(tmp_path / "d.npz", names=NAMES)
    with zipfile.ZipFile(tmp_path / "z.npz", "w") as archive:
        archive.writestr("a.txt", "a")
    with pytest.raises(DataError, match="zip archive without arrays"):
        read_scores(tmp_path / "z.npz", names=NAMES)


def test_hdf5_below_the_group_of_a_data_set(tmp_path):
    path = tmp_path / "s.h5"
    with h5py.File(path, "w") as file:
        group = file.create_group("eccv16_dataset_tvsum_google_pool5/video_7")
        group["score"], group["machine_summary"] = RAMP[:, None], np.ones(90)
        group["fm"], group["video_name"] = 0.6, b"three"
    np.testing.assert_array_equal(read_scores(path, names=NAMES)["video_3"], RAMP)
    with h5py.File(path, "a") as file:
        file["other/video_7/score"] = RAMP
    with pytest.raises(DataError, match="video_7 twice"):
        read_scores(path, names=NAMES)


def test_hdf5_with_an_array_a_video(tmp_path):
    with h5py.File(tmp_path / "s.h5", "w") as file:
        file["one"] = RAMP.astype(np.float32)
    np.testing.assert_array_equal(read_scores(tmp_path / "s.h5", names=NAMES)["video_1"], RAMP)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("video,score\none,high\n", "one: row 1: expected a number, got 'high'"),
        ("video,start,end\none,2,1\n", "does not end after it starts"),
        ("video,start,end\none,a,1\n", "row 1: expected numbers for start and end"),
        ("video,start,end,unit\none,0,1,minutes\n", "expected the unit seconds or frames"),
        ("video,score\nsome,1\n", "for no video of the data set"),
        ("one,1,2\none,3,4\n", "one stands twice"),
        ("one,1,nan\n", "got nan at sample 1"),
        ("video,score\none,inf\n", "got inf at sample 0"),
        ('video,score\none,"0.5\n', "is damaged as a table"),
        ("<!DOCTYPE html>\n<p>a,b\n", "is a web page, neither JSON nor a table"),
        ("", "is empty, neither JSON nor a table"),
    ],
)
def test_wrong_tables(tmp_path, text, said):
    path = tmp_path / "s.csv"
    path.write_text(text)
    with pytest.raises(DataError, match=said) as error:
        read_scores(path, names=NAMES)
    assert "\n" not in str(error.value)


class Frame:
    """What is used of a data frame of pandas."""

    def __init__(self, **columns):
        self.columns = list(columns)
        self._rows = list(zip(*columns.values(), strict=True))

    def itertuples(self, *, index):
        assert not index
        return iter(self._rows)


def test_values_of_python():
    wide = Frame(one=RAMP, video_2=RAMP[::-1])
    long = Frame(video=["one"] * 6, score=RAMP)
    for data in (wide, long, {"one": RAMP}, {"one": RAMP[:, None]}, {"one": RAMP.tolist()}):
        np.testing.assert_array_equal(as_scores(data, names=NAMES)["video_1"], RAMP)
    with pytest.raises(DataError, match="expected video -> numbers, or a data frame, got list"):
        as_scores([1, 2], names=NAMES)
    with pytest.raises(DataError, match=r"one: expected a vector of numbers.*\(2, 3\)"):
        as_scores({"one": np.ones((2, 3))}, names=NAMES)
