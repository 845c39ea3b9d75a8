"""Measures of a rule over videos, and the rows of the ledger."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from videos import Video

from vidgist.evaluation.bootstrap import paired_bootstrap
from vidgist.evaluation.gist import gist_measures

COLUMNS = ("captured", "repeats", "rep75", "coverage", "lowest_fifth", "pieces", "share")


def row(v: Video, pieces, annotation=None) -> np.ndarray:
    """The measures of one summary, in the order of `COLUMNS`."""
    given = v.annotation if annotation is None else annotation
    kwargs = {"times": v.times, "annotation": given, "features": v.features}
    found = gist_measures(pieces, **kwargs)
    close = gist_measures(pieces, look_alike=0.75, **kwargs)
    length = float(np.diff(pieces, axis=1).sum()) if len(pieces) else 0.0
    return np.array(
        [
            found.captured,
            found.repeats,
            close.repeats,
            found.coverage,
            found.lowest_fifth,
            found.pieces,
            length / v.duration,
        ]
    )


def rows(videos, rule: Callable[[Video], np.ndarray]) -> np.ndarray:
    return np.array([row(v, rule(v)) for v in videos])


def interval(values) -> str:
    found = paired_bootstrap(np.asarray(values), rng=np.random.default_rng(0))
    return f"{found.mean:+.3f} [{found.low:+.3f}, {found.high:+.3f}]"


HEAD = "| rule | captured | odd | even | repeats | at 0.75 | coverage | lowest fifth | pieces | share |"


def line(name: str, videos, values: np.ndarray, base: np.ndarray | None = None) -> str:
    odd = np.array([v.odd for v in videos])
    mean = np.nanmean(values, axis=0)
    text = f"| {name} | {mean[0]:.3f} | {np.nanmean(values[odd, 0]):.3f} | "
    text += f"{np.nanmean(values[~odd, 0]):.3f} | "
    text += " | ".join(f"{x:.3f}" for x in mean[1:5]) + f" | {mean[5]:.1f} | {mean[6]:.3f} |"
    if base is not None:
        text += f" {interval(values[:, 0] - base[:, 0])} |"
    return text
