"""Features: samples of a video as vectors that say what is seen."""

from vidgist.features.backbone import Backbone
from vidgist.features.extract import Extraction, extract_features
from vidgist.features.registry import DEFAULT_BACKBONE, load_backbone, records

__all__ = [
    "DEFAULT_BACKBONE",
    "Backbone",
    "Extraction",
    "extract_features",
    "load_backbone",
    "records",
]
