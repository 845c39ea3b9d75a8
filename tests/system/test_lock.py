from __future__ import annotations

import subprocess
import sys

import pytest

from vidgist.system.lock import exclusive


def test_one_holder_at_a_time_and_nothing_left_behind(tmp_path):
    path = tmp_path / "lock"
    with exclusive(path) as first:
        with exclusive(path) as second:
            assert (first, second) == (True, False)
        assert path.exists()
    assert not path.exists()
    with exclusive(path) as again:
        assert again


def test_a_holder_that_is_killed_lets_go(tmp_path):
    path = tmp_path / "lock"
    code = (
        "import sys, time\n"
        "from pathlib import Path\n"
        "from vidgist.system.lock import exclusive\n"
        "with exclusive(Path(sys.argv[1])) as held:\n"
        "    print(held, flush=True)\n"
        "    time.sleep(60)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout.readline().strip() == "True"
        with exclusive(path) as held:
            assert not held
        holder.kill()
        holder.wait()
        with exclusive(path) as held:
            assert held


def test_an_error_inside_lets_go(tmp_path):
    with pytest.raises(KeyError), exclusive(tmp_path / "lock"):
        raise KeyError
    with exclusive(tmp_path / "lock") as held:
        assert held
