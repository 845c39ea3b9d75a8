"""HDR to SDR: PQ and HLG pictures with the colors of BT.709, for screens that know no HDR.

Light is counted from the reference white of HDR, 203 cd/m2 (ITU-R BT.2408), which is 1 here:

1. signal to light: the EOTF of SMPTE ST 2084 (PQ), or the inverse OETF and the OOTF of ITU-R
   BT.2100 for a screen of 1000 cd/m2 (HLG);
2. primaries to those of BT.709; colors outside lose saturation until they fit, at equal luminance;
3. highlights: the largest of R, G and B goes through `roll_off`, all three by the same factor, so
   that hues stay;
4. light to signal: the inverse of the EOTF of ITU-R BT.1886, light ** (1 / 2.4).

All of that is one function of the color, tabulated once in 64 x 64 x 64 points and applied by
FFmpeg's ``haldclut`` with tetrahedral interpolation.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from typing import Any, TypeAlias

import av
import numpy as np
import numpy.typing as npt
from av.filter import Graph
from av.video.codeccontext import VideoCodecContext
from av.video.format import VideoFormat
from av.video.reformatter import VideoReformatter

from vidgist.video.pixels import RGB, UNSPECIFIED, convert

Light: TypeAlias = npt.NDArray[np.float64]

PQ, HLG = 16, 18
"""AVColorTransferCharacteristic of HDR: SMPTE ST 2084, ARIB STD-B67."""

HDR_NAMES = {PQ: "PQ", HLG: "HLG"}

REFERENCE_WHITE = 203.0
"""Light of a white sheet of paper in HDR, in cd/m2 (ITU-R BT.2408)."""

PEAK = 1000.0
"""Light in cd/m2 that becomes full SDR: the screen of HLG, and the usual mastering screen of PQ."""

KNEE = 0.85
"""Share of the reference white up to which light stays as it is.

Reference white then has 0.97 of the full signal (0.96 by method C of ITU-R BT.2446); the rest is
for highlights.
"""

_BT709, _BT2020 = 1, 9
_FULL_RANGE = 2  # AVCOL_RANGE_JPEG
_FORMAT = "gbrp16le"
_TICK = Fraction(1, 1000)

_PRIMARIES = {
    _BT709: ((0.640, 0.330), (0.300, 0.600), (0.150, 0.060)),
    _BT2020: ((0.708, 0.292), (0.170, 0.797), (0.131, 0.046)),
    12: ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060)),  # P3, D65
}
_D65 = (0.3127, 0.3290)

_LEVEL = 8


def transfer(frame: av.VideoFrame, context: VideoCodecContext | None = None) -> int:
    """Return a frame's AVColorTransferCharacteristic, 2 where it is unspecified.

    Args:
        frame: as decoded.
        context: of its decoder, for PyAV before 17, where frames do not tell.
    """
    return int(getattr(frame, "color_trc", getattr(context, "color_trc", UNSPECIFIED)))


def is_hdr(frame: av.VideoFrame, context: VideoCodecContext | None = None) -> bool:
    """Return whether a frame is PQ or HLG; arguments are those of `transfer`."""
    return transfer(frame, context) in HDR_NAMES


def pq_eotf(signal: npt.ArrayLike) -> Light:
    """Return the light in cd/m2 of a PQ signal in [0, 1] (SMPTE ST 2084, equation 4.1).

    >>> pq_eotf([0.0, 0.5, 1.0]).round(2).tolist()
    [0.0, 92.25, 10000.0]
    """
    m1, m2 = 2610 / 16384, 2523 / 4096 * 128
    c1, c2, c3 = 3424 / 4096, 2413 / 4096 * 32, 2392 / 4096 * 32
    power = np.asarray(signal, np.float64) ** (1 / m2)
    return np.asarray(10_000 * (np.maximum(power - c1, 0) / (c2 - c3 * power)) ** (1 / m1))


def hlg_inverse_oetf(signal: npt.ArrayLike) -> Light:
    """Return the light of the scene in [0, 1] of an HLG signal in [0, 1] (BT.2100, table 5).

    >>> hlg_inverse_oetf([0.0, 0.5, 1.0]).round(4).tolist()
    [0.0, 0.0833, 1.0]
    """
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    value = np.asarray(signal, np.float64)
    return np.asarray(np.where(value <= 0.5, value**2 / 3, (np.exp((value - c) / a) + b) / 12))


def hlg_eotf(signal: npt.ArrayLike) -> Light:
    """Return the light (..., 3) in cd/m2 that a screen of 1000 cd/m2 shows for HLG R, G, B.

    The OOTF of BT.2100 with gamma 1.2 and no black lift.

    >>> hlg_eotf([0.75, 0.75, 0.75]).round(0).tolist()
    [203.0, 203.0, 203.0]
    """
    scene = hlg_inverse_oetf(signal)
    luminance = scene @ np.array([0.2627, 0.6780, 0.0593])
    return np.asarray(PEAK * luminance[..., None] ** 0.2 * scene)


def roll_off(light: npt.ArrayLike) -> Light:
    """Return light, as a share of the reference white, compressed to [0, 1].

    Below the knee j it stays; above, it follows the Mobius curve of FFmpeg's filter ``tonemap``,
    with slope 1 at the knee, and reaches 1 at the peak p::

        f(x) = s (x + a) / (x + b),   a = -j^2 (p - 1) / (j^2 - 2 j + p),
        b = (j^2 - 2 j p + p) / (p - 1),   s = (b^2 + 2 b j + j^2) / (b - a)

    >>> [round(float(x), 3) for x in roll_off([0.4, 1.0, 1000 / 203])]
    [0.4, 0.926, 1.0]
    """
    j, p = KNEE, PEAK / REFERENCE_WHITE
    a = -(j**2) * (p - 1) / (j**2 - 2 * j + p)
    b = (j**2 - 2 * j * p + p) / (p - 1)
    s = (b**2 + 2 * b * j + j**2) / (b - a)
    x = np.asarray(light, np.float64)
    above = np.minimum(np.maximum(x, j), p)
    return np.asarray(np.where(x <= j, x, s * (above + a) / (above + b)))


def rgb_to_xyz(primaries: int) -> Light:
    """Return the matrix (3, 3) from linear R, G, B to X, Y, Z (white has Y = 1, D65).

    Args:
        primaries: an AVColorPrimaries; what is not known here counts as BT.2020.

    >>> rgb_to_xyz(1)[1].round(4).tolist()
    [0.2126, 0.7152, 0.0722]
    """
    corners = _PRIMARIES.get(primaries, _PRIMARIES[_BT2020])
    columns = np.array([(x / y, 1.0, (1 - x - y) / y) for x, y in corners]).T
    x, y = _D65
    scale = np.linalg.solve(columns, [x / y, 1.0, (1 - x - y) / y])
    return np.asarray(columns * scale)


def to_sdr(signal: npt.ArrayLike, *, transfer: int, primaries: int = _BT2020) -> Light:
    """Return the SDR signal (..., 3) in [0, 1], BT.709, of HDR signals (..., 3) in [0, 1].

    Args:
        signal: R, G, B.
        transfer: `PQ` or `HLG`.
        primaries: an AVColorPrimaries.

    >>> to_sdr([0.58, 0.58, 0.58], transfer=PQ).round(2).tolist()  # 203 cd/m2
    [0.97, 0.97, 0.97]
    """
    light = (hlg_eotf if transfer == HLG else pq_eotf)(signal) / REFERENCE_WHITE
    to_709 = rgb_to_xyz(_BT709)
    light = light @ (np.linalg.inv(to_709) @ rgb_to_xyz(primaries)).T
    luminance = (light @ to_709[1])[..., None]
    # The smallest share of gray that leaves no component below 0.
    lowest = light.min(axis=-1, keepdims=True)
    outside = lowest < 0
    gray = np.where(outside, -lowest / np.where(outside, luminance - lowest, 1), 0)
    light = np.maximum(light + gray * (luminance - light), 0)
    largest = light.max(axis=-1, keepdims=True)
    factor = np.where(largest > 0, roll_off(largest) / np.where(largest > 0, largest, 1), 0)
    return np.asarray(np.clip(light * factor, 0, 1) ** (1 / 2.4))


class _Lookup:
    """FFmpeg's ``haldclut`` for pictures of one size in `_FORMAT`.

    Args:
        width: of the pictures.
        height: of the pictures.
        table: (n^3, n^3, 3) uint16, a Hald picture of level n: red changes fastest, then green.
    """

    def __init__(self, width: int, height: int, table: npt.NDArray[np.uint16]) -> None:
        side = len(table)
        self._graph = Graph()
        rgb: Any = {"format": VideoFormat(_FORMAT), "time_base": _TICK}
        self._source = self._graph.add_buffer(width=width, height=height, **rgb)
        second = self._graph.add_buffer(width=side, height=side, **rgb)
        lookup = self._graph.add("haldclut", "clut=first:interp=tetrahedral")
        self._sink = self._graph.add("buffersink")
        self._source.link_to(lookup, 0, 0)
        second.link_to(lookup, 0, 1)
        lookup.link_to(self._sink)
        self._graph.configure()
        second.push(_rgb(table))
        second.push(None)
        self._count = 0

    def __call__(self, picture: av.VideoFrame) -> av.VideoFrame:
        """Return the picture with each color replaced by that of the table."""
        # The filter joins its two inputs by time.
        self._count += 1
        picture.pts, picture.time_base = self._count, _TICK
        self._source.push(picture)
        mapped = self._sink.pull()
        assert isinstance(mapped, av.VideoFrame)
        return mapped


def _rgb(pixels: npt.NDArray[np.uint16]) -> av.VideoFrame:
    frame = av.VideoFrame.from_ndarray(pixels, format="rgb48le").reformat(format=_FORMAT)
    frame.pts, frame.time_base = 0, _TICK
    return frame


@lru_cache(maxsize=1)
def _plane_order() -> tuple[int, int, int]:
    """Return which component of a table this FFmpeg gives as R, G and B.

    FFmpeg 8 takes the planes of the table for R, G, B, although they are G, B, R.
    """
    colors = np.array([1, 2, 3], np.uint16) << 14
    table = np.broadcast_to(colors, (8, 8, 3)).copy()
    picture = _rgb(np.zeros((16, 16, 3), np.uint16))
    shown = _Lookup(16, 16, table)(picture).reformat(format="rgb48le").to_ndarray()[0, 0]
    red, green, blue = (int(value) // (1 << 14) - 1 for value in shown)
    return red, green, blue


@lru_cache(maxsize=4)
def _table(transfer: int, primaries: int) -> npt.NDArray[np.uint16]:
    """Return `to_sdr` as a Hald picture (512, 512, 3)."""
    points = np.linspace(0, 1, _LEVEL**2)
    blue, green, red = np.meshgrid(points, points, points, indexing="ij")
    colors = to_sdr(np.stack([red, green, blue], -1), transfer=transfer, primaries=primaries)
    table = np.empty((_LEVEL**3, _LEVEL**3, 3), np.uint16)
    table[..., _plane_order()] = (colors * 65535).round().reshape(table.shape)
    return table


class ToneMapper:
    """Maps HDR frames of one video to SDR; the table and the filter are kept.

    Args:
        context: of their decoder, see `transfer`.
    """

    def __init__(self, context: VideoCodecContext | None = None) -> None:
        self._context = context
        self._scaler = VideoReformatter()
        self._lookup: _Lookup | None = None
        self._key: tuple[int, ...] = ()

    def __call__(
        self, frame: av.VideoFrame, *, width: int | None = None, height: int | None = None
    ) -> av.VideoFrame:
        """Return the frame in 16 bits of SDR RGB.

        Args:
            frame: PQ or HLG.
            width: of the result, default that of the frame; scaled before it is mapped.
            height: of the result, default that of the frame.

        Raises:
            ValueError, FFmpegError: FFmpeg cannot convert from its format.
        """
        width, height = width or frame.width, height or frame.height
        pts, time_base = frame.pts, frame.time_base
        primaries = getattr(frame, "color_primaries", _BT2020)
        key = (width, height, transfer(frame, self._context), primaries)
        if frame.colorspace == UNSPECIFIED and not frame.format.is_rgb:
            frame.colorspace = _BT2020  # all HDR in use has this matrix; the default is BT.601
        rgb = convert(frame, _FORMAT, width=width, height=height, scaler=self._scaler)
        if self._lookup is None or key != self._key:
            self._lookup, self._key = _Lookup(width, height, _table(*key[2:])), key
        mapped = self._lookup(rgb)
        if hasattr(mapped, "color_trc"):
            mapped.color_trc = mapped.color_primaries = _BT709
        mapped.colorspace, mapped.color_range = RGB, _FULL_RANGE
        mapped.pts = pts
        if time_base is not None:
            mapped.time_base = time_base
        return mapped
