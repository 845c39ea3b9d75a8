"""The plan of a budget: which method is trained for how many epochs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from vidgist.models import METHODS
from vidgist.models.methods import Method, training_settings
from vidgist.models.settings import TrainingSettings
from vidgist.paper.trainings.plans import plan


def trainings(**costs: float | None) -> list[tuple[Method, TrainingSettings]]:
    """Methods of these costs an epoch, each of ten epochs."""
    settings = training_settings("dr_dsn", epochs=10)
    return [
        (replace(METHODS["dr_dsn"], title=title, cost=cost), settings)
        for title, cost in costs.items()
    ]


def epochs(hours: float | None, *, epochs_cost: float = 1.0, **costs: float | None) -> dict:
    plans = plan(trainings(**costs), epochs_cost=epochs_cost, hours=hours)
    return {chosen.method.title: chosen.settings.epochs for chosen in plans}


def test_without_a_budget_all_is_trained() -> None:
    assert epochs(None, a=1.0, b=1e9) == {"a": 10, "b": 10}


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0, {"a": 0, "b": 0, "c": 0}),
        (60, {"a": 10, "b": 10, "c": 3}),  # 10 + 20, and 30 are left for 9 an epoch
        (45, {"a": 10, "b": 8, "c": 2}),  # 15 each: 10, then 17.5 of 35: 16, then 19 of 9
        (120, {"a": 10, "b": 10, "c": 10}),
    ],
)
def test_what_the_cheap_leave_is_for_the_dear(seconds: float, expected: dict) -> None:
    found = epochs(seconds / 3600, c=9.0, a=1.0, b=2.0)
    assert found == expected
    assert list(found) == ["a", "b", "c"]


def test_the_plan_never_costs_more_than_the_budget() -> None:
    costs = {"a": 0.3, "b": 7.0, "c": 50.0, "d": 1500.0}
    for hours in (0.01, 0.1, 1.0, 5.0):
        plans = plan(trainings(**costs), epochs_cost=4, hours=hours)
        spent = [costs[p.method.title] * 4 * p.settings.epochs for p in plans]
        assert sum(spent) <= 3600 * hours
        assert [p.seconds for p in plans] == pytest.approx(spent)


def test_a_method_of_unknown_cost_is_trained_fully() -> None:
    assert epochs(0, a=None, b=1.0) == {"a": 10, "b": 0}


def test_rows_name_what_was_cut_short() -> None:
    whole, cut = plan(trainings(a=1.0, b=100.0), epochs_cost=1, hours=0.1)
    assert whole.row == "a"
    assert cut.row == "b, 3 of 10 epochs"
