"""A clip of our own to try everything on: a minute of drawn scenes, some of which come back.

Nothing is loaded: the pictures and the sound are computed, the same on every machine.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from pathlib import Path

import av
import numpy as np

from vidgist.demo.scenes import SCENES, Part, program
from vidgist.demo.tune import SAMPLE_RATE, tune
from vidgist.errors import SettingError
from vidgist.progress import Progress, silent
from vidgist.system.files import whole_file
from vidgist.video.encode import ClipEncoder

__all__ = ["render_demo"]

FRAME_RATE = 25
SHORTEST, LONGEST = 10.0, 3600.0
AHEAD = 8
"""Pictures that are drawn ahead of the encoder."""


def render_demo(
    path: str | Path,
    *,
    seconds: float = 60.0,
    overwrite: bool = False,
    progress: Progress = silent,
) -> Path:
    """Draw the demo clip, 640 x 360 at 25 frames a second with sound, and return its path.

    Args:
        path: the MP4 file to write.
        seconds: how long it lasts, 10 to 3600; the cuts follow.
        overwrite: replace the file if it exists.
        progress: told how many seconds are drawn.

    Raises:
        SettingError: ``seconds`` is out of range.
        OutputError: the file exists and ``overwrite`` is False, or it cannot be written.
    """
    if not SHORTEST <= seconds <= LONGEST:
        raise SettingError(f"--seconds: expected {SHORTEST:g} to {LONGEST:g}, came {seconds:g}")
    path = Path(path)
    parts = program(seconds)
    with (
        whole_file(path, overwrite=overwrite) as partial,
        ClipEncoder(
            partial,
            frame_rate=FRAME_RATE,
            sample_rate=SAMPLE_RATE,
            preset="superfast",
            subject=str(path),
        ) as clip,
        ThreadPoolExecutor(max_workers=2) as pool,
    ):
        for part in parts:
            first, last = round(part.start * FRAME_RATE), round(part.end * FRAME_RATE)
            for number, frame in enumerate(_drawn(part, range(first, last), pool), start=first):
                start, end = number / FRAME_RATE, (number + 1) / FRAME_RATE
                clip.picture(frame, start=start, end=end, cut=number == first)
                progress("drawing the demo clip", end, seconds)
            clip.sound(tune(part))
    return path


def _drawn(part: Part, numbers: range, pool: ThreadPoolExecutor) -> Iterator[av.VideoFrame]:
    """Yield the pictures of a part in order, a few being drawn at the same time."""

    def draw(number: int) -> av.VideoFrame:
        image = SCENES[part.scene](part.skip + number / FRAME_RATE - part.start)
        pixels = np.asarray(image.reduce(2))
        return av.VideoFrame.from_ndarray(pixels).reformat(format="yuv420p")

    waiting = iter(numbers)
    under_way: list[Future[av.VideoFrame]] = [
        pool.submit(draw, number) for number in islice(waiting, AHEAD)
    ]
    while under_way:
        yield under_way.pop(0).result()
        under_way.extend(pool.submit(draw, number) for number in islice(waiting, 1))
