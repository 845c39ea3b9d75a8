"""Indices of frames that are made by hand."""

from __future__ import annotations

import numpy as np

from vidgist.video.skim import FrameIndex


def index_of(keys, *, count, rate, sizes=None):
    """Return the index of frames at a steady rate, decoded in the order in which they are shown."""
    marks = np.isin(np.arange(count), keys)
    return FrameIndex(
        ticks=np.arange(count),
        decoding=np.arange(count),
        times=np.arange(count) / rate,
        keys=marks,
        anew=marks,
        places=np.arange(count),
        sizes=np.ones(count, np.int64) if sizes is None else np.asarray(sizes, np.int64),
        duration=count / rate,
        origin=0.0,
    )
