"""The demo's program: which scene comes when, and for how long."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image

from vidgist.demo import indoors, outdoors

__all__ = ["PROGRAM", "SCENES", "Part", "program"]

SCENES: dict[str, Callable[[float], Image.Image]] = {
    "presenter": indoors.presenter,
    "sunrise": outdoors.sunrise,
    "city": indoors.city,
    "aquarium": indoors.aquarium,
    "rocket": outdoors.rocket,
    "road": outdoors.road,
    "fireworks": outdoors.fireworks,
    "snow": outdoors.snow,
    "balloons": outdoors.balloons,
    "storm": outdoors.storm,
    "clock": indoors.clock,
    "disco": indoors.disco,
}
"""Name -> picture of the scene at a time in seconds since it began."""

PROGRAM = (
    ("presenter", 3.0),
    ("sunrise", 2.6),
    ("city", 2.4),
    ("presenter", 2.4),
    ("aquarium", 2.8),
    ("road", 2.4),
    ("city", 2.0),
    ("rocket", 2.6),
    ("presenter", 2.6),
    ("snow", 2.6),
    ("road", 2.2),
    ("balloons", 2.4),
    ("presenter", 2.2),
    ("storm", 2.4),
    ("city", 2.2),
    ("clock", 2.2),
    ("road", 2.2),
    ("disco", 2.4),
    ("presenter", 2.6),
    ("sunrise", 2.2),
    ("city", 2.0),
    ("aquarium", 2.2),
    ("presenter", 2.2),
    ("fireworks", 3.0),
    ("presenter", 2.2),
)
"""Scene and its seconds; presenter, city and road come back often, others once or never."""


@dataclass(frozen=True)
class Part:
    """A stretch of the clip that shows one scene.

    Attributes:
        scene: name in `SCENES`.
        start: seconds of the clip at which it begins.
        end: seconds of the clip at which the next begins.
        skip: seconds of this scene that were shown before; a scene that returns goes on.
    """

    scene: str
    start: float
    end: float
    skip: float


def program(seconds: float) -> list[Part]:
    """Return the parts of a clip of that length: the same scenes, all slower or faster cut."""
    share = seconds / sum(length for _, length in PROGRAM)
    parts: list[Part] = []
    shown: dict[str, float] = {}
    start = 0.0
    for scene, length in PROGRAM:
        end = start + length * share
        parts.append(Part(scene, start, end, shown.get(scene, 0.0)))
        shown[scene] = shown.get(scene, 0.0) + end - start
        start = end
    return parts
