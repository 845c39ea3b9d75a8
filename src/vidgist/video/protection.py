"""Signs of encryption in a file's bytes, for the message where nothing decodes."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

_HEAD = 1 << 20
_MOVIE = 32 << 20
"""Bytes that are looked at: of the beginning, and of the header of an MP4 file."""

_SYSTEMS = {
    "edef8ba979d64acea3c827dcd51d21ed": "Widevine",
    "9a04f07998404286ab92e65be0885f95": "PlayReady",
    "94ce86fb07ff4f43adb893d2fa968ca2": "FairPlay",
}
"""DRM systems by their identifier in `pssh` boxes (dashif.org/identifiers/content_protection)."""

_ASF = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")
_ASF_ENCRYPTION = tuple(
    bytes.fromhex(guid)
    for guid in (
        "fbb31122 23bdd211 b4b700a0 c955fc6e",  # Content Encryption
        "14e68a29 2226174c b935dae0 7ee9289c",  # Extended Content Encryption
        "33850543 8169e649 9b74ad12 cb86d58c",  # Advanced Content Encryption
    )
)
_MATROSKA = bytes.fromhex("1a45dfa3")
_ENCODINGS, _ENCRYPTION = b"\x6d\x80", b"\x50\x35"


def protection(path: Path) -> str | None:
    """Return how a file is encrypted, such as ``DRM: cenc, Widevine``, or None; never raises."""
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
            if head.startswith(_ASF):
                return "Windows Media DRM" if any(g in head for g in _ASF_ENCRYPTION) else None
            if head.startswith(_MATROSKA):
                at = head.find(_ENCODINGS)
                encrypted = at >= 0 and _ENCRYPTION in head[at : at + 64]
                return "Matroska's content encryption" if encrypted else None
            if head[:1] == b"\x47":
                return "scrambled by the broadcaster" if _is_scrambled(head) else None
            if head[:4] == b"\x00\x00\x01\xba":
                return "CSS, as on DVDs" if _has_scrambled_packs(head) else None
            return _movie_protection(_movie_header(file, head))
    except OSError:
        return None


def _is_scrambled(head: bytes) -> bool:
    """Return whether most packets of a transport stream have the bits of scrambling."""
    packets = [head[at : at + 4] for at in range(0, len(head) - 4, 188)]
    scrambled = sum(p[0] == 0x47 and bool(p[3] & 0xC0) for p in packets)
    return scrambled > len(packets) / 2


def _has_scrambled_packs(head: bytes) -> bool:
    """Return whether packs of video in a program stream have the bits of scrambling."""
    at = 0
    while (at := head.find(b"\x00\x00\x01\xe0", at)) >= 0 and at + 7 < len(head):
        if head[at + 6] & 0xC0 == 0x80 and head[at + 6] & 0x30:
            return True
        at += 4
    return False


def _movie_header(file: BinaryIO, head: bytes) -> bytes:
    """Return the `moov` box of an MP4 or QuickTime file, b"" where there is none."""
    if head[4:8] not in (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"styp"):
        return b""
    at = 0
    for _ in range(64):
        file.seek(at)
        box = file.read(16)
        if len(box) < 8:
            break
        size = int.from_bytes(box[:4], "big")
        if size == 1:
            size = int.from_bytes(box[8:16], "big")
        if box[4:8] == b"moov":
            return box + file.read(min(size, _MOVIE))
        if size < 8:
            break
        at += size
    return b""


def _movie_protection(movie: bytes) -> str | None:
    schemes = set()
    at = 0
    while (at := movie.find(b"schm", at)) >= 0:
        scheme = movie[at + 8 : at + 12]
        if scheme.isalnum():
            schemes.add(scheme.decode("ascii"))
        at += 4
    systems = set()
    at = 0
    while (at := movie.find(b"pssh", at)) >= 0:
        systems.add(_SYSTEMS.get(movie[at + 8 : at + 24].hex(), ""))
        at += 4
    if "itun" in schemes or any(tag in movie for tag in (b"drmi", b"drms")):
        schemes, systems = set(), {"FairPlay"}
    if not schemes and not systems and b"encv" not in movie:
        return None
    names = [*sorted(schemes), *sorted(systems - {""})]
    return "DRM: " + ", ".join(names) if names else "DRM"
