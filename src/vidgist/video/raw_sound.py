"""Sound of QuickTime whose channels stand in an order of their own, decoded without PyAV.

PyAV (18, 19) frees the layout of such a stream twice, which ends the process.  Most of it is PCM,
whose packets are its samples: they are put into the usual order here.
"""

from __future__ import annotations

import re
from typing import Any

import av
import numpy as np
import numpy.typing as npt
from av.container import InputContainer
from av.packet import Packet
from av.stream import Stream

from vidgist.video.headers import channels_in_own_order

_PCM = re.compile(r"pcm_(?:([su])(8|16|24|32)|(f)(32|64))(le|be)?")

_USUAL = ("FL", "FR", "FC", "LFE", "BL", "BR", "FLC", "FRC", "BC", "SL", "SR")
"""Channels that FFmpeg mixes, in the order of its layouts."""


class RawSound:
    """Decoder of the packets of one stream.

    Args:
        container: an open one.
        stream: one of its streams for which `is_raw` holds.
    """

    def __init__(self, container: InputContainer, stream: Stream) -> None:
        names = channels_in_own_order(container, stream)
        context: Any = stream.codec_context
        self._rate = int(context.sample_rate)
        self._codec = context.name
        usual = sorted(names, key=_USUAL.index)
        self._order = [names.index(name) for name in usual]
        self._layout = "+".join(usual)

    def decode(self, packet: Packet[Any]) -> av.AudioFrame:
        """Return the samples of a packet as float32, in the usual order of channels."""
        samples = pcm_samples(bytes(packet), self._codec)
        count = len(self._order)
        samples = samples[: len(samples) // count * count].reshape(-1, count)[:, self._order]
        frame = av.AudioFrame.from_ndarray(
            np.ascontiguousarray(samples).reshape(1, -1), "flt", self._layout
        )
        frame.sample_rate, frame.pts, frame.time_base = self._rate, packet.pts, packet.time_base
        return frame


def is_raw(container: InputContainer, stream: Stream) -> bool:
    """Return whether a stream with an order of its own can be decoded here."""
    names = channels_in_own_order(container, stream)
    known = set(names) <= set(_USUAL) and len(set(names)) == len(names)
    return bool(names) and known and _PCM.fullmatch(stream.codec_context.name) is not None


def pcm_samples(data: bytes, codec: str) -> npt.NDArray[np.float32]:
    """Return samples in [-1, 1] of bytes as FFmpeg's codec of that name has them.

    >>> pcm_samples(bytes([0, 0, 0x40, 0, 0, 0xC0]), "pcm_s24le").tolist()
    [0.5, -0.5]
    """
    found = _PCM.fullmatch(codec)
    assert found is not None
    kind, width = found[1] or found[3], int(found[2] or found[4]) // 8
    order = "<" if found[5] == "le" else ">"
    if kind == "f":
        whole = data[: len(data) // width * width]
        return np.frombuffer(whole, f"{order}f{width}").astype(np.float32)
    digits = np.frombuffer(data[: len(data) // width * width], np.uint8).reshape(-1, width)
    # In the upper bytes of 32 bits, the most significant one last.
    padded = np.zeros((len(digits), 4), np.uint8)
    padded[:, 4 - width :] = digits if order == "<" else digits[:, ::-1]
    values = padded.view("<i4" if kind == "s" else "<u4")[:, 0].astype(np.float64)
    return ((values - (0 if kind == "s" else 2.0**31)) / 2.0**31).astype(np.float32)
