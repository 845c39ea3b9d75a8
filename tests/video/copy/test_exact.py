"""Pieces that keep their borders: copied frames are the same, those at borders look the same."""

from __future__ import annotations

from fractions import Fraction

import av
import numpy as np
import pytest

from clips import frame_number, render_clip
from decoded import decode
from exact_cuts import AS_GOOD, LOSSLESS, cut, in_order, likeness, strictly, ticks_in
from vidgist.video.copy import container_for

TICKS = [0.3, 1.72, 2.6, 3.3, 4.4, 5.4, 6.2, 7.56, 8.4, 9.4]

# Borders between key frames, on key frames, and two pieces within one group of pictures.
PIECES = [(0.52, 2.8), (3.0, 3.48), (3.72, 3.88), (4.6, 6.0), (6.04, 9.2), (9.6, 10.0)]

OPEN = "open-gop=1:bframes=3:scenecut=0:keyint=25:min-keyint=25:log-level=0"
CASES = {
    "b-frames": ("a.mp4", {"bf": "3", "sc_threshold": "0"}, {}),
    "pyramid": (
        "a.mp4",
        {"bf": "5", "sc_threshold": "0", "x264-params": "b-pyramid=normal:ref=4"},
        {},
    ),
    "no reordering": ("a.mp4", {"bf": "0"}, {"time_base": Fraction(1, 90_000)}),
    "baseline": ("a.mp4", {"profile": "baseline"}, {"time_base": Fraction(1, 600)}),
    "open groups": ("a.mp4", {"bf": "3", "x264-params": "open-gop=1:keyint=25:scenecut=0"}, {}),
    "matroska": ("a.mkv", {"bf": "3", "sc_threshold": "0"}, {}),
    "transport stream": ("a.ts", {"bf": "2", "sc_threshold": "0"}, {"start": 1.5}),
    "quicktime": ("a.mov", {"bf": "2"}, {"time_base": Fraction(1, 600)}),
    "film": ("a.mp4", {"bf": "3"}, {"fps": Fraction(24_000, 1001)}),
    "10 bits": ("a.mp4", {"bf": "2"}, {"pixel_format": "yuv420p10le"}),
    "4:2:2": ("a.mkv", {"bf": "2"}, {"pixel_format": "yuv422p"}),
    "hevc": ("a.mp4", {"x265-params": OPEN}, {"codec": "libx265"}),
    "hevc, transport stream": ("a.ts", {"x265-params": OPEN}, {"codec": "libx265"}),
    "hevc, 10 bits": (
        "a.mkv",
        {"x265-params": OPEN},
        {"codec": "libx265", "pixel_format": "yuv420p10le"},
    ),
    "mpeg-4": ("a.mp4", {"bf": "2"}, {"codec": "mpeg4"}),
    "mpeg-2": ("a.ts", {"bf": "2"}, {"codec": "mpeg2video"}),
    "vp9": ("a.webm", {"deadline": "realtime", "cpu-used": "8"}, {"codec": "libvpx-vp9"}),
    "vp8": ("a.webm", {"deadline": "realtime", "cpu-used": "8"}, {"codec": "libvpx"}),
    "av1": ("a.mp4", {"preset": "12", "crf": "40"}, {"codec": "libsvtav1"}),
    "varying": (
        "a.mp4",
        {"sc_threshold": "0"},
        {"times": np.cumsum([0, *np.tile([0.02, 0.04, 0.06, 0.04], 62)]).tolist()},
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_every_frame_is_there_and_sound_is_in_sync(tmp_path, case):
    name, options, others = CASES[case]
    if name.endswith("webm"):
        others = {"audio_codec": "libopus", **others}
    clip = render_clip(
        tmp_path / name,
        scenes=(3.0, 4.0, 3.0),
        gop=25,
        options=options,
        ticks=TICKS,
        **others,
    )
    target = tmp_path / f"made{container_for(clip.path)}"
    pieces, frames, timeline, _ = cut(clip.path, target, PIECES)
    before, after = decode(clip.path), decode(target)
    wanted = [number for part in frames for number in part]
    lost = len(before.pictures) - timeline.n_frames
    assert len(after.pictures) == len(wanted)
    alike = [
        likeness(made, before.pictures[number + lost])
        for made, number in zip(after.pictures, wanted, strict=True)
    ]
    assert min(alike) > AS_GOOD
    # Each whole group of pictures within a piece is copied.
    if case != "open groups":
        assert np.mean(np.array(alike) == LOSSLESS) > 0.4
    assert [frame_number(p) for p in after.pictures] == [n + lost for n in wanted]
    offsets = np.concatenate([[0], np.cumsum(np.diff(pieces))])
    shown = [
        timeline.times[number] - a + at
        for (a, _), at, part in zip(pieces, offsets, frames, strict=False)
        for number in part
    ]
    assert after.times == pytest.approx(shown, abs=0.0011)
    expected = ticks_in(pieces, TICKS)
    assert len(expected) >= 4
    assert after.onsets() == pytest.approx(expected, abs=0.025)
    assert in_order(target)
    assert strictly(target) == ""


@pytest.mark.parametrize("case", ["b-frames", "matroska", "hevc", "vp9"])
def test_any_frame_is_found_by_seeking(tmp_path, case):
    name, options, others = CASES[case]
    clip = render_clip(tmp_path / name, scenes=(4.0,), gop=25, options=options, **others)
    target = tmp_path / f"made{container_for(clip.path)}"
    _, (first, second), _, _ = cut(clip.path, target, [(0.52, 2.2), (2.6, 3.72)])
    numbers = [*first, *second]
    rng = np.random.default_rng(0)
    with av.open(str(target)) as container:
        stream = container.streams.video[0]
        for place in rng.permutation(len(numbers))[:24].tolist():
            at = place / 25
            container.seek(round(at / stream.time_base), stream=stream)
            found = next(f for f in container.decode(stream) if f.time > at - 0.01)
            assert frame_number(found.to_ndarray(format="rgb24")) == numbers[place]
