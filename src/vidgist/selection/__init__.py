"""Which shots make the summary: their values, the budget, the knapsack."""

from vidgist.selection.budget import parse_length
from vidgist.selection.knapsack import knapsack
from vidgist.selection.select import select, trim
from vidgist.selection.values import shot_values, spread

__all__ = ["knapsack", "parse_length", "select", "shot_values", "spread", "trim"]
