"""A file made of the packets of a video: parts of it in order.

Nothing is encoded anew, or only the frames at the borders of parts.
"""

from __future__ import annotations

import contextlib
import io
import itertools
import os
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import av.error
import numpy as np
from av.container import InputContainer
from av.packet import Packet
from av.stream import Stream

from vidgist.progress import Progress, silent
from vidgist.types import Floats
from vidgist.video.container import NO_LIMITS, open_video, video_stream
from vidgist.video.copy.borders import BESIDE, BorderFrames, check_clip
from vidgist.video.copy.joints import Joints
from vidgist.video.copy.lines import Part, SoundLine, TextLine
from vidgist.video.copy.parts import PartReader, Run, Stamps
from vidgist.video.encode import writing_errors
from vidgist.video.encode_extras import Extras, write_chapters
from vidgist.video.hdr import TAG

_EMPTY_TEXT = 2
"""Bytes of a subtitle of MP4 without text, which clears the screen."""

_CHAPTER_TICKS = 90_000

_CONTAINERS = {".mp4": "mp4", ".mkv": "matroska"}

_SETS_IN_STREAM = "hev1"
"""Kind of HEVC in MP4 whose parameter sets may stand in the stream (ISO/IEC 14496-15, 8.4.1)."""

MOSTLY = 0.5
"""Share of a clip that is encoded anew from which on it is told."""


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
    exact: bool = False,
    tracks: Sequence[int] | None = None,
    extras: Extras | None = None,
    comment: str = "",
    progress: Progress = silent,
) -> list[str]:
    """Write parts of a video into a file, of its own packets.

    Args:
        source: the video.
        path: the file; its ending (``.mp4`` or ``.mkv``) chooses the container.
        pieces: (n, 2) seconds, in order, apart from each other.
        origin: time of the first picture on the container's clock, in seconds.
        exact: encode frames at the borders anew where a piece does not begin and end at
            `CutPoints`.
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
    with open_video(source, limits=NO_LIMITS) as container, contextlib.ExitStack() as stack:
        video = video_stream(container, source)
        tick = Fraction(video.time_base or Fraction(1, av.time_base))
        start = round(origin / tick)
        borders = [[start + round(at / tick) for at in piece] for piece in pieces.tolist()]
        beside = _beside(container, tracks)
        kept = [s for s in beside if _holds(name, s)]
        lines = {s.index: _line(s, start * tick) for s in kept}
        reader = PartReader(container, video, lines, source=source, start=start)
        joints = Joints(video)
        watch = joints.watch if exact else None
        plans = [reader.plan(*part, exact=exact, beside=BESIDE, watch=watch) for part in borders]
        stamps = Stamps([[t for run in runs for t in run.ticks] for runs in plans], borders)
        encoded: BorderFrames | None = None
        if any(run.entry for runs in plans for run in runs):
            every = [run for runs in plans for run in runs]
            encoded = stack.enter_context(BorderFrames(source, joints, every))
        errors = writing_errors(
            f"summary{path.suffix}: its packets cannot be copied",
            advice="leave out copy=True to encode them anew",
        )
        with errors, _open(path, name, extras=extras, comment=comment) as output:
            made = {s.index: _add(output, s) for s in [video, *kept]}
            _change_header(made[video.index], joints, name)
            if extras.timecode:
                made[video.index].metadata["timecode"] = extras.timecode
            write_chapters(output, extras.chapters, ticks=_CHAPTER_TICKS)
            parts = _parts(borders, tick=tick, start=start)
            for part, border, runs in zip(parts, borders, plans, strict=True):
                for line in lines.values():
                    line.begin(part)
                for index, packet in _packets(reader, encoded, joints, border, runs):
                    if index == video.index:
                        stamps.stamp(packet)
                    packet.stream = made[index]
                    output.mux(packet)
                progress(
                    f"writing summary{path.suffix}", float(part.clip_end), float(parts[-1].clip_end)
                )
        notes = [_left_out(s, path) for s in beside if s not in kept]
        if encoded is not None:
            ticks = [sorted(t for run in runs for t in run.ticks) for runs in plans]
            flat = [encoded.seen.get(t) for part_ticks in ticks for t in part_ticks]
            pictures = {place: seen for place, seen in enumerate(flat) if seen is not None}
            check_clip(path, np.concatenate(stamps.times) * float(tick), pictures)
            notes += _encoded_note(path, plans)
        return notes


def _parts(borders: Sequence[Sequence[int]], *, tick: Fraction, start: int) -> list[Part]:
    """Return the parts of borders in ticks, of a video whose first picture is at ``start``."""
    parts: list[Part] = []
    at = 0
    for number, (low, high) in enumerate(borders, start=1):
        since, until, offset = (ticks * tick for ticks in (low - start, high - start, at))
        parts.append(Part(since, until, offset, number == len(borders)))
        at += high - low
    return parts


def _packets(
    reader: PartReader,
    encoded: BorderFrames | None,
    joints: Joints,
    border: Sequence[int],
    runs: Sequence[Run],
) -> Iterator[tuple[int, Packet[Any]]]:
    """Yield (index of the stream, packet) of a part; those of pictures in the order of its runs."""
    copied = next((run for run in runs if run.entry is None), None)
    place = runs.index(copied) if copied is not None else len(runs)
    before = sorted(copied.ticks)[-BESIDE:] if copied is not None else []
    video = reader.video.index
    rest = reader.packets(border[0], border[1], copied)
    ahead: Packet[Any] | None = None
    for run in runs[:place]:
        assert encoded is not None
        for packet in encoded.packets(run, ()):
            yield video, packet
            # Sound goes with its pictures; both have their time in the clip by now.
            while (ahead := ahead or next(rest, None)) and _is_due(ahead, packet, video):
                yield ahead.stream_index, ahead
                ahead = None
    is_first = True
    for packet in itertools.chain([ahead] if ahead else [], rest):
        if packet.stream_index != video:
            yield packet.stream_index, packet
            continue
        yield video, joints.copied(packet, first=is_first)
        is_first = False
    for run in runs[place + 1 :]:
        assert encoded is not None
        for packet in encoded.packets(run, before):
            yield video, packet


def _is_due(packet: Packet[Any], picture: Packet[Any], video: int) -> bool:
    """Return whether a packet is one of sound or text that is not later than a picture."""
    if packet.stream_index == video or packet.pts is None or picture.pts is None:
        return False
    return packet.pts * packet.time_base <= picture.pts * picture.time_base


def _change_header(made: Any, joints: Joints, container: str) -> None:
    """Make the stream of pictures say that encoded frames stand beside copied ones."""
    if joints.header is not None:
        made.codec_context.extradata = joints.header
    if joints.sets_in_stream and container == "mp4":
        made.codec_context.codec_tag = _SETS_IN_STREAM


def _encoded_note(path: Path, plans: Sequence[Sequence[Run]]) -> list[str]:
    """Return that most of a clip is encoded anew, where it is."""
    anew = sum(len(run.ticks) for runs in plans for run in runs if run.entry)
    share = anew / sum(len(run.ticks) for runs in plans for run in runs)
    if share <= MOSTLY:
        return []
    return [
        f"summary{path.suffix}: {share:.0%} of its frames are encoded anew, as few key frames lie"
        " within its pieces"
    ]


def _beside(container: InputContainer, tracks: Sequence[int] | None) -> list[Stream]:
    """Return the streams of sound and subtitles of a file."""
    sounds = [s for s in container.streams.audio if tracks is None or s.index in tracks]
    return [*sounds, *container.streams.subtitles]


def _line(stream: Stream, origin: Fraction) -> SoundLine | TextLine:
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
    if stream.codec_context.name == "prores" and output.format.name == "matroska":
        # Matroska keeps the profile of ProRes as this tag.
        made.codec_context.codec_tag = stream.codec_context.codec_tag
    for tag in ("language", "title", "handler_name"):
        if text := stream.metadata.get(tag):
            made.metadata[tag] = text
    made.disposition = stream.disposition.value
    return made


def _open(path: Path, name: str, *, extras: Extras, comment: str) -> Any:
    options = {"movflags": "+faststart", "movie_timescale": str(_CHAPTER_TICKS)}
    # "file:" keeps a name such as "http:x.mp4" from being taken for an address.
    output = av.open(
        f"file:{path.absolute()}", "w", format=name, options=options if name == "mp4" else {}
    )
    output.metadata.update(extras.tags)
    if comment:
        output.metadata["comment"] = comment
    return output


def _left_out(stream: Stream, path: Path) -> str:
    name = "an unknown codec" if stream.codec_context is None else stream.codec_context.name
    kind = "sound" if stream.type == "audio" else "subtitles"
    return (
        f"summary{path.suffix} lacks a track of {kind} ({name}), which no container holds as it is"
    )
