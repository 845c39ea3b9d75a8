"""Encoding of HDR as it is: HEVC of 10 bits with its colors and the metadata of HDR10."""

from __future__ import annotations

import struct

import av
import av.codec

from vidgist.defaults import HDR
from vidgist.errors import SettingError
from vidgist.video.filters import side_data
from vidgist.video.tone import PQ, transfer

ENCODER, PIXEL_FORMAT = "libx265", "yuv420p10le"

TAG = "hvc1"
"""Kind of HEVC in MP4 that players of Apple take."""


def check_hdr(hdr: str) -> None:
    """Raise SettingError unless ``hdr`` is one of `vidgist.defaults.HDR` that can be done here."""
    if hdr not in HDR:
        raise SettingError(f"hdr: expected {' or '.join(HDR)}, got {hdr!r}")
    if hdr == "keep" and not hasattr(av.VideoFrame, "color_trc"):
        raise SettingError("hdr: 'keep' needs PyAV 17 or later; install it, or take hdr='sdr'")
    if hdr == "keep" and ENCODER not in av.codec.codecs_available:
        raise SettingError(
            f"hdr: 'keep' needs the encoder {ENCODER}, which this build of PyAV lacks;"
            " take hdr='sdr', or install PyAV from PyPI"
        )


def encoder_options(frame: av.VideoFrame, *, preset: str) -> dict[str, str]:
    """Return the options of `ENCODER` for frames such as this one.

    Args:
        frame: PQ or HLG, with the metadata of the video.
        preset: from `ultrafast` to `veryslow`.
    """
    # As for H.264, no B-frames: MP4 keeps durations in the order of decoding.
    parameters = ["log-level=none", "bframes=0", "repeat-headers=1"]
    if transfer(frame) == PQ:
        parameters += ["hdr10=1", "hdr10-opt=1"]
    parameters += _metadata(frame)
    return {
        "preset": preset,
        "crf": "23",
        "forced-idr": "1",
        "x265-params": ":".join(parameters),
    }


def _metadata(frame: av.VideoFrame) -> list[str]:
    """Return x265's parameters for the mastering screen (SMPTE ST 2086) and the light levels."""
    parameters = []
    mastering = side_data(frame, "MASTERING_DISPLAY_METADATA")
    if mastering is not None and len(mastering) >= 88:
        # AVMasteringDisplayMetadata: 10 fractions, then whether the colors and the light are given.
        numbers = struct.unpack_from("=20i2i", mastering)
        values = [n / d if d else 0.0 for n, d in zip(numbers[:20:2], numbers[1:20:2], strict=True)]
        if all(numbers[20:]):
            red_x, red_y, green_x, green_y, blue_x, blue_y, white_x, white_y = (
                round(value * 50_000) for value in values[:8]
            )
            darkest, brightest = (round(value * 10_000) for value in values[8:])
            parameters.append(
                f"master-display=G({green_x},{green_y})B({blue_x},{blue_y})R({red_x},{red_y})"
                f"WP({white_x},{white_y})L({brightest},{darkest})"
            )
    light = side_data(frame, "CONTENT_LIGHT_LEVEL")
    if light is not None and len(light) >= 8:
        greatest, average = struct.unpack_from("=2I", light)
        parameters.append(f"max-cll={min(greatest, 65535)},{min(average, 65535)}")
    return parameters
