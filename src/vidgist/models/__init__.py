"""Trained models: their files, their settings, and their networks in NumPy, without torch."""

from vidgist.models.card import ModelCard
from vidgist.models.methods import METHODS, Method
from vidgist.models.model import Model, load_model
from vidgist.models.scoring_models import (
    SCORERS,
    AnyModel,
    FunctionModel,
    OnnxModel,
    ScoreFunction,
    open_model,
    open_scorer,
)
from vidgist.models.settings import TrainingSettings

__all__ = [
    "METHODS",
    "SCORERS",
    "AnyModel",
    "FunctionModel",
    "Method",
    "Model",
    "ModelCard",
    "OnnxModel",
    "ScoreFunction",
    "TrainingSettings",
    "load_model",
    "open_model",
    "open_scorer",
]
