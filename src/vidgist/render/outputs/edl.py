"""``summary.edl``: the cuts of the summary as CMX 3600, which every editing program reads."""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

from vidgist.render.cuts import Cut, cuts
from vidgist.render.output import Output
from vidgist.render.timecode import EditRate, edit_rate

if TYPE_CHECKING:
    from vidgist.render.material import Material

__all__ = ["edit_list", "write"]

REEL = "AX"
"""The source's name as a tape: the customary one for files, which go by FROM CLIP NAME."""


def write(material: Material, path: Path) -> None:
    """Write the cuts of a summary, in ASCII, with the line ends that the format has."""
    summary = material.summary
    video = summary.video
    rate = edit_rate(video.frame_rate, constant=not video.variable_frame_rate)
    code = material.source.timecode
    rate = rate.counting_as(code)
    first = rate.parse(code) or 0
    text = edit_list(
        cuts(summary.segments, rate),
        rate=rate,
        name=video.path.name,
        has_audio=video.has_audio,
        source_start=first,
    )
    path.write_bytes(text.encode("ascii"))


def edit_list(
    events: list[Cut], *, rate: EditRate, name: str, has_audio: bool, source_start: int = 0
) -> str:
    """Return the list as text, lines ended by CR LF.

    Args:
        events: as `vidgist.render.cuts.cuts` returns them.
        rate: at which frames and timecode count.
        name: file name of the source.
        has_audio: whether sound is cut along with the pictures.
        source_start: frame that the source's own timecode has at its first frame.
    """
    record_start = rate.parse(f"01:00:00{';' if rate.drop else ':'}00") or 0
    channels = "AA/V" if has_audio else "V"
    clip = _plain_ascii(name)
    lines = [
        f"TITLE: {clip[:60].rstrip()} summary",
        f"FCM: {'DROP FRAME' if rate.drop else 'NON-DROP FRAME'}",
        "",
    ]
    for number, cut in enumerate(events, start=1):
        times = (
            source_start + cut.source_in,
            source_start + cut.source_out,
            record_start + cut.record_in,
            record_start + cut.record_out,
        )
        codes = " ".join(rate.timecode(frame) for frame in times)
        lines += [
            f"{number:03d}  {REEL:<8} {channels:<5} C        {codes}",
            f"* FROM CLIP NAME: {clip}",
        ]
    return "\r\n".join([*lines, ""])


def _plain_ascii(name: str) -> str:
    """Return the name in printable ASCII, accents left off, other characters as ``_``."""
    bare = (c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    return "".join(c if c.isascii() and c.isprintable() else "_" for c in bare) or "_"


OUTPUT = Output(
    name="edl",
    target="summary.edl",
    summary="the cuts for editing programs (CMX 3600)",
    write=write,
    order=32,
)
