"""Which shots make the summary: values, budget, knapsack."""

from vidgist.selection.knapsack import knapsack
from vidgist.selection.values import shot_values, spread

__all__ = ["knapsack", "shot_values", "spread"]
