"""Demo video: a minute of drawn scenes with sound, the same on every machine."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path

import av
import numpy as np

from vidgist.demo.scenes import SCENES, ScenePart, program
from vidgist.demo.tune import SAMPLE_RATE, tune
from vidgist.errors import SettingError
from vidgist.progress import Progress, silent
from vidgist.system.files import whole_file
from vidgist.video.encode import ClipEncoder, SoundFormat

__all__ = ["render_demo"]

FRAME_RATE = 25
SHORTEST, LONGEST = 10.0, 3600.0
AHEAD = 8
"""Number of frames that are drawn ahead of the encoder."""


def render_demo(
    path: str | Path, *, seconds: float = 60.0, overwrite: bool = False, progress: Progress = silent
) -> Path:
    """Draw the demo video, 640 x 360 at 25 frames per second with sound; return its path.

    Args:
        path: the MP4 file to write.
        seconds: its duration, 10 to 3600; all shots get longer or shorter with it.
        overwrite: replace the file if it exists.
        progress: called with the seconds that are drawn.

    Raises:
        SettingError: ``seconds`` is out of range.
        OutputError: the file exists and ``overwrite`` is False, or it cannot be written.
    """
    if not SHORTEST <= seconds <= LONGEST:
        raise SettingError(f"seconds: expected {SHORTEST:g} to {LONGEST:g}, got {seconds:g}")
    path = Path(path)
    parts = program(seconds)
    with (
        whole_file(path, overwrite=overwrite) as partial,
        ClipEncoder(
            partial,
            frame_rate=FRAME_RATE,
            sounds=[SoundFormat(SAMPLE_RATE)],
            preset="superfast",
            subject=str(path),
        ) as video,
        ThreadPoolExecutor(max_workers=2) as pool,
    ):
        for part in parts:
            first, last = round(part.start * FRAME_RATE), round(part.end * FRAME_RATE)
            for number, frame in enumerate(_drawn(part, range(first, last), pool), start=first):
                start, end = number / FRAME_RATE, (number + 1) / FRAME_RATE
                video.picture(frame, start=start, end=end, cut=number == first)
                progress("drawing the demo video", end, seconds)
            video.sound(tune(part))
    return path


def _drawn(part: ScenePart, numbers: range, pool: ThreadPoolExecutor) -> Iterator[av.VideoFrame]:
    """Yield the frames of a part in order; a few are drawn at the same time."""

    def draw(number: int) -> av.VideoFrame:
        image = SCENES[part.scene](part.skip + number / FRAME_RATE - part.start)
        pixels = np.asarray(image.reduce(2))
        return av.VideoFrame.from_ndarray(pixels).reformat(format="yuv420p")

    rest = iter(numbers)
    futures = [pool.submit(draw, number) for number in islice(rest, AHEAD)]
    while futures:
        yield futures.pop(0).result()
        futures.extend(pool.submit(draw, number) for number in islice(rest, 1))
