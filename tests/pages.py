"""Summaries with all that a page shows: varied features, thumbnails, warnings, any file name."""

from __future__ import annotations

import dataclasses
import functools
import io
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from clips import Clip, render_clip
from summaries import summary_of
from vidgist.selection import Selection, best_within, shot_values, spread
from vidgist.summary import Summary
from vidgist.types import Features, Scores, Shots, Timeline, VideoInfo

SCHEMA_1 = Path(__file__).parent / "render" / "summary_schema_1.json"
"""A summary.json as it was before summaries had pieces."""

HOSTILE = "<img src=x onerror=alert(1)>.mp4"
"""A name that runs a script where it is taken for markup."""


def picture_bytes(seed: int, *, size: tuple[int, int] = (160, 90), grain: float = 12.0) -> bytes:
    """Return a small JPEG: two colors that fade into each other, with grain."""
    rng = np.random.default_rng(seed)
    low, high = rng.uniform(0, 255, 3), rng.uniform(0, 255, 3)
    shade = np.linspace(0, 1, size[0])[None, :, None]
    pixels = low + (high - low) * shade + rng.normal(0, grain, (size[1], size[0], 1))
    file = io.BytesIO()
    Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)).save(file, "JPEG", quality=70)
    return file.getvalue()


@functools.cache
def _rendered(scenes: tuple[float, ...], fps: Any, sound: bool) -> tuple[Clip, bytes]:
    """Render a clip once for all tests that want the same."""
    with tempfile.TemporaryDirectory() as folder:
        clip = render_clip(
            Path(folder, "clip.mp4"),
            scenes=scenes,
            fps=fps,
            ticks=(0.5, 3.0) if sound else None,
            hum=0.05,
        )
        return clip, clip.path.read_bytes()


def clip_summary(
    folder: Path,
    *,
    name: str = "clip.mp4",
    scenes: Sequence[float] = (1.0, 0.8, 1.2, 0.6, 1.0, 0.8, 1.2, 1.0),
    selected: Sequence[int] = (1, 3),
    sound: bool = True,
    fps: Any = 25,
    **changes: Any,
) -> Summary:
    """Render a clip and return a summary of it, as `summarize` would have made one."""
    clip, data = _rendered(tuple(scenes), fps, sound)
    path = folder / name
    path.write_bytes(data)
    made = summary_of(path, cuts=clip.cuts, selected=selected)
    n = len(made.features)
    rng = np.random.default_rng(7)
    scene = clip.scenes[np.asarray(made.features.picks)]
    values = rng.normal(size=(len(scenes), 16))[scene] + rng.normal(0, 0.3, (n, 16))
    changes.setdefault(
        "scores",
        Scores(
            criteria={"alignment": rng.uniform(0, 1, n), "uniformity": rng.uniform(0, 1, n)},
            importance=rng.uniform(0.05, 1.05, n),
        ),
    )
    changes.setdefault("settings", {**made.settings, "select": "knapsack"})
    changes.setdefault("budget", float(made.duration))
    changes.setdefault("thumbnails", tuple(picture_bytes(int(s)) for s in scene))
    whole = dataclasses.replace(
        made,
        features=dataclasses.replace(made.features, values=values.astype(np.float32)),
        **changes,
    )
    scores = whole.shot_scores[whole.selected]
    return dataclasses.replace(
        whole,
        selection=dataclasses.replace(whole.selection, scores=scores),
        stills=whole.piece_samples,
    )


def long_summary(
    seconds: int,
    *,
    shots: int,
    grain: float = 20.0,
    settings: Mapping[str, Any] | None = None,
    distinct: int = 40,
) -> Summary:
    """Return a summary of a video that is not there, of any length, at two samples a second."""
    n, rate = 2 * seconds, 10
    rng = np.random.default_rng(seconds)
    thumbnails = [picture_bytes(seed, grain=grain) for seed in range(distinct)]
    n_frames = seconds * rate
    inner = np.sort(rng.choice(np.arange(1, n_frames), shots - 1, replace=False))
    borders = np.concatenate([[0], inner, [n_frames]])
    frames = np.stack([borders[:-1], borders[1:]], axis=1)
    picks = np.arange(n) * rate // 2
    selected = rng.uniform(size=shots) < 0.15
    selected[0] = True
    spans = frames / rate
    importance = rng.uniform(size=n)
    values = shot_values(spread(importance, picks, n_frames), frames)
    return Summary(
        video=VideoInfo(
            path=Path("there-is-no-such-video.mp4"),
            duration=float(seconds),
            frame_rate=float(rate),
            variable_frame_rate=False,
            width=1280,
            height=720,
            has_audio=True,
            codec="h264",
        ),
        settings={"select": "knapsack", **(settings or {})},
        timeline=Timeline(
            times=np.arange(n_frames) / rate, jumps=np.zeros(n_frames), duration=float(seconds)
        ),
        features=Features(
            values=rng.normal(size=(n, 8)).astype(np.float32),
            picks=picks,
            n_frames=n_frames,
            times=np.arange(n) / 2,
        ),
        scores=Scores(
            criteria={name: rng.uniform(size=n) for name in ("alignment", "uniformity")},
            importance=importance,
        ),
        shots=Shots(frames=frames, seconds=spans),
        selection=Selection(
            pieces=spans[selected],
            shots=np.flatnonzero(selected),
            scores=values[selected],
            reasons=("important",) * int(selected.sum()),
            refused=tuple(np.where(selected, "", "no time left").tolist()),
            repeated=np.full(shots, -1),
        ),
        junk=np.full(n, ""),
        stills=best_within(importance, picks / rate, spans[selected]),
        budget=float(np.sum((spans[:, 1] - spans[:, 0])[selected])),
        thumbnails=tuple(thumbnails[i % distinct] for i in range(n)),
    )
