"""HDR becomes SDR by the standards' own equations; the table and the filter agree with them."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from vidgist.video import FrameReader, probe, read_frames, tone
from vidgist.video.pixels import to_rgb
from vidgist.video.tone import (
    HLG,
    PEAK,
    PQ,
    REFERENCE_WHITE,
    ToneMapper,
    hlg_eotf,
    hlg_inverse_oetf,
    pq_eotf,
    rgb_to_xyz,
    roll_off,
    to_sdr,
)


def test_pq() -> None:
    # ITU-R BT.2408, table 1 and annex: levels of 10 bits in full scale, light in cd/m2.
    assert pq_eotf([0, 0.5081, 0.5807, 0.7518, 1]) == pytest.approx(
        [0, 100, 203, 1000, 10_000], rel=0.003
    )

    def inverse(light: float) -> float:
        power = (light / 10_000) ** (2610 / 16384)
        numerator = 3424 / 4096 + 2413 / 128 * power
        return float((numerator / (1 + 2392 / 128 * power)) ** (2523 / 32))

    for light in (0.005, 1.0, 58.0, 203.0, 4000.0):
        assert pq_eotf(inverse(light)) == pytest.approx(light)


def test_hlg() -> None:
    # ITU-R BT.2100, table 5: both parts of the curve meet at 1/12.
    assert hlg_inverse_oetf([0, 0.25, 0.5, 1]) == pytest.approx([0, 1 / 48, 1 / 12, 1], abs=1e-6)
    assert hlg_inverse_oetf(0.5 + 1e-9) == pytest.approx(1 / 12, abs=1e-6)
    # ITU-R BT.2408: reference white is 75% of HLG, 203 cd/m2 on a screen of 1000.
    assert hlg_eotf([0.75] * 3) == pytest.approx([203] * 3, rel=0.003)
    assert hlg_eotf([1.0] * 3) == pytest.approx([1000] * 3)
    # Gamma 1.2 of luminance, not of each component.
    scene = hlg_inverse_oetf([1.0, 0, 0])
    assert hlg_eotf([1.0, 0, 0]) == pytest.approx(1000 * 0.2627**0.2 * scene)


def test_primaries() -> None:
    published = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    assert rgb_to_xyz(1) == pytest.approx(np.array(published), abs=1e-4)  # IEC 61966-2-1
    assert rgb_to_xyz(9)[1] == pytest.approx([0.2627, 0.6780, 0.0593], abs=1e-4)  # BT.2020
    # ITU-R BT.2087: BT.2020 to BT.709.
    matrix = np.linalg.inv(rgb_to_xyz(1)) @ rgb_to_xyz(9)
    expected = [[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]]
    assert matrix == pytest.approx(np.array(expected), abs=1e-4)


def test_roll_off() -> None:
    light = np.linspace(0, 60, 100_001)
    shown = roll_off(light)
    assert np.all(np.diff(shown) >= 0)
    below = light <= tone.KNEE
    assert np.array_equal(shown[below], light[below])
    assert roll_off(PEAK / REFERENCE_WHITE) == pytest.approx(1)
    assert shown.max() <= 1 + 1e-12
    slope = np.diff(shown) / np.diff(light)
    knee = np.searchsorted(light, tone.KNEE)
    assert slope[knee + 1] == pytest.approx(1, abs=0.02)  # no edge at the knee
    assert np.all(np.diff(slope[light[1:] < PEAK / REFERENCE_WHITE]) <= 1e-9)


@pytest.mark.parametrize(("transfer", "white"), [(PQ, 0.5807), (HLG, 0.75)])
def test_sdr(transfer: int, white: float) -> None:
    reference = to_sdr([white] * 3, transfer=transfer)
    assert np.all((reference * 255 > 244) & (reference * 255 < 252))
    assert to_sdr([1.0] * 3, transfer=transfer) == pytest.approx([1] * 3)
    assert to_sdr([0.0] * 3, transfer=transfer) == pytest.approx([0] * 3)
    gray = np.linspace(0, 1, 500)[:, None].repeat(3, axis=1)
    shown = to_sdr(gray, transfer=transfer)
    assert np.abs(shown - shown[:, :1]).max() < 1e-3  # gray stays gray
    assert np.all(np.diff(shown[:, 0]) >= -1e-9)


def test_dark_colors_of_bt709_stay_as_they_are() -> None:
    """Below the knee, a color of BT.709 in PQ comes back as that color."""
    rng = np.random.default_rng(0)
    sdr = rng.uniform(0.05, 0.9, (200, 3))
    light = sdr**2.4 * REFERENCE_WHITE
    wide = light @ (np.linalg.inv(rgb_to_xyz(9)) @ rgb_to_xyz(1)).T
    power = (wide / 10_000) ** (2610 / 16384)
    signal = ((3424 / 4096 + 2413 / 128 * power) / (1 + 2392 / 128 * power)) ** (2523 / 32)
    assert to_sdr(signal, transfer=PQ) == pytest.approx(sdr, abs=2e-3)


def test_colors_outside_keep_their_luminance_and_hue() -> None:
    green = np.array([0.0, 0.45, 0.0])  # BT.2020 green, about 60 cd/m2: not a color of BT.709
    shown = to_sdr(green, transfer=PQ)
    assert shown.argmax() == 1
    assert shown.min() == pytest.approx(0, abs=1e-9)
    luminance = (shown**2.4) @ rgb_to_xyz(1)[1] * REFERENCE_WHITE
    assert luminance == pytest.approx(0.6780 * pq_eotf(0.45), rel=1e-3)


@pytest.mark.parametrize("transfer", [PQ, HLG])
def test_the_filter_agrees_with_the_equations(transfer: int) -> None:
    rng = np.random.default_rng(3)
    signal = rng.uniform(0, 1, (48, 64, 3))
    signal[:8] = np.linspace(0, 1, 64)[:, None]  # grays
    frame = av.VideoFrame.from_ndarray((signal * 65535).round().astype(np.uint16), "rgb48le")
    frame.color_trc, frame.color_primaries, frame.pts = transfer, 9, 11
    mapped = ToneMapper()(frame)
    assert mapped.pts == 11
    assert (mapped.color_trc, mapped.color_primaries) == (1, 1)
    difference = np.abs(to_rgb(mapped) - 255 * to_sdr(signal, transfer=transfer))
    assert difference[:8].max() < 2
    assert difference.mean() < 0.8
    assert np.quantile(difference, 0.99) < 5  # at the border of the gamut


def test_one_mapper_for_frames_of_several_kinds() -> None:
    mapper, signal = ToneMapper(), np.full((16, 32, 3), 38_000, np.uint16)
    for transfer, primaries, width in ((PQ, 9, 32), (HLG, 9, 32), (PQ, 12, 32), (PQ, 9, 16)):
        frame = av.VideoFrame.from_ndarray(signal, "rgb48le")
        frame.color_trc, frame.color_primaries = transfer, primaries
        shown = to_rgb(mapper(frame, width=width, height=8))
        assert shown.shape == (8, width, 3)
        expected = 255 * to_sdr([38_000 / 65535] * 3, transfer=transfer, primaries=primaries)
        assert np.abs(shown - expected).max() < 2


def test_a_matrix_that_is_not_said_is_that_of_bt2020() -> None:
    signal = np.random.default_rng(5).uniform(0.1, 0.5, (2, 2, 3)).repeat(16, 0).repeat(16, 1)
    rgb = av.VideoFrame.from_ndarray((signal * 65535).round().astype(np.uint16), "rgb48le")
    shown = []
    for matrix in (9, 2):
        frame = rgb.reformat(format="yuv444p10le", dst_colorspace=9, dst_color_range=1)
        frame.color_trc, frame.color_primaries, frame.colorspace = PQ, 9, matrix
        shown.append(to_rgb(ToneMapper()(frame)).astype(float))
    assert np.array_equal(*shown)
    assert np.abs(shown[0] - 255 * to_sdr(signal, transfer=PQ)).mean() < 3


def ramp(path: Path, *, transfer: str, top: int) -> Path:
    """Write a gray ramp in 10 bits of HDR, from black to a level of limited range."""
    gray = f"color=gray:s=64x36:r=5:d=2,format=yuv420p10le,geq=lum='64+X/63*{top - 64}'"
    parameters = f"log-level=none:colorprim=bt2020:transfer={transfer}:colormatrix=bt2020nc"
    subprocess.run(
        [
            *("ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", f"{gray}:cb=512:cr=512"),
            *("-c:v", "libx265", "-preset", "ultrafast", "-crf", "6"),
            *("-x265-params", parameters, "-tag:v", "hvc1", str(path)),
        ],
        check=True,
        capture_output=True,
    )
    return path


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="the command ffmpeg is missing")
@pytest.mark.parametrize(
    ("transfer", "kind", "top"),
    [("smpte2084", "PQ", 64 + 509), ("arib-std-b67", "HLG", 64 + 657)],
)
def test_reference_white_of_a_file_is_nearly_full(
    transfer: str, kind: str, top: int, tmp_path: Path
) -> None:
    path = ramp(tmp_path / "a.mp4", transfer=transfer, top=top)
    assert probe(path).hdr == kind
    samples = read_frames(path, size=(36, 64))
    with FrameReader(path, timeline=samples.timeline) as reader:
        (still,) = reader.at([1.0])
    number = PQ if kind == "PQ" else HLG
    signal = (np.arange(64) / 63 * (top - 64) / 876)[:, None].repeat(3, axis=1)
    expected: Any = 255 * to_sdr(signal, transfer=number)
    for shown in (np.asarray(still), samples.pixels[1]):
        assert 240 <= shown[:, -1].min() <= shown[:, -1].max() <= 255
        assert np.abs(shown.mean(axis=0) - expected).max() < 5
