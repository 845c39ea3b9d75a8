from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from vidgist.evaluation.protocols import PROTOCOLS
from vidgist.evaluation.results import Table, TableRow


def row(name, values, **more):
    """A row of one number a video and repeat, the same for tau, rho and F1."""
    numbers = np.asarray(values, float)
    numbers = numbers[:, None] if numbers.ndim == 1 else numbers
    return TableRow(name=name, values=np.repeat(numbers[:, :, None], 3, axis=2), **more)


def table(*rows, splits=(), videos=("a", "b", "c")):
    return Table(
        title="t",
        dataset="d.h5",
        metric="tvsum",
        protocol=PROTOCOLS["paper"],
        videos=videos,
        rows=rows,
        splits=splits,
    )


def test_mean_over_videos():
    one = row("one", [1, 2, 6])
    assert table(one).mean(one)[0] == 3
    assert np.isnan(table(one).spread(one)).all()


def test_mean_over_splits_then_repeats():
    one = row("one", [[1, 3], [2, 4], [6, 8]])
    found = table(one, splits=(("a", "b"), ("b",), ("c", "unknown")))
    np.testing.assert_allclose(found.per_split(one)[:, :, 0], [[1.5, 3.5], [2, 4], [6, 8]])
    assert found.mean(one)[0] == pytest.approx((9.5 + 15.5) / 6)
    assert found.spread(one)[0] == pytest.approx(np.std([9.5 / 3, 15.5 / 3], ddof=1))


def test_unknown_numbers_are_left_out():
    one = row("one", [1, np.nan, 3])
    assert table(one).mean(one)[0] == 2
    nothing = row("nothing", [np.nan] * 3)
    assert np.isnan(table(nothing).mean(nothing)).all()


def test_differences_weigh_videos_as_the_mean_does():
    one, other = row("one", [1, 2, 6]), row("other", [0, 0, 0])
    found = table(one, other, splits=(("a", "b"), ("b",), ("c",)))
    np.testing.assert_allclose(found.weights(), [0.5, 1.5, 1])
    difference = found.difference(one, other)[0]
    assert difference.mean == pytest.approx(found.mean(one)[0] - found.mean(other)[0])
    assert difference.low <= difference.mean <= difference.high


def test_difference_to_a_row_of_many_seeds():
    one, chance = row("one", [1, 2, 6]), row("chance", [[0, 2], [0, 2], [0, 2]])
    assert table(one, chance).difference(one, chance)[2].mean == pytest.approx(2)


def test_rows_must_fit_the_videos():
    with pytest.raises(ValueError, match="expected"):
        table(row("one", [1, 2]))


def test_rows_by_name():
    one = row("one", [1, 2, 3])
    assert table(one).row("one") is one


def test_some_of_the_videos():
    one = row("one", [1, 2, 6])
    part = table(one, splits=(("a", "b"), ("c",))).only({"c", "a", "z"}, splits=(), title="some")
    assert (part.title, part.videos, part.splits) == ("some", ("a", "c"), ())
    assert part.mean(part.row("one"))[0] == 3.5


def test_means_of_folds_are_taken_as_they_are():
    one = row("one", [1, 2, 6])
    means = np.array([[[1.0] * 3, [3.0] * 3], [[2.0] * 3, [4.0] * 3]])
    found = dataclasses.replace(table(one), fold_means={"one": means})
    np.testing.assert_array_equal(found.mean(one), [2.5] * 3)
    assert found.difference(one, one)[0].mean == 0
