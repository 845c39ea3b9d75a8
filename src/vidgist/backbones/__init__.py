"""Backbones: networks that map a picture, or a frame window, to a feature vector."""

import os

from vidgist.backbones.backbone import Backbone
from vidgist.backbones.registry import BACKBONES, DEFAULT_BACKBONE, load_backbone

__all__ = ["BACKBONES", "DEFAULT_BACKBONE", "Backbone", "load_backbone"]

# From 1.29 on ONNX Runtime reports its use over the network, names of models included, unless this
# is set before it is loaded.  The work of users is private.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
