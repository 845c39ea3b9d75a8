"""``summary.edl``: the cuts of the summary as a CMX 3600 edit decision list."""

from __future__ import annotations

import unicodedata
from pathlib import Path

from vidgist.render.cuts import Cut, cuts
from vidgist.render.material import Material
from vidgist.render.output import Output
from vidgist.render.timecode import EditRate, edit_rate

REEL = "AX"
"""Reel name of the source: the usual one for files, which FROM CLIP NAME identifies."""


def write(material: Material, path: Path) -> None:
    """Write the cuts of a summary."""
    summary = material.summary
    video = summary.video
    rate = edit_rate(video.frame_rate, constant=not video.variable_frame_rate)
    code = material.source.timecode
    rate = rate.counting_as(code)
    first = rate.parse(code) or 0
    text = edit_list(
        cuts(summary.pieces, rate),
        rate=rate,
        name=video.path.name,
        has_audio=video.has_audio,
        source_start=first,
    )
    path.write_bytes(text.encode("ascii"))


def edit_list(
    events: list[Cut], *, rate: EditRate, name: str, has_audio: bool, source_start: int = 0
) -> str:
    """Return the list as ASCII text with CR LF line ends.

    Args:
        events: as `vidgist.render.cuts.cuts` returns them.
        rate: of frames and timecode.
        name: file name of the source.
        has_audio: whether the source has sound.
        source_start: frame number of the first frame in the source's own timecode.
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
    """Return the name in printable ASCII, without accents, other characters as ``_``."""
    bare = (c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    return "".join(c if c.isascii() and c.isprintable() else "_" for c in bare) or "_"


OUTPUT = Output("edl", "summary.edl", "the cuts as CMX 3600, for editing programs", write, order=32)
