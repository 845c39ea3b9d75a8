"""Clusters of Matroska files."""

from __future__ import annotations

from pathlib import Path

import pytest

from vidgist.video.clusters import Clusters

ID = b"\x1f\x43\xb6\x75"
UNKNOWN = b"\x01" + b"\xff" * 7


@pytest.mark.parametrize("size", [b"\x8a", b"\x40\x0a", b"\x01" + bytes(6) + b"\x0a", UNKNOWN])
def test_every_cluster_is_found(tmp_path: Path, size: bytes) -> None:
    """Ten bytes each; where the size is known, what looks like a cluster inside is none."""
    inside = bytes(6) + (bytes(4) if size == UNKNOWN else ID)
    cluster = ID + size + inside
    path = tmp_path / "a.mkv"
    path.write_bytes(bytes(7) + 3 * cluster + b"after")
    clusters = Clusters(path)
    starts = [7 + n * len(cluster) for n in range(3)]
    ends = [*starts[1:], path.stat().st_size]
    for start, end in zip(starts, ends, strict=True):
        assert clusters.begins(start + len(ID + size))
        assert clusters.end == end
        assert not clusters.begins(start + len(cluster) - 1)


def test_clusters_further_on(tmp_path: Path) -> None:
    """One is found behind others that no packet was taken of, and at the border of a read."""
    path = tmp_path / "a.mkv"
    path.write_bytes(ID + b"\x81?" + ID + b"\x82??" + bytes(65_534 - 13) + ID + b"\x82??")
    clusters = Clusters(path)
    assert clusters.begins(65_540)
    assert clusters.end == path.stat().st_size


def test_no_clusters(tmp_path: Path) -> None:
    path = tmp_path / "a.mkv"
    path.write_bytes(b"\x1f\x43\xb6")
    assert not Clusters(path).begins(0)
