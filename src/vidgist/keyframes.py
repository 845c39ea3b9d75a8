"""Keyframes alone: stills that stand for a whole video, without a summary.

::

    stills = vidgist.find_keyframes("talk.mp4", 8)
    stills.save("talk-keyframes/")
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from vidgist.defaults import DEFAULT_KEYFRAMES
from vidgist.errors import SettingError, unknown_value
from vidgist.pipeline import score_video
from vidgist.render.outputs.data import plain
from vidgist.render.outputs.keyframes import file_name
from vidgist.selection import parse_count
from vidgist.selection.keyframes import cover_keyframes
from vidgist.shapes import ShapesInRepr
from vidgist.system.files import whole_folder
from vidgist.types import Floats, Timeline, VideoInfo
from vidgist.video import frames_at

if TYPE_CHECKING:
    from PIL import Image

FORMATS: dict[str, dict[str, Any]] = {"jpg": {"quality": 92, "optimize": True}, "png": {}}
"""Formats of the files, and how Pillow writes each."""


@dataclass(frozen=True, kw_only=True, repr=False)
class KeyframeSet(ShapesInRepr):
    """The keyframes of one video, in the order of time.

    Attributes:
        video: metadata of the file.
        timeline: every frame that decoded.
        times: (n,) seconds, ascending.
        scores: (n,) importance of each.
        ranks: (n,) 0 for the one that represents the video best, and so on.
        warnings: for the user, one sentence each.

    Example:
        >>> stills = find_keyframes("demo.mp4", 2)
        >>> [image.size for image in stills.images(size=320)]
        [(320, 180), (320, 180)]
    """

    video: VideoInfo
    timeline: Timeline
    times: Floats
    scores: Floats
    ranks: tuple[int, ...]
    warnings: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.times)

    def images(self, *, size: int | None = None) -> Iterator[Image.Image]:
        """Decode and yield the stills: upright, RGB.

        Args:
            size: longest side in pixels at most; default the source's.

        Raises:
            SettingError: the size is not positive.
            VideoError: the video can no longer be read.
        """
        if size is not None and size < 1:
            raise SettingError(f"size: expected at least 1 pixel, got {size}")
        for image in frames_at(self.video.path, self.times, timeline=self.timeline):
            if size is not None:
                image.thumbnail((size, size))
            yield image

    def save(
        self,
        folder: str | Path,
        *,
        image_format: str = "jpg",
        size: int | None = None,
        overwrite: bool = False,
    ) -> list[Path]:
        """Write the stills and ``keyframes.json`` into a folder that appears whole or not at all.

        Args:
            folder: created if missing.
            image_format: `jpg` or `png`.
            size: longest side in pixels at most; default the source's.
            overwrite: replace the folder if it exists.

        Returns:
            The paths of the stills, named ``NNNN_HH-MM-SS.mmm`` in the order of time.

        Raises:
            SettingError: the format is unknown, or the size is not positive.
            OutputError: the folder exists and ``overwrite`` is False, or cannot be written.
            VideoError: the video can no longer be read.
        """
        if image_format not in FORMATS:
            raise unknown_value("image_format", image_format, FORMATS)
        folder = Path(folder)
        document = self.as_document(image_format=image_format)
        with whole_folder(folder, overwrite=overwrite) as partial:
            for entry, image in zip(document["keyframes"], self.images(size=size), strict=True):
                image.save(partial / entry["file"], **FORMATS[image_format])
            text = json.dumps(document, indent=1, ensure_ascii=True)
            (partial / "keyframes.json").write_text(text + "\n", encoding="ascii")
        return [folder / entry["file"] for entry in document["keyframes"]]

    def as_document(self, *, image_format: str = "jpg") -> dict[str, Any]:
        """Return the keyframes as plain JSON values: times in seconds, scores, ranks, files."""
        rows = zip(self.times.tolist(), self.scores.tolist(), self.ranks, strict=True)
        return {
            "video": plain(self.video.path),
            "duration": round(self.timeline.duration, 6),
            "keyframes": [
                {
                    "time": round(time, 6),
                    "score": round(score, 6),
                    "rank": rank,
                    "file": Path(file_name(number, time)).with_suffix(f".{image_format}").name,
                }
                for number, (time, score, rank) in enumerate(rows, start=1)
            ],
        }


def find_keyframes(
    path: str | Path, n: int | str = DEFAULT_KEYFRAMES, **options: Any
) -> KeyframeSet:
    """Find the stills that stand for a whole video.

    They cover the video best, weighted by importance. If the video has enough different samples, no
    two look alike, and none is blurred, blank or inside a transition.

    Args:
        path: the video file.
        n: how many, or ``"auto"``.
        **options: of `vidgist.pipeline.score_video`, such as ``fps`` or ``backbone``.

    Raises:
        SettingError: an argument is unknown or out of range.
        VideoError: nothing in the file decodes.

    Example:
        >>> stills = find_keyframes("demo.mp4", 4)
        >>> len(stills), sorted(stills.ranks)
        (4, [0, 1, 2, 3])
    """
    count = parse_count(n)
    scored = score_video(path, with_thumbnails=False, **options)
    extraction = scored.extraction
    found = cover_keyframes(
        scored.scores.importance,
        scored.times,
        extraction.features.looks,
        count,
        sharpness=extraction.junk.sharpness,
        junk=np.array(extraction.junk.reasons),
    )
    warnings = [*extraction.timeline.warnings, *scored.scorer.notes]
    if count is not None and len(found) < count:
        warnings.append(f"only {len(found)} of {count} keyframes: no other sample looks different")
    order = np.argsort(found.samples)
    samples = found.samples[order]
    return KeyframeSet(
        video=scored.video,
        timeline=extraction.timeline,
        times=scored.times[samples],
        scores=scored.scores.importance[samples],
        ranks=tuple(order.tolist()),
        warnings=tuple(warnings),
    )
