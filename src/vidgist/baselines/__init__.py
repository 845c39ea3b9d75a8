"""Rows that tell what a number is worth: chance, no opinion, people, and the best one can do."""

from vidgist.baselines.constant import constant_scores
from vidgist.baselines.human import ceiling_scores, measure_human
from vidgist.baselines.random import random_scores

__all__ = ["ceiling_scores", "constant_scores", "measure_human", "random_scores"]
