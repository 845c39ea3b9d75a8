"""DSNet's segments, anchors and losses against values worked out by hand."""

from __future__ import annotations

import needs_torch  # noqa: F401

# isort: split
import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from labelled import labelled_videos
from vidgist.errors import DataError, SettingError
from vidgist.models import METHODS
from vidgist.models.methods import training_settings
from vidgist.training.rivals.dsnet import ANCHORS
from vidgist.training.rivals.dsnet.boxes import (
    anchor_boxes,
    decode_anchors,
    decode_distances,
    encode_anchors,
    overlaps,
    segment_scores,
    segments_of,
    strongest,
)
from vidgist.training.rivals.dsnet.learner import (
    AnchorBasedLearner,
    border_targets,
    focal_loss,
)


def test_the_focal_loss_of_an_even_chance() -> None:
    shown = torch.tensor([True])
    assert float(focal_loss(torch.zeros(1), shown)) == pytest.approx(0.1732868, abs=1e-6)
    p = 1 / (1 + math.exp(-0.7))
    both = focal_loss(torch.tensor([0.7, 0.7]), torch.tensor([True, False]))
    expected = -((1 - p) ** 2) * math.log(p) - p**2 * math.log(1 - p)
    assert float(both) == pytest.approx(expected, abs=1e-6)


def test_an_anchor_on_its_segment_has_no_offset() -> None:
    anchors = anchor_boxes(9, ANCHORS)
    np.testing.assert_allclose(encode_anchors(anchors, anchors), 0.0)
    offsets = np.random.default_rng(0).normal(size=(9, 4, 2))
    boxes = decode_anchors(offsets, ANCHORS)
    np.testing.assert_allclose(encode_anchors(boxes, anchors), offsets.reshape(-1, 2), atol=1e-9)


def test_distances_and_centers() -> None:
    distances, centerness = border_targets(np.array([[2.0, 5.0]]), 7)
    assert distances[2:5].tolist() == [[0, 2], [1, 1], [2, 0]]
    np.testing.assert_allclose(centerness, [0, 0, 0, 1, 0, 0, 0], atol=1e-7)
    with np.errstate(divide="ignore"):
        decoded = decode_distances(np.log(distances))[2:5]
    np.testing.assert_allclose(decoded, [[2, 5]] * 3)


def test_overlaps_against_a_loop() -> None:
    rng = np.random.default_rng(1)
    boxes, others = (np.sort(rng.integers(0, 20, size=(n, 2)), axis=1) for n in (7, 5))
    for some in (boxes, others):
        some[:, 1] += 1
    found = overlaps(boxes.astype(float), others.astype(float))
    for i, (a, b) in enumerate(boxes):
        for j, (c, d) in enumerate(others):
            first, second = set(range(a, b)), set(range(c, d))
            assert found[i, j] == pytest.approx(len(first & second) / len(first | second))


def test_of_equal_segments_one_stays() -> None:
    boxes = np.array([[0.0, 4.0], [0.0, 4.0], [4.0, 8.0]])
    assert strongest(boxes, np.array([0.4, 0.9, 0.5]), overlap=0.5).tolist() == [1, 2]


@pytest.mark.parametrize("seed", range(4))
def test_what_stays_against_a_loop(seed: int) -> None:
    rng = np.random.default_rng(seed)
    boxes = np.sort(rng.uniform(0, 50, size=(40, 2)), axis=1)
    confidence = rng.random(40)
    kept: list[int] = []
    for i in np.argsort(-confidence):
        if all(overlaps(boxes[[i]], boxes[[k]])[0, 0] < 0.3 for k in kept):
            kept.append(int(i))
    assert strongest(boxes, confidence, overlap=0.3).tolist() == kept


def test_samples_get_the_largest_confidence_that_covers_them() -> None:
    boxes = np.array([[-3.0, 2.2], [1.0, 6.0], [6.6, 6.8], [20.0, 30.0]])
    scores = segment_scores(boxes, np.array([0.5, 0.7, 0.9, 0.8]), 8, overlap=0.5)
    assert scores.tolist() == [0.5, 0.7, 0.7, 0.7, 0.7, 0.7, 0, 0]


def test_segments_of_keyshots() -> None:
    shown = np.array([1, 1, 0, 0, 1, 0, 1], dtype=bool)
    assert segments_of(shown).tolist() == [[0, 2], [4, 5], [6, 7]]
    assert segments_of(np.zeros(4, dtype=bool)).shape == (0, 2)


def test_examples_are_of_their_kinds_and_numbers() -> None:
    data = labelled_videos(60)
    learner = AnchorBasedLearner(data, settings=training_settings("dsnet", heads=4), seed=0)
    segments = np.array([[10.0, 18.0], [40.0, 44.0]])
    positive, negative, offsets = learner.examples(segments, 60)
    shared = overlaps(anchor_boxes(60, ANCHORS), segments).max(axis=1)
    assert set(positive) == set(np.flatnonzero(shared > 0.6))
    assert len(offsets) == len(positive) > 0
    assert (shared[negative] <= 0.3).all()
    assert (shared[negative] == 0).sum() == 2 * len(positive)
    assert (shared[negative] > 0).sum() <= len(positive)


def test_videos_without_segments_are_left_out() -> None:
    data = labelled_videos(9, 12)
    none = replace(data, targets=replace(data.targets, keyshots=np.zeros(21, dtype=bool)))
    with pytest.raises(DataError, match="no video has a keyshot"):
        AnchorBasedLearner(none, settings=training_settings("dsnet", heads=4), seed=0)
    keyshots = data.targets.keyshots.copy()
    keyshots[:] = np.arange(21) >= 15
    some = replace(data, targets=replace(data.targets, keyshots=keyshots))
    learner = AnchorBasedLearner(some, settings=training_settings("dsnet", heads=4), seed=0)
    assert learner.videos.keys == ("video_1",)


def test_number_of_parameters() -> None:
    d = 1280
    base = 4 * d * d + 2 * d + 128 * d + 128 + 256 + 129 + 258
    assert METHODS["dsnet"].parameters(d) == base
    assert METHODS["dsnet_af"].parameters(d) == base + 129
    with pytest.raises(SettingError, match="heads: expected as many as divide"):
        METHODS["dsnet"].shapes(9, training_settings("dsnet"))
