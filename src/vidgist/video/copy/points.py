"""Where a video can be cut without decoding it.

A part that is copied has to begin with a frame that decodes by itself, and nothing after its end
may have been decoded before its last frame: frames are stored in the order of decoding, and a frame
that is shown later may be needed first.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

import numpy as np

from vidgist.types import Booleans, Floats, Integers, Timeline
from vidgist.video.container import NO_LIMITS, Limits, open_video, video_stream
from vidgist.video.decode import stream_clock
from vidgist.video.packet_clock import PacketClock
from vidgist.video.packets import DecodeStats, read_packets
from vidgist.video.skim.index import FrameIndex, IndexReader
from vidgist.video.sources import forced_rate
from vidgist.video.timing import header_end

_SAME = 1e-3
"""Seconds within which a border by the index and one of the timeline are the same."""


@dataclass(frozen=True, kw_only=True)
class CutPoints:
    """Where parts of a video that are copied can begin and end.

    Attributes:
        starts: (k,) seconds of frames that decode by themselves, ascending.
        ends: (m,) seconds at which the frames before decode without those after, ascending.
    """

    starts: Floats
    ends: Floats


def cut_points(index: FrameIndex, timeline: Timeline) -> CutPoints:
    """Return where a video can be cut without decoding.

    Args:
        index: of its frames.
        timeline: of the same video; points at which it has no border are left out.
    """
    begins, closed = free_borders(index.places, index.anew)
    times = index.times + (index.origin - timeline.origin)
    starts = times[begins]
    ends = np.append(times, max(index.duration + index.origin - timeline.origin, 0.0))[closed]
    return CutPoints(
        starts=_on_borders(starts, timeline.borders[:-1]),
        ends=_on_borders(np.append(ends, timeline.duration), timeline.borders),
    )


def free_borders(places: Integers, anew: Booleans) -> tuple[Booleans, Booleans]:
    """Return which frames can begin a part, and at which borders one can end.

    Args:
        places: (n,) order of decoding of frames in the order of presentation.
        anew: (n,) key frames that may follow other pictures.

    Returns:
        (n,) frames; (n + 1,) borders before which nothing after them is needed.
    """
    n = len(places)
    latest_before = np.concatenate([[-1], np.maximum.accumulate(places)])
    first_after = np.append(np.minimum.accumulate(places[::-1])[::-1], n + places.max())
    # What is shown after a key frame must be decoded after it, too.
    return anew & (first_after[:n] == places), latest_before < first_after


def read_cut_points(
    path: str | os.PathLike[str], timeline: Timeline, *, limits: Limits | None = None
) -> CutPoints | str:
    """Read the packets of a video, without decoding; return where it can be cut.

    Args:
        path: the video.
        timeline: of the same video.
        limits: what the video may have at most.

    Returns:
        The points, or why there are none, as the rest of a sentence.

    Raises:
        VideoError: the file cannot be opened.
    """
    if problem := copy_problem(path, timeline):
        return problem
    with open_video(path, limits=limits or NO_LIMITS) as container:
        stream = video_stream(container, path)
        clock, reader = PacketClock(container, stream), IndexReader(stream)
        for packet in read_packets(container, stream, DecodeStats(), clock=clock):
            reader.add(packet)
        index = reader.finish(stream_clock(stream), end=header_end(stream))
    return index if isinstance(index, str) else cut_points(index, timeline)


def copy_problem(path: str | os.PathLike[str], timeline: Timeline) -> str:
    """Return why nothing of a video can be copied, as the rest of a sentence; "" where it can."""
    if forced_rate(path) is not None:
        return "its frame rate is given"
    if not timeline.steady:
        return "its timestamps start anew, or are damaged"
    if timeline.n_frames == 1:
        return "it is a single picture"
    return ""


def _on_borders(seconds: Floats, borders: Floats) -> Floats:
    """Return the seconds (k,) at which there is a border, as the borders have them."""
    after = np.clip(np.searchsorted(borders, seconds), 1, max(len(borders) - 1, 1))
    before = after - 1
    after = np.minimum(after, len(borders) - 1)
    near = np.where(
        np.abs(borders[after] - seconds) < np.abs(borders[before] - seconds), after, before
    )
    return np.unique(borders[near[np.abs(borders[near] - seconds) <= _SAME]])
