"""Streams that begin late or go on under another number, and the sound that belongs to a video.

Transport and program streams (TS, VOB) have no list of their streams: FFmpeg knows of those in the
first megabytes only.  Here a file is opened again further on, with `skip`, where something is
missing.  Files of other kinds cost nothing.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from typing import Any

import av.error
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import Stream
from av.video.stream import VideoStream

from vidgist.errors import VideoError
from vidgist.video.container import NO_LIMITS, open_video, video_stream
from vidgist.video.headers import channels_in_own_order
from vidgist.video.raw_sound import is_raw

WITHOUT_LIST = frozenset(("mpegts", "mpeg"))
"""Names of the formats whose streams are found while they are read."""

_WINDOW = 4 << 20
"""Bytes from a position on in which FFmpeg is sure to find a stream."""

_PLACES = 8
"""Positions in a file that are looked at for sound."""

_LEFT = 16 << 10
"""Bytes after the end of a stream that are worth a look: sound may be a little longer."""


def open_sound(
    path: str | os.PathLike[str], *, skip: int | None = None
) -> tuple[InputContainer, AudioStream | None, int]:
    """Open a file for the sound of its video.

    Args:
        path: the file.
        skip: bytes to skip where the place of the sound is known from an earlier call.

    Returns:
        The open container, the stream of the sound in it (None: there is none), and the bytes that
        were skipped because the sound begins late.

    Raises:
        VideoError: the file cannot be opened.
    """
    container = open_video(path, limits=NO_LIMITS, skip=skip or 0)
    sound = sound_stream(container, path)
    if sound is not None or skip is not None or container.format.name not in WITHOUT_LIST:
        return container, sound, skip or 0
    late = _first_place(path, container.size, _has_sound)
    if late is None:
        return container, None, 0
    container.close()
    container = open_video(path, limits=NO_LIMITS, skip=late)
    return container, sound_stream(container, path), late


def sound_stream(container: InputContainer, path: str | os.PathLike[str]) -> AudioStream | None:
    """Return the stream of sound that belongs to the video: of its program, and decodable."""
    try:
        video = video_stream(container, path)
    except VideoError:
        video = None  # behind the skipped bytes, there may be sound alone
    best: Any = container.streams.best("audio", related=video)
    decodable = [s for s in container.streams.audio if is_decodable(s)]
    return best if best in decodable else next(iter(decodable), None)


def continuation(stream: Stream, *, after: int) -> tuple[InputContainer, Stream] | None:
    """Return where a stream goes on under another number, as an open container and its stream.

    Recorders change the numbers (PID) of streams when the program changes, and joined recordings
    have two of each.

    Args:
        stream: a stream of video or sound that was read to its end; where its file is neither a
            transport nor a program stream, the answer is None.
        after: position of its last packet in the file.
    """
    container: Any = stream.container
    if container.format.name not in WITHOUT_LIST or container.size - after < _LEFT:
        return None
    path = container.name.removeprefix("file:")
    known = {s.id for s in container.streams if s.type == stream.type}
    try:
        following = open_video(path, limits=NO_LIMITS, skip=after)
    except VideoError:
        return None
    others: list[Any] = [
        s
        for s in following.streams
        if s.type == stream.type and s.id != stream.id and is_decodable(s)
    ]
    for other in others:
        # A stream of another program has been there all the time.
        if other.id not in known or _first_position(path, other.id) >= after:
            return following, other
    following.close()
    return None


def _first_position(path: str | os.PathLike[str], number: int) -> int:
    """Return the position in the file of the first packet of a stream."""
    with (
        open_video(path, limits=NO_LIMITS) as container,
        contextlib.suppress(av.error.FFmpegError, IndexError),
    ):
        for packet in container.demux([s for s in container.streams if s.id == number]):
            if packet.pos is not None and packet.size:
                return int(packet.pos)
    return 0


def _first_place(
    path: str | os.PathLike[str], size: int, found: Callable[[InputContainer], bool]
) -> int | None:
    """Return the least number of bytes to skip, within `_WINDOW`, for something to be found."""

    def holds(position: int) -> bool:
        try:
            with open_video(path, limits=NO_LIMITS, skip=position) as container:
                return found(container)
        except VideoError:
            return False

    last = max(0, size - _WINDOW)
    places = [last * k // _PLACES for k in range(1, _PLACES + 1)] if last else []
    least = next((place for place in places if holds(place)), None)
    if least is None:
        return None
    without = least - last // _PLACES
    while least - without > _WINDOW // 2:
        middle = (without + least) // 2
        without, least = (without, middle) if holds(middle) else (middle, least)
    return least


def _has_sound(container: InputContainer) -> bool:
    return any(is_decodable(stream) for stream in container.streams.audio)


def is_decodable(stream: Stream) -> bool:
    """Return whether a stream has packets, as its parameters show, and a decoder."""
    context: Any = stream.codec_context
    if context is None:
        return False
    if isinstance(stream, AudioStream):
        container: Any = stream.container
        own = channels_in_own_order(container, stream)
        return bool(context.sample_rate) and (not own or is_raw(container, stream))
    return isinstance(stream, VideoStream) and bool(context.width)
