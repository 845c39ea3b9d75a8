"""Criteria of importance: one a file, pure functions on (T, D) features.

A file declares its criterion as ``CRITERION``; `CRITERIA` contains all of them, and those of
other packages.
"""

from vidgist.criteria.alignment import alignment
from vidgist.criteria.alignment_uniformity import alignment_and_uniformity
from vidgist.criteria.belonging import belonging
from vidgist.criteria.criterion import Criterion, Words, criterion_of
from vidgist.criteria.distinctiveness import distinctiveness
from vidgist.criteria.projection import projection
from vidgist.criteria.samples import Samples
from vidgist.criteria.scaling import minmax
from vidgist.criteria.uniformity import uniformity
from vidgist.criteria.uniqueness import segment_features, uniqueness
from vidgist.registry import Registry

__all__ = [
    "CRITERIA",
    "Criterion",
    "Samples",
    "Words",
    "alignment",
    "alignment_and_uniformity",
    "belonging",
    "distinctiveness",
    "minmax",
    "projection",
    "segment_features",
    "uniformity",
    "uniqueness",
]

CRITERIA: Registry[Criterion] = Registry(
    "criteria",
    group="vidgist.criteria",
    package=__name__,
    attribute="CRITERION",
    record=Criterion,
    wrap=criterion_of,
)
"""Every criterion by name, in the order of eq. 12."""
