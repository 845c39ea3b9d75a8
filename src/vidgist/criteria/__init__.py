"""What makes a sample important: one criterion a file, pure functions on (T, D) features."""

from vidgist.criteria.alignment import alignment
from vidgist.criteria.measure import measure
from vidgist.criteria.scaling import minmax
from vidgist.criteria.uniformity import uniformity
from vidgist.criteria.uniqueness import segment_features, uniqueness

__all__ = ["alignment", "measure", "minmax", "segment_features", "uniformity", "uniqueness"]
