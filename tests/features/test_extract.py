from __future__ import annotations

import io
import threading
from fractions import Fraction

import numpy as np
import pytest
from PIL import Image

from clips import frame_number, render_clip
from vidgist.errors import ModelError, SettingError, VideoError
from vidgist.features import Extraction, extract_features
from vidgist.features.inference import BATCH, BATCHES_AHEAD, WINDOW_BATCH
from vidgist.types import FrameWindow
from vidgist.video import read_frames


class ReadsNumbers:
    """A backbone whose features are the number that a test clip's frame carries, and its color."""

    name, dimension, size, fingerprint = "reads_numbers", 4, (96, 128), "0"

    def __init__(self, before=lambda batch: None) -> None:
        self.before, self.batches = before, []

    def extract(self, pixels):
        self.before(len(self.batches))
        self.batches.append(len(pixels))
        numbers = np.array([frame_number(p) for p in pixels], np.float32)
        return np.column_stack([numbers, pixels.mean(axis=(1, 2))]).astype(np.float32)


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    return render_clip(tmp_path_factory.mktemp("clip") / "clip.mp4", scenes=(4.0, 4.0, 4.0))


@pytest.fixture(autouse=True)
def no_thread_stays():
    before = set(threading.enumerate())
    yield
    assert set(threading.enumerate()) <= before


@pytest.mark.parametrize("fps", [2, 5, 25])
def test_features_are_those_of_the_samples_in_order(clip, fps):
    backbone = ReadsNumbers()
    extraction = extract_features(clip.path, backbone=backbone, fps=fps)
    features = extraction.features
    count = 12 * fps
    np.testing.assert_array_equal(features.times, np.arange(count) / fps)
    np.testing.assert_array_equal(features.picks, [clip.shown_at(t) for t in features.times])
    np.testing.assert_array_equal(features.values[:, 0], features.picks)
    assert features.values.dtype == np.float32
    assert (features.n_frames, features.backbone) == (len(clip.times), "reads_numbers")
    assert extraction.fingerprint == "0"
    assert extraction.timeline.n_frames == len(clip.times)
    assert sum(backbone.batches) == len(features) == len(extraction.thumbnails)
    assert set(backbone.batches[:-1]) <= {BATCH}


def test_thumbnails_show_the_samples_in_the_shape_that_is_meant(tmp_path):
    clip = render_clip(
        tmp_path / "wide.mp4", scenes=(1.0, 1.0), pixel_aspect=Fraction(2), rotation=90
    )
    extraction = extract_features(clip.path, backbone=ReadsNumbers())
    for jpeg in extraction.thumbnails:
        picture = Image.open(io.BytesIO(jpeg))
        assert picture.format == "JPEG"
        assert picture.size == (60, 160)  # 128 x 96 pixels of twice their height, turned
    first, last = (
        np.asarray(Image.open(io.BytesIO(j)).convert("RGB"), float).mean((0, 1))
        for j in (extraction.thumbnails[0], extraction.thumbnails[-1])
    )
    seen = extraction.features.values[[0, -1], 1:]
    np.testing.assert_allclose([first, last], seen, atol=8)
    assert (
        extract_features(clip.path, backbone=ReadsNumbers(), with_thumbnails=False).thumbnails == ()
    )


def test_decoding_goes_on_while_another_thread_infers(clip):
    beyond_the_first_batch = threading.Event()

    def progress(stage, done, total):
        if done * 25 > 1.5 * BATCH:
            beyond_the_first_batch.set()

    threads = set()

    def before(batch):
        threads.add(threading.current_thread())
        assert beyond_the_first_batch.wait(60), "nothing is decoded while the first batch infers"

    extract_features(clip.path, backbone=ReadsNumbers(before), fps=25, progress=progress)
    assert len(threads) == 1
    assert threading.current_thread() not in threads


def test_decoding_does_not_run_far_ahead_of_a_slow_backbone(clip):
    decoded = [0.0]
    ahead = []

    def progress(stage, done, total):
        decoded[0] = done * 25

    def before(batch):
        threading.Event().wait(0.02)
        ahead.append(decoded[0] - batch * BATCH)

    extract_features(clip.path, backbone=ReadsNumbers(before), fps=25, progress=progress)
    # One batch infers, eight wait, one is being filled; progress is told every 32 frames.
    assert max(ahead) <= (BATCHES_AHEAD + 3) * BATCH + 32


def test_an_error_of_the_backbone_stops_the_decoder_and_is_raised(clip):
    seen = []

    def fail(batch):
        if batch == 2:
            raise ModelError("m.onnx: fails when run")

    with pytest.raises(ModelError, match="fails when run"):
        extract_features(
            clip.path,
            backbone=ReadsNumbers(fail),
            fps=25,
            progress=lambda stage, done, total: seen.append(done),
        )
    assert max(seen) < 12


def test_an_interrupt_leaves_no_thread_and_no_open_file(clip):
    def interrupt(stage, done, total):
        if done > 3:
            raise KeyboardInterrupt

    backbone = ReadsNumbers()
    with pytest.raises(KeyboardInterrupt):
        extract_features(clip.path, backbone=backbone, fps=25, progress=interrupt)
    assert sum(backbone.batches) < 300


def test_wrong_inputs_give_their_own_errors(clip, tmp_path):
    with pytest.raises(SettingError, match="backbone: unknown value"):
        extract_features(clip.path, backbone="efficientnet")
    with pytest.raises(SettingError, match=r"^fps: expected"):
        extract_features(clip.path, fps=0)
    text = tmp_path / "text.mp4"
    text.write_text("no video")
    with pytest.raises(VideoError, match=r"text\.mp4"):
        extract_features(text)


def test_the_default_backbone_on_a_clip(clip):
    extraction = extract_features(clip.path)
    assert isinstance(extraction, Extraction)
    assert extraction.features.backbone == "efficientnet_lite0"
    unit = extraction.features.values
    unit = unit / np.linalg.norm(unit, axis=1, keepdims=True)
    scene = np.arange(len(unit)) // 8
    cosine = unit @ unit.T - 2 * np.eye(len(unit))
    np.testing.assert_array_equal(scene[cosine.argmax(axis=1)], scene)


class ReadsWindows:
    """A backbone of frame windows: the numbers that its three pictures carry."""

    name, dimension, size, fingerprint = "reads_windows", 3, (96, 128), "1"
    window = FrameWindow(frames=3, rate=25.0)

    def __init__(self) -> None:
        self.batches: list[int] = []

    def extract(self, pixels):
        assert pixels.shape[1:] == (3, *self.size, 3)
        self.batches.append(len(pixels))
        return np.array([[frame_number(p) for p in window] for window in pixels], np.float32)


def test_a_backbone_of_windows_sees_the_frames_around_each_sample(clip):
    backbone = ReadsWindows()
    extraction = extract_features(clip.path, backbone=backbone)
    picks = extraction.features.picks
    last = len(clip.times) - 1
    around = np.clip(picks[:, None] + [-1, 0, 1], 0, last)
    np.testing.assert_array_equal(extraction.features.values, around)
    np.testing.assert_array_equal(
        picks, extract_features(clip.path, backbone=ReadsNumbers()).features.picks
    )
    assert set(backbone.batches[:-1]) == {WINDOW_BATCH}
    # The small pictures are the samples themselves, whichever backbone looks at them.
    others = extract_features(clip.path, backbone=ReadsNumbers()).thumbnails
    assert extraction.thumbnails == others


def test_samples_that_were_read_before_give_what_the_file_gives(clip):
    frames = read_frames(clip.path, fps=5, size=(96, 128))
    one = extract_features(frames, backbone=ReadsNumbers())
    other = extract_features(clip.path, backbone=ReadsNumbers(), fps=5)
    for name in ("values", "times", "picks"):
        np.testing.assert_array_equal(getattr(one.features, name), getattr(other.features, name))
    # Bare samples hold no frames between them, in which a transition could be seen.
    seen = [
        r for r in zip(one.junk.reasons, other.junk.reasons, strict=True) if "transition" not in r
    ]
    assert all(a == b for a, b in seen)
    assert one.features.n_frames == other.features.n_frames
    assert (one.fingerprint, one.thumbnails) == ("0", ())
    with pytest.raises(SettingError, match="expected uint8"):
        extract_features(read_frames(clip.path, size=(24, 32)), backbone=ReadsNumbers())
