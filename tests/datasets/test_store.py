from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from vidgist.datasets import store as store_module
from vidgist.datasets.eccv16 import open_dataset
from vidgist.datasets.eccv16_writer import append_videos
from vidgist.datasets.record import VideoRecord
from vidgist.datasets.store import CONTENT, FeatureStore, open_store
from vidgist.errors import DataError, OutputError

SHARED = {"backbone": "b", "fingerprint": "f", "samples_per_second": 2.0}


def video(number: int, samples: int = 4) -> VideoRecord:
    return VideoRecord(
        key="",
        name=f"name {number}",
        features=np.full((samples, 8), number, np.float32),
        picks=np.arange(samples) * 15,
        n_frames=15 * samples,
        attributes={CONTENT: f"content {number}"},
    )


def add(store: FeatureStore, record: VideoRecord) -> None:
    content = str(record.attributes[CONTENT])
    append_videos(store.room(content), [record], attributes=SHARED)
    store.adopt(content)


def contents(path: Path) -> dict[str, str]:
    return {r.key: str(r.attributes[CONTENT]) for r in open_dataset(path)}


def test_videos_are_added_in_order_and_found_by_content(tmp_path):
    path = tmp_path / "data.h5"
    with open_store(path, attributes=SHARED) as store:
        for number in range(7):
            assert f"content {number}" not in store
            add(store, video(number))
            assert f"content {number}" in store
    assert contents(path) == {f"video_{n + 1}": f"content {n}" for n in range(7)}
    record = open_dataset(path).read("video_3")
    assert record.name == "name 2"
    np.testing.assert_array_equal(record.features, video(2).features)
    assert open_dataset(path).attributes.items() >= SHARED.items()
    assert store.key("content 6") == "video_7"
    assert list(tmp_path.iterdir()) == [path]
    with open_store(path, attributes=SHARED) as store:
        assert store.key("content 0") == "video_1"
        add(store, video(7))
    assert contents(path)["video_8"] == "content 7"


def test_the_file_is_not_copied_for_every_video(tmp_path, monkeypatch):
    copies = []
    append = store_module.append_videos

    def counted(path, records, **options):
        if path.name == "data.h5":
            copies.append(path)
        return append(path, records, **options)

    monkeypatch.setattr(store_module, "append_videos", counted)
    with open_store(tmp_path / "data.h5", attributes=SHARED) as store:
        for number in range(20):
            add(store, video(number))
    assert len(contents(tmp_path / "data.h5")) == 20
    assert len(copies) < 12


@pytest.mark.parametrize(
    ("name", "value"), [("backbone", "c"), ("fingerprint", "g"), ("samples_per_second", 1.0)]
)
def test_features_of_another_kind_are_refused_and_nothing_changes(tmp_path, name, value):
    path = tmp_path / "data.h5"
    with open_store(path, attributes=SHARED) as store:
        add(store, video(0))
    before = path.read_bytes()
    with (
        pytest.raises(OutputError, match=f"another kind \\({name} is"),
        open_store(path, attributes=SHARED | {name: value}),
    ):
        pass
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_of_another_origin_is_refused(tmp_path):
    path = tmp_path / "data.h5"
    store_module.append_videos(path, [video(0)])
    with (
        pytest.raises(OutputError, match="is not known"),
        open_store(path, attributes=SHARED),
    ):
        pass
    path.write_text("something else")
    with pytest.raises(DataError), open_store(path, attributes=SHARED):
        pass
    assert path.read_text() == "something else"


def test_two_writers_are_kept_apart(tmp_path):
    path = tmp_path / "data.h5"
    with open_store(path, attributes=SHARED) as store:
        add(store, video(0))
        with (
            pytest.raises(OutputError, match="another vidgist is writing"),
            open_store(path, attributes=SHARED),
        ):
            pass
    assert len(contents(path)) == 1


def test_what_was_finished_is_kept_after_an_error(tmp_path):
    path = tmp_path / "data.h5"

    def interrupted() -> None:
        with open_store(path, attributes=SHARED) as store:
            for number in range(5):
                add(store, video(number))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert len(contents(path)) == 5


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(OutputError, match=r"data\.h5: cannot be written"),
        open_store(tmp_path / "file" / "data.h5", attributes=SHARED),
    ):
        pass


def test_names_of_any_length_and_kind(tmp_path):
    for name in ("a" * 252 + ".h5", "-o 'x' \n.h5", "\udcff.h5"):
        path = tmp_path / name
        with open_store(path, attributes=SHARED) as store:
            add(store, video(0))
        assert len(contents(path)) == 1


KILLED = """
import sys, os, signal
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from test_store import SHARED, add, video
from vidgist.datasets.store import open_store
from vidgist.system import files
import vidgist.datasets.store as module

left = int(sys.argv[3])
real = os.fsync
def fsync(descriptor):
    global left
    left -= 1
    if left < 0:
        os.kill(os.getpid(), signal.SIGKILL)
    real(descriptor)
os.fsync = fsync
unlink = Path.unlink
def counted(self, *args, **kwargs):
    global left
    if self.suffix == ".h5" and self.stem.isdecimal():
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
    return unlink(self, *args, **kwargs)
Path.unlink = counted
with open_store(Path(sys.argv[1]), attributes=SHARED) as store:
    for number in range(6):
        if f"content {number}" not in store:
            add(store, video(number))
            print(number, flush=True)
"""


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL")
@pytest.mark.parametrize("steps", [0, 2, 3, 5, 9, 14])
def test_a_run_that_is_killed_at_any_step_loses_no_finished_video(tmp_path, steps):
    path = tmp_path / "data.h5"
    command = [sys.executable, "-c", KILLED, str(path), str(Path(__file__).parent), str(steps)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    finished = [int(line) for line in done.stdout.split()]
    if path.exists():
        assert len(contents(path)) <= 6
    with open_store(path, attributes=SHARED) as store:
        for number in finished:
            assert f"content {number}" in store
        for number in range(6):
            if f"content {number}" not in store:
                add(store, video(number))
    found = contents(path)
    assert sorted(found.values()) == [f"content {n}" for n in range(6)]
    assert not list(tmp_path.glob(".*.parts"))


def test_a_damaged_part_is_made_again(tmp_path, monkeypatch):
    path = tmp_path / "data.h5"
    monkeypatch.setattr(store_module.FeatureStore, "merge", lambda self: None)
    with open_store(path, attributes=SHARED) as store:
        add(store, video(0))
        add(store, video(1))
    first = min(tmp_path.glob(".*.parts/*.h5"))
    first.write_bytes(first.read_bytes()[:100])
    monkeypatch.undo()
    with open_store(path, attributes=SHARED) as store:
        assert "content 0" not in store
        assert "content 1" in store
    assert list(contents(path).values()) == ["content 1"]
