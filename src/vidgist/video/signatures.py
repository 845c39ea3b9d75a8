"""First bytes of video files, for files whose ending says too little."""

from __future__ import annotations

from pathlib import Path

_HEAD = 8 << 10
"""Bytes that are read of a file."""

_STARTS = (
    b"\x1a\x45\xdf\xa3",  # Matroska, WebM
    bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c"),  # ASF: WMV, DVR-MS
    bytes.fromhex("b7d800203749da11a64e0007e95ead8d"),  # WTV
    bytes.fromhex("060e2b34020501010d0102"),  # MXF
    b"FLV\x01",
    b".RMF",
    b"nut/multimedia container\0",
    b"YUV4MPEG2 ",
    b"DKIF",  # IVF
    b"DAHUA",
    b"DHAV",  # recorders of surveillance cameras
    b"GIF89a",
    b"NSVf",
    b"NuppelVideo",
    b"MythTVVideo",
    b"\x00\x00\x01\xba",  # MPEG program stream
    b"\x00\x00\x01\xb3",  # MPEG-1, MPEG-2
    b"\x1f\x07\x00",  # DV
)

_BOXES = (b"moov", b"mdat", b"wide", b"pnot", b"skip", b"free", b"styp")
"""Names of the first box of old QuickTime files and of pieces of MP4 files; others begin `ftyp`."""

_SOUND_BRANDS = (b"M4A ", b"M4B ", b"M4P ", b"F4A ", b"F4B ", b"aax ")
_PHOTO_BRANDS = (b"heic", b"heix", b"mif1", b"avif", b"jp2 ", b"jpx ", b"crx ")

_PACKETS = (188, 192, 204)
"""Sizes of the packets of transport streams: plain, with a time (M2TS), with error correction."""

_SYNC = 0x47
_IN_A_ROW = 5

_NAL_START = (b"\x00\x00\x00\x01", b"\x00\x00\x01")
_H264_FIRST = (0x67, 0x27, 0x47, 0x09)
_HEVC_FIRST = (0x40, 0x42, 0x46)


def is_video(path: Path) -> bool:
    """Return whether the first bytes of a file are those of a video; never raises."""
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except (OSError, ValueError):
        return False
    return is_video_head(head)


def is_video_head(head: bytes) -> bool:
    """Return whether bytes are the beginning of a video file.

    >>> is_video_head(b"FLV\\x01\\x05"), is_video_head(b"const answer: number = 42;")
    (True, False)
    """
    if head.startswith(_STARTS):
        return True
    if head[4:8] == b"ftyp":
        return head[8:12] not in (*_SOUND_BRANDS, *_PHOTO_BRANDS)
    if head[4:8] in _BOXES:
        return True
    if head[:4] == b"RIFF":
        animated = head[8:16] == b"WEBPVP8X" and bool(head[20:21] > b"" and head[20] & 2)
        return head[8:12] in (b"AVI ", b"AMV ", b"CDXA") or animated
    if head.startswith(b"\x89PNG"):
        return 0 <= head.find(b"acTL") < (head.find(b"IDAT") % len(head))
    if head[:4] == b"OggS":
        return any(name in head[:512] for name in (b"theora", b"OVP80", b"BBCD", b"video\0"))
    if head.startswith(_NAL_START):
        kind = head[4] if head[2] == 0 else head[3]
        return kind in _H264_FIRST or kind in _HEVC_FIRST
    return _is_transport_stream(head)


def _is_transport_stream(head: bytes) -> bool:
    """Return whether packets of a transport stream follow each other anywhere in the bytes."""
    if head.isascii() and b"\0" not in head:
        return False  # a text may have any letter at any distance
    for size in _PACKETS:
        needed = size * (_IN_A_ROW - 1)
        at = head.find(_SYNC)
        while 0 <= at < min(len(head) - needed, 4 * size):
            if all(head[at + size * k] == _SYNC for k in range(_IN_A_ROW)):
                return True
            at = head.find(_SYNC, at + 1)
    return False
