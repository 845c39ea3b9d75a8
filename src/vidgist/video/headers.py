"""What a container says of its streams: cropping, the kind of Dolby Vision, odd channels.

PyAV does not hand this side data on, but FFmpeg prints it in its description of the file.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import av.logging
from av.container import InputContainer
from av.stream import Stream

_STREAM = re.compile(r"^  Stream #0:(\d+)", re.MULTILINE)
_CROP = re.compile(r"^ +Frame [Cc]ropping: (\d+)/(\d+)/(\d+)/(\d+)\s*$", re.MULTILINE)
_CHANNELS = re.compile(r"Audio: .* \d+ channels \((\w+(?:\+\w+)+)\)")
_DOLBY_VISION = re.compile(
    r"^ +DOVI configuration record: .*profile: (\d+),.*compatibility id: (\d+)", re.MULTILINE
)


class Crop(NamedTuple):
    """Pixels of the stored picture that are not to be shown, at each edge."""

    left: int = 0
    right: int = 0
    top: int = 0
    bottom: int = 0


class DolbyVision(NamedTuple):
    """Kind of Dolby Vision.

    Attributes:
        profile: by which it is named; 5 is that of streaming, 8 that of phones.
        has_base_layer: whether the pictures are HDR10, HLG or SDR without Dolby's metadata.
    """

    profile: int
    has_base_layer: bool


class PictureHeader(NamedTuple):
    """What the container says of the pictures of a stream."""

    crop: Crop = Crop()
    dolby_vision: DolbyVision | None = None


def channels_in_own_order(container: InputContainer, stream: Stream) -> list[str]:
    """Return the channels of a stream of sound that has them in an order of its own; else none.

    PyAV (18, 19) frees the layout of such a stream twice, which ends the process: it must not be
    decoded, nor asked for its channels.  QuickTime files have them.
    """
    if "mov" not in container.format.name:
        return []
    found = _CHANNELS.search(_description(container, stream))
    return found[1].split("+") if found else []


def picture_header(container: InputContainer, stream: Stream) -> PictureHeader:
    """Return what the container says of the pictures of one of its streams."""
    own = _description(container, stream)
    crop, dolby = _CROP.search(own), _DOLBY_VISION.search(own)
    return PictureHeader(
        crop=Crop(*(int(pixels) for pixels in crop.groups())) if crop else Crop(),
        dolby_vision=DolbyVision(int(dolby[1]), dolby[2] != "0") if dolby else None,
    )


def _description(container: InputContainer, stream: Stream) -> str:
    """Return FFmpeg's description of a stream."""
    level = av.logging.get_level()
    av.logging.set_level(av.logging.INFO)  # FFmpeg describes files by its log alone
    try:
        described: Any = container  # PyAV's stubs lack the method
        text = described.dumps_format()
    finally:
        av.logging.set_level(level)
    # Number of a stream, its description, number of the next ...
    _, *parts = _STREAM.split(text)
    return dict(zip(parts[::2], parts[1::2], strict=True)).get(str(stream.index), "")
