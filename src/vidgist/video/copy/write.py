"""A file made of the packets of a video: parts of it in order, nothing encoded anew."""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import av.error
import numpy as np
from av.container import InputContainer
from av.packet import Packet
from av.stream import Stream
from av.video.stream import VideoStream

from vidgist.errors import OutputError, SettingError, VideoError
from vidgist.progress import Progress, silent
from vidgist.types import Floats
from vidgist.video.container import NO_LIMITS, open_video, video_stream
from vidgist.video.copy.lines import Part, SoundLine, TextLine
from vidgist.video.encode_extras import Extras, write_chapters
from vidgist.video.hdr import TAG
from vidgist.video.packets import DecodeStats, demux
from vidgist.video.skim.stream import decode_alone
from vidgist.video.units import after_cut

_BACK = (0.0, 2.0, 15.0)
"""Seconds before the first key frame to which is sought, one after the other."""

_AROUND = 1.5
"""Seconds by which sound may lie away from its pictures in the file."""

_TEXT_BEFORE = 5.0
"""Seconds before a part from which on subtitles are read that may reach into it."""

_EMPTY_TEXT = 2
"""Bytes of a subtitle of MP4 without text, which clears the screen."""

_CHAPTER_TICKS = 90_000

_CONTAINERS = {".mp4": "mp4", ".mkv": "matroska"}

Line = SoundLine | TextLine


def check_copy(copy: bool, audio: str) -> None:
    """Raise SettingError where the choice of sound contradicts copying."""
    if copy and audio in ("mix", "stereo"):
        raise SettingError(
            f"copy: sound is copied as it is, which audio='{audio}' does not allow; take"
            " audio='all', or leave out copy=True"
        )


def container_for(path: str | os.PathLike[str], *, tracks: Sequence[int] | None = None) -> str:
    """Return the ending of a file that holds the streams of a video as they are.

    Args:
        path: the video.
        tracks: index of the streams of sound; None for all.

    Returns:
        ``.mp4`` where MP4 holds all that any container does, else ``.mkv``; "" where none holds the
        pictures.

    Raises:
        VideoError: the file cannot be opened.
    """
    with open_video(path, limits=NO_LIMITS) as container:
        video = video_stream(container, path)
        streams = [video, *_beside(container, tracks)]
        held = {
            ending: [s.index for s in streams if _holds(name, s)]
            for ending, name in _CONTAINERS.items()
        }
        endings = [ending for ending, kept in held.items() if video.index in kept]
    return max(endings, key=lambda ending: len(held[ending]), default="")


def copy_pieces(
    source: str | os.PathLike[str],
    path: Path,
    pieces: Floats,
    *,
    origin: float,
    tracks: Sequence[int] | None = None,
    extras: Extras | None = None,
    comment: str = "",
    progress: Progress = silent,
) -> list[str]:
    """Write parts of a video into a file, of its own packets.

    Args:
        source: the video.
        path: the file; its ending (``.mp4`` or ``.mkv``) chooses the container.
        pieces: (n, 2) seconds, in order, apart from each other, that begin and end at `CutPoints`.
        origin: time of the first picture on the container's clock, in seconds.
        tracks: index of the streams of sound; None for all.
        extras: tags, chapters and timecode; its subtitles are not used.
        comment: for the metadata of the file.
        progress: called as the file grows.

    Returns:
        What was left out, one sentence each.

    Raises:
        VideoError: the video cannot be opened, or cannot be cut there.
        OutputError: the container does not take the packets.
    """
    extras = extras or Extras()
    name = _CONTAINERS[path.suffix]
    with open_video(source, limits=NO_LIMITS) as container:
        video = video_stream(container, source)
        tick = Fraction(video.time_base or Fraction(1, av.time_base))
        start = round(origin / tick)
        borders = [[start + round(at / tick) for at in piece] for piece in pieces.tolist()]
        beside = _beside(container, tracks)
        kept = [s for s in beside if _holds(name, s)]
        lines = {s.index: _line(s, start * tick) for s in kept}
        parts: list[Part] = []
        for index, (low, high) in enumerate(borders):
            at = sum(b - a for a, b in borders[:index])
            last = index + 1 == len(borders)
            since, until, offset = ((ticks * tick) for ticks in (low - start, high - start, at))
            parts.append(Part(since, until, offset, last))
        copier = _Copier(container, video, lines, source=source)
        stamps = _Stamps(video, [copier.shown(low, high) for low, high in borders], borders)
        with _errors(path), _open(path, name, tick=tick, extras=extras, comment=comment) as output:
            made = {s.index: _add(output, s) for s in [video, *kept]}
            if extras.timecode:
                made[video.index].metadata["timecode"] = extras.timecode
            write_chapters(output, extras.chapters, ticks=_CHAPTER_TICKS)
            for part, (low, high) in zip(parts, borders, strict=True):
                for line in lines.values():
                    line.begin(part)
                for packet in copier.packets(low, high):
                    index = packet.stream_index
                    copied = stamps.stamp(packet) if index == video.index else packet
                    copied.stream = made[index]
                    output.mux(copied)
                progress(
                    f"writing summary{path.suffix}", float(part.clip_end), float(parts[-1].clip_end)
                )
        return [_left_out(s, path) for s in beside if s not in kept]


class _Stamps:
    """The timestamps of the pictures of a clip, by their order.

    Pictures are decoded in the order of the file, at times that ascend, and none is shown before
    it is decoded.  With one delay for the whole clip this holds across the borders of parts, too,
    whatever the times of decoding were:

        dts[i] = sorted(pts)[i] - max over j of (sorted(pts)[j] - pts[j])

    Args:
        video: the stream.
        shown: for each part, the times of its pictures in the order of decoding, in ticks.
        borders: start and end of each part, in ticks.
    """

    def __init__(
        self,
        video: VideoStream,
        shown: Sequence[Sequence[int]],
        borders: Sequence[Sequence[int]],
    ) -> None:
        self._video = video
        self._firsts = set(np.cumsum([0, *(len(times) for times in shown)]).tolist())
        offsets = np.cumsum([0, *(high - low for low, high in borders)])
        pts = np.concatenate(
            [
                np.array(times, np.int64) - low + offset
                for times, (low, _), offset in zip(shown, borders, offsets, strict=False)
            ]
        )
        ascending = np.sort(pts)
        steps = np.diff(np.append(ascending, offsets[-1]))
        self._dts = ascending - (ascending - pts).max()
        self._pts = pts
        self._durations = steps[np.searchsorted(ascending, pts)]
        # MP4 keeps durations in the order of decoding; the last decides how long the track is.
        self._durations[-1] = steps[-1]
        self._at = 0

    def stamp(self, packet: Packet[Any]) -> Packet[Any]:
        """Return the packet of the next picture with its timestamps."""
        packet.pts, packet.dts = int(self._pts[self._at]), int(self._dts[self._at])
        packet.duration = int(self._durations[self._at])
        self._at += 1
        return after_cut(self._video, packet) if self._at - 1 in self._firsts else packet


class _Copier:
    """Reader of the packets of parts of a video.

    Args:
        container: the open file.
        video: its pictures.
        lines: placement of the packets of other streams, by their index.
        source: path of the video, for errors.
    """

    def __init__(
        self,
        container: InputContainer,
        video: VideoStream,
        lines: Mapping[int, Line],
        *,
        source: str | os.PathLike[str],
    ) -> None:
        self._container, self._video, self._lines, self._source = container, video, lines, source
        self._tick = Fraction(video.time_base or Fraction(1, av.time_base))
        self._streams = [s for s in container.streams if s.index == video.index or s.index in lines]
        texts = any(isinstance(line, TextLine) for line in lines.values())
        # Files of MP4's kind are sought stream by stream: what is shown at that time comes first.
        by_stream = "mov" in container.format.name
        self._before = 0.0 if by_stream or not lines else _TEXT_BEFORE if texts else _AROUND

    def shown(self, low: int, high: int) -> list[int]:
        """Return the times of the pictures of a part, in the order of decoding, in ticks."""
        packets = self._part([self._video], low, high, 0.0)
        first = next(packets, None)
        if first is not None and not self._decodes(first):
            raise VideoError(
                f"{os.fspath(self._source)}: the key frame at tick {low} does not decode alone"
            )
        found = [] if first is None else [int(p.pts or 0) for p in (first, *packets)]
        if not found:
            raise VideoError(
                f"{os.fspath(self._source)}: the frame at tick {low} cannot be found any more;"
                " was the file changed since it was read?"
            )
        return found

    def _decodes(self, packet: Packet[VideoStream]) -> bool:
        """Return whether a picture decodes without those before it; marks may be wrong."""
        frames = decode_alone(self._video, packet, DecodeStats())
        return bool(frames) and not frames[0].is_corrupt

    def packets(self, low: int, high: int) -> Iterator[Packet[Any]]:
        """Yield the packets of a part; those of sound and subtitles have their new timestamps."""
        yield from self._part(self._streams, low, high, self._before)

    def _part(
        self, streams: Sequence[Stream], low: int, high: int, before: float
    ) -> Iterator[Packet[Any]]:
        begun = ended = False
        lines = [self._lines[s.index] for s in streams if s.index in self._lines]
        latest = high + round(_AROUND / self._tick)
        for packet in self._from(streams, low, before):
            if packet.stream_index != self._video.index:
                if self._lines[packet.stream_index].place(packet):
                    yield packet
            elif packet.pts is None:
                raise VideoError(f"{os.fspath(self._source)}: a frame has no timestamp")
            elif packet.pts >= high:
                # Nothing after the end of a part is needed before it, see `CutPoints`.
                ended = True
                if packet.dts is not None and packet.dts > latest:
                    return
            elif not ended and packet.pts >= low:
                begun = begun or packet.pts == low
                if packet.is_discard:
                    raise VideoError(f"{os.fspath(self._source)}: an edit list hides a frame")
                if begun:
                    yield packet
            if ended and all(line.done for line in lines):
                return

    def _from(self, streams: Sequence[Stream], low: int, before: float) -> Iterator[Packet[Any]]:
        """Yield the packets of streams from a picture on, or from some before it."""
        for back in (*_BACK, None):
            start = low - round((before + (back or 0.0)) / self._tick)
            with contextlib.suppress(av.error.FFmpegError):
                if back is None:
                    self._container.seek(self._container.start_time or 0)
                else:
                    self._container.seek(start, stream=self._video, backward=True)
            packets = demux(self._container, streams, DecodeStats())
            held: list[Packet[Any]] = []
            for packet in packets:
                held.append(packet)
                if packet.stream_index == self._video.index:
                    break
            if back is None or (held and (held[-1].pts or low) <= low):
                yield from held
                yield from packets
                return


def _beside(container: InputContainer, tracks: Sequence[int] | None) -> list[Stream]:
    """Return the streams of sound and subtitles of a file."""
    sounds = [s for s in container.streams.audio if tracks is None or s.index in tracks]
    return [*sounds, *container.streams.subtitles]


def _line(stream: Stream, origin: Fraction) -> Line:
    tick = Fraction(stream.time_base or Fraction(1, av.time_base))
    if stream.type == "audio":
        return SoundLine(tick, origin)
    clears = _EMPTY_TEXT if stream.codec_context.name == "mov_text" else -1
    return TextLine(tick, origin, lambda packet: packet.size <= clears)


def _holds(name: str, stream: Stream) -> bool:
    """Return whether a container holds a stream as it is."""
    # Matroska keeps transparency beside the pictures, where MP4 has no place.
    transparent = name == "mp4" and stream.metadata.get("alpha_mode") == "1"
    if stream.codec_context is None or transparent:
        return False
    with av.open(io.BytesIO(), "w", format=name) as scratch:
        try:
            scratch.add_stream_from_template(stream, opaque=True)
        except ValueError:
            return False
    return True


def _add(output: Any, stream: Stream) -> Any:
    """Add a stream with the parameters, tags and place of another one."""
    made = output.add_stream_from_template(stream, opaque=True)
    if stream.codec_context.name == "hevc" and output.format.name == "mp4":
        made.codec_context.codec_tag = TAG
    for tag in ("language", "title", "handler_name"):
        if text := stream.metadata.get(tag):
            made.metadata[tag] = text
    made.disposition = stream.disposition.value
    return made


def _open(path: Path, name: str, *, tick: Fraction, extras: Extras, comment: str) -> Any:
    options = {"movflags": "+faststart", "movie_timescale": str(_CHAPTER_TICKS)}
    # "file:" keeps a name such as "http:x.mp4" from being taken for an address.
    output = av.open(
        f"file:{path.absolute()}", "w", format=name, options=options if name == "mp4" else {}
    )
    output.metadata.update(extras.tags)
    if comment:
        output.metadata["comment"] = comment
    return output


@contextlib.contextmanager
def _errors(path: Path) -> Iterator[None]:
    try:
        yield
    except av.error.FFmpegError as error:
        if isinstance(error, OSError) and error.errno is not None and error.errno > 0:
            raise  # full disk and the like: `vidgist.system.files` makes the message
        raise OutputError(
            f"summary{path.suffix}: its packets cannot be copied ({error.strerror}); leave out"
            " copy=True to encode them anew"
        ) from error


def _left_out(stream: Stream, path: Path) -> str:
    name = "an unknown codec" if stream.codec_context is None else stream.codec_context.name
    kind = "sound" if stream.type == "audio" else "subtitles"
    return (
        f"summary{path.suffix} lacks a track of {kind} ({name}), which no container holds as it is"
    )
