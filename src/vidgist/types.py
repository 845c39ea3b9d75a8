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
from vidgist.sampling import sample_weights
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

    Example:
        >>> FrameWindow(frames=16, rate=25).center
        8
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

    Attributes:
        path: the file.
        duration: seconds, None if the container does not state it.
        frame_rate: mean number of frames a second, 0.0 if unknown.
        variable_frame_rate: whether frames follow each other at unequal distances.
        width: of the picture as it is shown, in pixels: rotated, with square pixels.
        height: the same.
        has_audio: whether there is sound that can be decoded.
        codec: of the pictures, as FFmpeg calls it.
        rotation: degrees clockwise by which stored pictures are turned, a multiple of 90.
        coded_width: of the stored picture, in pixels.
        coded_height: the same.
        pixel_aspect: width by height of a stored pixel.
        pixel_format: as FFmpeg calls it.
        container: names of its format, as FFmpeg calls it.
        crop: pixels of the stored picture that the container hides: left, right, top, bottom.
        interlaced: whether the first frame consists of two fields.
        hdr: `PQ`, `HLG` or "".
        dolby_vision: number of its profile, or None.
        streams: facts of each stream by name.
        holes: start and end in seconds of each hole, found by `vidgist.video.examine`.
        joints: seconds at which another recording begins, found by the same.
        damage: what else is wrong, a sentence each, found by the same.
        fingerprint: hash of the content, by which the file is known under another name, see
            `vidgist.system.fingerprint.content_fingerprint`.
        tags: those that a clip can keep, and the device.

    Example:
        >>> import vidgist
        >>> video = vidgist.probe("demo.mp4")
        >>> video.name, video.duration, [stream["type"] for stream in video.streams]
        ('demo.mp4', 20.0, ['video', 'audio'])
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

    Example:
        >>> frames = Timeline(times=np.array([0.0, 0.04, 0.08]), jumps=np.zeros(3), duration=0.12)
        >>> frames.n_frames, frames.frame_interval, frames.ends.tolist()
        (3, 0.04, [0.04, 0.08, 0.12])
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

    Example:
        >>> import vidgist
        >>> vidgist.read_frames("demo.mp4", fps=1, size=(36, 64)).pixels.shape
        (20, 36, 64, 3)
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

    Example:
        >>> features = Features(values=np.ones((3, 8)), picks=np.array([0, 15, 30]), n_frames=40)
        >>> len(features), features.times is None
        (3, True)
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

    Example:
        >>> scores = Scores(criteria={"alignment": np.array([0.0, 1.0])}, importance=np.ones(2))
        >>> len(scores), scores.criteria["alignment"].tolist()
        (2, [0.0, 1.0])
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

    Example:
        >>> shots = Shots(frames=np.array([[0, 50], [50, 120]]))
        >>> len(shots), shots.lengths.tolist()
        (2, [50, 70])
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
