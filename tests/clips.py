"""Test clips, rendered on the spot: every frame carries its own number, every scene its own look.

The picture is a slow moving gradient and a disc, in colors of the scene's own; along the top edge
run 16 black or white blocks that spell the frame's number in binary, so that a test can ask any
decoded picture, scaled to whatever size, which frame it is (`frame_number`).

    clip = render_clip(tmp_path / "a.mp4", scenes=(2.0, 3.0), fps=25)
    clip.times      # (N,) seconds from the first frame
    clip.cuts       # seconds at which scenes begin, without 0
"""

from __future__ import annotations

import shutil
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt

BITS = 16
"""Blocks of the frame's number, the most significant bit at the left."""

BAND = 0.18
"""Share of the height that the blocks take."""

AUDIO_RATE = 48_000
TICK_SECONDS = 0.02


@dataclass(frozen=True)
class Clip:
    """A rendered clip and what is known of it.

    Attributes:
        path: the file.
        times: (N,) seconds at which each frame is shown, from the first frame.
        scenes: (N,) number of each frame's scene.
        cuts: seconds at which a new scene begins.
        ticks: seconds at which an audible tick begins.
        duration: seconds from the first frame to the end of the last.
        size: (height, width) as coded.
        rotation: degrees clockwise that a player must turn the picture.
    """

    path: Path
    times: npt.NDArray[np.float64]
    scenes: npt.NDArray[np.int64]
    cuts: tuple[float, ...]
    ticks: tuple[float, ...]
    duration: float
    size: tuple[int, int]
    rotation: int = 0

    def shown_at(self, seconds: float) -> int:
        """Return the number of the frame that is on screen at that time."""
        return int(np.searchsorted(self.times, seconds + 1e-9, side="right")) - 1


@dataclass(frozen=True)
class _Look:
    """What all frames of a scene have in common."""

    x: npt.NDArray[np.float32]
    y: npt.NDArray[np.float32]
    low: npt.NDArray[np.float32]
    span: npt.NDArray[np.float32]
    wave: npt.NDArray[np.float32]
    speed: float
    along: float
    radius: float
    disc: npt.NDArray[np.float32]


@lru_cache(maxsize=64)
def _look(scene: int, size: tuple[int, int]) -> _Look:
    height, width = size
    rng = np.random.default_rng(1000 + scene)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    y, x = y / height, x / width
    low, high = rng.uniform(20, 120, 3), rng.uniform(120, 235, 3)
    angle, stripes = rng.uniform(0, 2 * np.pi), float(rng.integers(1, 5))
    wave = 2 * np.pi * stripes * (np.cos(angle) * x + np.sin(angle) * y)
    return _Look(
        x=x,
        y=y,
        low=low.astype(np.float32),
        span=(high - low).astype(np.float32),
        wave=wave.astype(np.float32),
        speed=2 * np.pi * stripes * rng.uniform(0.004, 0.012),
        along=rng.uniform(0, 1),
        radius=rng.uniform(0.01, 0.04),
        disc=rng.uniform(0, 255, 3).astype(np.float32),
    )


@lru_cache(maxsize=512)  # tests render the same scenes again and again
def picture(number: int, scene: int, size: tuple[int, int]) -> npt.NDArray[np.uint8]:
    """Return frame ``number`` of scene ``scene`` as (H, W, 3) RGB, not to be written to."""
    height, width = size
    look = _look(scene, size)
    shade = 0.5 + 0.5 * np.sin(look.wave + np.float32(look.speed * number))
    image = look.low + look.span * shade[..., None]
    along = 6 * (look.along + 0.01 * number)
    center_x, center_y = 0.5 + 0.3 * np.cos(along), 0.6 + 0.2 * np.sin(along)
    image[(look.x - center_x) ** 2 + (look.y - center_y) ** 2 < look.radius] = look.disc
    band = round(BAND * height)
    for bit in range(BITS):
        left, right = round(bit * width / BITS), round((bit + 1) * width / BITS)
        image[:band, left:right] = 235 if number >> (BITS - 1 - bit) & 1 else 20
    drawn = image.astype(np.uint8)
    drawn.flags.writeable = False
    return drawn


def frame_number(pixels: npt.NDArray[np.uint8]) -> int:
    """Return the number that the blocks along the top of an (H, W[, 3]) picture spell."""
    height, width = pixels.shape[:2]
    gray = pixels.reshape(height, width, -1).mean(axis=2)
    row = gray[round(BAND * height * 0.3) : max(1, round(BAND * height * 0.7))].mean(axis=0)
    number = 0
    for bit in range(BITS):
        middle = row[int((bit + 0.3) * width / BITS) : int((bit + 0.7) * width / BITS) + 1]
        number = 2 * number + int(middle.mean() > 127)
    return number


def tick_track(seconds: float, ticks: Sequence[float], *, hum: float = 0.0) -> Any:
    """Return (n,) float32 sound: bursts of 1 kHz, 20 ms long, in silence (or over a soft hum)."""
    n = round(seconds * AUDIO_RATE)
    time = np.arange(n) / AUDIO_RATE
    track = hum * np.sin(2 * np.pi * 220 * time)
    for tick in ticks:
        first = round(tick * AUDIO_RATE)
        last = min(n, first + round(TICK_SECONDS * AUDIO_RATE))
        track[first:last] += 0.8 * np.sin(2 * np.pi * 1000 * (time[first:last] - tick))
    return track.astype(np.float32)


def render_clip(
    path: Path,
    *,
    scenes: Sequence[float] = (2.0, 2.0, 2.0),
    looks: Sequence[int] | None = None,
    fps: int | Fraction = 25,
    times: Sequence[float] | None = None,
    size: tuple[int, int] = (96, 128),
    codec: str = "libx264",
    pixel_format: str = "yuv420p",
    options: dict[str, str] | None = None,
    container_options: dict[str, str] | None = None,
    container: str | None = None,
    gop: int | None = None,
    time_base: Fraction | None = None,
    start: float = 0.0,
    rotation: int = 0,
    pixel_aspect: Fraction | None = None,
    ticks: Sequence[float] | None = None,
    hum: float = 0.0,
    audio_codec: str = "aac",
    channels: int = 1,
    tags: dict[str, str] | None = None,
) -> Clip:
    """Render a clip.

    Args:
        path: its ending chooses the container, unless ``container`` names one.
        scenes: length of each scene in seconds.
        looks: which look each scene has; equal numbers look alike. Default 0, 1, 2, ...
        fps: frames per second where ``times`` is not given.
        times: seconds of every frame (a variable frame rate), from 0; the last one lasts 1/fps.
        size: (height, width) of the coded picture.
        codec: FFmpeg's encoder; ``options`` are its options, ``gop`` its key frame distance.
        time_base: of the video stream; default 1/fps, or 1/90000 for ``times``.
        start: seconds at which the first frame lies on the container's clock (to the time base).
        rotation: degrees clockwise to be turned by players (.mp4 and .mov only).
        pixel_aspect: width of a pixel by its height.
        ticks: seconds, from the first frame, of audible ticks; None: no sound at all.
        hum: loudness of a 220 Hz tone under the ticks.
        tags: metadata of the container.
    """
    length = float(sum(scenes))
    if times is None:
        step = 1 / Fraction(fps)
        exact = [k * step for k in range(max(1, round(length * Fraction(fps))))]
        base = time_base or step
    else:
        base = time_base or Fraction(1, 90_000)
        exact = [round(t / base) * base for t in times]
        step = 1 / Fraction(fps)
        if codec == "libx264":
            # With B-frames an MP4 says how long frames take to decode, not how long they show.
            options = {"bf": "0", **(options or {})}
    shown = np.array([float(t) for t in exact])
    first = round(Fraction(start) / base)
    borders = np.cumsum(scenes)
    number_of = np.minimum(np.searchsorted(borders, shown + 1e-9, side="right"), len(scenes) - 1)
    looks = tuple(looks) if looks is not None else tuple(range(len(scenes)))

    with av.open(str(path), "w", format=container, options=container_options or {}) as output:
        output.metadata.update(tags or {})
        video: Any = output.add_stream(codec, rate=Fraction(fps), options=dict(options or {}))
        video.height, video.width = size
        video.pix_fmt = pixel_format
        video.time_base = video.codec_context.time_base = base
        if gop is not None:
            video.gop_size = gop
        if pixel_aspect is not None:
            video.codec_context.sample_aspect_ratio = pixel_aspect
        sound: Any = None
        if ticks is not None:
            sound = output.add_stream(audio_codec, rate=AUDIO_RATE)
            sound.layout = "mono" if channels == 1 else "stereo"
        for n, at in enumerate(exact):
            image = picture(n, int(looks[number_of[n]]), size)
            frame = av.VideoFrame.from_ndarray(image, format="rgb24")
            frame = frame.reformat(format=pixel_format)
            frame.pts = round(at / base) + first
            frame.time_base = base
            for packet in video.encode(frame):
                output.mux(packet)
        for packet in video.encode():
            output.mux(packet)
        if sound is not None:
            track = tick_track(length, ticks or (), hum=hum)
            _encode_sound(output, sound, track, channels, float(first * base))
    if rotation:
        _write_rotation(path, rotation, size)
    return Clip(
        path=path,
        times=shown,
        scenes=number_of,
        cuts=tuple(float(b) for b in borders[:-1]),
        ticks=tuple(ticks or ()),
        duration=float(exact[-1] + step),
        size=size,
        rotation=rotation,
    )


def _encode_sound(output: Any, stream: Any, track: Any, channels: int, start: float) -> None:
    # One frame a block: encoders such as AAC take no more than their own frame size at once.
    block = stream.codec_context.frame_size or 1024
    for first in range(0, len(track), block):
        part = np.ascontiguousarray(np.tile(track[first : first + block], (channels, 1)))
        layout = "mono" if channels == 1 else "stereo"
        frame = av.AudioFrame.from_ndarray(part, format="fltp", layout=layout)
        frame.sample_rate = AUDIO_RATE
        frame.pts = first + round(start * AUDIO_RATE)
        frame.time_base = Fraction(1, AUDIO_RATE)
        for packet in stream.encode(frame):
            output.mux(packet)
    for packet in stream.encode(None):
        output.mux(packet)


def render_sound(
    path: Path, *, seconds: float = 2.0, codec: str = "aac", cover: bool = False
) -> Path:
    """Render a file with sound alone, with ``cover`` also a cover picture; return its path."""
    # The mp4 muxer takes covers under the name .m4a too; the one of that name does not.
    with av.open(str(path), "w", format="mp4" if cover else None) as output:
        sound: Any = output.add_stream(codec, rate=AUDIO_RATE)
        sound.layout = "mono"
        picture_stream: Any = None
        if cover:
            picture_stream = output.add_stream("mjpeg", rate=25)
            picture_stream.height, picture_stream.width = 96, 128
            picture_stream.pix_fmt = "yuvj420p"
            picture_stream.disposition = 0x0400  # AV_DISPOSITION_ATTACHED_PIC
            frame = av.VideoFrame.from_ndarray(picture(0, 0, (96, 128)), format="rgb24")
            for packet in picture_stream.encode(frame.reformat(format="yuvj420p")):
                output.mux(packet)
        _encode_sound(output, sound, tick_track(seconds, (0.5,)), 1, 0.0)
    return path


def truncated(clip: Path, path: Path, *, keep: float) -> Path:
    """Copy the first ``keep`` (0..1) of a file's bytes to ``path``."""
    data = clip.read_bytes()
    path.write_bytes(data[: int(len(data) * keep)])
    return path


def damaged(clip: Path, path: Path, *, at: float, n_bytes: int = 2000, seed: int = 0) -> Path:
    """Copy a file with ``n_bytes`` overwritten by noise from ``at`` (0..1) of its length on."""
    shutil.copyfile(clip, path)
    noise = np.random.default_rng(seed).integers(0, 256, n_bytes, dtype=np.uint8).tobytes()
    with path.open("r+b") as file:
        file.seek(int(path.stat().st_size * at))
        file.write(noise)
    return path


def _write_rotation(path: Path, degrees: int, size: tuple[int, int]) -> None:
    """Put a display matrix into the header of the first track of an MP4 or QuickTime file."""
    # Older PyAV cannot write it, so the 36 bytes are changed in place.
    height, width = size
    one = 1 << 16
    matrices = {
        90: (0, one, 0, -one, 0, 0, height << 16, 0, 1 << 30),
        180: (-one, 0, 0, 0, -one, 0, width << 16, height << 16, 1 << 30),
        270: (0, -one, 0, one, 0, 0, 0, width << 16, 1 << 30),
    }
    data = bytearray(path.read_bytes())
    at = data.index(b"tkhd") + 4
    version = data[at]
    matrix = at + (52 if version == 1 else 40)
    data[matrix : matrix + 36] = struct.pack(">9i", *matrices[degrees])
    path.write_bytes(bytes(data))
