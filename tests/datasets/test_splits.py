from __future__ import annotations

import json

import pytest

from vidgist.datasets.splits import Split, read_splits, video_key, videos_tested
from vidgist.errors import DataError

PART = {"train_keys": ["video_1"], "test_keys": ["video_2", "video_3"]}
OTHER = {"train_keys": ["video_2"], "test_keys": ["video_3"]}


@pytest.mark.parametrize(
    "document",
    [
        [PART, OTHER],
        {"splits": [PART, OTHER]},
        {"split10": OTHER, "split9": PART},
        {"splits": {"0": PART, "1": OTHER}},
        [
            {"train": ["video_1"], "test": ["../d/tvsum.h5/video_2", "tvsum.h5/video_3"]},
            {"train": ["video_2"], "test": ["video_3"]},
        ],
    ],
)
def test_all_shapes_of_the_field(tmp_path, document):
    path = tmp_path / "splits.json"
    path.write_text(json.dumps(document))
    assert read_splits(path) == (
        Split(train=("video_1",), test=("video_2", "video_3")),
        Split(train=("video_2",), test=("video_3",)),
    )


DSNET = """\
- test_keys:
  - ../datasets/eccv16_dataset_tvsum_google_pool5.h5/video_2
  - ../datasets/eccv16_dataset_tvsum_google_pool5.h5/video_3
  train_keys:
  - video_1
- {train_keys: [video_2], test_keys: [video_3]}
"""

CSTA = "TVSum/split0/video_1/video_2,video_3\nTVSum/split1/video_2/video_3\n\n"


@pytest.mark.parametrize("text", [DSNET, CSTA])
def test_yaml_and_lines_of_text(tmp_path, text):
    path = tmp_path / "splits"
    path.write_text(text)
    assert read_splits(path) == (
        Split(train=("video_1",), test=("video_2", "video_3")),
        Split(train=("video_2",), test=("video_3",)),
    )


def test_a_single_split_and_one_for_testing_alone(tmp_path):
    path = tmp_path / "splits.json"
    path.write_text(json.dumps(PART))
    assert len(read_splits(path)) == 1
    path.write_text(json.dumps({"test_keys": ["video_1"]}))
    assert read_splits(path) == (Split(train=(), test=("video_1",)),)


def test_training_keys_of_other_data_sets_keep_their_file(tmp_path):
    path = tmp_path / "splits.json"
    path.write_text(json.dumps([{"train_keys": ["ovp.h5/video_1"], "test_keys": ["video_1"]}]))
    assert read_splits(path)[0].train == ("ovp.h5/video_1",)
    assert video_key("ovp.h5/video_1") == "video_1"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ("{", "damaged JSON"),
        ("- train: [a]", "no list of names under 'test_keys'"),
        ("- train_keys: [a\n", "neither JSON nor YAML"),
        ("!!python/object/apply:os.getcwd []", "neither JSON nor YAML"),
        ("TVSum/split0/video_1/", "no 'test_keys'"),
        ("[]", "holds no splits"),
        ("3", "not splits"),
        ('{"a": 1}', "not splits"),
        ('[{"train_keys": ["a"]}]', "no list of names"),
        ('[{"train_keys": ["a"], "test_keys": [1]}]', "no list of names"),
        ('[{"train_keys": ["a"], "test_keys": []}]', "no 'test_keys'"),
        ("[" * 100_000, "JSON|deeply"),
    ],
)
def test_what_is_no_split_file(tmp_path, text, said):
    path = tmp_path / "splits.json"
    path.write_text(text)
    with pytest.raises(DataError, match=said):
        read_splits(path)


@pytest.mark.parametrize(
    ("name", "tested"),
    [("tvsum_legacy", 34), ("tvsum_partition", 50), ("summe_legacy", 18), ("summe_partition", 25)],
)
def test_how_many_videos_the_splits_in_use_test(shared, name, tested):
    splits = read_splits(shared / "data" / "splits" / f"{name}.json")
    assert len(splits) == 5
    assert len(videos_tested(splits)) == tested
