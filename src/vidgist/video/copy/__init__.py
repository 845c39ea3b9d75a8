"""Cutting without re-encoding: where it is possible, and a file made of a video's own packets."""

from vidgist.video.copy.points import CutPoints, cut_points, read_cut_points
from vidgist.video.copy.possible import EXACT, check_copy, where_to_cut
from vidgist.video.copy.write import container_for, copy_pieces

__all__ = [
    "EXACT",
    "CutPoints",
    "check_copy",
    "container_for",
    "copy_pieces",
    "cut_points",
    "read_cut_points",
    "where_to_cut",
]
