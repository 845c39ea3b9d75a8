"""CSNet, and its attention: pieces, differences, variance and positions."""

from __future__ import annotations

import needs_torch  # noqa: F401

# isort: split
import math

import numpy as np
import pytest
import torch

from vidgist.models.methods import training_settings
from vidgist.training.rivals.csnet import pieces
from vidgist.training.rivals.csnet.learner import CsnetLearner, StreamSelector, variance_loss
from vidgist.training.rivals.gl_rpe import relative_positions
from vidgist.training.videos import gather_videos


@pytest.mark.parametrize("length", [1, 3, 4, 5, 10, 59])
@pytest.mark.parametrize("count", [1, 4, 8])
def test_the_pieces_of_a_stream_are_every_sample_once(length: int, count: int) -> None:
    for parts in pieces(length, count):
        assert sorted(np.concatenate(parts).tolist()) == list(range(length))
        assert all(len(part) for part in parts)
        assert len(parts) <= count


def test_runs_are_of_equal_length_but_the_last() -> None:
    runs, _ = pieces(10, 4)
    assert [run.tolist() for run in runs] == [[0, 1, 2], [3, 4, 5], [6, 7, 8], [9]]


def test_the_variance_loss_of_three_scores() -> None:
    scores = torch.tensor([0.2, 0.4, 0.9], requires_grad=True)
    loss = variance_loss(scores, epsilon=1e-4)
    assert loss.item() == pytest.approx(10.3341, abs=1e-4)  # V = 0.0966667
    constant = torch.full((5,), 0.3, requires_grad=True)
    loss = variance_loss(constant, epsilon=1e-4)
    loss.backward()
    assert loss.item() == pytest.approx(1e4)
    assert not constant.grad.any()


def test_a_constant_video_changes_by_the_biases_alone() -> None:
    selector = StreamSelector(6, settings=training_settings("csnet", hidden=4))
    added = selector.change(torch.ones(9, 6)).tolist()
    one, two, four = (linear.bias.item() for linear in selector.changes)
    assert added[:5] == [pytest.approx(one + two + four)] * 5
    assert added[5:] == [
        pytest.approx(one + two),
        pytest.approx(one + two),
        pytest.approx(one),
        0.0,
    ]


def test_streams_see_their_pieces_alone() -> None:
    """A sample changes the scores of its own run and stride, and of its neighbors' differences."""
    torch.manual_seed(0)
    selector = StreamSelector(6, settings=training_settings("csnet", hidden=4))
    features = torch.randn(40, 6)
    with torch.no_grad():
        before = selector(features)[1]
        features[21] += 1.0
        changed = np.flatnonzero((selector(features)[1] != before).numpy())
    own = set(range(20, 30)) | set(range(1, 40, 4)) | {20, 19, 17}
    assert set(changed.tolist()) <= own
    assert {20, 25, 1, 37, 19, 17} <= set(changed.tolist())


def test_rates_fall_after_ten_epochs() -> None:
    videos = gather_videos([("a", np.ones((4, 3)))])
    learner = CsnetLearner(videos, settings=training_settings("csnet", hidden=2), seed=0)
    assert [learner.rate(epoch) for epoch in (0, 9, 10, 19)] == pytest.approx([1, 1, 0.1, 0.1])


def test_relative_positions() -> None:
    found = relative_positions(4)
    for i in range(4):
        for j in range(4):
            wave = math.cos if j % 2 else math.sin
            expected = wave((j - i) / 10000 ** ((j - j % 2) / 4))
            assert found[i, j] == pytest.approx(expected, abs=1e-6)
    assert np.array_equal(relative_positions(9, slice(3, 5)), relative_positions(9)[3:5])
