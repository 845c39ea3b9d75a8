"""Shots: change points between samples, and borders on frames. One way of cutting a record."""

from vidgist.shots.kts import segment
from vidgist.shots.place import place_shots
from vidgist.shots.refine import refine_shots
from vidgist.shots.segmentation import SEGMENTATIONS, Segmentation, change_points

__all__ = [
    "SEGMENTATIONS",
    "Segmentation",
    "change_points",
    "place_shots",
    "refine_shots",
    "segment",
]
