"""Frozen, validated values that pass from one stage of the pipeline to the next.

Times are seconds from the first frame shown, intervals are half-open ``[start, end)``, frames are
counted in the order of presentation from 0.  T is the number of samples, D the dimension of a
feature, N the number of frames, S the number of shots.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from vidgist.errors import SettingError
from vidgist.shapes import ShapesInRepr, expect, expect_length

Floats: TypeAlias = npt.NDArray[np.floating[Any]]
Integers: TypeAlias = npt.NDArray[np.integer[Any]]
Booleans: TypeAlias = npt.NDArray[np.bool_]
Pixels: TypeAlias = npt.NDArray[np.uint8]
Strings: TypeAlias = npt.NDArray[np.str_]


@dataclass(frozen=True, kw_only=True)
class FrameWindow:
    """The pictures around a sample that a network for video takes as its input.

    Picture i of the window of a sample at t seconds is the one that a viewer sees at
    t + (i - frames // 2) / rate, i = 0 ... frames - 1; beyond the ends of the video its first and
    its last picture are repeated.

    Attributes:
        frames: F, number of pictures.
        rate: pictures a second.
    """

    frames: int
    rate: float

    def __post_init__(self) -> None:
        if not (1 <= self.frames <= 256 and 0 < self.rate <= 240):
            raise SettingError(
                "window: expected 1 to 256 frames at a rate of up to 240 a second, "
                f"got {self.frames} at {self.rate}"
            )

    @property
    def center(self) -> int:
        """Index of the sample itself among the pictures."""
        return self.frames // 2


@dataclass(frozen=True, kw_only=True)
class VideoInfo:
    """Metadata of a video file.

    ``width`` and ``height`` are those of the picture as it is shown: rotated by ``rotation``
    (degrees clockwise, a multiple of 90) and stretched to square pixels.  ``duration`` is in
    seconds, None if the container does not state it; ``frame_rate`` is the average in frames per
    second, 0.0 if unknown.  ``crop`` is what the container hides of the stored picture, in pixels
    (left, right, top, bottom); ``interlaced`` tells whether the first frame consists of two fields;
    ``hdr`` is `PQ`, `HLG` or empty; ``dolby_vision`` is the number of its profile.  By its
    ``fingerprint`` the file is known under another name, see
    `vidgist.system.fingerprint.content_fingerprint`; ``tags`` are those that a clip can keep, and
    the device.  ``holes`` (start and end in seconds), ``joints`` (seconds at which another
    recording begins) and ``damage`` (a sentence each) are found by `vidgist.video.examine`.
    """

    path: Path
    duration: float | None
    frame_rate: float
    variable_frame_rate: bool
    width: int
    height: int
    has_audio: bool
    codec: str
    rotation: int = 0
    coded_width: int = 0
    coded_height: int = 0
    pixel_aspect: float = 1.0
    pixel_format: str = ""
    container: str = ""
    crop: tuple[int, int, int, int] = (0, 0, 0, 0)
    interlaced: bool = False
    hdr: str = ""
    dolby_vision: int | None = None
    streams: tuple[Mapping[str, Any], ...] = ()
    holes: tuple[tuple[float, float], ...] = ()
    joints: tuple[float, ...] = ()
    damage: tuple[str, ...] = ()
    fingerprint: str = ""
    tags: Mapping[str, str] = dataclasses.field(default_factory=dict)

    @property
    def name(self) -> str:
        """Name of the file; where several files are one video, the names of all."""
        if self.path.is_file():
            return self.path.name
        return " + ".join(Path(part).name for part in str(self.path).split(" + "))


@dataclass(frozen=True, kw_only=True, repr=False)
class Timeline(ShapesInRepr):
    """All decoded frames of a video: their times, and the change from frame to frame.

    Attributes:
        times: (N,) seconds from the first frame, ascending, ``times[0] == 0``.
        jumps: (N,) mean absolute difference of luma to the frame before, in [0, 1];
            ``jumps[0] == 0``.
        duration: seconds from the first frame to the end of the last, more than ``times[-1]``.
        warnings: losses and assumptions while decoding, one sentence each.
        origin: time of the first frame in the container, in seconds.
        steady: whether all times are the container's, minus ``origin``; False if timestamps are
            missing or contradictory, so that frames cannot be found by seeking.
        size: (width, height) of the picture as it is shown, the largest where it changes; None
            where it is not known.
        holes: (m, 2) start and end in seconds of holes, which have neither picture nor sound.
        joints: (j,) seconds at which another recording begins, whose clock starts anew.
    """

    times: Floats
    jumps: Floats
    duration: float
    warnings: tuple[str, ...] = ()
    origin: float = 0.0
    steady: bool = True
    size: tuple[int, int] | None = None
    holes: Floats = dataclasses.field(default_factory=lambda: np.empty((0, 2)))
    joints: Floats = dataclasses.field(default_factory=lambda: np.empty(0))

    def __post_init__(self) -> None:
        expect(self.times.ndim == 1 and len(self.times) > 0, "Timeline.times", "(N,)", "nothing")
        expect_length("Timeline", "jumps", self.jumps, len(self.times))
        expect(self.duration > 0, "Timeline.duration", "more than 0 s", self.duration)

    @property
    def filled(self) -> float:
        """Seconds of the video without its holes."""
        return self.duration - float(np.diff(self.holes).sum())

    @property
    def borders(self) -> Floats:
        """Seconds at which a piece may begin or end: those of frames, holes and the end."""
        return np.union1d(np.append(self.times, self.duration), self.holes[:, 0])

    @property
    def n_frames(self) -> int:
        """Number of frames N."""
        return len(self.times)

    @property
    def frame_interval(self) -> float | None:
        """Seconds from frame to frame if constant up to rounding, else None."""
        interval = self.duration / self.n_frames
        regular = np.arange(self.n_frames) * interval
        constant = np.abs(self.times - regular).max() <= min(0.05 * interval, 0.001)
        return interval if constant else None

    @property
    def ends(self) -> Floats:
        """(N,) end of the display of each frame in seconds."""
        return np.append(self.times[1:], self.duration)


@dataclass(frozen=True, kw_only=True, repr=False)
class Frames(ShapesInRepr):
    """Sampled frames of a video, resized.

    Attributes:
        pixels: (T, H, W, 3) uint8 RGB, whole frames resized (aspect not kept).
        times: (T,) seconds; sample k is the frame shown at ``k / fps``.
        picks: (T,) frame index of each sample, not descending.
        timeline: all frames that were decoded.
    """

    pixels: Pixels
    times: Floats
    picks: Integers
    timeline: Timeline

    def __post_init__(self) -> None:
        shape, dtype = self.pixels.shape, self.pixels.dtype
        valid = len(shape) == 4 and shape[-1] == 3 and dtype == np.uint8
        expect(valid, "Frames.pixels", "uint8 (T, H, W, 3)", f"{dtype} {shape}")
        expect_length("Frames", "times", self.times, len(self.pixels))
        expect_length("Frames", "picks", self.picks, len(self.pixels))


SAMPLE_SECONDS = 0.5
"""Seconds that a sample stands for by default: the unit of its weight, and of settings that count
samples."""

MOST_SECONDS = 10.0
"""Seconds that a sample stands for at most: what comes later is unknown, or a hole."""


def sample_weights(times: Floats) -> Floats | None:
    """Return the time that each sample stands for, in half seconds: that to the next sample.

    Args:
        times: (T,) seconds, not descending.

    Returns:
        (T,) float64, at most 20; the last has the median of the others. None where each is 1, as at
        two samples a second, and for a single sample.

    >>> sample_weights(np.array([0.0, 0.5, 1.5, 2.0]))
    array([1., 2., 1., 1.])
    """
    steps = np.diff(np.asarray(times, np.float64))
    if not len(steps):
        return None
    steps = np.minimum(np.append(steps, np.median(steps)), MOST_SECONDS) / SAMPLE_SECONDS
    return None if np.abs(steps - 1).max() <= 1e-6 else np.asarray(steps)


@dataclass(frozen=True, kw_only=True)
class Sampling:
    """Which frames of a video were looked at.

    Attributes:
        mode: `full`: all were decoded, samples are evenly spaced; `skim`: key frames, and some
            between them.
        key_frames: samples that are key frames (`skim`).
        between: samples that were decoded between key frames (`skim`).
        note: why the video was not skimmed, where that was asked for.
    """

    mode: str = "full"
    key_frames: int = 0
    between: int = 0
    note: str = ""


FULL = Sampling()
"""The sampling of a video that was decoded whole."""


@dataclass(frozen=True, kw_only=True, repr=False)
class Features(ShapesInRepr):
    """Features of the samples of one video.

    Attributes:
        values: (T, D) float, pooled and *not* normalized.
        picks: (T,) frame index of each sample, not descending, from 0.
        n_frames: number of frames N of the video, more than ``picks[-1]``.
        backbone: name of the extractor, "" if unknown (dataset files).
        times: (T,) seconds, or None if unknown (dataset files).
        widths: dimensions of the backbones whose features lie side by side, together D; () for one.
    """

    values: Floats
    picks: Integers
    n_frames: int
    backbone: str = ""
    times: Floats | None = None
    widths: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        valid = self.values.ndim == 2 and len(self.values) > 0
        expect(valid, "Features.values", "(T, D) with T > 0", self.values.shape)
        expect_length("Features", "picks", self.picks, len(self.values))
        valid = bool(np.all(np.diff(self.picks) >= 0)) and int(self.picks[0]) >= 0
        expect(valid, "Features.picks", "frame indices that do not descend, from 0", self.picks)
        last = int(self.picks[-1])
        least = f"more than the last pick {last}"
        expect(last < self.n_frames, "Features.n_frames", least, self.n_frames)
        if self.times is not None:
            expect_length("Features", "times", self.times, len(self.values))
        if self.widths:
            total = self.values.shape[1]
            expect(sum(self.widths) == total, "Features.widths", f"{total} together", self.widths)

    def __len__(self) -> int:
        return len(self.values)

    @property
    def parts(self) -> tuple[Features, ...]:
        """The features of each backbone; these themselves where there is one."""
        if not self.widths:
            return (self,)
        names = self.backbone.split("+")
        names = names if len(names) == len(self.widths) else [""] * len(self.widths)
        columns = np.split(self.values, np.cumsum(self.widths)[:-1], axis=1)
        return tuple(
            dataclasses.replace(self, values=values, backbone=name, widths=())
            for values, name in zip(columns, names, strict=True)
        )

    @property
    def looks(self) -> Floats:
        """(T, D) what cosines are taken of: each backbone's vectors at length 1; one's as it is.

        The cosine of two samples is then the mean of the backbones' cosines.
        """
        if not self.widths:
            return self.values
        lengths = [np.linalg.norm(p.values, axis=1, keepdims=True) for p in self.parts]
        pairs = zip(self.parts, lengths, strict=True)
        return np.concatenate([p.values / np.where(n > 0, n, 1) for p, n in pairs], axis=1)

    @property
    def weights(self) -> Floats | None:
        """(T,) time that each sample stands for, see `sample_weights`; None for 1 each."""
        return None if self.times is None else sample_weights(self.times)


@dataclass(frozen=True, kw_only=True, repr=False)
class Scores(ShapesInRepr):
    """Criteria of each sample, scaled to [0, 1] over the video, and the final score.

    Attributes:
        criteria: name -> (T,) scaled criterion, at least those that enter the score.
        importance: (T,) final score, finite and not negative.
    """

    criteria: Mapping[str, Floats]
    importance: Floats

    def __post_init__(self) -> None:
        object.__setattr__(self, "criteria", MappingProxyType(dict(self.criteria)))
        for name, values in self.criteria.items():
            expect_length("Scores", name, values, len(self.importance))
        finite = bool(np.all(np.isfinite(self.importance)))
        expect(finite, "Scores.importance", "finite numbers", "NaN or inf")

    def __len__(self) -> int:
        return len(self.importance)


@dataclass(frozen=True, kw_only=True, repr=False)
class Shots(ShapesInRepr):
    """Consecutive half-open shots.

    Attributes:
        frames: (S, 2) first frame and first frame after, ``frames[i, 1] == frames[i + 1, 0]``.
        seconds: (S, 2) the same borders in seconds, or None if unknown (dataset files).
    """

    frames: Integers
    seconds: Floats | None = None

    def __post_init__(self) -> None:
        shape = self.frames.shape
        valid = len(shape) == 2 and shape[1] == 2 and shape[0] > 0
        expect(valid, "Shots.frames", "(S, 2) with S > 0", shape)
        empty = self.frames[self.lengths <= 0]
        expect(not len(empty), "Shots.frames", "shots of at least one frame", empty[:3].tolist())
        if self.seconds is not None:
            valid = self.seconds.shape == shape
            expect(valid, "Shots.seconds", f"shape {shape}", self.seconds.shape)

    def __len__(self) -> int:
        return len(self.frames)

    @property
    def lengths(self) -> Integers:
        """(S,) number of frames of each shot."""
        return np.asarray(self.frames[:, 1] - self.frames[:, 0])
