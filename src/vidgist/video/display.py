"""Frames as they are shown: one place that every frame passes after the decoder.

In this order: deinterlaced, cropped as the container asks, mapped to SDR, stretched to square
pixels, rotated, and fitted into the size of the video.  Each step is left out where it has nothing
to do, so that plain frames pass untouched.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, TypeAlias

import av
import numpy as np
import numpy.typing as npt
from av.container import InputContainer
from av.video.reformatter import VideoReformatter
from av.video.stream import VideoStream

from vidgist.video.deinterlace import Deinterlacer, Neighborhood, Timed
from vidgist.video.filters import FilterChain, Filters
from vidgist.video.headers import Crop, picture_header
from vidgist.video.pixels import to_rgb
from vidgist.video.rotation import Rotation, RotationReader, display_size, rotate
from vidgist.video.tone import ToneMapper, is_hdr

Size: TypeAlias = tuple[int, int]
"""(width, height) in pixels."""

_RARE = 0.05
"""Share of the time that a size must be shown for to become that of the video."""

_PARTS = 720
"""Parts of a pixel's height in which its width is read: most aspects in use are whole in it."""

_PARTS = 720
"""Parts of a pixel's height in which its width is read: most aspects in use are whole in it."""

_TRANSPOSE = {
    (False, False): "cclock_flip",
    (True, False): "clock",
    (False, True): "cclock",
    (True, True): "clock_flip",
}
"""FFmpeg's names for exchanging rows and columns and then mirroring (flip_x, flip_y)."""


class Display:
    """Shows the frames of one stream.

    Filters are kept from frame to frame.

    Args:
        container: open, before its first packet is decoded.
        stream: of the container.
        size: (width, height) of what is shown: pictures of another size are fitted into it, with
            black bars; default the size of each picture.
        keep_hdr: leave PQ and HLG as they are.

    Attributes:
        deinterlacer: of this stream.
        header: what the container says of its pictures.
    """

    def __init__(
        self,
        container: InputContainer,
        stream: VideoStream,
        *,
        size: Size | None = None,
        keep_hdr: bool = False,
    ) -> None:
        context = stream.codec_context
        self.deinterlacer = Deinterlacer(stream)
        self.header = picture_header(container, stream)
        self._cropped = (context.width, context.height)  # other sizes have no use for it
        self._size = size
        self._keep_hdr = keep_hdr
        self._aspect = PixelAspect(stream)
        self._rotation = RotationReader()
        self._tone = ToneMapper(context)
        self._context = context
        self._scaler = VideoReformatter()
        self._cropping, self._turning = FilterChain(), FilterChain()
        self._geometry: tuple[Any, ...] = ()
        self._shown: Size = (0, 0)

    def size(self, frame: av.VideoFrame) -> Size:
        """Return the (width, height) at which a frame is shown: cropped, rotated, square pixels."""
        rotation, aspect = self._rotation(frame), self._aspect(frame)
        if self.deinterlacer.is_field(frame):
            aspect /= 2
        geometry = (frame.width, frame.height, rotation, aspect)
        if geometry != self._geometry:
            width, height = self._stored_size(frame)
            self._shown = display_size(width, height, pixel_aspect=aspect, rotation=rotation)
            self._geometry = geometry
        return self._shown

    def crop(self, frame: av.VideoFrame) -> Crop:
        """Return what is to be cropped: nothing where the size has changed, or nothing is left."""
        crop = self.header.crop
        width, height = frame.width, frame.height
        fits = crop.left + crop.right < width and crop.top + crop.bottom < height
        return crop if (width, height) == self._cropped and fits else Crop()

    def with_neighbors(self, frames: Iterator[tuple[float, av.VideoFrame]]) -> Iterator[Timed]:
        """Yield (seconds, neighborhood) of each (seconds, frame), see `Deinterlacer`."""

        def read() -> Iterator[tuple[float, av.VideoFrame]]:
            for seconds, frame in frames:
                self.size(frame)  # what begins at a key frame holds, although that is not shown
                yield seconds, frame

        return self.deinterlacer.with_neighbors(read())

    def full(self, picture: Neighborhood) -> av.VideoFrame:
        """Return a frame as it is shown; the frame itself where nothing is to be done.

        Raises:
            ValueError, FFmpegError: FFmpeg cannot convert from its format.
        """
        frame = picture.frame
        rotation, shown = self._rotation(frame), self.size(frame)
        canvas = self._size or shown
        fitted = fit(shown, canvas)
        width, height = fitted[::-1] if rotation.swap else fitted
        pts, time_base = frame.pts, frame.time_base
        frame = self._whole(picture)
        if is_hdr(frame, self._context) and not self._keep_hdr:
            frame = self._tone(frame, width=width, height=height)
        elif (width, height) != (frame.width, frame.height):
            # Colors of a palette cannot be scaled.
            pixel_format = "rgba" if frame.format.has_palette else None
            frame = self._scaler.reformat(frame, width, height, pixel_format)
        if filters := [*_turn(rotation), *_pad(fitted, canvas)]:
            frame = self._turning(frame, filters)
        frame.pts = pts
        if time_base is not None:
            frame.time_base = time_base
        return frame

    def small(self, picture: Neighborhood, *, size: Size) -> npt.NDArray[np.uint8]:
        """Return (H, W, 3) uint8 RGB of the whole picture, stretched to ``size``.

        It is scaled before it is mapped to SDR and rotated: on a small picture both cost nothing.

        Raises:
            ValueError, FFmpegError: FFmpeg cannot convert from its format.
        """
        rotation = self._rotation(picture.frame)
        width, height = size[::-1] if rotation.swap else size
        frame = self._whole(picture)
        if is_hdr(frame, self._context):
            frame = self._tone(frame, width=width, height=height)
        return rotate(to_rgb(frame, width=width, height=height, scaler=self._scaler), rotation)

    def warnings(self) -> list[str]:
        """Return what cannot be shown as it should be, one sentence each."""
        dolby = self.header.dolby_vision
        if dolby is None or dolby.has_base_layer:
            return []
        return [
            f"Dolby Vision of profile {dolby.profile} has no base layer that other screens can"
            " show: its colors are wrong; convert it to HDR10 or SDR first"
        ]

    def _stored_size(self, frame: av.VideoFrame) -> Size:
        """Return the size of a frame after cropping."""
        left, right, top, bottom = self.crop(frame)
        return frame.width - left - right, frame.height - top - bottom

    def _whole(self, picture: Neighborhood) -> av.VideoFrame:
        """Return a frame deinterlaced and cropped."""
        frame = self.deinterlacer(picture)
        crop = self.crop(frame)
        if not any(crop):
            return frame
        width, height = self._stored_size(frame)
        area = f"w={width}:h={height}:x={crop.left}:y={crop.top}:exact=1"
        # A copy, as planes that begin within memory are read beyond its end.
        return self._cropping(frame, [("crop", area), ("copy", "")])


class PixelAspect:
    """Width of a pixel by its height, of each frame of a stream.

    What the container says counts for all frames.  Where it says nothing, the aspect is that of the
    stream, which may change in the middle (a broadcast between 4:3 and 16:9).
    """

    def __init__(self, stream: VideoStream) -> None:
        self._context = stream.codec_context
        self._first = self._context.sample_aspect_ratio
        self._usual = float(stream.sample_aspect_ratio or 1) or 1.0
        self._fixed = not self._first or float(self._first) != self._usual
        self._changed = False
        self._reading = FilterChain()

    def __call__(self, frame: av.VideoFrame) -> float:
        """Return the aspect of a frame that the stream's decoder gave last."""
        if self._fixed:
            return self._usual
        if not self._changed:
            # The decoder may be a few frames ahead: from its first change on, each frame is asked.
            self._changed = self._context.sample_aspect_ratio != self._first
            if not self._changed:
                return self._usual
        # PyAV does not tell a frame's own aspect, but FFmpeg's filters know it: as a width.
        width = f"w=ceil(sar*{_PARTS}):h=2:flags=neighbor:eval=frame"
        read = self._reading(frame, [("crop", "w=2:h=2:x=0:y=0"), ("scale", width)]).width
        if read == _PARTS and self._usual != 1:
            # Before FFmpeg 8 the filters do not know it either: as the decoder has it now.
            return float(self._context.sample_aspect_ratio or 1)
        return read / _PARTS


def fit(size: Size, canvas: Size) -> Size:
    """Return the largest size of the same aspect ratio that fits into the canvas; sides are even.

    >>> fit((64, 36), (36, 64))
    (36, 20)
    """
    if size == canvas:
        return size
    scale = min(canvas[0] / size[0], canvas[1] / size[1])
    width, height = (
        side if round(part * scale) >= side else max(2, 2 * round(part * scale / 2))
        for part, side in zip(size, canvas, strict=True)
    )
    return min(width, canvas[0]), min(height, canvas[1])


def common_size(shown: Iterable[tuple[Size, float]]) -> Size:
    """Return the size of a video whose pictures change theirs: the largest, so no detail is lost.

    Sizes that are shown for less than a twentieth of the time do not count: a damaged frame, or a
    short card in another format, must not make all others small.

    Args:
        shown: (width, height) and the seconds for which it is shown; sizes may be repeated.

    >>> common_size([((32, 18), 1.0), ((160, 90), 6.0)])
    (160, 90)
    """
    seconds: dict[Size, float] = {}
    for size, lasting in shown:
        seconds[size] = seconds.get(size, 0.0) + lasting
    enough = _RARE * sum(seconds.values())
    frequent = [size for size in seconds if seconds[size] >= enough] or list(seconds)
    # The first one of those that are equal.
    return max(frequent, key=lambda size: (size[0] * size[1], round(seconds[size], 1)))


def _turn(rotation: Rotation) -> Filters:
    if not rotation:
        return []
    if rotation.swap:
        filters = [("transpose", f"dir={_TRANSPOSE[rotation.flip_x, rotation.flip_y]}")]
    else:
        # vflip hands on the same memory, read backwards, which older PyAV gets wrong: copy it.
        filters = [("vflip", "")] if rotation.flip_y else []
        filters += [("hflip" if rotation.flip_x else "copy", "")]
    # Without its matrix, the frame is not rotated a second time by a player.
    return [*filters, ("sidedata", "mode=delete:type=DISPLAYMATRIX")]


def _pad(fitted: Size, canvas: Size) -> Filters:
    if fitted == canvas:
        return []
    # Even places, as 4:2:0 color needs.
    left, top = (2 * ((side - part) // 4) for part, side in zip(fitted, canvas, strict=True))
    return [("pad", f"w={canvas[0]}:h={canvas[1]}:x={left}:y={top}:color=black")]
