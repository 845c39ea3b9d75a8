"""Trained models: their files, their settings, and their networks in NumPy, without torch."""

from vidgist.models.card import ModelCard
from vidgist.models.methods import METHODS, Method
from vidgist.models.model import Model, load_model
from vidgist.models.settings import TrainingSettings

__all__ = [
    "METHODS",
    "Method",
    "Model",
    "ModelCard",
    "TrainingSettings",
    "load_model",
]
