from __future__ import annotations

from fractions import Fraction

import av
import numpy as np
import pytest

from vidgist.video.mixing import Mixer

RATE = 48_000


def frames(levels, *, layout, rate=RATE, seconds=0.5):
    """Yield frames of a 440 Hz tone, one amplitude a channel."""
    tone = np.sin(2 * np.pi * 440 * np.arange(round(seconds * rate)) / rate)
    track = (np.array(levels)[:, None] * tone).astype(np.float32)
    for first in range(0, track.shape[1], 1024):
        block = np.ascontiguousarray(track[:, first : first + 1024])
        frame = av.AudioFrame.from_ndarray(block, format="fltp", layout=layout)
        frame.sample_rate, frame.pts, frame.time_base = rate, first, Fraction(1, rate)
        yield frame


def mixed(levels, *, layout, to="stereo", rate=RATE):
    mixer = Mixer(layout=to, rate=RATE)
    pieces = [p.to_ndarray() for f in frames(levels, layout=layout, rate=rate) for p in mixer(f)]
    return np.concatenate(pieces, axis=1)


@pytest.mark.parametrize("layout", ["5.1", "5.1(side)", "6.1", "quad", "3.0"])
def test_full_scale_in_every_channel_stays_under_full_scale(layout):
    channels = av.AudioLayout(layout).nb_channels
    track = mixed([1.0] * channels, layout=layout)
    assert 0.9 < np.abs(track).max() <= 1.0 + 1e-4


def test_matrix_is_that_of_ffmpeg():
    # FL, FR, FC, LFE, BL, BR: left = (FL + FC / sqrt 2 + BL / sqrt 2) / (1 + sqrt 2)
    share = 1 / (1 + 2**0.5)
    for channel, (left, right) in enumerate([(1, 0), (0, 1), (0.5**0.5,) * 2, (0, 0)]):
        levels = np.zeros(6)
        levels[channel] = 0.8
        peaks = np.abs(mixed(levels, layout="5.1")).max(axis=1)
        assert peaks == pytest.approx([0.8 * share * left, 0.8 * share * right], abs=0.002)


def test_stereo_and_mono_are_left_as_they_are():
    assert np.abs(mixed([0.9, 0.3], layout="stereo")).max(axis=1) == pytest.approx([0.9, 0.3], 0.01)
    assert np.abs(mixed([0.9], layout="mono", to="mono")).max() == pytest.approx(0.9, 0.01)


def test_frames_may_change_their_format():
    mixer = Mixer(layout="stereo", rate=RATE)
    for levels, layout, rate in (([0.5], "mono", 8000), ([0.5] * 6, "5.1", 44_100)):
        n = sum(p.samples for f in frames(levels, layout=layout, rate=rate) for p in mixer(f))
        assert n == pytest.approx(RATE / 2, rel=0.05)
