"""Selection: which pieces of shots make the summary. One rule a file, found by the registry."""

from vidgist.selection.budget import auto_length, parse_count, parse_length, parse_time
from vidgist.selection.knapsack import knapsack
from vidgist.selection.rule import RULES, Footage, Rule, Selection, choose
from vidgist.selection.values import best_within, shot_values, spread
from vidgist.selection.whole_shots import best_samples, offered_shots, select

__all__ = [
    "RULES",
    "Footage",
    "Rule",
    "Selection",
    "auto_length",
    "best_samples",
    "best_within",
    "choose",
    "knapsack",
    "offered_shots",
    "parse_count",
    "parse_length",
    "parse_time",
    "select",
    "shot_values",
    "spread",
]
