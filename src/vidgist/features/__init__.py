"""Features: samples of a video as vectors that say what is seen."""

import os

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

# From 1.29 on ONNX Runtime reports its use over the network, names of models included, unless it is
# told otherwise before it is loaded.  What a user works on is nobody's business.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
