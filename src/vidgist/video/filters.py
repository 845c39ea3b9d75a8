"""Chains of FFmpeg's filters for single frames, and the side data of frames."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, TypeAlias

import av
from av.filter import Graph
from av.sidedata.sidedata import Type

Filters: TypeAlias = list[tuple[str, str]]
"""Names of filters and their arguments, in order; each gives one frame for one."""

_SIDE_DATA_TYPES = 64
"""FFmpeg's numbers of side data are below; version 8 has 32 of them."""


class FilterChain:
    """A chain of filters, built again where its input or the filters change."""

    def __init__(self) -> None:
        self._graph: Graph | None = None
        self._input: tuple[Any, ...] = ()

    def __call__(self, frame: av.VideoFrame, filters: Filters) -> av.VideoFrame:
        """Return the frame after the filters."""
        key = (frame.width, frame.height, frame.format.name, filters)
        if self._graph is None or key != self._input:
            self._graph, self._input = filter_graph(frame, filters), key
        self._graph.push(frame)
        filtered = self._graph.pull()
        assert isinstance(filtered, av.VideoFrame)
        return filtered


def filter_graph(frame: av.VideoFrame, filters: Filters) -> Graph:
    """Return a configured graph of filters for frames such as this one."""
    graph = Graph()
    node = graph.add_buffer(
        width=frame.width,
        height=frame.height,
        format=frame.format,
        time_base=frame.time_base or Fraction(1, 1000),
    )
    for name, arguments in [*filters, ("buffersink", "")]:
        following = graph.add(name, arguments or None)
        node.link_to(following)
        node = following
    graph.configure()
    return graph


def side_data(frame: av.VideoFrame, name: str) -> bytes | None:
    """Return side data of a frame by PyAV's name, None where it has none of that name."""
    try:
        found: Any = frame.side_data.get(name)
    except ValueError:
        # FFmpeg has side data that PyAV has no name for (EXIF, spatial video, LCEVC); it then
        # refuses to show any, so a copy of the frame is looked at without the nameless.
        nameless = set(range(_SIDE_DATA_TYPES)) - {kind.value for kind in Type}
        arguments = [f"mode=delete:type={number}" for number in sorted(nameless)]
        plain = FilterChain()(frame, [("sidedata", each) for each in arguments])
        found = plain.side_data.get(name)
    return None if found is None else bytes(found)
