from __future__ import annotations

import json

import pytest

from vidgist.datasets.known_splits import check_splits, find_splits, named_splits
from vidgist.datasets.splits import Split, read_splits, videos_tested
from vidgist.errors import DataError, SettingError

TVSUM = [f"video_{n}" for n in range(1, 51)]
SUMME = TVSUM[:25]
TESTED = {  # how many distinct videos the released lists ever test
    "pgl-sum": (34, 18),
    "msva": (50, 25),
    "dsnet": (32, 16),
    "csta": (50, 25),
    "multi-ranker": (34, 18),
    "vasnet": (31, 17),
}


@pytest.mark.parametrize("name", TESTED)
def test_lists_of_papers(name):
    assert set(TESTED) == set(named_splits())
    for keys, tested in zip((TVSUM, SUMME), TESTED[name], strict=True):
        found = find_splits(name, keys=keys)
        assert len(found.splits) == 5
        assert len(videos_tested(found.splits)) == tested
        for split in found.splits:
            assert len(split.test) * 5 == len(keys)
            assert sorted({*split.train, *split.test}) == sorted(keys)
            assert not set(split.train) & set(split.test)
        assert "every one" in found.about if tested == len(keys) else "overlap" in found.about


@pytest.mark.parametrize(("name", "file"), [("legacy", "legacy"), ("partition", "partition")])
def test_names_of_the_files_in_use(shared, name, file):
    for data, keys in (("tvsum", TVSUM), ("summe", SUMME)):
        of_file = read_splits(shared / "data" / "splits" / f"{data}_{file}.json")
        by_name = find_splits(name, keys=keys).splits
        assert [set(s.test) for s in of_file] == [set(s.test) for s in by_name]
        assert [set(s.train) for s in of_file] == [set(s.train) for s in by_name]


def test_drawn_splits():
    once = find_splits("folds:3", keys=TVSUM)
    assert sorted(key for split in once.splits for key in split.test) == sorted(TVSUM)
    assert once.splits == find_splits("folds:3", keys=TVSUM).splits
    assert once.splits != find_splits("folds:4", keys=TVSUM).splits
    random = find_splits("random", keys=SUMME)
    assert [len(split.test) for split in random.splits] == [5] * 5
    assert random.splits == find_splits("random:0", keys=SUMME).splits
    with pytest.raises(SettingError, match=r"^splits: expected at least 5"):
        find_splits("folds:0", keys=TVSUM[:4])


def test_names_of_other_data():
    with pytest.raises(SettingError, match=r"^splits: csta are splits of video_1 to video_50"):
        find_splits("csta", keys=["mine_1", "mine_2"])
    with pytest.raises(DataError, match="or a name: pgl-sum"):
        find_splits("cstaa", keys=TVSUM)


def test_a_file(tmp_path):
    path = tmp_path / "mine.json"
    path.write_text(json.dumps([{"train_keys": ["a", "b"], "test_keys": ["c"]}]))
    found = find_splits(path, keys=["a", "b", "c"])
    assert found.name == "mine.json"
    assert len(found.digest) == 64
    assert found.splits[0].test == ("c",)


def test_parts_that_overlap_are_refused():
    splits = [Split(train=("a", "b"), test=("c",)), Split(train=("x.h5/a", "x.h5/b"), test=("b",))]
    with pytest.raises(DataError, match=r"^f.json: split 2 trains on b, which it also tests"):
        check_splits(splits, keys=["a", "b", "c"], source="f.json")


def test_splits_of_another_data_set_are_refused():
    for name, keys, others in (("pgl-sum", TVSUM, SUMME), ("vasnet", SUMME, TVSUM)):
        splits = find_splits(name, keys=keys).splits
        check_splits(splits, keys=keys, source="f.json")
        with pytest.raises(DataError, match="give the splits of this data set"):
            check_splits(splits, keys=others, source="f.json")


def test_augmented_training_names_videos_of_several_files():
    # The same keys stand in every file: only those of the tested data set would overlap.
    train = tuple(f"{data}.h5/video_{n}" for data in ("tvsum", "summe") for n in range(1, 26))
    check_splits([Split(train=train, test=("video_1",))], keys=["video_1"], source="f.json")
