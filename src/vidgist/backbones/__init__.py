"""Backbones: networks that turn a picture, or a few in a row, into a feature vector."""

import os

from vidgist.backbones.backbone import Backbone
from vidgist.backbones.registry import DEFAULT_BACKBONE, load_backbone, records

__all__ = ["DEFAULT_BACKBONE", "Backbone", "load_backbone", "records"]

# From 1.29 on ONNX Runtime reports its use over the network, names of models included, unless it is
# told otherwise before it is loaded.  What a user works on is nobody's business.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
