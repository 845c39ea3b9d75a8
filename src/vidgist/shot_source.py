"""Where the shots of a video come from: a way of cutting, a file, or arrays of the caller."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from vidgist.datasets.shots_file import ShotsFile, read_shots_file
from vidgist.errors import SettingError, unknown_value
from vidgist.imports import is_object_name
from vidgist.shots import SEGMENTATIONS, Segmentation, change_points, place_shots, refine_shots
from vidgist.types import Features, Floats, Integers, Shots, Timeline


@dataclass(frozen=True, kw_only=True)
class ShotSource:
    """Where shots come from, see `shot_source`.

    Attributes:
        name: as settings print it.
        way: name of a way of cutting, or "".
        file: a file of shots, or None.
        pieces: (S, 2) starts and ends in seconds, or (S,) cuts, or None.
    """

    name: str
    way: str = ""
    file: ShotsFile | None = None
    pieces: Floats | None = None

    def changes(self, features: Features) -> Integers:
        """Return the change points (m,) that the way of cutting finds; none where shots are given.

        Raises:
            VidgistError: a way of cutting of another package fails.
        """
        if not self.way:
            return np.zeros(0, np.int64)
        return change_points(features, shots=self.way)

    def shots(
        self,
        video: Path,
        features: Features,
        timeline: Timeline,
        *,
        changes: Integers | None = None,
    ) -> Shots:
        """Return the shots of a video.

        Args:
            video: the file.
            features: of its samples.
            timeline: of its frames.
            changes: what `changes` gives for the features, where it is known.

        Raises:
            DataError: they are not those of this video.
            VidgistError: a way of cutting of another package fails.
        """
        if self.file is not None:
            given = self.file.of(video)
            return place_shots(given.pieces, timeline, unit=given.unit)
        if self.pieces is not None:
            return place_shots(self.pieces, timeline)
        points = self.changes(features) if changes is None else changes
        return refine_shots(points, features.picks, timeline)


AnyShots: TypeAlias = (
    "str | os.PathLike[str] | npt.ArrayLike | Segmentation | Callable[[Features], Integers] |"
    " ShotSource"
)
"""What `shot_source` takes."""


def shot_source(shots: AnyShots) -> ShotSource:
    """Return where shots come from.

    Args:
        shots: a name out of `vidgist.shots.SEGMENTATIONS`; ``"module:function"``, a function from
            `Features` to change points, or a `Segmentation`; a file of shots, see
            `vidgist.datasets.shots_file`; or (S, 2) starts and ends, or (S,) cuts, in seconds.

    Raises:
        SettingError: it is none of these.
        DataError: the file is damaged, or holds no shots.
    """
    if isinstance(shots, ShotSource):
        return shots
    if isinstance(shots, (Segmentation, str)) or callable(shots):
        text = shots if isinstance(shots, str) else ""
        is_file = text not in SEGMENTATIONS and (Path(text).exists() or Path(text).suffix != "")
        if not text or not is_file or (is_object_name(text) and not Path(text).exists()):
            if text and text not in SEGMENTATIONS and not is_object_name(text):
                raise unknown_value("shots", text, (*SEGMENTATIONS, "a file of shots"))
            way = SEGMENTATIONS.resolve(shots)
            return ShotSource(name=way.name, way=way.name)
        shots = Path(text)
    if isinstance(shots, os.PathLike):
        file = read_shots_file(shots)
        return ShotSource(name=file.path.name, file=file)
    try:
        pieces = np.asarray(shots, dtype=np.float64)
    except (TypeError, ValueError):
        pieces = np.zeros((0, 0, 0))
    if pieces.ndim not in (1, 2) or (pieces.ndim == 2 and pieces.shape[1] != 2):
        raise SettingError(
            "shots: expected a name, a function, a file, or (S, 2) starts and ends in seconds, got "
            f"{type(shots).__name__}"
        )
    return ShotSource(name="given", pieces=pieces)
