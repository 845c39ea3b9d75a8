"""Defaults and names that the command line and the library share, each written once."""

from __future__ import annotations

DEFAULT_LENGTH = "auto"
"""The most that a summary may last: see `vidgist.selection.parse_length`."""

DEFAULT_FPS = 2.0
"""Samples a second, as the field's benchmarks have them (every 15th frame of 30)."""

DEFAULT_SELECT = "gist"
"""Rule by which the pieces of a summary are chosen."""

DEFAULT_AUDIO = "best"
"""Tracks of sound in the clip: the one that a player takes."""

HDR = ("sdr", "keep")
"""What PQ and HLG can become in the clip: mapped to SDR, or kept as they are."""

DEFAULT_HDR = "sdr"
"""What PQ and HLG become in the clip: SDR, which plays everywhere."""

DEFAULT_SHOTS = "kts"
"""Way of cutting a video into shots."""

ENGINES = ("processes", "ray")
"""Where the workers of a batch run: on this machine, or on a Ray cluster."""

DEFAULT_KEYFRAMES = "auto"
"""Number of stills: as many as add something new."""
