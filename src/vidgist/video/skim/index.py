"""Index of a video: when each frame is shown, and which frames decode by themselves.

It is read from the packets, without decoding: a packet that is shown is a frame.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from av.packet import Packet
from av.video.stream import VideoStream

from vidgist.types import Booleans, Floats, Integers
from vidgist.video.clock import Clock
from vidgist.video.units import begins_anew

_EARLY = 0.9
"""Share of the usual distance of key frames under which one comes early."""

_MOST_HINT = 1e-4
"""The largest hint: far below any real jump."""

_STANDS_OUT = 1.5
"""Bytes of a frame that begins a scene, by those of others around it (`research/speed.md`)."""

_OF_KEY_FRAME = 0.3
"""Its bytes by those of the next key frame, which shows the same scene: both share nothing with
other pictures."""

_AROUND = 1.0
"""Seconds on both sides in which other frames are compared."""

_BESIDE = 2
"""Frames beside a cut that take more bytes, too: where frames are reordered."""

_HOLE_SECONDS = 2.0
"""Seconds without a frame: whether they are a hole tells only a look at everything."""

_BACK_SECONDS = 2.0
"""Seconds by which the times of packets go back at most where frames are only reordered."""


@dataclass(frozen=True, kw_only=True)
class FrameIndex:
    """Frames of a video in the order of presentation, as their packets announce them.

    Attributes:
        ticks: (N,) timestamps on the container's clock, ascending.
        decoding: (N,) ticks at which they are decoded: by these, files are sought.
        times: (N,) seconds from the first frame.
        keys: (N,) frames from which decoding can start.
        anew: (N,) key frames that may follow other pictures than in the file, see
            `vidgist.video.units`.
        places: (N,) order of decoding: that of the packets in the file.
        sizes: (N,) bytes.
        duration: seconds from the first frame to the end of the last.
        origin: time of the first frame in the container, in seconds.
        cut_into: whether frames before the first of these are shown, too: an edit list lets the
            video begin between two key frames.
    """

    ticks: npt.NDArray[np.int64]
    decoding: npt.NDArray[np.int64]
    times: Floats
    keys: Booleans
    anew: Booleans
    places: Integers
    sizes: Integers
    duration: float
    origin: float
    cut_into: bool = False

    def __len__(self) -> int:
        return len(self.ticks)

    @property
    def entries(self) -> Integers:
        """(N,) the key frame at or before each frame: where decoding it has to start."""
        return np.maximum.accumulate(np.where(self.keys, np.arange(len(self)), 0))

    def span(self, key: int, last: int) -> tuple[int, int, int]:
        """Return the ticks at which a key frame is shown and decoded, and a frame is shown."""
        return int(self.ticks[key]), int(self.decoding[key]), int(self.ticks[last])

    @property
    def early(self) -> Booleans:
        """(N,) key frames that come before their turn: encoders place them where a scene begins."""
        keys = np.flatnonzero(self.keys)
        early = np.zeros(len(self), bool)
        if len(keys) > 2:
            distances = np.diff(keys)
            # Where every key frame comes at the same distance, none is early.
            early[keys[1:]] = distances < _EARLY * np.quantile(distances, 0.9)
        return early

    @property
    def hints(self) -> Floats:
        """(N,) how likely each frame begins a scene, in [0, 1e-4]: far below any real jump.

        Early key frames come first, then, where cuts have early ones, other key frames: a cut where
        one is due needs none.  All others are told apart by their bytes, as a frame that shares
        nothing with the one before takes more than others of its kind.
        """
        hints = np.zeros(len(self))
        for kind in (self.keys, ~self.keys):
            if kind.any():
                hints[kind] = self.sizes[kind] / max(1.0, float(np.median(self.sizes[kind])))
        hints, early = np.minimum(1e-2 * _MOST_HINT * hints, _MOST_HINT / 4), self.early
        if early.any():
            hints[self.keys] += _MOST_HINT / 4
            hints[early] += _MOST_HINT / 2
        return hints

    def stands_out(self, first: int, last: int) -> bool:
        """Return whether a frame between key frames takes far more bytes than those around it.

        Args:
            first: index of the first frame that is looked at.
            last: index of the last one.
        """
        span = [self.times[first] - _AROUND, self.times[last] + _AROUND]
        low, high = np.searchsorted(self.times, span).tolist()
        sizes = np.where(self.keys[low:high], 0, self.sizes[low:high])
        times = self.times[low:high]
        frame = first - low + int(np.argmax(sizes[first - low : last + 1 - low]))
        others = np.abs(times - times[frame]) <= _AROUND
        others[max(0, frame - _BESIDE) : frame + _BESIDE + 1] = False
        # Another cut may be near: the second largest counts.
        compared = np.sort(sizes[others])[-2:]
        if len(compared) == 2 and sizes[frame] < _STANDS_OUT * compared[0]:
            return False
        following = np.flatnonzero(self.keys[low + frame :])[:1] + low + frame
        return bool((sizes[frame] > _OF_KEY_FRAME * self.sizes[following]).all())


@dataclass
class _Stamps:
    """The timestamps of a packet, in place of those of its frame."""

    pts: int
    dts: int
    duration: int


class IndexReader:
    """Collects the packets of one video stream, in the order of the file."""

    def __init__(self, stream: VideoStream) -> None:
        self._stream = stream
        self._anew = array("b")
        self._ticks, self._decoding, self._durations = array("q"), array("q"), array("q")
        self._sizes, self._keys = array("q"), array("b")
        self._missing = 0
        self._torn = False
        self._hidden_key = False  # frames that an edit list leaves out begin with one

    def add(self, packet: Packet[VideoStream]) -> None:
        """Take the next packet; one that is not to be shown is passed over."""
        if packet.is_discard:
            self._hidden_key = self._hidden_key or packet.is_keyframe
            return
        self._torn = packet.is_corrupt
        if packet.pts is None:
            self._missing += 1
            return
        self._ticks.append(packet.pts)
        self._decoding.append(packet.pts if packet.dts is None else packet.dts)
        self._sizes.append(packet.size)
        self._keys.append(packet.is_keyframe)
        self._anew.append(packet.is_keyframe and begins_anew(self._stream, packet))
        self._durations.append(packet.duration or 0)

    def finish(self, clock: Clock, *, end: int | None) -> FrameIndex | str:
        """Return the index, or why the packets make none, as the rest of a sentence.

        Args:
            clock: of the stream.
            end: tick at which the stream ends by its header, where known.
        """
        # The last packet of a file that is cut off is not whole.
        whole = slice(len(self._ticks) - (self._torn and not self._missing))
        ticks = np.array(self._ticks, np.int64)[whole]
        keys = np.array(self._keys, bool)[whole]
        if self._missing or not len(ticks):
            return "frames have no timestamps"
        if not keys.any():
            return "no frame is marked as a key frame"
        latest = np.maximum.accumulate(ticks)
        if (latest - ticks).max() * float(clock.time_base) > _BACK_SECONDS:
            return "its timestamps go back"
        cut_into = self._hidden_key and bool(ticks.min() < ticks[keys].min())
        order = np.argsort(ticks, kind="stable")
        # What is shown before the first key frame refers to frames that are not there.
        order = order[ticks[order] >= ticks[keys].min()]
        ticks = ticks[order]
        steps = np.diff(ticks)
        if (steps <= 0).any():
            return "several frames have the same timestamp"
        shown = (ticks - ticks[0]) * clock.time_base.numerator / clock.time_base.denominator
        if np.diff(shown).max(initial=0.0) > _HOLE_SECONDS:
            return "a picture stands still, or frames are lost"
        frames = [
            (int(t), self._durations[i])
            for t, i in zip(ticks[[0, -1]], order[[0, -1]], strict=True)
        ]
        return FrameIndex(
            cut_into=cut_into,
            ticks=ticks,
            decoding=np.array(self._decoding, np.int64)[order],
            times=shown,
            keys=keys[order],
            anew=np.array(self._anew, bool)[order],
            places=order,
            sizes=np.array(self._sizes, np.int64)[order],
            duration=_duration(clock, frames, steps, end),
            origin=clock.seconds(int(ticks[0])),
        )


def _duration(clock: Clock, ends: list[tuple[int, int]], steps: Integers, end: int | None) -> float:
    """Return the seconds from the first frame to the end of the last, as `Clock` has it.

    Args:
        clock: not used before.
        ends: tick and duration of the first frame and of the last.
        steps: ticks from frame to frame.
        end: tick at which the stream ends by its header, where known.
    """
    if len(steps):
        clock.step = clock.step or int(steps[0])
    frame: Any = None
    for tick, duration in ends:
        frame = _Stamps(pts=tick, dts=tick, duration=duration)
        clock(frame)
    return clock.ends(frame, end=end)
