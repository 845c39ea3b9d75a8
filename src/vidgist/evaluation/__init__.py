"""How good scores are: the field's metrics and protocols, with the rows that put them in place."""

from vidgist.evaluation.bootstrap import paired_bootstrap
from vidgist.evaluation.f1 import f1_scores
from vidgist.evaluation.judge import Judge
from vidgist.evaluation.protocols import protocol
from vidgist.evaluation.rank import kendall_tau, spearman_rho

__all__ = ["Judge", "f1_scores", "kendall_tau", "paired_bootstrap", "protocol", "spearman_rho"]
