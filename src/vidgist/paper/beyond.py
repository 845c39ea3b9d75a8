"""The score beyond the paper, step by step: what each of its parts is worth, on which bank.

Constants were chosen on the odd-numbered videos of TVSum, so all, odd and even ones are printed
apart. A bank "of other videos" is that of the data set without the video itself.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from vidgist.criteria.gram import unit_rows
from vidgist.datasets import Dataset, VideoRecord, open_dataset
from vidgist.datasets.splits import video_key
from vidgist.errors import DataError
from vidgist.evaluation.entries import (
    Entry,
    folds_entry,
    matched,
    method_entry,
    other_videos,
    statistics_of,
)
from vidgist.evaluation.evaluate import with_splits
from vidgist.evaluation.join import with_features_of
from vidgist.evaluation.protocols import protocol
from vidgist.evaluation.results import Table
from vidgist.paper.context import SCORE_SETTINGS, BenchmarkResult, Context, PaperTable
from vidgist.paper.other_half import other_half
from vidgist.paper.trainings.folds import keys_with_features
from vidgist.scoring.bank import NONE, Bank, VideoStatistics, bank_of
from vidgist.scoring.presets import Preset, preset
from vidgist.scoring.scorer import Scorer

BEST = preset("best")
STEPS = preset("best", smoothing=0.5)
"""The score before its smoothing was chosen."""
UNPROJECTED = preset(STEPS, criteria=("distinctiveness", "belonging"))


def run(context: Context) -> BenchmarkResult:
    """Measure every row for which the data is there."""
    result = BenchmarkResult()
    missing = result.missing
    first: dict[str, VideoStatistics] = {}
    baselines = context.baselines()
    for dataset in context.with_features("tvsum", missing):
        statistics = statistics_of(dataset.records(fields=("features",)))
        first = first or statistics
        rows = [*_rows(context, dataset, statistics), *_other_banks(context, dataset, missing)]
        everything = _table(context, dataset, [*rows, *baselines], "TVSum")
        both = [_paper_row(context, "tvsum"), _best(dataset), *baselines]
        # The paper's text values shots otherwise, which changes F1 alone.
        paper = protocol("paper", metric="tvsum")
        again = _table(context, dataset, both, "TVSum, protocol paper", protocol=paper)
        result.tables += [everything, *halves(everything), again]
        result.tables += _trained(context, dataset, both, missing)
        result.tables += _other_features(context, dataset, missing)
        result.tables += _canonical(context, dataset, statistics, missing)
    for dataset in context.with_features("summe", missing):
        result.tables.append(_summe(context, dataset, first))
    return result


def _table(
    context: Context, dataset: Dataset, rows: Sequence[Entry], title: str, **more: Any
) -> Table:
    more = {"metric": "tvsum", **more}
    title = f"Beyond the paper, {title}"
    return context.table(dataset, rows, title=title, hidden=SCORE_SETTINGS, **more)


def _paper_row(context: Context, metric: str) -> Entry:
    settings = context.settings_for(metric, criteria=("alignment", "uniformity"))
    return method_entry("alignment x uniformity", Scorer(settings))


def _best(dataset: Dataset) -> Entry:
    return method_entry("best, shipped bank", matched(Scorer(BEST), dataset))


def _rows(
    context: Context, dataset: Dataset, statistics: Mapping[str, VideoStatistics]
) -> Iterator[Entry]:
    """Yield the steps from the paper's score to `best`, on one bank and another."""
    others = other_videos(statistics)
    records = dataset.records(fields=("features",))
    normalized = other_videos(statistics_of(map(at_length_one, records)))
    steps = Scorer(STEPS)
    yield _paper_row(context, "tvsum")
    yield method_entry("not projected, bank of other videos", Scorer(UNPROJECTED), bank=others)
    yield method_entry("projected, bank of other videos", steps, bank=others)
    yield method_entry(
        "projected, shipped bank", matched(steps, dataset), against="best, shipped bank"
    )
    yield method_entry("projected, no bank", Scorer(STEPS, bank=NONE))
    yield method_entry(
        "projected, length 1, other videos", steps, bank=normalized, prepare=at_length_one
    )
    yield method_entry("best, bank of other videos", Scorer(BEST), bank=others)
    yield _best(dataset)


def _other_banks(context: Context, dataset: Dataset, missing: list[str]) -> Iterator[Entry]:
    """Yield a row for each bank file that lies beside the data and is of its backbone."""
    for path in context.library.banks:
        try:
            scorer = matched(Scorer(STEPS, bank=path), dataset)
        except DataError as error:
            missing.append(str(error))
            continue
        yield method_entry(f"projected, bank {path.stem}", scorer)


def at_length_one(record: VideoRecord) -> VideoRecord:
    """Return the record with features of length 1, as the field's old files have them."""
    if record.features is None:
        return record
    return dataclasses.replace(record, features=unit_rows(record.features))


def halves(table: Table) -> list[Table]:
    """Return the table over the odd-numbered videos, and over the even-numbered ones."""
    return [
        table.only(
            {key for key in table.videos if number(key) % 2 == rest},
            title=f"{table.title}: {which}-numbered videos",
        )
        for rest, which in ((1, "odd"), (0, "even"))
    ]


def number(key: str) -> int:
    """Return the number in a video's key."""
    return int("".join(c for c in key if c.isdigit()) or 0)


def _trained(
    context: Context, dataset: Dataset, rows: list[Entry], missing: list[str]
) -> list[Table]:
    """Measure the paper's trained network beside, where there is a folder for its models."""
    if context.runs is None:
        missing.append(
            "the network trained on the other half: name a folder for models with runs='DIR'"
        )
        return []
    keys = keys_with_features(dataset)
    odd, even = ([key for key in keys if number(key) % 2 == rest] for rest in (1, 0))
    if not odd or not even:
        missing.append("the network trained on the other half: all videos are in one half")
        return []
    table = other_half(context, dataset, rows, (odd, even))
    return [table, *halves(table)]


def _other_features(context: Context, dataset: Dataset, missing: list[str]) -> Iterator[Table]:
    """Measure on the features of other backbones, where a file of them lies beside."""
    for path in context.library.features.get("tvsum", []):
        theirs = open_dataset(path)
        others = other_videos(statistics_of(with_features_of(theirs, dataset)))
        rows = [
            _paper_row(context, "tvsum"),
            method_entry("projected, bank of other videos", Scorer(STEPS), bank=others),
            method_entry("best, bank of other videos", Scorer(BEST), bank=others),
        ]
        title = f"TVSum with {theirs.attributes.get('backbone', path.stem)}, the same constants"
        source = partial(with_features_of, theirs, dataset)
        try:
            table = _table(context, dataset, [*rows, *context.baselines()], title, source=source)
        except DataError as error:  # such as features of other videos
            missing.append(f"{path.name}: {error}")
            continue
        yield table
        yield from halves(table)


def _canonical(
    context: Context,
    dataset: Dataset,
    statistics: Mapping[str, VideoStatistics],
    missing: list[str],
) -> Iterator[Table]:
    """Measure on the test part of each split, with a bank of its training part alone."""
    for file, splits in context.splits("tvsum", missing):
        parts = [
            [statistics[key] for key in map(video_key, split.train) if key in statistics]
            for split in splits
        ]
        if not all(parts):
            missing.append(f"canonical: a split of {file} has no training video with features")
            continue
        # A video that several splits test is scored with the bank of each.
        tests = [split.test for split in splits]
        banks = [bank_of(part) for part in parts]
        rows = [
            _paper_row(context, "tvsum"),
            _by_split("projected, bank of training videos", STEPS, banks, tests),
            _by_split("best, bank of training videos", BEST, banks, tests),
        ]
        tested = {key for test in tests for key in test}
        source = partial(dataset.records, keys=[key for key in dataset.keys if key in tested])
        title = f"TVSum canonical ({file})"
        table = _table(context, dataset, [*rows, *context.baselines()], title, source=source)
        yield with_splits(table, splits, all_videos=dataset.keys)


def _by_split(
    name: str, settings: Preset, banks: Sequence[Bank], tests: Sequence[Sequence[str]]
) -> Entry:
    """Return the row of a score whose bank is that of the split's training part."""
    entries = [method_entry(name, Scorer(settings, bank=bank)) for bank in banks]
    return folds_entry(name, entries, tests=tests)


def _summe(context: Context, dataset: Dataset, tvsum: Mapping[str, VideoStatistics]) -> Table:
    """Measure on SumMe, with the shipped bank and with one of TVSum's videos."""
    alignment = context.settings_for("summe", criteria=("alignment",))
    rows = [
        method_entry("alignment", Scorer(alignment)),
        _paper_row(context, "summe"),
        method_entry("projected, shipped bank", matched(Scorer(STEPS), dataset)),
        _best(dataset),
    ]
    if tvsum:
        bank = bank_of(tvsum.values(), source="TVSum")
        rows.append(method_entry("best, bank of TVSum", Scorer(BEST, bank=bank)))
    return _table(context, dataset, [*rows, *context.baselines()], "SumMe", metric="summe")


TABLE = PaperTable(
    name="beyond",
    summary="The score beyond the paper, step by step and bank by bank.",
    run=run,
    order=50,
)
