"""Shots: change points between samples, and borders on frames."""

from vidgist.shots.kts import segment
from vidgist.shots.refine import refine_shots

__all__ = ["refine_shots", "segment"]
