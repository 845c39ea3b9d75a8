"""Limits on what a video may ask for: a line that names the option, and the option raises them."""

from __future__ import annotations

import pytest

from clips import render_clip
from vidgist.cli import main


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    folder = tmp_path_factory.mktemp("limits")
    return render_clip(folder / "a.mp4", scenes=(2, 2), ticks=(1,)).path


@pytest.mark.parametrize(
    "limit", [("--max-pixels", "1000"), ("--max-hours", "0.001"), ("--max-streams", "1")]
)
def test_message_names_the_option(clip, tmp_path, capsys, limit):
    for command in ("summarize", "features"):
        output = tmp_path / command
        assert main([command, str(clip), "-o", str(output), "-q", *limit]) == 1
        err = capsys.readouterr().err
        assert err.count("\n") == 1
        assert f"raise {limit[0]}" in err
        assert not output.exists()


def test_raised_limits_for_all_outputs(clip, tmp_path, capsys, monkeypatch):
    from vidgist.video import container

    usual = container.Limits.__init__

    def stricter(self, *, max_pixels=1000, max_hours=2 / 3600, max_streams=1, **others):
        limits = {"max_pixels": max_pixels, "max_hours": max_hours, "max_streams": max_streams}
        usual(self, **limits, **others)

    monkeypatch.setattr(container.Limits, "__init__", stricter)
    assert main(["summarize", str(clip), "-o", str(tmp_path / "out"), "-q"]) == 0
    assert len([p for p in (tmp_path / "out").iterdir() if p.name[0] != "."]) == 5


def test_raised_limit_of_features(clip, tmp_path, monkeypatch):
    from vidgist.video import container

    # As a picture would be that is larger than is taken unasked.
    monkeypatch.setitem(container.Limits.__init__.__kwdefaults__, "max_pixels", 1000)
    output = tmp_path / "data.h5"
    raised = ["--max-pixels", "1000000"]
    assert main(["features", str(clip), "-o", str(output), "-q", *raised]) == 0
    assert output.exists()
