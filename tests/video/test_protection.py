from __future__ import annotations

import struct

import pytest

from clips import damaged, render_clip
from vidgist.errors import VideoError
from vidgist.video import probe
from vidgist.video.protection import protection

WIDEVINE = bytes.fromhex("edef8ba979d64acea3c827dcd51d21ed")


def box(name, *contents):
    content = b"".join(contents)
    return struct.pack(">I4s", 8 + len(content), name) + content


def movie(*boxes, before=b""):
    return box(b"ftyp", b"isom\0\0\0\0") + before + box(b"moov", *boxes)


def scheme(name):
    return box(b"encv", box(b"sinf", box(b"schm", bytes(4), name, bytes(4))))


MATROSKA = b"\x1a\x45\xdf\xa3" + bytes(40) + b"\x6d\x80\x88\x62\x40\x85\x50\x35\x82\x47\xe1"
ASF = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (movie(scheme(b"cenc")), "DRM: cenc"),
        (movie(scheme(b"cbcs"), box(b"pssh", bytes(4), WIDEVINE)), "DRM: cbcs, Widevine"),
        (movie(scheme(b"cenc"), before=box(b"mdat", bytes(5000))), "DRM: cenc"),
        (movie(scheme(b"itun")), "DRM: FairPlay"),
        (movie(box(b"drmi", bytes(20))), "DRM: FairPlay"),
        (movie(box(b"encv", bytes(20))), "DRM"),
        (movie(box(b"avc1", bytes(20))), None),
        (ASF + bytes(60) + bytes.fromhex("fbb3112223bdd211b4b700a0c955fc6e"), "Windows Media DRM"),
        (ASF + bytes(100), None),
        (MATROSKA, "Matroska's content encryption"),
        ((b"\x47\x01\x00\x90" + bytes(184)) * 20, "scrambled by the broadcaster"),
        ((b"\x47\x01\x00\x10" + bytes(184)) * 20, None),
        (b"\0\0\1\xba" + bytes(10) + b"\0\0\1\xe0\x07\xec\xb0\x80", "CSS, as on DVDs"),
        (b"\0\0\1\xba" + bytes(10) + b"\0\0\1\xe0\x07\xec\x80\x80", None),
        (b"", None),
        (b"text", None),
        (box(b"ftyp", b"isom") + b"\0\0\0\0moov", None),
    ],
)
def test_encryption_is_named(tmp_path, content, expected):
    path = tmp_path / "a"
    path.write_bytes(content)
    assert protection(path) == expected


def test_a_file_that_is_missing(tmp_path):
    assert protection(tmp_path / "none") is None


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.ts"])
def test_plain_files_are_not_encrypted_even_when_nothing_decodes(tmp_path, name):
    clip = render_clip(tmp_path / name, scenes=(0.4,)).path
    assert protection(clip) is None
    broken = damaged(clip, tmp_path / f"broken-{name}", at=0.1, n_bytes=clip.stat().st_size)
    assert protection(broken) is None


def test_the_message(tmp_path):
    """Of a file whose header says that it is encrypted, and of which nothing decodes."""
    clip = render_clip(tmp_path / "a.mp4", scenes=(0.4,)).path
    data = clip.read_bytes()
    begin = data.index(b"mdat") + 4
    end = data.index(b"moov") - 4
    udta = box(b"udta", box(b"sinf", box(b"schm", bytes(4), b"cenc", bytes(4))))
    size = int.from_bytes(data[end : end + 4], "big") + len(udta)
    scrambled = data[:begin] + bytes(b ^ 0x5A for b in data[begin:end])
    path = tmp_path / "drm.mp4"
    path.write_bytes(scrambled + struct.pack(">I", size) + data[end + 4 :] + udta)
    with pytest.raises(
        VideoError, match=r"encrypted \(DRM: cenc\); give a copy without protection"
    ):
        probe(path)
