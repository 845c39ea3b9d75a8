"""Trained models: safetensors files in, an ONNX graph built from them and run, without torch."""

from vidgist.models.card import ModelCard
from vidgist.models.model import Model, load_model, refined_criteria

__all__ = ["Model", "ModelCard", "load_model", "refined_criteria"]
