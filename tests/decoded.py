"""What a clip that vidgist wrote holds, decoded without vidgist."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class Decoded:
    """Attributes:
    times: (N,) seconds of each picture on the file's clock.
    pictures: (H, W, 3) uint8 each.
    sound: (channels, n) float32 from time 0 on, or None.
    rate: samples of sound a second.
    video_end: seconds at which the last picture ends.
    """

    times: npt.NDArray[np.float64]
    pictures: list[npt.NDArray[np.uint8]]
    sound: npt.NDArray[np.float32] | None
    rate: int
    video_end: float

    def onsets(self, *, level: float = 0.15) -> npt.NDArray[np.float64]:
        """Return the seconds at which something loud begins after at least 50 ms of quiet."""
        assert self.sound is not None
        loud = np.flatnonzero(np.abs(self.sound).max(axis=0) > level)
        if not len(loud):
            return np.zeros(0)
        first = np.concatenate([[True], np.diff(loud) > 0.05 * self.rate])
        return loud[first] / self.rate


def decode(path: Path) -> Decoded:
    times, pictures, end = [], [], 0.0
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            times.append(float(frame.pts * frame.time_base))
            end = float((frame.pts + (frame.duration or 0)) * frame.time_base)
            pictures.append(frame.to_ndarray(format="rgb24"))
    sound, rate = None, 0
    with av.open(str(path)) as container:
        if container.streams.audio:
            stream: Any = container.streams.audio[0]
            rate = stream.rate
            blocks = [np.zeros((stream.codec_context.channels, 0), np.float32)]
            at = 0
            for frame in container.decode(stream):
                first = round(float(frame.pts * frame.time_base) * rate)
                block = frame.to_ndarray()
                if first > at:
                    blocks.append(np.zeros((len(block), first - at), np.float32))
                blocks.append(block[:, max(0, at - first) :])
                at = first + block.shape[1]
            sound = np.concatenate(blocks, axis=1)
    return Decoded(times=np.array(times), pictures=pictures, sound=sound, rate=rate, video_end=end)
