from __future__ import annotations

import numpy as np
import pytest

from vidgist.training.sampling import epoch_generator, sample_indices, shuffled_batches


def test_longer_videos_give_sorted_subsets_without_repetition(rng: np.random.Generator) -> None:
    lengths = np.array([201, 500, 1000, 250])
    indices = sample_indices(lengths, 200, rng=rng)
    assert indices.shape == (4, 200)
    assert (np.diff(indices, axis=1) > 0).all()
    assert (indices[:, 0] >= 0).all()
    assert (indices[:, -1] < lengths).all()


def test_shorter_videos_repeat_samples_evenly(rng: np.random.Generator) -> None:
    indices = sample_indices([3, 200, 1], 200, rng=rng)
    expected = [int(i * 3 / 200) for i in range(200)]  # nearest-neighbor interpolation
    assert indices[0].tolist() == expected
    assert indices[1].tolist() == list(range(200))
    assert indices[2].tolist() == [0] * 200


def test_subsets_are_fresh_and_uniform(rng: np.random.Generator) -> None:
    counts = np.zeros(50)
    for _ in range(400):
        counts[sample_indices([50, 400], 20, rng=rng)[0]] += 1
    # 8000 draws over 50 places: 160 each, standard deviation about 10
    assert counts.min() > 110
    assert counts.max() < 210


def test_one_epoch_visits_every_video_once(rng: np.random.Generator) -> None:
    batches = shuffled_batches(40, batch=32, drop_last=False, rng=rng)
    assert [len(b) for b in batches] == [32, 8]
    assert sorted(np.concatenate(batches)) == list(range(40))


def test_the_last_batch_may_be_left_out_but_not_the_only_one(rng: np.random.Generator) -> None:
    assert [len(b) for b in shuffled_batches(40, batch=32, drop_last=True, rng=rng)] == [32]
    assert [len(b) for b in shuffled_batches(5, batch=32, drop_last=True, rng=rng)] == [5]


@pytest.mark.parametrize("epoch", [0, 7])
def test_an_epoch_depends_on_seed_and_number_alone(epoch: int) -> None:
    first, again = (epoch_generator(3, epoch).random(5) for _ in range(2))
    assert (first == again).all()
    assert (first != epoch_generator(3, epoch + 1).random(5)).all()
    assert (first != epoch_generator(4, epoch).random(5)).all()
