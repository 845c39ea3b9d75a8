"""H.264 whose frames are coded as two fields each (PAFF), which x264 and FFmpeg do not make.

Every macroblock is I_PCM, so that pictures come out of a decoder as they were (ITU-T H.264, 7.3).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt

Plane = npt.NDArray[np.uint8]

_IDR, _SLICE, _SPS, _PPS = 0x65, 0x61, 0x67, 0x68
_MAX_FRAME_NUMBER = 16


class _Bits:
    """Writer of the bits of a NAL unit."""

    def __init__(self) -> None:
        self._bits: list[str] = []
        self._count = 0

    def fixed(self, value: int, length: int) -> None:
        self._bits.append(f"{value:0{length}b}")
        self._count += length

    def golomb(self, *values: int) -> None:
        """Write ue(v)."""
        for value in values:
            length = (value + 1).bit_length()
            self.fixed(value + 1, 2 * length - 1)

    def align(self, one: bool = False) -> None:
        if one:
            self.fixed(1, 1)
        self.fixed(0, -self._count % 8) if self._count % 8 else None

    def samples(self, values: Plane) -> None:
        self._bits.append("".join(f"{value:08b}" for value in values.ravel().tolist()))
        self._count += 8 * values.size

    def unit(self, header: int) -> bytes:
        """Return the NAL unit with its start code and emulation prevention."""
        self.align(one=True)
        bits = "".join(self._bits)
        payload = int(bits, 2).to_bytes(len(bits) // 8, "big")
        safe, zeros = bytearray([header]), 0
        for byte in payload:
            if zeros >= 2 and byte <= 3:
                safe.append(3)
                zeros = 0
            safe.append(byte)
            zeros = zeros + 1 if byte == 0 else 0
        return b"\0\0\0\1" + bytes(safe)


def parameter_sets(width: int, height: int, *, rate: int) -> bytes:
    """Return SPS and PPS of pictures of whole macroblocks: width % 16 == height % 32 == 0."""
    sps = _Bits()
    for byte in (77, 0, 30):  # Main profile, level 3
        sps.fixed(byte, 8)
    # Numbers of frames up to 16, order by decoding, one reference frame.
    sps.golomb(0, 0, 2, 1)
    sps.fixed(0, 1)
    sps.golomb(width // 16 - 1, height // 32 - 1)
    sps.fixed(0b00101, 5)  # fields or frames; direct_8x8_inference; no crop; VUI
    sps.fixed(0b00001, 5)  # of the VUI, timing alone
    sps.fixed(1, 32)
    sps.fixed(2 * rate, 32)
    sps.fixed(0b10000, 5)  # fixed rate
    pps = _Bits()
    pps.golomb(0, 0)
    pps.fixed(0, 2)
    pps.golomb(0, 0, 0)
    pps.fixed(0, 3)
    pps.golomb(0, 0, 0)
    pps.fixed(0b100, 3)  # deblocking can be switched off
    return sps.unit(_SPS) + pps.unit(_PPS)


def field(luma: Plane, *, number: int, bottom: bool, key: bool) -> bytes:
    """Return one field of (H / 2, W) luma, without color.

    Args:
        luma: its lines.
        number: of the frame since the last key frame.
        bottom: whether it is the second field.
        key: whether the frame is a key frame: its first field is IDR.
    """
    intra, idr = key, key and not bottom
    bits = _Bits()
    bits.golomb(0, 7 if intra else 5, 0)
    bits.fixed(number % _MAX_FRAME_NUMBER, 4)
    bits.fixed(0b11 if bottom else 0b10, 2)
    if idr:
        bits.golomb(0)
    if not intra:
        bits.fixed(0b00, 2)  # usual number of references, in their usual order
    bits.fixed(0, 2 if idr else 1)
    bits.golomb(0, 1)
    gray = np.full(128, 128, np.uint8)
    rows, columns = luma.shape[0] // 16, luma.shape[1] // 16
    for block in luma.reshape(rows, 16, columns, 16).swapaxes(1, 2).reshape(-1, 16, 16):
        bits.golomb(25) if intra else bits.golomb(0, 30)
        bits.align()
        bits.samples(block)
        bits.samples(gray)
    return bits.unit(_IDR if idr else _SLICE)


def coded_frames(
    frames: Iterable[Plane], *, rate: int, keys: int = 10
) -> Iterator[tuple[bytes, bytes]]:
    """Yield both fields of each (H, W) luma frame, the upper one first in time."""
    for n, frame in enumerate(frames):
        number, key = n % keys, n % keys == 0
        head = parameter_sets(frame.shape[1], frame.shape[0], rate=rate) if key else b""
        yield (
            head + field(frame[0::2], number=number, bottom=False, key=key),
            field(frame[1::2], number=number, bottom=True, key=key),
        )
