"""Training videos: the features of all of them in one array, in memory or mapped from disk.

One array lets a batch be gathered in one go, and a file that is mapped into memory take its place
when ten thousand videos do not fit.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from vidgist.errors import DataError
from vidgist.system.fingerprint import array_fingerprint
from vidgist.training.targets import Targets, join_targets

Array: TypeAlias = npt.NDArray[Any]

AT_ONCE = 4
"""Videos read before pages are released: the system maps up to megabytes around each of them."""


@dataclass(frozen=True, kw_only=True)
class TrainingVideos:
    """Features of V videos.

    Attributes:
        rows: (N, D) features of all samples of all videos: float16 or float32, not normalized; or
            bytes, quantized as YouTube-8M does.
        starts: (V,) row of each video's first sample.
        lengths: (V,) samples of each video.
        keys: names of the videos.
        digests: of each video's features, in hexadecimal.
        backbone: name of the extractor, "" where unknown.
        backbone_fingerprint: that of the extractor, "" where unknown.
        targets: what people say of all samples, as the rows; None for methods without labels.
        release: called after reading, to release pages of a mapped file; or None.
    """

    rows: Array
    starts: npt.NDArray[np.int64]
    lengths: npt.NDArray[np.int64]
    keys: tuple[str, ...]
    digests: tuple[str, ...]
    backbone: str = ""
    backbone_fingerprint: str = ""
    targets: Targets | None = None
    release: Callable[[], None] | None = None

    def __post_init__(self) -> None:
        if self.rows.ndim != 2 or self.rows.dtype not in (np.float16, np.float32, np.uint8):
            raise ValueError(
                "TrainingVideos.rows: expected (N, D) float16, float32 or uint8, "
                f"got {self.rows.dtype} {self.rows.shape}"
            )
        counts = {len(self.keys), len(self.digests), len(self.starts), len(self.lengths)}
        if len(counts) != 1 or not self.keys:
            raise ValueError("TrainingVideos: expected one start, length, key and digest a video")

    def __len__(self) -> int:
        return len(self.keys)

    @property
    def dimension(self) -> int:
        """D, the length of a feature."""
        return int(self.rows.shape[1])

    @property
    def fingerprint(self) -> str:
        """Hash of the names, the features and their order, 32 hexadecimal digits."""
        pairs = zip(self.keys, self.digests, strict=True)
        text = "\n".join(f"{digest} {key}" for key, digest in pairs)
        return hashlib.sha256(text.encode()).hexdigest()[:32]

    def feature_digests(self) -> tuple[str, ...]:
        """Return the hash of each video's features alone, whatever people say of them."""
        if self.targets is None:
            return self.digests
        pairs = zip(self.starts, self.lengths, strict=True)
        return tuple(digest_of(self.rows[start : start + count]) for start, count in pairs)

    @property
    def quantized(self) -> bool:
        """Whether the features are YouTube-8M's bytes."""
        return bool(self.rows.dtype == np.uint8)

    def targets_of(self, video: int) -> Targets:
        """Return the targets of one video.

        Raises:
            DataError: the videos were read without annotations.
        """
        if self.targets is None:
            raise DataError("training data: has no annotations, which this method learns from")
        start = int(self.starts[video])
        return self.targets[start : start + int(self.lengths[video])]

    def read(self, videos: npt.NDArray[np.int64], indices: npt.NDArray[np.int64]) -> Array:
        """Return features (B, n, D), in the type of the rows.

        Args:
            videos: (B,) which videos.
            indices: (B, n) which samples of each.
        """
        batch = np.empty((*indices.shape, self.dimension), dtype=self.rows.dtype)
        for first in range(0, len(videos), AT_ONCE):
            some = slice(first, first + AT_ONCE)
            batch[some] = self.rows[self.starts[videos[some]][:, None] + indices[some]]
            if self.release is not None:
                self.release()
        return batch

    def subset(self, keys: Iterable[str]) -> TrainingVideos:
        """Return the videos of those names, in their order here.

        Raises:
            DataError: a name is not among them.
        """
        keys = set(keys)
        missing = sorted(keys - set(self.keys))
        if missing:
            raise DataError(
                f"training data: has no video '{missing[0]}' that the split trains on; "
                "give the data set that the split file belongs to"
            )
        chosen = [i for i, key in enumerate(self.keys) if key in keys]
        return replace(
            self,
            starts=self.starts[chosen],
            lengths=self.lengths[chosen],
            keys=tuple(self.keys[i] for i in chosen),
            digests=tuple(self.digests[i] for i in chosen),
        )


def digest_of(features: Array, targets: Targets | None = None) -> str:
    """Return a hash of the features of a video, and of its targets, 32 hexadecimal digits."""
    return array_fingerprint(features, *([] if targets is None else vars(targets).values()))


def gather_videos(
    videos: Sequence[tuple[str, Array]],
    *,
    targets: Sequence[Targets] | None = None,
    backbone: str = "",
    backbone_fingerprint: str = "",
) -> TrainingVideos:
    """Put videos' features into one array in memory.

    Args:
        videos: name and (T, D) float features of each; float16 stays float16.
        targets: what people say of each video's samples, for methods that learn from it.
        backbone: what the features were made with.
        backbone_fingerprint: that of the extractor.

    Raises:
        DataError: there is no video, two have another width, or a feature is not finite.
    """
    if not videos:
        raise DataError("training data: holds no video with features; extract some first")
    width = videos[0][1].shape[1]
    for key, features in videos:
        if features.ndim != 2 or features.shape[1] != width or len(features) == 0:
            raise DataError(
                f"{key}: has features of shape {features.shape}, others have {width} numbers a "
                "sample; train on features of one backbone"
            )
        if not np.isfinite(features).all():
            raise DataError(f"{key}: its features hold NaN or infinity; extract them again")
    half = all(features.dtype == np.float16 for _, features in videos)
    dtype = np.float16 if half else np.float32
    parts = [features.astype(dtype, copy=False) for _, features in videos]
    lengths = np.array([len(part) for part in parts], dtype=np.int64)
    of_each = [None] * len(parts) if targets is None else targets
    return TrainingVideos(
        rows=np.concatenate(parts),
        starts=np.concatenate([[0], np.cumsum(lengths)[:-1]]).astype(np.int64),
        lengths=lengths,
        keys=tuple(key for key, _ in videos),
        digests=tuple(map(digest_of, parts, of_each)),
        backbone=backbone,
        backbone_fingerprint=backbone_fingerprint,
        targets=None if targets is None else join_targets(targets),
    )
