"""Parts of a video as a clip has them: which frames are copied, and which are encoded anew.

Frames from the start of a part to the first key frame that begins anew are encoded, and those after
the last border before which nothing later is needed; what is between is copied.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import av
import av.error
import numpy as np
from av.container import InputContainer
from av.packet import Packet
from av.stream import Stream
from av.video.stream import VideoStream

from vidgist.errors import VideoError
from vidgist.video.copy.lines import SoundLine, TextLine
from vidgist.video.copy.points import free_borders
from vidgist.video.packets import DecodeStats, demux
from vidgist.video.runs import decode_alone
from vidgist.video.units import begins_anew

_BACK = (0.0, 2.0, 15.0)
"""Seconds before the first key frame to which is sought, one after the other."""

_AROUND = 1.5
"""Seconds by which sound may lie away from its pictures in the file."""

_MOST_REORDERED = 16
"""Frames that are decoded before another one and shown after it, at most (ITU-T H.264, A.3.1)."""

_STANDS = 0.5
"""Seconds without another frame above which a picture stands still."""

_TEXT_BEFORE = 5.0
"""Seconds before a part from which on subtitles are read that may reach into it."""

Line = SoundLine | TextLine


@dataclass(frozen=True)
class Run:
    """Frames that follow each other and are written in one way.

    Attributes:
        ticks: at which they are shown in the video, in the order of decoding.
        entry: ticks at which the key frame is shown and decoded from which on they decode; None
            where their packets are copied.
        following: ticks of the frames after them that are shown next, for comparison.
    """

    ticks: tuple[int, ...]
    entry: tuple[int, int] | None = None
    following: tuple[int, ...] = ()


@dataclass(frozen=True)
class _Frame:
    """A frame of the source by its packet."""

    pts: int
    dts: int
    is_key: bool
    shown: bool
    packet: Packet[VideoStream] | None  # where a part can begin with it


class PartReader:
    """Reader of the packets of parts of a video.

    Args:
        container: the open file.
        video: its pictures.
        lines: placement of the packets of other streams, by their index.
        source: path of the video, for errors.
        start: tick of its first picture.
    """

    def __init__(
        self,
        container: InputContainer,
        video: VideoStream,
        lines: Mapping[int, Line],
        *,
        source: str | os.PathLike[str],
        start: int = 0,
    ) -> None:
        self._container, self.video, self._lines, self._source = container, video, lines, source
        self._start = start
        self._tick = Fraction(video.time_base or Fraction(1, av.time_base))
        self._streams = [s for s in container.streams if s.index == video.index or s.index in lines]
        texts = any(isinstance(line, TextLine) for line in lines.values())
        # Files of MP4's kind are sought stream by stream: what is shown at that time comes first.
        by_stream = "mov" in container.format.name
        self._before = 0.0 if by_stream or not lines else _TEXT_BEFORE if texts else _AROUND

    def plan(
        self,
        low: int,
        high: int,
        *,
        exact: bool = False,
        beside: int = 0,
        watch: Callable[[Packet[Any]], None] | None = None,
    ) -> list[Run]:
        """Return the runs of a part, in order.

        Args:
            low: tick of its first frame.
            high: tick at which it ends.
            exact: whether frames may be encoded anew; else the part has to begin and end where
                nothing has to.
            beside: frames to name that follow those of a run.
            watch: called with each packet of the pictures.

        Raises:
            VideoError: the frames are not there, or the part has to be encoded.
        """
        read = self._frames(low, high, watch)
        shown = [place for place, frame in enumerate(read) if frame.shown]
        places = np.array(sorted(shown, key=lambda place: read[place].pts), np.int64)
        ticks = np.array([read[place].pts for place in places], np.int64)
        first, last = (int(i) for i in np.searchsorted(ticks, (low, high)))
        stands = first == last or float((int(ticks[first]) - low) * self._tick) > _STANDS
        if exact and first and stands:
            first -= 1  # the picture that stands still when the part begins
        if first == last or (not exact and ticks[first] != low):
            raise self._error(
                low, "cannot be found any more; was the file changed since it was read?"
            )
        anew = np.array([read[place].packet is not None for place in places])
        begins, closed = free_borders(places, anew)
        candidates = first + np.flatnonzero(begins[first:last])
        start = next((i for i in candidates.tolist() if self._decodes(read[places[i]])), last)
        ends = start + 1 + np.flatnonzero(closed[start + 1 : last + 1])
        end = int(ends[-1]) if len(ends) else start
        if not exact and start != first:
            raise self._error(low, "does not decode alone")
        if not exact and end != last:
            raise self._error(high, "is needed by a frame before it")
        if end == start:
            start = end = last
        runs = []
        for begin, stop in ((first, start), (start, end), (end, last)):
            if stop <= begin:
                continue
            order = np.sort(places[begin:stop])
            entry = None
            if (begin, stop) != (start, end):
                entry = self._entry(read, int(ticks[begin]))
                order = places[begin:stop]
            runs.append(
                Run(
                    tuple(read[place].pts for place in order.tolist()),
                    entry,
                    tuple(ticks[stop : min(stop + beside, last)].tolist()),
                )
            )
        return runs

    def packets(self, low: int, high: int, copied: Run | None) -> Iterator[Packet[Any]]:
        """Yield the packets of a part; those of sound and subtitles have their new timestamps.

        Args:
            low: tick at which the part begins.
            high: tick at which it ends.
            copied: the run whose packets are wanted.
        """
        wanted = set(copied.ticks) if copied is not None else set()
        ended = False
        begin = copied.ticks[0] if copied is not None else None
        latest = high + round(_AROUND / self._tick)
        if not wanted and not self._lines:
            return
        for packet in self._from(self._streams, low, self._before):
            if packet.stream_index != self.video.index:
                if self._lines[packet.stream_index].place(packet):
                    yield packet
            else:
                # Before the packet is handed on, which changes its timestamps.
                shown = packet.pts
                decoded = shown if packet.dts is None else packet.dts
                if shown in wanted and begin in (None, shown):
                    begin = None
                    wanted.discard(shown)
                    yield packet
                ended = ended or (not wanted and shown is not None and shown >= high)
                if decoded is not None and decoded > latest:
                    break
            if ended and all(line.done for line in self._lines.values()):
                break
        if wanted:
            raise self._error(min(wanted), "cannot be found any more")

    def _frames(
        self, low: int, high: int, watch: Callable[[Packet[Any]], None] | None
    ) -> list[_Frame]:
        """Return the frames around a part in the order of decoding, from a key frame on."""
        read: list[_Frame] = []
        entry: int | None = None
        beyond = 0
        for packet in self._from([self.video], low, 0.0):
            if packet.pts is None:
                raise VideoError(f"{os.fspath(self._source)}: a frame has no timestamp")
            if entry is None:
                if not packet.is_keyframe:
                    continue
                entry = packet.pts
            if watch is not None:
                watch(packet)
            # Times of decoding may be guesses (Matroska has none): the order of frames is not.
            beyond = beyond + 1 if packet.pts >= high else 0
            if beyond > _MOST_REORDERED:
                break
            if packet.pts < entry:
                continue  # refers to frames that are not there
            if packet.is_discard and low <= packet.pts < high:
                raise self._error(packet.pts, "is hidden by an edit list")
            inside = packet.is_keyframe and low <= packet.pts < high
            begins = inside and begins_anew(self.video, packet)
            read.append(
                _Frame(
                    packet.pts,
                    packet.pts if packet.dts is None else packet.dts,
                    packet.is_keyframe,
                    not packet.is_discard,
                    packet if begins else None,
                )
            )
        if not any(frame.shown for frame in read):
            raise self._error(low, "cannot be found any more")
        return read

    def _entry(self, read: Sequence[_Frame], tick: int) -> tuple[int, int]:
        """Return pts and dts of the key frame from which on the frame at a tick decodes."""
        keys = [frame for frame in read if frame.is_key and frame.pts <= tick]
        if not keys:
            raise self._error(tick, "has no key frame before it")
        return keys[-1].pts, keys[-1].dts

    def _decodes(self, frame: _Frame) -> bool:
        """Return whether a picture decodes without those before it; marks may be wrong."""
        assert frame.packet is not None
        frames = decode_alone(self.video, frame.packet, DecodeStats())
        return bool(frames) and not frames[0].is_corrupt

    def _from(self, streams: Sequence[Stream], low: int, before: float) -> Iterator[Packet[Any]]:
        """Yield the packets of streams from a key frame on that is not after a picture."""
        for back in (*_BACK, None):
            start = low - round((before + (back or 0.0)) / self._tick)
            with contextlib.suppress(av.error.FFmpegError):
                if back is None:
                    self._container.seek(self._container.start_time or 0)
                else:
                    self._container.seek(start, stream=self.video, backward=True)
            packets = demux(self._container, streams, DecodeStats())
            held: list[Packet[Any]] = []
            for packet in packets:
                held.append(packet)
                if packet.stream_index == self.video.index and packet.is_keyframe:
                    break
            if back is None or (held and (held[-1].pts or low) <= low):
                yield from held
                yield from packets
                return

    def _error(self, tick: int, problem: str) -> VideoError:
        seconds = float((tick - self._start) * self._tick)
        return VideoError(f"{os.fspath(self._source)}: the frame at {seconds:.3f} s {problem}")


class Stamps:
    """The timestamps of the pictures of a clip, by their order.

    Pictures are decoded in the order of the file, at times that ascend, and none is shown before
    it is decoded.  With one delay for the whole clip this holds across the borders of parts, too,
    whatever the times of decoding were:

        dts[i] = sorted(pts)[i] - max over j of (sorted(pts)[j] - pts[j])

    Args:
        shown: for each part, the times of its pictures in the order of decoding, in ticks.
        borders: start and end of each part, in ticks.

    Attributes:
        times: ticks of the pictures of each part in the clip, ascending.
    """

    def __init__(self, shown: Sequence[Sequence[int]], borders: Sequence[Sequence[int]]) -> None:
        offsets = np.cumsum([0, *(high - low for low, high in borders)])
        parts = []
        for times, (low, _), offset in zip(shown, borders, offsets, strict=False):
            # A part whose start lies between two frames shows its first from there on.
            own = np.array(times, np.int64)
            parts.append(np.where(own == own.min(), low, own) - low + offset)
        self.times = [np.sort(part) for part in parts]
        self._pts = np.concatenate(parts)
        ascending = np.sort(self._pts)
        steps = np.diff(np.append(ascending, offsets[-1]))
        self._dts = ascending - (ascending - self._pts).max()
        self._durations = steps[np.searchsorted(ascending, self._pts)]
        # MP4 keeps durations in the order of decoding; the last decides how long the track is.
        self._durations[-1] = steps[-1]
        self._at = 0

    def stamp(self, packet: Packet[Any]) -> None:
        """Give the packet of the next picture its timestamps."""
        packet.pts, packet.dts = int(self._pts[self._at]), int(self._dts[self._at])
        packet.duration = int(self._durations[self._at])
        self._at += 1
