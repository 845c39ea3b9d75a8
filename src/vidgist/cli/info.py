"""``vidgist info``: show what is known of video files before they are decoded."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import click

from vidgist.cli.common import Console, common_options, counted, for_each, one_line, print_json
from vidgist.cli.limits import limit_options

if TYPE_CHECKING:
    from vidgist.types import VideoInfo
    from vidgist.video import Limits

__all__ = ["info"]


@click.command()
@click.argument("videos", metavar="VIDEO...", nargs=-1, required=True, type=click.Path())
@limit_options
@common_options
def info(videos: tuple[str, ...], limits: Limits, console: Console, as_json: bool) -> int:
    """Show what is known of a video: streams, duration, frame rate, rotation.

    Only headers, the first few hundred timestamps and one frame are read.  The size is that of the
    picture as it is seen: turned upright, with square pixels.

    \b
    Examples:
      vidgist info talk.mp4
      vidgist info *.mp4 --json
    """
    from vidgist.video import probe

    probed = for_each(console, videos, lambda path: probe(path, limits=limits))
    if as_json:
        print_json({"videos": [_facts(found) for _, found in probed]})
    else:
        for n, (_, found) in enumerate(probed):
            click.echo(("\n" if n else "") + "\n".join(_lines(found)))
    return console.failed


def _facts(found: VideoInfo) -> dict[str, Any]:
    facts = {f.name: getattr(found, f.name) for f in dataclasses.fields(found)}
    return facts | {"path": str(found.path), "streams": [dict(s) for s in found.streams]}


def _lines(found: VideoInfo) -> Iterator[str]:
    """Yield the lines that describe one video."""
    coded = f"{found.coded_width} x {found.coded_height}"
    why = []
    if found.rotation:
        why.append(f"rotated by {found.rotation} degrees clockwise")
    if found.pixel_aspect != 1:
        why.append(f"pixels {found.pixel_aspect:.4g} times as wide as high")
    kind = "variable" if found.variable_frame_rate else "constant"
    rows = {
        "duration": "not said" if found.duration is None else _clock(found.duration),
        "size": f"{found.width} x {found.height}"
        + (f" (stored {coded}, {', '.join(why)})" if why else ""),
        "frame rate": f"{found.frame_rate:.3f} a second, {kind}",
        "video": f"{found.codec}, {found.pixel_format}",
        "sound": "yes" if found.has_audio else "no",
        "container": found.container,
    }
    yield one_line(found.path)
    for name, value in rows.items():
        yield f"  {name:<11} {one_line(value)}"
    for stream in found.streams:
        yield f"  {'stream ' + str(stream['index']):<11} {one_line(_stream(stream))}"


def _stream(stream: Mapping[str, Any]) -> str:
    said = [stream["type"], stream["codec"] or "unknown codec"]
    if stream.get("width"):
        said.append(f"{stream['width']} x {stream['height']}")
    if stream.get("rate"):
        said.append(f"{stream['rate']} Hz, {counted(stream['channels'], 'channel')}")
    if stream.get("language"):
        said.append(stream["language"])
    if stream.get("cover"):
        said.append("cover picture")
    if stream["used"]:
        said.append("used")
    return ", ".join(said)


def _clock(seconds: float) -> str:
    whole = int(seconds)
    return f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02} ({seconds:.3f} s)"
