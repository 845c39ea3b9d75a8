"""Which shots make the summary: their values, the budget, the knapsack."""

from vidgist.selection.budget import parse_length, parse_time
from vidgist.selection.choose import best_samples, choose, fit, offered_shots
from vidgist.selection.knapsack import knapsack
from vidgist.selection.select import select, trim
from vidgist.selection.values import shot_values, spread

__all__ = [
    "best_samples",
    "choose",
    "fit",
    "knapsack",
    "offered_shots",
    "parse_length",
    "parse_time",
    "select",
    "shot_values",
    "spread",
    "trim",
]
