"""Rows of tables that need training: models, folds, and the tables that they make."""

from vidgist.paper.trainings.folds import Fold, canonical_folds, transfer_folds
from vidgist.paper.trainings.groups import Group, contrastive_groups, dsn_group
from vidgist.paper.trainings.runs import Runs
from vidgist.paper.trainings.table import TrainedTable, trained_table

__all__ = [
    "Fold",
    "Group",
    "Runs",
    "TrainedTable",
    "canonical_folds",
    "contrastive_groups",
    "dsn_group",
    "trained_table",
    "transfer_folds",
]
