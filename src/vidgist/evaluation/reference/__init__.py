"""Rows that tell what a number is worth: chance, no opinion, people, and the best one can do."""

from vidgist.evaluation.reference.constant import constant_scores
from vidgist.evaluation.reference.human import ceiling_scores, measure_human
from vidgist.evaluation.reference.random import random_scores

__all__ = ["ceiling_scores", "constant_scores", "measure_human", "random_scores"]
