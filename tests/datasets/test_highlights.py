"""Labels by clip: made-up videos in the layouts of YouTube Highlights and QVHighlights."""

from __future__ import annotations

import json

import numpy as np
import pytest

from vidgist.datasets import VideoRecord
from vidgist.errors import DataError
from vidgist.evaluation.join import annotate, join, read_annotations

CLIPS = [[0.0, 100.0], [50.0, 150.0], [100.0, 200.0], [150.0, 240.0]]


def youtube(folder, *, labels=(1, -1, 0, 1), name="x_-1"):
    video = folder / "dog" / name
    video.mkdir(parents=True)
    (video / "match_label.json").write_text(json.dumps([CLIPS, list(labels)]))
    (video / "clip.json").write_text(json.dumps(CLIPS))
    return folder


def test_a_sample_has_the_label_of_the_nearest_clip(tmp_path):
    annotations = read_annotations(youtube(tmp_path))
    assert list(annotations) == ["x_-1"]
    record = VideoRecord(key="x_-1", n_frames=240, frame_rate=25.0, features=np.ones((16, 2)))
    (joined,) = join([record], annotations=annotations)
    picks = np.arange(0, 240, 15)  # middles at 50, 100, 150, 195
    expected = np.where(picks < 75, 1, np.where(picks < 125, -1, np.where(picks < 172.5, 0, 1)))
    np.testing.assert_array_equal(joined.user_scores, [expected])


def test_features_by_clip_need_no_picks(tmp_path):
    annotation = read_annotations(youtube(tmp_path))["x_-1"]
    joined = annotate(VideoRecord(key="x_-1", features=np.ones((4, 2))), annotation)
    np.testing.assert_array_equal(joined.user_scores, [[1, -1, 0, 1]])
    np.testing.assert_array_equal(joined.picks, [50, 100, 150, 195])
    assert joined.n_frames == 240


def test_another_video_is_refused(tmp_path):
    annotation = read_annotations(youtube(tmp_path))["x_-1"]
    with pytest.raises(DataError, match="is it the same video"):
        annotate(VideoRecord(key="x", n_frames=900), annotation)
    youtube(tmp_path / "again")
    with pytest.raises(DataError, match="has x_-1 twice"):
        read_annotations(tmp_path)


@pytest.mark.parametrize(
    "document",
    [
        {},
        [],
        [CLIPS],
        [CLIPS, [1, 0]],
        [CLIPS[::-1], [1] * 4],
        [CLIPS, ["a"] * 4],
        [[], []],
        [1, 2],
    ],
)
def test_wrong_labels(tmp_path, document):
    folder = youtube(tmp_path)
    (folder / "dog" / "x_-1" / "match_label.json").write_text(json.dumps(document))
    with pytest.raises(DataError, match=r"match_label\.json: .*fetch the file again"):
        read_annotations(folder)


QUERY = {
    "qid": 1,
    "query": "a dog",
    "vid": "abc_0_10",
    "duration": 10,
    "relevant_windows": [[2, 6]],
    "relevant_clip_ids": [1, 2],
    "saliency_scores": [[4, 1, 2], [3, 3, 0]],
}


def lines(path, *queries):
    path.write_text("\n".join(json.dumps({**QUERY, **query}) for query in queries))
    return path


def test_every_annotator_of_every_query_counts(tmp_path):
    other = {"qid": 2, "relevant_clip_ids": [4], "saliency_scores": [[2, 2, 1]]}
    annotations = read_annotations(lines(tmp_path / "val.jsonl", {}, other, {"vid": "other"}))
    assert list(annotations) == ["abc_0_10", "other"]
    first = [[0, 4, 3, 0, 0], [0, 1, 3, 0, 0], [0, 2, 0, 0, 0]]
    second = [[0, 0, 0, 0, 2], [0, 0, 0, 0, 2], [0, 0, 0, 0, 1]]
    np.testing.assert_array_equal(annotations["abc_0_10"].clip_scores, [*first, *second])
    record = VideoRecord(key="video_1", name="abc_0_10.mp4", n_frames=300, frame_rate=30.0)
    joined = annotate(record, annotations["abc_0_10"])
    np.testing.assert_array_equal(joined.user_scores[0], np.repeat(first[0], 4))


def test_one_feature_a_clip(tmp_path):
    annotation = read_annotations(lines(tmp_path / "val.jsonl", {}))["abc_0_10"]
    joined = annotate(VideoRecord(key="v", features=np.ones((5, 2))), annotation)
    assert (joined.n_frames, joined.frame_rate) == (5, 0.5)
    np.testing.assert_array_equal(joined.picks, np.arange(5))


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"saliency_scores": None}, "line 1: has no 'saliency_scores', as the test part"),
        ({"vid": 3}, "line 1: has no 'vid'"),
        ({"relevant_clip_ids": [1, 9]}, "not those of a video of 10 s"),
        ({"relevant_clip_ids": [-1, 1]}, "not those of a video of 10 s"),
        ({"saliency_scores": [[1, 2, 3]]}, "not those of a video"),
        ({"saliency_scores": [[1, 2], [1]]}, "not those of a video"),
        ({"duration": 1e12}, "not those of a video"),
        ({"duration": "long"}, "not those of a video"),
    ],
)
def test_wrong_lines(tmp_path, query, said):
    with pytest.raises(DataError, match=said):
        read_annotations(lines(tmp_path / "val.jsonl", query))


def test_lines_that_differ_in_duration(tmp_path):
    with pytest.raises(DataError, match="several durations"):
        read_annotations(lines(tmp_path / "val.jsonl", {}, {"duration": 12}))
