"""``summary.mp4``: the selected pieces in order, with their sound.

Frames are encoded again, unless the pieces are to be copied.  Each run of adjacent pieces is
decoded once from a seek and encoded as it comes, by a thread of its own while later ones are
sought, so that time and memory grow with the length of the summary, not of the video.
"""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt

from vidgist.errors import OutputError, VideoError, VidgistWarning
from vidgist.progress import Progress, silent
from vidgist.render.copied import ENDINGS, copy_clip, ending_of, is_copied
from vidgist.render.extras import extras_of
from vidgist.render.material import Material
from vidgist.render.output import Output
from vidgist.summary import Summary
from vidgist.system.background import Background
from vidgist.types import Floats

if TYPE_CHECKING:
    import av

    from vidgist.video.encode import ClipEncoder
    from vidgist.video.seek import FrameReader
    from vidgist.video.voices import VoiceReader

Samples: TypeAlias = npt.NDArray[np.float32]

FADE = 0.010
"""Seconds of fade at a cut of the sound: too short to be heard, long enough not to click."""

_AHEAD, _AHEAD_BYTES = 48, 32 << 20
"""Pictures that may wait, to keep the encoder busy during a seek, and the memory for them."""

STILL_SECONDS = 2.0
"""Seconds for which the picture of a video of one frame is shown at least."""


def write(material: Material, path: Path) -> None:
    """Write the clip of a summary, see `write_clip`; or copy it, see `vidgist.render.copied`."""
    summary = material.summary
    if is_copied(summary):
        try:
            for text in copy_clip(summary, path, stretches(summary.pieces), material.progress):
                _warn(text)
            return
        except (VideoError, OutputError) as error:
            reason = str(error).removeprefix(f"{summary.video.path}: ")
            _warn(f"the clip is encoded, not copied: {reason}")
    write_clip(summary, path, progress=material.progress)


def write_clip(summary: Summary, path: Path, *, progress: Progress = silent) -> None:
    """Write the pieces of ``summary`` to the MP4 or Matroska file ``path``.

    Raises:
        VideoError: the video can no longer be read.
        OutputError: the pictures cannot be encoded.

    Warns:
        VidgistWarning: sound or all frames of a run of shots did not decode.
    """
    from vidgist.video.encode import MADE_BY, ClipEncoder, SoundFormat
    from vidgist.video.seek import FrameReader

    video = summary.video
    parts = stretches(summary.pieces)
    if summary.timeline.n_frames == 1 and summary.duration < STILL_SECONDS:
        parts = [(parts[0][0], parts[0][0] + STILL_SECONDS)]
    with contextlib.ExitStack() as stack:
        sounds = _open_sounds(summary, stack)
        keep_hdr = summary.settings.get("hdr") == "keep"
        reader = stack.enter_context(
            FrameReader(video.path, timeline=summary.timeline, keep_hdr=keep_hdr)
        )
        formats = [
            SoundFormat(rate, sound.channels, sound.voice.language, sound.voice.title)
            for rate, sound in sounds
        ]
        clip = stack.enter_context(
            ClipEncoder(
                path,
                frame_rate=video.frame_rate,
                sounds=formats,
                subject="summary.mp4",
                comment=MADE_BY,
                extras=extras_of(summary),
            )
        )
        shown = _write_parts(parts, reader, clip, sounds, summary, progress)
        if not shown:
            raise VideoError(
                f"{video.path}: none of the chosen pictures can be decoded any more; "
                "was the file changed since it was read?"
            )
        lost = sum(sound.lost for _, sound in sounds)
        if lost:
            _warn(
                f"{lost} packet{'s' * (lost > 1)} of sound did not decode; "
                "summary.mp4 is silent there"
            )


def _write_parts(
    parts: Sequence[tuple[float, float]],
    reader: FrameReader,
    clip: ClipEncoder,
    sounds: Sequence[tuple[int, VoiceReader]],
    summary: Summary,
    progress: Progress,
) -> int:
    """Read the pictures of all parts while another thread encodes them, with their sound.

    Args:
        parts: (start, end) in seconds of the video.
        reader: of the pictures.
        clip: written to by the other thread alone.
        sounds: (rate, reader) of each track, read by the other thread alone.
        summary: of the video.
        progress: called in this thread.

    Returns:
        The number of pictures.
    """
    offset, shown = 0.0, 0
    picture_bytes = 3 * summary.video.width * summary.video.height
    ahead = max(1, min(_AHEAD, _AHEAD_BYTES // picture_bytes))
    with Background("encode", ahead=2 * ahead) as encoding:  # a call for the picture, one for sound
        for start, end in parts:
            heard = [
                (rate, _part_of(sound, rate, (start, end), offset, summary.timeline.duration))
                for rate, sound in sounds
            ]
            before = shown
            for frame, since, until in with_ends(reader.between(start, end), start, end):
                at, upto = offset + since - start, offset + until - start
                encoding.run(clip.picture, frame, start=at, end=upto, cut=shown == before)
                encoding.run(_pass_on, heard, clip, upto)
                shown += 1
                progress("writing summary.mp4", upto, summary.duration)
            if shown == before:
                _warn(f"no picture decodes from {start:.2f} s to {end:.2f} s")
            encoding.run(_pass_on, heard, clip, offset + end - start)
            offset += end - start
    return shown


def _part_of(
    sound: VoiceReader, rate: int, part: tuple[float, float], offset: float, duration: float
) -> Iterator[Samples]:
    """Return the sound of a part of the video, faded at its cuts.

    Args:
        sound: of one track.
        rate: samples a second.
        part: start and end in seconds.
        offset: seconds of the clip before it.
        duration: of the video.
    """
    start, end = part
    # From the start of the clip, so that rounding errors do not add up.
    first = _whole(offset * rate)
    n = _whole((offset + end - start) * rate) - first
    return fade(sound.read(start, n), total=n, rate=rate, edges=(start > 0, end < duration))


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


def _pass_on(
    sounds: Sequence[tuple[int, Iterator[Samples]]], clip: ClipEncoder, upto: float
) -> None:
    """Add the sound of each track, (rate, blocks), up to the block that reaches some seconds."""
    for track, (rate, blocks) in enumerate(sounds):
        while clip.n_samples(track) < _whole(upto * rate):
            block = next(blocks, None)
            if block is None:
                break
            clip.sound(block, track=track)


def _open_sounds(summary: Summary, stack: contextlib.ExitStack) -> list[tuple[int, VoiceReader]]:
    """Return (rate, reader) of each track of sound that the clip gets."""
    from vidgist.video.voices import VoiceReader, choose_voices, sound_tracks

    video, timeline = summary.video, summary.timeline
    audio = str(summary.settings.get("audio", "best"))
    if audio == "none":
        return []
    if not video.has_audio:
        if any(stream["type"] == "audio" for stream in video.streams):
            _warn("its sound cannot be decoded here; summary.mp4 has none")
        return []
    tracks = sound_tracks(video.path)
    opened = []
    for voice in choose_voices(video.path, audio, tracks=tracks):
        reader = stack.enter_context(
            VoiceReader(video.path, voice, origin=timeline.origin, steady=timeline.steady)
        )
        if reader.rate is not None:
            opened.append((reader.rate, reader))
    if not opened:
        _warn("there is no decoder for its sound; summary.mp4 has none")
    elif audio == "best" and len(tracks) > 1:
        _warn(
            f"summary.mp4 has 1 of {len(tracks)} sound tracks; give audio 'all' for every one, or "
            "the number or language of another"
        )
    return opened


def _warn(text: str) -> None:
    warnings.warn(text, VidgistWarning, stacklevel=2)


OUTPUT = Output(
    "mp4",
    f"summary{ENDINGS[0]}",
    "the selected pieces with their sound",
    write,
    is_default=True,
    order=60,
    other_targets=tuple(f"summary{ending}" for ending in ENDINGS[1:]),
    choose_target=lambda summary: f"summary{ending_of(summary)}",
)
