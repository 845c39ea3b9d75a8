"""The same content at 24, 25 and 30 frames a second has nearly the same summary."""

from __future__ import annotations

import av
import numpy as np
import pytest
from scipy.stats import spearmanr

import vidgist
from clips import picture

RATES = (24, 25, 30)
SCENES = (4.0, 6.5, 3.0, 5.5, 5.0, 7.5, 4.5, 3.5, 6.0, 4.0)


class Colors:
    """A backbone whose features are a small picture."""

    name, fingerprint = "colors", "colors"
    size, dimension = (32, 32), 192

    def extract(self, pixels):
        small = pixels.reshape(len(pixels), 8, 4, 8, 4, 3).mean(axis=(2, 4))
        return (small.reshape(len(pixels), -1) - 128).astype(np.float32)


@pytest.fixture(scope="module")
def summaries(tmp_path_factory):
    folder = tmp_path_factory.mktemp("rates")
    ends = np.cumsum(SCENES)
    found = {}
    for rate in RATES:
        path = folder / f"{rate}.mp4"
        with av.open(str(path), "w") as output:
            stream = output.add_stream("libx264", rate=rate, options={"preset": "superfast"})
            stream.width, stream.height, stream.pix_fmt = 96, 64, "yuv420p"
            stream.gop_size = 2 * rate
            for n in range(round(rate * ends[-1])):
                scene = int(np.searchsorted(ends, n / rate + 1e-9, side="right"))
                # What is shown depends on the time alone.
                shown = picture(round(4 * n / rate), scene, (64, 96))
                output.mux(stream.encode(av.VideoFrame.from_ndarray(shown, format="rgb24")))
            output.mux(stream.encode(None))
        for skim in (False, True):
            found[rate, skim] = vidgist.summarize(
                path, skim=skim, backbone=Colors(), length="30%", with_thumbnails=False
            )
    return found


def worth(gist, pieces):
    """Return the mean importance, by one summary's scores, of the pieces of another."""
    grid = np.arange(0, gist.timeline.duration, 0.02)
    shown = ((grid[:, None] >= pieces[:, 0]) & (grid[:, None] < pieces[:, 1])).any(axis=1)
    return np.interp(grid[shown], gist.times, gist.scores.importance).mean()


@pytest.mark.parametrize("skim", [False, True])
@pytest.mark.parametrize("rate", RATES[1:])
def test_frame_rates_agree(summaries, rate, skim):
    one, other = summaries[RATES[0], skim], summaries[rate, skim]
    assert one.sampling.mode == other.sampling.mode == ("skim" if skim else "full")
    assert abs(len(one.times) - len(other.times)) <= 2
    scores = np.interp(one.times, other.times, other.scores.importance)
    assert spearmanr(scores, one.scores.importance)[0] > 0.95
    for gist in (one, other):
        away = np.abs(gist.shot_seconds[:, :1] - np.cumsum(SCENES)[:-1]).min(axis=0)
        assert away.max() < 1 / RATES[0]  # the frame in which a scene begins
    assert one.duration == pytest.approx(other.duration, abs=1)
    assert worth(one, other.pieces) == pytest.approx(worth(one, one.pieces), rel=0.02)


@pytest.mark.parametrize("rate", RATES)
def test_a_skimmed_video_agrees_with_the_whole(summaries, rate):
    whole, skimmed = summaries[rate, False], summaries[rate, True]
    scores = np.interp(whole.times, skimmed.times, skimmed.scores.importance)
    assert spearmanr(scores, whole.scores.importance)[0] > 0.9
    assert worth(whole, skimmed.pieces) > 0.97 * worth(whole, whole.pieces)
