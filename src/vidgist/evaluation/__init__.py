"""Evaluation of scores: the field's metrics and protocols, and reference rows to compare with."""

from vidgist.evaluation.bootstrap import paired_bootstrap
from vidgist.evaluation.f1 import f1_scores
from vidgist.evaluation.judge import Judge
from vidgist.evaluation.protocols import protocol
from vidgist.evaluation.rank import kendall_tau, spearman_rho

__all__ = ["Judge", "f1_scores", "kendall_tau", "paired_bootstrap", "protocol", "spearman_rho"]
