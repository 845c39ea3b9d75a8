"""``summary.edl``: the cuts of the summary as a CMX 3600 edit decision list."""

from __future__ import annotations

import unicodedata
from pathlib import Path

from vidgist.render.edit import Edit, edit_of
from vidgist.render.material import Material
from vidgist.render.output import Output

REEL = "AX"
"""Reel name of the source: the usual one for files, which FROM CLIP NAME identifies."""


def write(material: Material, path: Path) -> None:
    """Write the cuts of a summary."""
    path.write_bytes(edit_list(edit_of(material)).encode("ascii"))


def edit_list(edit: Edit) -> str:
    """Return the list as ASCII text with CR LF line ends."""
    rate = edit.rate
    channels = "AA/V" if edit.channels else "V"
    lines = [
        f"TITLE: {_plain_ascii(edit.name)[:60].rstrip()} summary",
        f"FCM: {'DROP FRAME' if rate.drop else 'NON-DROP FRAME'}",
        "",
    ]
    for number, cut in enumerate(edit.cuts, start=1):
        media = edit.media[cut.file]
        source = rate.span(media.start + cut.source_in, media.start + cut.source_out)
        record = rate.span(edit.record_start + cut.record_in, edit.record_start + cut.record_out)
        lines += [
            f"{number:03d}  {REEL:<8} {channels:<5} C        {' '.join((*source, *record))}",
            f"* FROM CLIP NAME: {_plain_ascii(media.name)}",
        ]
    return "\r\n".join([*lines, ""])


def _plain_ascii(name: str) -> str:
    """Return the name in printable ASCII, without accents, other characters as ``_``."""
    bare = (c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    return "".join(c if c.isascii() and c.isprintable() else "_" for c in bare) or "_"


OUTPUT = Output("edl", "summary.edl", "the cuts as CMX 3600, for editing programs", write, order=32)
