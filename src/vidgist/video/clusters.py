"""Clusters of Matroska files: blocks of packets that share one timestamp."""

from __future__ import annotations

from pathlib import Path

_CLUSTER = b"\x1f\x43\xb6\x75"
_BLOCK = 1 << 16


def element_size(data: bytes) -> tuple[int, int | None]:
    """Return how many bytes the size of an element takes, and the size; None where it is unknown.

    The leading zeros of the first byte tell how many; all other bits 1: unknown (RFC 8794, 6.1).

    >>> element_size(bytes([0x82])), element_size(bytes([0x40, 0x7F])), element_size(b"\\xff")
    ((1, 2), (2, 127), (1, None))
    """
    length = 9 - data[0].bit_length() if data and data[0] else 0
    most = (1 << 7 * length) - 1
    value = int.from_bytes(data[:length], "big") & most
    return length, value if 0 < length <= len(data) and value != most else None


class Clusters:
    """Where the clusters of a file begin, found while it is read.

    Args:
        path: a Matroska file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._size = path.stat().st_size
        self._following = self._find(0)

    def begins(self, position: int) -> bool:
        """Return whether a packet is the first of a cluster; asked in the order of the file."""
        begun = position >= self._following
        while position >= self._following:
            self._following = self._after(self._following)
        return begun

    @property
    def end(self) -> int:
        """Position at which the cluster of the packet asked for last ends."""
        return self._following

    def _after(self, begin: int) -> int:
        """Return the position of the cluster after one, the size of the file where none is."""
        with self._path.open("rb") as file:
            file.seek(begin + len(_CLUSTER))
            head = file.read(8)
        length, size = element_size(head)
        return self._find(begin + len(_CLUSTER) + (0 if size is None else length + size))

    def _find(self, position: int) -> int:
        """Return the position of the first cluster from a position on."""
        with self._path.open("rb") as file:
            while position < self._size:
                file.seek(position)
                block = file.read(_BLOCK)
                if (found := block.find(_CLUSTER)) >= 0:
                    return position + found
                position += max(1, len(block) - len(_CLUSTER) + 1)
        return self._size
