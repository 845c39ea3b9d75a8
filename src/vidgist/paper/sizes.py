"""Table S6: sizes of the network trained on YouTube-8M, and seconds an epoch beside DR-DSN.

The time is measured in any case: on YouTube-8M's videos where they are, else on synthetic ones of
their kind. Both methods run in one process, one after the other, on the same videos.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np

from vidgist.models.methods import training_settings
from vidgist.models.settings import TrainingSettings, contrastive_settings, replace_settings
from vidgist.paper import youtube8m
from vidgist.paper.context import Context, Report
from vidgist.paper.tables_1_2 import NAMES, runs_of
from vidgist.paper.trainings import Group, dsn_group
from vidgist.paper.trainings.groups import COMBINATIONS, rows_of
from vidgist.paper.trainings.youtube8m import synthetic_youtube8m, youtube8m_videos
from vidgist.training import require_torch
from vidgist.training.videos import TrainingVideos

__all__ = ["SIZES", "run", "seconds_an_epoch"]

SIZES = tuple((layers, heads) for layers in (2, 4) for heads in (2, 4, 8))
PAPERS_RATIO = 14.0  # S4: 140 s an epoch of DR-DSN against 10 s of the largest network
TIMED_VIDEOS = 128  # one batch of the paper's


def run(context: Context) -> Report:
    """Train every size where the data is there, and measure seconds an epoch."""
    require_torch("benchmark s6")
    videos, absent = youtube8m_videos(
        context.library, work=runs_of(context).folder, progress=context.progress
    )
    missing = [absent] if absent else []
    tables = []
    for metric in NAMES if videos is not None else ():
        for dataset in youtube8m.sets_for(context, metric, missing):
            groups = _groups(context, metric)
            tables.append(youtube8m.measure_on(context, dataset, metric, videos, groups))
    lines = _speeds(context, videos)
    return Report(name=context.name, tables=tuple(tables), missing=tuple(missing), lines=lines)


def _groups(context: Context, metric: str) -> list[Group]:
    training = contrastive_settings(youtube8m.training_for(context, metric).name, kind="youtube8m")
    settings = context.settings_for(metric, neighbors=training.neighbors)
    criteria = COMBINATIONS["alignment x uniformity x filter"]
    groups = [
        Group(
            name=f"{layers}L{heads}H",
            settings=replace_settings(training, layers=layers, heads=heads, epochs=context.epochs),
            rows=(f"{layers}L{heads}H",),
            measure=rows_of(settings, {f"{layers}L{heads}H": criteria}),
        )
        for layers, heads in SIZES
    ]
    return [*groups, *(dsn_group(epochs) for epochs in context.dsn_epochs)]


def seconds_an_epoch(videos: TrainingVideos, *, settings: TrainingSettings) -> tuple[float, float]:
    """Return the seconds of one epoch, set-up and writing left out: of the clock, and processor's.

    The second tells little where a GPU does the work, and the first little on a busy computer.
    """
    from vidgist.training.engine import learn, open_fabric
    from vidgist.training.training import make_learner

    learner = make_learner(videos, settings=settings, seed=0)
    fabric = open_fabric(device="auto")
    start, busy = time.perf_counter(), time.process_time()
    learn(learner, epochs=1, seed=0, identity={}, fabric=fabric)
    return time.perf_counter() - start, time.process_time() - busy


def _speeds(context: Context, videos: TrainingVideos | None) -> tuple[str, ...]:
    source = "YouTube-8M"
    if videos is None:
        videos = synthetic_youtube8m(TIMED_VIDEOS, rng=np.random.default_rng(0))
        source = "synthetic videos of YouTube-8M's kind"
    videos = videos.subset(videos.keys[:TIMED_VIDEOS])
    training = contrastive_settings(
        context.settings.name if context.settings.name == "reference" else "paper",
        kind="youtube8m",
    )
    timed: list[tuple[str, tuple[float, float]]] = []
    for layers, heads in SIZES:
        name = f"{layers}L{heads}H"
        context.progress(f"timing {name}", 0, None)
        settings = replace_settings(training, layers=layers, heads=heads)
        timed.append((name, seconds_an_epoch(videos, settings=settings)))
    context.progress("timing DR-DSN", 0, None)
    rival = seconds_an_epoch(videos, settings=training_settings("dr-dsn"))
    return _lines(timed, rival, count=len(videos), source=source)


def _lines(
    timed: Sequence[tuple[str, tuple[float, float]]],
    rival: tuple[float, float],
    *,
    count: int,
    source: str,
) -> tuple[str, ...]:
    heaviest, (seconds, busy) = timed[-1]
    return (
        f"seconds an epoch over {count} {source}, in one run (of the clock, of the processor):",
        *(f"  {name:<7} {clock:8.2f} {work:8.2f}" for name, (clock, work) in timed),
        f"  DR-DSN  {rival[0]:8.2f} {rival[1]:8.2f}",
        f"DR-DSN takes {rival[0] / seconds:.1f} times as long as {heaviest}, "
        f"{rival[1] / busy:.1f} times by the processor (the paper, on a GPU: {PAPERS_RATIO:.0f})",
    )
