"""Evaluation of scores: the field's metrics and protocols, and reference rows to compare with.

`evaluate` measures anybody's scores on a data set and returns a `Table`. The measures are functions
on bare arrays: `kendall_tau`, `spearman_rho`, `f1_scores`, `keyshot_summaries`,
`average_precision`, `top_precision`, `paired_bootstrap`. `Judge` measures one video.
"""

from vidgist.evaluation.api import Table, evaluate
from vidgist.evaluation.bootstrap import paired_bootstrap
from vidgist.evaluation.entries import Entry, method_entry, scores_entry
from vidgist.evaluation.f1 import f1_scores
from vidgist.evaluation.highlights import average_precision, top_precision
from vidgist.evaluation.judge import Judge
from vidgist.evaluation.keyshots import keyshot_summaries
from vidgist.evaluation.protocols import PROTOCOLS, Protocol, protocol
from vidgist.evaluation.rank import kendall_tau, spearman_rho
from vidgist.evaluation.scores_file import as_scores, read_scores

__all__ = [
    "PROTOCOLS",
    "Entry",
    "Judge",
    "Protocol",
    "Table",
    "as_scores",
    "average_precision",
    "evaluate",
    "f1_scores",
    "kendall_tau",
    "keyshot_summaries",
    "method_entry",
    "paired_bootstrap",
    "protocol",
    "read_scores",
    "scores_entry",
    "spearman_rho",
    "top_precision",
]
