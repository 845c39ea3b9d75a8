"""Program of the demo video: its scenes in order, with their durations."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image

from vidgist.demo.indoors import aquarium, city, clock, disco, presenter
from vidgist.demo.outdoors import balloons, fireworks, road, rocket, snow, storm, sunrise

_DRAWN: tuple[Callable[[float], Image.Image], ...] = (
    *(presenter, sunrise, city, aquarium, rocket, road),
    *(fireworks, snow, balloons, storm, clock, disco),
)
SCENES = {scene.__name__: scene for scene in _DRAWN}
"""Name -> function from the time in seconds to the picture of the scene."""

_ORDER = (
    "presenter 3.0, sunrise 2.6, city 2.4, presenter 2.4, aquarium 2.8, road 2.4, city 2.0,"
    " rocket 2.6, presenter 2.6, snow 2.6, road 2.2, balloons 2.4, presenter 2.2, storm 2.4,"
    " city 2.2, clock 2.2, road 2.2, disco 2.4, presenter 2.6, sunrise 2.2, city 2.0,"
    " aquarium 2.2, presenter 2.2, fireworks 3.0, presenter 2.2"
)
PROGRAM = tuple(
    (scene, float(seconds)) for scene, seconds in (shot.split() for shot in _ORDER.split(","))
)
"""(scene, seconds) in order; presenter, city and road return often, others once or never."""


@dataclass(frozen=True)
class ScenePart:
    """A part of the video that shows one scene.

    Attributes:
        scene: name in `SCENES`.
        start: its start in seconds.
        end: its end in seconds.
        skip: seconds of the scene that were shown before; a scene that returns continues.
    """

    scene: str
    start: float
    end: float
    skip: float


def program(seconds: float) -> list[ScenePart]:
    """Return the parts of a video of that duration, all scaled alike."""
    share = seconds / sum(length for _, length in PROGRAM)
    parts: list[ScenePart] = []
    shown: dict[str, float] = {}
    start = 0.0
    for scene, length in PROGRAM:
        end = start + length * share
        parts.append(ScenePart(scene, start, end, shown.get(scene, 0.0)))
        shown[scene] = shown.get(scene, 0.0) + end - start
        start = end
    return parts
