"""Mr.HiSum: names of its table, and labels for features of the videos themselves."""

from __future__ import annotations

import h5py
import numpy as np
import pytest

from vidgist.datasets import VideoRecord, open_dataset
from vidgist.datasets.mr_hisum import read_names
from vidgist.errors import DataError
from vidgist.evaluation.join import join, read_annotations

HEAD = "video_id,yt8m_file,random_id,youtube_id,duration,views,labels\n"
TABLE = (
    HEAD
    + "video_1,train0026,ORaA,JhdjUam0l6A,20,84554,[8]\n"
    + 'video_2,train0026,IwaA,wq7rSbQx2G8,20,170768,"[11, 3]"\n'
)


@pytest.fixture
def release(tmp_path):
    path = tmp_path / "mr_hisum.h5"
    with h5py.File(path, "w") as file:
        for key, first in (("video_1", 0.0), ("video_2", 100.0)):
            file[f"{key}/gtscore"] = first + np.arange(20.0)
            file[f"{key}/change_points"] = [[0, 8], [8, 17], [17, 20]]
            file[f"{key}/gtsummary"] = np.repeat([0.0, 1.0], [17, 3])
    (tmp_path / "metadata.csv").write_text(TABLE)
    return path


def test_videos_are_named_by_the_table_beside_the_file(release):
    assert [r.name for r in open_dataset(release)] == ["JhdjUam0l6A", "wq7rSbQx2G8"]
    release.with_name("metadata.csv").unlink()
    assert [r.name for r in open_dataset(release)] == ["", ""]


def test_a_file_of_another_layout_takes_no_names_from_it(release):
    """TVSum's videos have the same keys, and may lie in the same folder."""
    other = release.with_name("tvsum.h5")
    with h5py.File(other, "w") as file:
        file["video_1/n_frames"] = 450
    assert open_dataset(other)["video_1"].name == ""


def test_samples_of_the_videos_take_the_label_of_their_second(release):
    times = np.arange(0, 20, 0.5)
    record = VideoRecord(
        key="a",
        name="wq7rSbQx2G8.mp4",
        features=np.ones((40, 4), np.float32),
        picks=(times * 25).astype(int),
        times=times,
        n_frames=500,
        frame_rate=25.0,
    )
    (joined,) = join([record], annotations=read_annotations(release))
    np.testing.assert_array_equal(joined.user_scores, [100 + np.floor(times)])
    assert not list(join([VideoRecord(key="b", name="x", n_frames=9)], annotations={}))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a,b\n1,2\n", "has no columns 'video_id' and 'youtube_id'"),
        ("", "has no columns"),
        (HEAD + "video_1,a,b\n", "row 2: has no YouTube id"),
        (HEAD + "video_1,a,b,../../x,1,1,[]\n", "row 2: has no YouTube id"),
        (TABLE + "video_1,a,b,c,1,1,[]\n", "row 4: names video_1 a second time"),
        (HEAD + 'video_1,"a\n', "is a damaged table"),
    ],
)
def test_a_wrong_table_is_one_line(tmp_path, text, says):
    path = tmp_path / "metadata.csv"
    path.write_text(text)
    with pytest.raises(DataError, match=says) as error:
        read_names(path)
    assert "\n" not in str(error.value)


def test_a_group_of_another_layout_among_them_is_refused(release):
    with h5py.File(release, "a") as file:
        file["video_3/features"] = np.ones((3, 2))
    with pytest.raises(DataError, match=r"video_3: is not of Mr\.HiSum's layout"):
        read_annotations(release)
