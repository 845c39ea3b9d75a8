from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from clips import render_clip
from vidgist.video.decode import SampleStream
from vidgist.video.skim import timeline
from vidgist.video.skim.timeline import read_timeline


def decoded(path: Path) -> SampleStream:
    stream = SampleStream(path, fps=1.0, size=(4, 4))
    for _ in stream:
        pass
    return stream


@pytest.mark.parametrize("ending", ["mp4", "mkv", "ts"])
@pytest.mark.parametrize("fps", [25, 30])
def test_the_index_tells_what_decoding_tells(tmp_path: Path, ending: str, fps: int) -> None:
    clip = render_clip(tmp_path / f"a.{ending}", scenes=(1.5, 1.2), fps=fps, gop=12)
    found, expected = read_timeline(clip.path), decoded(clip.path).timeline
    assert np.array_equal(found.times, expected.times)
    assert found.duration == pytest.approx(expected.duration, abs=1e-9)
    assert found.origin == expected.origin
    assert found.steady
    assert expected.steady


def test_it_decodes_where_there_is_no_index(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip = render_clip(tmp_path / "a.mp4", scenes=(1.0,))
    expected = decoded(clip.path).timeline
    monkeypatch.setattr(timeline.SkimStream, "__iter__", lambda self: iter(()))
    real = timeline.SkimStream.__init__

    def broken(self: timeline.SkimStream, *arguments: object, **options: object) -> None:
        real(self, *arguments, **options)  # type: ignore[arg-type]
        self.problem = "frames have no timestamps"

    monkeypatch.setattr(timeline.SkimStream, "__init__", broken)
    assert np.array_equal(read_timeline(clip.path).times, expected.times)
