"""``summary.mp4``: the selected pieces in order, with their sound.

Frames are encoded again, since copied streams can be cut only at keyframes.  Each run of adjacent
pieces is decoded once from a seek and encoded as it comes, so that time and memory grow with the
length of the summary, not of the video.
"""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt

from vidgist.errors import VideoError, VidgistWarning
from vidgist.progress import Progress, silent
from vidgist.render.material import Material
from vidgist.render.output import Output
from vidgist.summary import Summary
from vidgist.types import Floats

if TYPE_CHECKING:
    import av

    from vidgist.video.encode import ClipEncoder
    from vidgist.video.sound import SoundReader

Samples: TypeAlias = npt.NDArray[np.float32]

FADE = 0.010
"""Seconds of fade at a cut of the sound: too short to be heard, long enough not to click."""

STILL_SECONDS = 2.0
"""Seconds for which the picture of a video of one frame is shown at least."""


def write(material: Material, path: Path) -> None:
    """Write the clip of a summary; see `write_clip`."""
    write_clip(material.summary, path, progress=material.progress)


def write_clip(summary: Summary, path: Path, *, progress: Progress = silent) -> None:
    """Write the pieces of ``summary`` to the MP4 file ``path``.

    Raises:
        VideoError: the video can no longer be read.
        OutputError: the pictures cannot be encoded.

    Warns:
        VidgistWarning: sound or all frames of a run of shots did not decode.
    """
    from vidgist.video.encode import MADE_BY, ClipEncoder
    from vidgist.video.seek import FrameReader

    video = summary.video
    parts = stretches(summary.pieces)
    if summary.timeline.n_frames == 1:
        (start, end), *_ = parts
        parts = [(start, max(end, start + STILL_SECONDS))]
    with contextlib.ExitStack() as stack:
        sound = _open_sound(summary, stack)
        keep_hdr = summary.settings.get("hdr") == "keep"
        reader = stack.enter_context(
            FrameReader(video.path, timeline=summary.timeline, keep_hdr=keep_hdr)
        )
        clip = stack.enter_context(
            ClipEncoder(
                path,
                frame_rate=video.frame_rate,
                sample_rate=sound.rate if sound is not None else None,
                channels=sound.channels if sound is not None else 2,
                subject="summary.mp4",
                comment=MADE_BY,
            )
        )
        offset, shown = 0.0, 0
        for start, end in parts:
            samples: Iterator[Samples] = iter(())
            if sound is not None and sound.rate is not None:
                # From the start of the clip, so that rounding errors do not add up.
                first = _whole(offset * sound.rate)
                n = _whole((offset + end - start) * sound.rate) - first
                faded = (start > 0, end < summary.timeline.duration)
                samples = fade(sound.read(start, n), total=n, rate=sound.rate, edges=faded)
            before = shown
            for frame, since, until in with_ends(reader.between(start, end), start, end):
                at = offset + since - start
                clip.picture(frame, start=at, end=offset + until - start, cut=shown == before)
                shown += 1
                if sound is not None and sound.rate is not None:
                    _pass_on(samples, clip, upto=_whole((offset + until - start) * sound.rate))
                progress("writing summary.mp4", offset + until - start, summary.duration)
            if shown == before:
                _warn(f"no picture decodes from {start:.2f} s to {end:.2f} s")
            for block in samples:
                clip.sound(block)
            offset += end - start
        if not shown:
            raise VideoError(
                f"{video.path}: none of the chosen pictures can be decoded any more; "
                "was the file changed since it was read?"
            )
        if sound is not None and sound.lost:
            _warn(
                f"{sound.lost} packet{'s' * (sound.lost > 1)} of sound did not decode; "
                "summary.mp4 is silent there"
            )


def _whole(samples: float) -> int:
    """Round samples down, so that the clip does not exceed its budget."""
    return int(samples + 1e-6)


def stretches(segments: Floats) -> list[tuple[float, float]]:
    """Return segments (n, 2), in order, with adjacent ones joined."""
    joined: list[tuple[float, float]] = []
    for start, end in segments.tolist():
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


def with_ends(
    pictures: Iterable[tuple[float, av.VideoFrame]], start: float, end: float
) -> Iterator[tuple[av.VideoFrame, float, float]]:
    """Yield (picture, since, until) in seconds: each is shown until the next, the last until end.

    The first is shown from ``start`` on, so that a missing frame leaves no gap.
    """
    held: av.VideoFrame | None = None
    since = start
    for seconds, frame in pictures:
        if held is not None:
            yield held, since, seconds
            since = seconds
        held = frame
    if held is not None:
        yield held, since, end


def fade(
    blocks: Iterable[Samples], *, total: int, rate: int, edges: tuple[bool, bool] = (True, True)
) -> Iterator[Samples]:
    """Fade sound in and out.

    Args:
        blocks: (channels, n) each, in order.
        total: number of samples of all blocks.
        rate: samples per second.
        edges: whether to fade in, and out.
    """
    length = max(1, min(round(FADE * rate), total // 2))
    first = 0
    for block in blocks:
        position = first + np.arange(block.shape[1])
        first += block.shape[1]
        gain = np.ones(len(position))
        if edges[0]:
            gain = np.minimum(gain, (position + 0.5) / length)
        if edges[1]:
            gain = np.minimum(gain, (total - position - 0.5) / length)
        yield (block * gain).astype(np.float32) if gain.min(initial=1.0) < 1 else block


def _pass_on(samples: Iterator[Samples], clip: ClipEncoder, *, upto: int) -> None:
    while clip.n_samples < upto:
        block = next(samples, None)
        if block is None:
            return
        clip.sound(block)


def _open_sound(summary: Summary, stack: contextlib.ExitStack) -> SoundReader | None:
    from vidgist.video.sound import SoundReader

    if not summary.video.has_audio:
        silent = [s for s in summary.video.streams if s["type"] == "audio"]
        if any(s["codec"] is None for s in silent):
            _warn("there is no decoder for its sound; summary.mp4 has none")
        elif silent:
            _warn("its sound is announced, but has no packets; summary.mp4 has none")
        return None
    timeline = summary.timeline
    sound = stack.enter_context(
        SoundReader(summary.video.path, origin=timeline.origin, steady=timeline.steady)
    )
    if sound.rate is None:
        _warn("there is no decoder for its sound; summary.mp4 has none")
        return None
    return sound


def _warn(text: str) -> None:
    warnings.warn(text, VidgistWarning, stacklevel=2)


OUTPUT = Output(
    "mp4", "summary.mp4", "the selected pieces with their sound", write, is_default=True, order=60
)
