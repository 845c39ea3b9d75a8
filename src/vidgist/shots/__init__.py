"""Where a video changes: change points between samples, and shots on frames."""

from vidgist.shots.kts import segment
from vidgist.shots.refine import refine

__all__ = ["refine", "segment"]
