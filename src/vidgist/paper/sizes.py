"""Table S6: sizes of the network trained on YouTube-8M, and seconds an epoch beside DR-DSN.

The time is measured in any case: on YouTube-8M's videos where they are, else on synthetic ones of
their length and width. Both methods run in one process, one after the other, on the same videos.
"""

from __future__ import annotations

import time
from collections.abc import Mapping

import numpy as np

from vidgist.evaluation.protocols import METRICS
from vidgist.models.methods import training_settings
from vidgist.models.settings import TrainingSettings
from vidgist.paper import youtube8m
from vidgist.paper.context import BenchmarkResult, Context, PaperTable
from vidgist.paper.published import beside_published
from vidgist.paper.trainings.groups import COMBINATIONS, Group, criteria_scores, dsn_groups
from vidgist.training import require_torch
from vidgist.training.videos import TrainingVideos

SIZES = {
    f"{layers}L{heads}H": {"layers": layers, "heads": heads}
    for layers in (2, 4)
    for heads in (2, 4, 8)
}
PAPERS_RATIO = 14.0  # S4: 140 s an epoch of DR-DSN against 10 s of the largest network
TIMED_VIDEOS = 128  # one batch of the paper's


def run(context: Context) -> BenchmarkResult:
    """Train every size where the data is there, and measure seconds an epoch."""
    require_torch("benchmark s6")
    result = BenchmarkResult()
    videos = youtube8m.youtube8m_videos(context, result.missing)
    for metric in METRICS if videos is not None else ():
        groups = _groups(context, metric)
        for dataset in youtube8m.sets_for(context, metric, result.missing):
            table = youtube8m.measure_on(context, dataset, metric, videos, groups)
            table = beside_published(table, "S6", setting=youtube8m.SETTING, with_unmeasured=True)
            result.tables.append(table)
    result.lines += _speeds(context, videos)
    return result


def _groups(context: Context, metric: str) -> list[Group]:
    criteria = COMBINATIONS["alignment x uniformity x filter"]
    groups = []
    for name, size in SIZES.items():
        training = context.training(youtube8m.SETTING, **size)
        settings = context.settings_for(metric, neighbors=training.neighbors)
        scores = criteria_scores(settings, {name: criteria})
        groups.append(Group(name=name, settings=training, scores=scores))
    return [*groups, *dsn_groups(context.dsn_epochs)]


def seconds_an_epoch(videos: TrainingVideos, *, settings: TrainingSettings) -> tuple[float, float]:
    """Return the seconds of one epoch, by the clock and of processor time, without set-up.

    Processor time means little where a GPU does the work, and the clock on a busy computer.
    """
    from vidgist.training.engine import learn, open_fabric
    from vidgist.training.training import make_learner

    learner = make_learner(videos, settings=settings, seed=0)
    fabric = open_fabric(device="auto")
    start, busy = time.perf_counter(), time.process_time()
    learn(learner, epochs=1, seed=0, identity={}, fabric=fabric)
    return time.perf_counter() - start, time.process_time() - busy


def _speeds(context: Context, videos: TrainingVideos | None) -> list[str]:
    source = "YouTube-8M"
    if videos is None:
        videos = youtube8m.synthetic_youtube8m(TIMED_VIDEOS, rng=np.random.default_rng(0))
        source = "synthetic videos of YouTube-8M's kind"
    videos = videos.subset(videos.keys[:TIMED_VIDEOS])
    settings: Mapping[str, TrainingSettings] = {
        **{name: context.training(youtube8m.SETTING, **size) for name, size in SIZES.items()},
        "DR-DSN": training_settings("dr_dsn"),
    }
    times = {}
    for name, training in settings.items():
        context.progress(f"timing {name}", 0, None)
        times[name] = seconds_an_epoch(videos, settings=training)
    *_, heaviest, rival = times
    clock, processor = np.divide(times[rival], times[heaviest])
    return [
        f"seconds an epoch over {len(videos)} {source}, in one run (of the clock, of the "
        "processor):",
        *(f"  {name:<7} {clock:8.2f} {work:8.2f}" for name, (clock, work) in times.items()),
        f"{rival} takes {clock:.1f} times as long as {heaviest}, {processor:.1f} times by the "
        f"processor (the paper, on a GPU: {PAPERS_RATIO:.0f})",
    ]


TABLE = PaperTable(
    name="s6",
    summary="Sizes of the network; seconds an epoch beside DR-DSN (Table S6).",
    run=run,
    order=16,
)
