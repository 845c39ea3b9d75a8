from __future__ import annotations

import numpy as np
import pytest

from vidgist.errors import SettingError, VidgistError
from vidgist.shot_source import shot_source
from vidgist.shots import SEGMENTATIONS, change_points, segment
from vidgist.types import Features, Timeline

FEATURES = Features(values=np.repeat(np.eye(3), 4, axis=0), picks=np.arange(12) * 15, n_frames=180)
TIMELINE = Timeline(times=np.arange(180) / 30, jumps=np.zeros(180), duration=6.0)


@pytest.fixture(autouse=True)
def nothing_stays(monkeypatch):
    monkeypatch.setattr(SEGMENTATIONS, "_added", {})


def test_kts_is_one_of_the_ways():
    points = change_points(FEATURES, shots="kts")
    np.testing.assert_array_equal(points, segment(FEATURES.values))
    np.testing.assert_array_equal(points, [4, 8])


@pytest.mark.parametrize(
    ("points", "said"),
    [
        ([0, 4], "got 0 to 4"),
        ([4, 12], "got 4 to 12"),
        ([4, 4], "some that do not ascend"),
        ([1.5], "got float64"),
        ([[1, 2]], r"got int64 \(1, 2\)"),
        (None, "got object"),
    ],
)
def test_what_is_no_change_points_is_refused(points, said):
    way = SEGMENTATIONS.resolve(lambda features: points)
    with pytest.raises(VidgistError, match=rf"expected ascending indices .*{said}"):
        change_points(FEATURES, shots=way.name)


def test_every_source_gives_shots_on_frames(tmp_path):
    def halves(features):
        return [len(features) // 2]

    table = tmp_path / "talk-Scenes.csv"
    table.write_text("start,end\n0,2\n2,4\n4,6\n")
    sources = {
        "kts": [0, 60, 120],
        halves: [0, 90],
        str(table): [0, 60, 120],
        ((0, 3.01), (3.01, 6)): [0, 90],
        (1.0, 2.0): [0, 30, 60],
    }
    for given, starts in sources.items():
        shots = shot_source(given).shots(tmp_path / "talk.mp4", FEATURES, TIMELINE)
        assert shots.frames[:, 0].tolist() == starts
        assert shots.frames[-1, 1] == 180
        np.testing.assert_allclose(shots.seconds, shots.frames / 30)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("ktz", "unknown value 'ktz', known: kts, a file of shots; did you mean 'kts'"),
        (np.ones((2, 3)), "expected a name, a function, a file, or"),
        (object(), "got object"),
    ],
)
def test_wrong_sources(given, said):
    with pytest.raises(SettingError, match=said):
        shot_source(given)
