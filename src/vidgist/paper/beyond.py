"""The score beyond the paper, step by step: what each of its parts is worth, on which bank.

Constants were chosen on the odd-numbered videos of TVSum, so all, odd and even ones are printed
apart. A bank "of other videos" is that of the data set without the video itself.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from vidgist.criteria.gram import unit_rows
from vidgist.datasets import Dataset, VideoRecord, open_dataset
from vidgist.datasets.splits import read_splits, video_key
from vidgist.errors import DataError
from vidgist.evaluation.banks import (
    BankOf,
    bank_entry,
    banks_for,
    one_bank,
    other_videos,
    statistics_of,
)
from vidgist.evaluation.entries import Entry
from vidgist.evaluation.protocols import protocol
from vidgist.evaluation.results import Table
from vidgist.paper.context import Context, Report, filled
from vidgist.paper.other_half import other_half
from vidgist.scoring.bank import NONE, SHIPPED, Bank, bank_of
from vidgist.scoring.presets import PRESETS, Preset

__all__ = ["BEST", "PAPER_ROW", "run"]

BEST = PRESETS["best"]
STEPS = dataclasses.replace(BEST, smoothing=1.0)
"""The score as it was found; `best` smooths it more."""
"""`best` with a hint of what matters in the videos of the bank."""
UNPROJECTED = dataclasses.replace(STEPS, criteria=("distinctiveness", "belonging"))
PAPER_ROW = "alignment x uniformity"
HIDDEN = ("preset", "criteria", "neighbors", "count_self", "round_neighbors", "avoid_zeros")
HIDDEN_TOO = (*HIDDEN, "threshold", "smoothing")


def run(context: Context) -> Report:
    """Measure every row for which the data is there."""
    tables: list[Table] = []
    missing: list[str] = []
    for dataset in context.with_features("tvsum"):
        everything = context.table(
            dataset,
            [
                *_rows(context, dataset),
                *_other_banks(context, dataset, missing),
                *context.baselines(),
            ],
            metric="tvsum",
            title="Beyond the paper, TVSum",
            hidden=HIDDEN_TOO,
        )
        tables += [everything, *halves(everything), _other_protocol(context, dataset)]
        tables += _trained(context, dataset, missing)
        tables += _other_features(context, dataset)
        tables += _canonical(context, dataset, missing)
    if not tables:
        missing.append(context.library.missing("tvsum"))
    found = list(_summe(context))
    if not found:
        missing.append(context.library.missing("summe"))
    return Report(name=context.name, tables=(*tables, *found), missing=tuple(missing))


def _rows(context: Context, dataset: Dataset) -> Iterator[Entry]:
    statistics = statistics_of(dataset.records(fields=("features",)))
    others = other_videos(statistics)
    shipped, _ = banks_for(BEST, SHIPPED, dataset)
    none, _ = banks_for(BEST, NONE, dataset)
    normalized = other_videos(
        statistics_of(map(at_length_one, dataset.records(fields=("features",))))
    )
    yield from _paper_row(context, "tvsum")
    yield bank_entry("not projected, bank of other videos", UNPROJECTED, others)
    yield bank_entry("projected, bank of other videos", STEPS, others)
    yield bank_entry("projected, shipped bank", STEPS, shipped, against="best, shipped bank")
    yield bank_entry("projected, no bank", STEPS, none)
    yield bank_entry("projected, length 1, other videos", STEPS, normalized, prepare=at_length_one)
    yield bank_entry("best, bank of other videos", BEST, others)
    yield bank_entry("best, shipped bank", BEST, shipped)


def _other_banks(context: Context, dataset: Dataset, missing: list[str]) -> Iterator[Entry]:
    """Give a row for each bank file that lies beside the data and is of its backbone."""
    for path in context.library.banks:
        try:
            banks, _ = banks_for(STEPS, path, dataset)
        except DataError as error:
            missing.append(str(error))
            continue
        yield bank_entry(f"projected, bank {path.stem}", STEPS, banks)


def _paper_row(context: Context, metric: str) -> Iterator[Entry]:
    criteria = ("alignment", "uniformity")
    settings: Preset = context.settings_for(metric, criteria=criteria)
    yield bank_entry(PAPER_ROW, settings, one_bank(None))


def at_length_one(record: VideoRecord) -> VideoRecord:
    """Return the record with features of length 1, as the field's old files have them."""
    if record.features is None:
        return record
    return dataclasses.replace(record, features=unit_rows(record.features))


def halves(table: Table) -> list[Table]:
    """Return the table over the odd-numbered videos, and over the even-numbered ones."""
    return [
        restricted(table, [i for i, key in enumerate(table.videos) if number(key) % 2 == odd], name)
        for odd, name in ((1, "odd-numbered videos"), (0, "even-numbered videos"))
    ]


def number(key: str) -> int:
    """Return the number in a video's key."""
    return int("".join(c for c in key if c.isdigit()) or 0)


def restricted(table: Table, places: Sequence[int], which: str) -> Table:
    """Return the table over some of its videos, by their index."""
    return dataclasses.replace(
        table,
        title=f"{table.title}: {which}",
        videos=tuple(table.videos[i] for i in places),
        rows=tuple(dataclasses.replace(row, values=row.values[list(places)]) for row in table.rows),
    )


def _other_protocol(context: Context, dataset: Dataset) -> Table:
    """Measure once more as the paper's text has it, which values shots otherwise: F1 alone."""
    shipped, _ = banks_for(BEST, SHIPPED, dataset)
    rows = [*_paper_row(context, "tvsum"), bank_entry("best, shipped bank", BEST, shipped)]
    return context.table(
        dataset,
        [*rows, *context.baselines()],
        metric="tvsum",
        title="Beyond the paper, TVSum, protocol paper",
        chosen=protocol("paper", metric="tvsum"),
        hidden=HIDDEN_TOO,
    )


def _trained(context: Context, dataset: Dataset, missing: list[str]) -> list[Table]:
    """Measure the paper's trained network beside, where there is a folder for its models."""
    if context.runs is None:
        missing.append(
            "the network trained on the other half: name a folder for models with --runs"
        )
        return []
    keys = [r.key for r in dataset.records(fields=("features",)) if r.features is not None]
    odd, even = ([key for key in keys if number(key) % 2 == rest] for rest in (1, 0))
    if not odd or not even:
        missing.append("the network trained on the other half: all videos are in one half")
        return []
    shipped, _ = banks_for(BEST, SHIPPED, dataset)
    rows = [*_paper_row(context, "tvsum"), bank_entry("best, shipped bank", BEST, shipped)]
    table = other_half(context, dataset, [*rows, *context.baselines()], (odd, even))
    return [table, *halves(table)]


def _other_features(context: Context, dataset: Dataset) -> Iterator[Table]:
    """Measure on the features of other backbones, where a file of them lies beside."""
    for path in context.library.features.get("tvsum", []):
        theirs = open_dataset(path)
        statistics = statistics_of(filled(theirs, dataset))
        rows = [
            *_paper_row(context, "tvsum"),
            bank_entry("projected, bank of other videos", STEPS, other_videos(statistics)),
            bank_entry("best, bank of other videos", BEST, other_videos(statistics)),
        ]
        backbone = theirs.attributes.get("backbone", path.stem)
        table = context.table(
            dataset,
            [*rows, *context.baselines()],
            metric="tvsum",
            title=f"Beyond the paper, TVSum with {backbone}, the same constants",
            source=partial(filled, theirs, dataset),
            hidden=HIDDEN_TOO,
        )
        yield table
        yield from halves(table)


def _canonical(context: Context, dataset: Dataset, missing: list[str]) -> Iterator[Table]:
    """Measure on the test part of each split, with a bank of its training part alone."""
    paths = context.library.splits.get("tvsum", [])
    if not paths:
        missing.append("canonical: no split file for tvsum (a .json with 'tvsum' in its name)")
    statistics = statistics_of(dataset.records(fields=("features",)))
    for path in paths:
        splits = read_splits(path)
        parts = [
            [statistics[key] for key in map(video_key, split.train) if key in statistics]
            for split in splits
        ]
        if not all(parts):
            missing.append(f"canonical: a split of {path.name} has no training video with features")
            continue
        banks = [bank_of(part) for part in parts]
        # A video that several splits test is scored with each one's bank, so it stands there under
        # as many names.
        names = {f"{key}@{n}": n for n, split in enumerate(splits) for key in split.test}

        rows = [
            *_paper_row(context, "tvsum"),
            bank_entry("projected, bank of training videos", STEPS, _by_split(banks, names)),
            bank_entry("best, bank of training videos", BEST, _by_split(banks, names)),
        ]
        table = context.table(
            dataset,
            rows,
            metric="tvsum",
            title=f"Beyond the paper, TVSum canonical ({path.name})",
            source=partial(_renamed, dataset, tuple(names)),
            hidden=HIDDEN_TOO,
        )
        tests = tuple(tuple(f"{key}@{n}" for key in s.test) for n, s in enumerate(splits))
        distinct = len({key for split in splits for key in split.test})
        note = f"{len(names)} tests of {distinct} distinct videos; the intervals take them as apart"
        yield dataclasses.replace(table, splits=tests, notes=(note, *table.notes))


def _renamed(dataset: Dataset, names: Sequence[str]) -> Iterator[VideoRecord]:
    for name in names:
        yield dataclasses.replace(dataset.read(name.split("@")[0]), key=name)


def _by_split(banks: Sequence[Bank], split_of: Mapping[str, int]) -> BankOf:
    return lambda record: banks[split_of[record.key]]


def _summe(context: Context) -> Iterator[Table]:
    """Measure on SumMe, with the shipped bank and with one of TVSum's videos."""
    tvsum = context.with_features("tvsum")[:1]
    for dataset in context.with_features("summe"):
        shipped, _ = banks_for(BEST, SHIPPED, dataset)
        alignment = context.settings_for("summe", criteria=("alignment",))
        rows = [
            bank_entry("alignment", alignment, one_bank(None)),
            *_paper_row(context, "summe"),
            bank_entry("projected, shipped bank", STEPS, shipped),
            bank_entry("best, shipped bank", BEST, shipped),
        ]
        if tvsum:
            statistics = statistics_of(tvsum[0].records(fields=("features",)))
            whole = bank_of(statistics.values(), source="TVSum")
            rows.append(bank_entry("best, bank of TVSum", BEST, one_bank(whole)))
        yield context.table(
            dataset,
            [*rows, *context.baselines()],
            metric="summe",
            title="Beyond the paper, SumMe",
            hidden=HIDDEN_TOO,
        )
