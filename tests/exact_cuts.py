"""Clips that are cut without re-encoding, compared with their source."""

from __future__ import annotations

import shutil
import subprocess

import av
import numpy as np

from vidgist.video.copy import copy_pieces
from vidgist.video.decode import SampleStream

LOSSLESS = 99.0

AS_GOOD = 40.0
"""Decibels of a frame that is encoded anew."""


def timeline_of(path):
    stream = SampleStream(path, fps=0.01, size=(2, 2))
    for _ in stream:
        pass
    return stream.timeline


def likeness(one, other):
    """Return the ratio of signal to noise of two pictures in decibels, `LOSSLESS` where equal."""
    error = np.mean((one.astype(float) - other.astype(float)) ** 2)
    return LOSSLESS if error == 0 else min(10 * np.log10(255**2 / error), LOSSLESS)


def cut(path, target, wanted, **options):
    """Cut at the frames nearest to what is wanted; return pieces, frames of each, timeline."""
    timeline = timeline_of(path)
    borders = timeline.borders
    pieces = np.array([[borders[np.argmin(np.abs(borders - s))] for s in p] for p in wanted])
    notes = copy_pieces(path, target, pieces, origin=timeline.origin, exact=True, **options)
    frames = [range(*np.searchsorted(timeline.times, [a - 1e-6, b - 1e-6])) for a, b in pieces]
    return pieces, frames, timeline, notes


def strictly(path):
    """Return what FFmpeg complains of when it decodes pictures and sound."""
    if shutil.which("ffmpeg") is None:
        return ""
    command = ["ffmpeg", "-v", "warning", "-xerror", "-err_detect", "crccheck+bitstream+buffer"]
    command += ["-i", str(path), "-map", "0:v", "-map", "0:a?", "-f", "null", "-"]
    return subprocess.run(command, check=False, capture_output=True, text=True).stderr


def in_order(path):
    """Return whether the times of decoding ascend, and none is later than that of showing."""
    with av.open(str(path)) as container:
        packets = [p for p in container.demux(video=0) if p.size]
    dts = [p.dts for p in packets if p.dts is not None]
    return bool(np.all(np.diff(dts) > 0)) and all(p.dts is None or p.dts <= p.pts for p in packets)


def ticks_in(pieces, ticks):
    """Return the seconds of a clip at which ticks of its source are heard, none near a border."""
    heard, before = [], 0.0
    for start, end in pieces:
        heard += [tick - start + before for tick in ticks if start + 0.05 < tick < end - 0.05]
        before += end - start
    return heard
