from __future__ import annotations

import pytest

from vidgist.errors import InputError
from vidgist.system.fingerprint import content_fingerprint


@pytest.mark.parametrize("size", [0, 1, 65_535, 65_536, 65_537, 3_000_000])
def test_the_content_counts_and_not_the_name(tmp_path, size):
    data = bytes(i * i % 251 for i in range(size))
    a, b = tmp_path / "a.mp4", tmp_path / "ein b\n.mkv"
    a.write_bytes(data)
    b.write_bytes(data)
    assert content_fingerprint(a) == content_fingerprint(str(b))
    b.write_bytes(data + b"x")
    assert content_fingerprint(a) != content_fingerprint(b)


@pytest.mark.parametrize("place", [0, 1_500_000, 2_999_999])
def test_a_change_at_either_end_or_in_the_middle_is_seen(tmp_path, place):
    data = bytearray(3_000_000)
    path = tmp_path / "a.mp4"
    path.write_bytes(data)
    before = content_fingerprint(path)
    data[max(0, place - 200_000) : place + 200_000] = b"\x01" * len(
        data[max(0, place - 200_000) : place + 200_000]
    )
    path.write_bytes(data)
    assert content_fingerprint(path) != before


def test_what_cannot_be_read_is_named(tmp_path):
    for path in (tmp_path / "missing.mp4", tmp_path):
        with pytest.raises(InputError, match="cannot be read"):
            content_fingerprint(path)
