"""What makes a sample important: one criterion a file, pure functions on (T, D) features."""

from vidgist.criteria.alignment import alignment
from vidgist.criteria.belonging import belonging
from vidgist.criteria.distinctiveness import distinctiveness
from vidgist.criteria.measure import measure
from vidgist.criteria.projection import projection
from vidgist.criteria.promise import promise
from vidgist.criteria.scaling import minmax
from vidgist.criteria.uniformity import uniformity
from vidgist.criteria.uniqueness import segment_features, uniqueness

__all__ = [
    "alignment",
    "belonging",
    "distinctiveness",
    "measure",
    "minmax",
    "projection",
    "promise",
    "segment_features",
    "uniformity",
    "uniqueness",
]
