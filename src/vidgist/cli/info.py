"""``vidgist info``: show the facts of video files, and what is odd, without decoding them."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import click

from vidgist.cli.common import Console, common_options, for_each, one_line, print_json
from vidgist.cli.inputs import input_options
from vidgist.cli.limits import limit_options
from vidgist.errors import counted
from vidgist.types import VideoInfo
from vidgist.video import Limits, probe
from vidgist.video.about import PLACE
from vidgist.video.examine import examine

_MOST = 5
"""Holes and joints that are named."""


@click.command()
@click.argument("videos", metavar="VIDEO...", nargs=-1, required=True, type=click.Path())
@limit_options
@common_options
@input_options
def info(videos: tuple[str, ...], limits: Limits, console: Console, as_json: bool) -> int:
    """Show the facts of a video: streams, duration, frame rate, rotation.

    Headers, one frame and the timestamps of the first 256 MB are read.  The size is that of the
    displayed picture: upright, with square pixels.  Holes, joints of recordings and damage are
    named where there are some; what does not decode is found by reading the video alone.

    \b
    Examples:
      vidgist info talk.mp4
      vidgist info *.mp4 --json
    """
    probed = for_each(console, videos, lambda path: _examined(path, limits))
    if as_json:
        print_json({"videos": [_facts(video) for _, video in probed]})
    else:
        for n, (_, video) in enumerate(probed):
            click.echo(("\n" if n else "") + "\n".join(_lines(video)))
    return console.failed


def _examined(path: Any, limits: Limits) -> VideoInfo:
    return examine(probe(path, limits=limits), limits=limits)


def _facts(video: VideoInfo) -> dict[str, Any]:
    facts = {f.name: getattr(video, f.name) for f in dataclasses.fields(video)}
    return facts | {"path": str(video.path), "streams": [dict(s) for s in video.streams]}


def _lines(video: VideoInfo) -> Iterator[str]:
    """Yield the lines that describe one video."""
    coded = f"{video.coded_width} x {video.coded_height}"
    changes = []
    if any(video.crop):
        edges = zip(("left", "right", "top", "bottom"), video.crop, strict=True)
        changes.append("cropped " + " ".join(f"{n} {edge}" for edge, n in edges if n))
    if video.rotation:
        changes.append(f"rotated by {video.rotation} degrees clockwise")
    if video.pixel_aspect != 1:
        changes.append(f"pixels {video.pixel_aspect:.4g} times as wide as high")
    steadiness = "variable" if video.variable_frame_rate else "constant"
    rows = {
        "duration": "not stated" if video.duration is None else _clock(video.duration),
        "size": f"{video.width} x {video.height}"
        + (f" (stored {coded}, {', '.join(changes)})" if changes else ""),
        "frame rate": f"{video.frame_rate:.3f} a second, {steadiness}"
        if video.frame_rate
        else "unknown",
        "video": ", ".join(_picture(video)),
        "sound": "yes" if video.has_audio else "no",
        "container": video.container,
        "holes": _listed(f"{_at(start)} to {_at(end)}" for start, end in video.holes),
        "joints": _listed(f"at {_at(second)}" for second in video.joints),
        "damage": "; ".join(video.damage),
    }
    told = {name: text for name, text in video.tags.items() if name != PLACE}
    if told:
        rows["tags"] = "; ".join(f"{name} {text}" for name, text in told.items())
    if PLACE in video.tags:
        rows["place"] = f"{video.tags[PLACE]} (private: a clip keeps it, without --no-metadata)"
    yield one_line(video.path)
    for name, value in rows.items():
        if value:
            yield f"  {name:<11} {one_line(value)}"
    for stream in video.streams:
        yield f"  {'stream ' + str(stream['index']):<11} {one_line(_stream(stream))}"


def _picture(video: VideoInfo) -> Iterator[str]:
    """Yield the words on the kind of the pictures."""
    yield video.codec
    yield video.pixel_format
    if video.interlaced:
        yield "interlaced"
    if video.hdr:
        yield f"HDR ({video.hdr})"
    if video.dolby_vision is not None:
        yield f"Dolby Vision profile {video.dolby_vision}"


def _stream(stream: Mapping[str, Any]) -> str:
    words = [stream["type"], stream["codec"] or "unknown codec"]
    if stream.get("width"):
        words.append(f"{stream['width']} x {stream['height']}")
    if stream.get("rate"):
        words.append(f"{stream['rate']} Hz, {counted(stream['channels'], 'channel')}")
    if stream.get("language"):
        words.append(stream["language"])
    if stream.get("late"):
        words.append("begins late")
    if stream.get("cover"):
        words.append("cover picture")
    if stream["used"]:
        words.append("used")
    return ", ".join(words)


def _listed(items: Iterable[str]) -> str:
    """Return the first few items in a line, with the number of the others."""
    every = list(items)
    more = [f"{len(every) - _MOST} more"] if len(every) > _MOST else []
    return ", ".join([*every[:_MOST], *more])


def _at(seconds: float) -> str:
    return _clock(seconds).split(" ")[0] if seconds >= 60 else f"{seconds:.2f} s"


def _clock(seconds: float) -> str:
    whole = int(seconds)
    return f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02} ({seconds:.3f} s)"
