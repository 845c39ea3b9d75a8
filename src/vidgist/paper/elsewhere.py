"""The score on data and backbones on which nothing was chosen, bank by bank, beside simple scores.

The constants of `best` were chosen on the odd-numbered videos of TVSum with EfficientNet-Lite0. A
bank of neutral videos asks what sets a video apart from videos at large, one of like videos what
sets it apart from those: other questions, so each bank has a row. Every row is compared with the
first, which is what users get by default: the shipped bank where there is one, else none.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from vidgist.datasets import Dataset, VideoRecord, open_dataset
from vidgist.evaluation.entries import (
    BankOf,
    Entry,
    matched,
    method_entry,
    other_videos,
    statistics_of,
)
from vidgist.evaluation.join import with_features_of
from vidgist.evaluation.protocols import protocol
from vidgist.evaluation.results import Table
from vidgist.evaluation.untrained import UNTRAINED, untrained_entry
from vidgist.paper.beyond import halves
from vidgist.paper.context import SCORE_SETTINGS, BenchmarkResult, Context, PaperTable
from vidgist.paper.gist_data import highlights_file, segments, segments_file, summe, summe_file
from vidgist.scoring.bank import NONE, Bank, bank_of
from vidgist.scoring.presets import preset
from vidgist.scoring.scorer import Scorer

BEST = preset("best")
OTHERS = "best, bank of the other videos"
SIMPLE = (
    *("length", "middle", "beginning", "motion", "typical", "k-means"),
    *("facility-location", "dpp"),
)
"""Scores without training whose rows stand in the tables: those that need no shots."""
SEEDS = 10
"""Random scores for each video at most."""
DOMAIN = "domain"
"""Attribute of a video of highlights."""

Source = Callable[[], Iterator[VideoRecord]]


def run(context: Context) -> BenchmarkResult:
    """Measure on every data set that is there."""
    context = dataclasses.replace(context, seeds=min(context.seeds, SEEDS))
    result = BenchmarkResult()
    tvsum = context.with_features("tvsum", result.missing)
    for dataset in tvsum:
        result.tables += _tvsum(context, dataset)
    result.tables += _frames_of_others(context, tvsum)
    path = segments_file(context.library)
    clips = highlights_file(context.library)
    by_segment = None if path is None else open_dataset(path)
    by_clip = None if clips is None else open_dataset(clips)
    places = context.library.places
    if by_segment is None:
        result.missing.append(f"TVSum by segments: no file like tvsum_i3d_2s.h5 {places}")
    else:
        result.tables += _segments(context, by_segment, tvsum, by_clip)
    if by_clip is None:
        result.missing.append(f"highlights: no file like youtube_highlights_*.h5 {places}")
    else:
        result.tables += _highlights(context, by_clip, by_segment)
    weak, annotated = summe_file(context.library), context.library.annotated.get("summe", [])
    if weak is None or not annotated:
        result.missing.append(
            f"summe: no file like summe_dino_*.h5 {places}, or no annotations for it"
        )
    else:
        source = partial(summe, weak, annotated[0])
        rows = [Scorer(BEST, bank=NONE)]
        result.tables.append(
            _table(context, open_dataset(weak), source, rows, {}, "SumMe, DINO", metric="summe")
        )
    return result


def _tvsum(context: Context, dataset: Dataset) -> Iterator[Table]:
    """Yield the table of an annotated file with features of its own, and its halves."""
    scorers = [matched(Scorer(BEST), dataset)]
    if scorers[0].bank is not None:
        scorers.append(Scorer(BEST, bank=NONE))
    banks = {OTHERS: _others(dataset)}
    table = _table(
        context, dataset, dataset.records, scorers, banks, f"TVSum, {_backbone(dataset)}"
    )
    yield from (table, *halves(table))


def _frames_of_others(context: Context, tvsum: Sequence[Dataset]) -> Iterator[Table]:
    """Yield the tables of other backbones' features at the same samples."""
    for path in context.library.features.get("tvsum", []) if tvsum else ():
        theirs = open_dataset(path)
        source = partial(with_features_of, theirs, tvsum[0])
        if path == segments_file(context.library) or not any(
            r.features is not None for r in source()
        ):
            continue
        rows = [Scorer(BEST, bank=NONE)]
        banks = {OTHERS: other_videos(statistics_of(source()))}
        table = _table(context, theirs, source, rows, banks, f"TVSum, {_backbone(theirs)}")
        yield from (table, *halves(table))


def _segments(
    context: Context, dataset: Dataset, tvsum: Sequence[Dataset], clips: Dataset | None
) -> Iterator[Table]:
    """Yield the table of TVSum's segments of two seconds, and its halves."""
    source = partial(segments, dataset.path, next(iter(tvsum), None))
    banks: dict[str, Bank | BankOf] = {OTHERS: other_videos(statistics_of(source()))}
    if clips is not None and _width(clips) == _width(dataset):
        banks["best, bank of YouTube Highlights"] = _bank(clips)
    title = f"TVSum by segments of 2 seconds, {_backbone(dataset)}"
    table = _table(context, dataset, source, [Scorer(BEST, bank=NONE)], banks, title)
    yield table
    if tvsum:
        yield from halves(table)


def _highlights(context: Context, dataset: Dataset, neutral: Dataset | None) -> Iterator[Table]:
    """Yield the table of highlights, and those of its domains."""
    banks: dict[str, Bank | BankOf] = {}
    if neutral is not None and _width(neutral) == _width(dataset):
        banks["best, bank of TVSum"] = _bank(neutral)
    banks[OTHERS] = _others(dataset)
    domains: dict[str, list[str]] = {}

    def told_apart() -> Iterator[VideoRecord]:
        for record in dataset:
            labels = record.user_scores
            if labels is None or not (labels > 0).any() or (labels > 0).all():
                continue
            if record.features is not None:
                domains.setdefault(str(record.attributes.get(DOMAIN, "")), []).append(record.key)
                yield record

    title = f"YouTube Highlights, {_backbone(dataset)}"
    rows = [Scorer(BEST, bank=NONE)]
    chosen = protocol("highlights", metric="tvsum")
    table = _table(context, dataset, told_apart, rows, banks, title, protocol=chosen)
    yield table
    for name, keys in sorted(domains.items()) if len(domains) > 1 else ():
        yield table.only(set(keys), title=f"{table.title}: {name}")


def _table(
    context: Context,
    dataset: Dataset,
    source: Source,
    scorers: Sequence[Scorer],
    banks: Mapping[str, Bank | BankOf],
    title: str,
    **more: Any,
) -> Table:
    """Measure `best` by bank, the paper's scores, and those that need no training."""
    metric = more.setdefault("metric", "tvsum")
    rows = [_best(scorer) for scorer in scorers]
    for name, bank in banks.items():
        if isinstance(bank, Bank):
            rows.append(method_entry(name, Scorer(BEST, bank=bank)))
        else:
            rows.append(method_entry(name, Scorer(BEST), bank=bank))
    methods = [entry for entry in context.untrained(metric) if not entry.baseline]
    simple = [untrained_entry(name, UNTRAINED[name]) for name in SIMPLE]
    return context.table(
        dataset,
        [*rows, *methods, *simple, *context.baselines()],
        title=f"Elsewhere: {title}",
        source=source,
        hidden=SCORE_SETTINGS,
        **more,
    )


def _best(scorer: Scorer) -> Entry:
    return method_entry(f"best, {'no' if scorer.bank is None else 'shipped'} bank", scorer)


def _others(dataset: Dataset) -> BankOf:
    return other_videos(statistics_of(dataset.records(fields=("features",))))


def _bank(dataset: Dataset) -> Bank:
    return bank_of(
        statistics_of(dataset.records(fields=("features",))).values(), source=dataset.path.name
    )


def _width(dataset: Dataset) -> int:
    """Return the length D of a file's features, 0 where it has none."""
    return next((values.shape[1] for _, values in dataset.features()), 0)


def _backbone(dataset: Dataset) -> str:
    """Return the name of the backbone of a file, by default that of the file."""
    return str(dataset.attributes.get("backbone", dataset.path.stem))


TABLE = PaperTable(
    name="elsewhere",
    summary="The score on other backbones and data sets, bank by bank, beside simple scores.",
    run=run,
    order=51,
)
