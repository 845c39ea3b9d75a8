"""What summaries show, by rule of selection: TVSum, SumMe and YouTube Highlights.

Every row is a way to make a summary of 15%. On TVSum *captured* is the mean over videos. On SumMe
and highlights, where nearly all of a video may be liked and the best choice is hardly above the
mean, it is a ratio of means over videos:

.. math:: \\frac{\\overline{\\bar z_v(\\text{shown})}}{\\overline{\\bar z_v(\\text{best } 15\\%)}}

with z the annotation in units of its standard deviation over the video, 0 for an empty summary.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from vidgist.datasets import Dataset, VideoRecord
from vidgist.errors import counted
from vidgist.evaluation.entries import matched
from vidgist.evaluation.evaluate import FEW
from vidgist.evaluation.gist import GistMeasures
from vidgist.evaluation.judge import Judge
from vidgist.evaluation.keyshots import BUDGET
from vidgist.evaluation.protocols import METRICS, protocol
from vidgist.evaluation.reference_summaries import nothing_alike
from vidgist.evaluation.results import Table, TableRow
from vidgist.evaluation.segmentation import resegment
from vidgist.evaluation.summaries import SummaryJudge, SummaryRule
from vidgist.paper.beyond import number
from vidgist.paper.context import TRAINING_FREE, BenchmarkResult, Context, PaperTable
from vidgist.paper.gist_data import highlights, highlights_file, summe, summe_file
from vidgist.scoring.bank import NONE, Bank
from vidgist.scoring.presets import preset
from vidgist.scoring.scorer import Scorer
from vidgist.types import Floats

MEASURES = (
    *("captured", "captured_odd", "captured_even"),
    *("repeats", "coverage", "lowest_fifth", "pieces"),
)
LOOKS = ("captured", "repeats", "coverage", "lowest_fifth", "pieces")
"""Without the halves of TVSum."""
PLAIN = ("captured", "pieces")
"""For features of other backbones, which are alike at other cosines, and labels full of ties."""
RULE = SummaryRule()
BEST = preset("best")

SEEDS = 5
"""Random scores that each video gets at most."""

WHOSE = {"official": "official", "kts": "our own"}
FIELD, GIST, PERSON = "field's knapsack", "gist", "one person, judged by the others"
PUBLISHED_CRITERIA = "alignment x uniformity"
JUNK = "junk needs the pictures; benchmarks/junk.py measures how it is found"


@dataclass(frozen=True, kw_only=True)
class Material:
    """One video, ready to be summarized.

    Attributes:
        judge: measures its summaries.
        ours: (T,) scores of preset `best`.
        published: (T,) scores of alignment x uniformity.
        binary: whether annotators made summaries, and not scores.
    """

    judge: SummaryJudge
    ours: Floats
    published: Floats
    binary: bool

    def people(self) -> list[GistMeasures]:
        """Return the measures of each annotator's own summary, judged by the others."""
        return list(self.judge.people(summaries=self.binary))

    def random(self, seeds: int) -> Floats:
        """Return random scores (R, T), the same whatever the other videos are."""
        rng = np.random.default_rng(zlib.crc32(self.judge.record.key.encode()))
        return rng.random((seeds, len(self.ours)))

    def bold(self) -> Floats:
        """Return the best 4 s of each shot, in order of their mean, none like one taken."""
        judge = self.judge
        features, shots = judge.record.need("features"), judge.footage.shot_seconds
        return nothing_alike(
            self.ours, judge.times, shots, features, budget=judge.budget, end=judge.duration
        )


@dataclass(frozen=True, kw_only=True)
class SummaryRow:
    """A way to make summaries.

    Attributes:
        name: of the row.
        make: the summaries (n, 2) in seconds of one video, the same number R for each.
        against: name of the row that this one is compared with, its own for none; "" for a row
            that is there only to compare the others with.
    """

    name: str
    make: Callable[[Material], Sequence[Floats]]
    against: str = ""


def _by(select: str, scores: Callable[[Material], Floats]) -> Callable[[Material], list[Floats]]:
    """Return what makes the summaries of scores (R, T) or (T,) by a rule."""
    return lambda material: [
        material.judge.pieces(row, select=select) for row in np.atleast_2d(scores(material))
    ]


def _annotators(material: Material) -> Floats:
    annotation = material.judge.annotation
    assert annotation is not None
    return np.asarray(annotation)


def _rows(seeds: int) -> list[SummaryRow]:
    published = f"{PUBLISHED_CRITERIA}, {FIELD}"
    return [
        SummaryRow(name=FIELD, make=_by("knapsack", lambda m: m.ours), against=FIELD),
        SummaryRow(name=GIST, make=_by("gist", lambda m: m.ours), against=FIELD),
        SummaryRow(name="best 4 s, nothing alike", make=lambda m: [m.bold()], against=FIELD),
        SummaryRow(name=published, make=_by("knapsack", lambda m: m.published), against=published),
        SummaryRow(
            name=f"{PUBLISHED_CRITERIA}, {GIST}",
            make=_by("gist", lambda m: m.published),
            against=published,
        ),
        SummaryRow(name=f"annotators' mean, {FIELD}", make=_by("knapsack", _annotators)),
        SummaryRow(name=f"annotators' mean, {GIST}", make=_by("gist", _annotators)),
        SummaryRow(name=f"random, {FIELD}", make=_by("knapsack", lambda m: m.random(seeds))),
        SummaryRow(name=f"random, {GIST}", make=_by("gist", lambda m: m.random(seeds))),
        SummaryRow(name="every n-th 3 s", make=lambda m: [m.judge.uniform()]),
    ]


def run(context: Context) -> BenchmarkResult:
    """Measure every way to make a summary on every data set that is there."""
    result = BenchmarkResult()
    library = context.library
    for metric, name in METRICS.items():
        for dataset in context.with_features(metric, result.missing):
            for shots, whose in WHOSE.items() if metric == "tvsum" else [("official", "official")]:
                scorer = matched(Scorer(BEST), dataset)
                table = _table(
                    context,
                    _materials(context, _records(dataset, shots), metric=metric, scorer=scorer),
                    title=f"What summaries show: {name}, {whose} shots",
                    dataset=dataset.path.name,
                    settings={
                        "bank": scorer.bank.label if isinstance(scorer.bank, Bank) else NONE,
                        "shots": shots,
                    },
                    measures=MEASURES if metric == "tvsum" else LOOKS,
                    pooled=metric != "tvsum",
                )
                result.tables.append(table)
    features, annotated = summe_file(library), library.annotated.get("summe", [])
    if features is not None and annotated:
        table = _table(
            context,
            _materials(context, summe(features, annotated[0]), metric="summe"),
            title="What summaries show: SumMe, other features",
            dataset=features.name,
            settings={"bank": NONE, "shots": "official"},
            measures=PLAIN,
        )
        result.tables.append(table)
    else:
        result.missing.append(
            f"summe, other features: no file like summe_dino_*.h5 {library.places}, or no "
            "annotations for it"
        )
    path = highlights_file(library)
    if path is not None:
        table = _table(
            context,
            _materials(context, highlights(path), metric="tvsum"),
            title="What summaries show: YouTube Highlights",
            dataset=path.name,
            settings={"bank": NONE, "shots": "kts"},
            measures=PLAIN,
        )
        result.tables.append(table)
    else:
        result.missing.append(f"highlights: no file like youtube_highlights_*.h5 {library.places}")
    return result


def _records(dataset: Dataset, shots: str) -> Iterator[VideoRecord]:
    """Yield the videos that have features and annotations, with the shots that are asked for."""
    for record in dataset:
        if record.features is not None and record.shots is not None:
            yield resegment(record) if shots == "kts" else record


def _materials(
    context: Context,
    records: Iterable[VideoRecord],
    *,
    metric: str,
    scorer: Scorer | None = None,
) -> Iterator[Material]:
    """Yield the videos with their scores; without a scorer, by `best` without a bank."""
    published = Scorer(context.settings_for(metric, criteria=TRAINING_FREE[1]))
    scorer = scorer or Scorer(BEST, bank=NONE)
    for record in records:
        features = record.to_features()
        exact = protocol("paper", metric=metric)
        judge = Judge(record, metric=metric, protocol=exact, summaries=RULE).summary
        assert judge is not None
        yield Material(
            judge=judge,
            ours=scorer.score(features).importance,
            published=published.score(features).importance,
            binary=metric == "summe",
        )


def _table(
    context: Context,
    materials: Iterable[Material],
    *,
    title: str,
    dataset: str,
    settings: dict[str, str],
    measures: tuple[str, ...] = MEASURES,
    pooled: bool = True,
) -> Table:
    """Return the table of every way to make summaries.

    Args:
        context: of the table.
        materials: the videos.
        title: of the table.
        dataset: name of the data.
        settings: to be printed.
        measures: to be printed.
        pooled: whether captured is a ratio of means over videos.
    """
    rows = _rows(min(SEEDS, context.seeds))
    values: list[list[Floats]] = [[] for _ in (*rows, PERSON)]
    best: list[float] = []
    videos: list[str] = []
    whole = 0
    metric = "tvsum"
    for material in materials:
        judge = material.judge
        metric = "summe" if material.binary else "tvsum"
        videos.append(judge.record.key)
        context.progress("summarizing", len(videos), None)
        whole += bool(np.diff(judge.footage.shot_seconds).min() <= judge.budget)
        best.append(_best_score(_annotators(material)))
        for row, measured in zip(rows, values, strict=False):
            found = [judge.measures(pieces) for pieces in row.make(material)]
            measured.append(np.stack([_cells(f, pooled=pooled) for f in found]))
        person = [_cells(found, pooled=pooled) for found in material.people()]
        unknown = np.full((1, len(MEASURES)), np.nan)
        values[-1].append(np.mean(person, axis=0, keepdims=True) if person else unknown)
    stacked = [np.stack(measured) for measured in values]
    odd = np.array([number(key) % 2 == 1 for key in videos])
    for array in stacked:
        if pooled:
            array[..., 0] /= np.mean(best)
        array[~odd, :, 1] = np.nan
        array[odd, :, 2] = np.nan
    columns = [MEASURES.index(measure) for measure in measures]
    names = [*((row.name, row.against) for row in rows), (PERSON, "")]
    table_rows = tuple(
        TableRow(
            name=name,
            values=array[..., columns].astype(np.float64),
            against=against,
            baseline=not against,
        )
        for (name, against), array in zip(names, stacked, strict=True)
    )
    notes = ["odd, even: numbers of the videos; constants were chosen on the odd ones"]
    if pooled:
        notes = ["captured: the ratio of its two means over videos, see docs/benchmark.md"]
    if len(videos) < FEW:
        notes.append(f"{counted(len(videos), 'video')}: too few for an interval to mean much")
    if whole < len(videos):
        notes.append(
            f"in {len(videos) - whole} of {len(videos)} videos no shot is as short as the summary: "
            f"there '{FIELD}' shows a piece of the best shot"
        )
    return Table(
        title=title,
        dataset=dataset,
        metric=metric,
        protocol=protocol("paper", metric=metric),
        videos=tuple(videos),
        rows=tuple(row for row in table_rows if np.isfinite(row.values).any()),
        measures=measures,
        settings={"preset": BEST.name, **settings, "budget": RULE.budget},
        notes=(*notes, JUNK),
    )


def _cells(found: GistMeasures, *, pooled: bool) -> Floats:
    """Return the numbers (M,) of one summary; `_table` divides captured by the best, if pooled."""
    captured = found.captured
    if pooled:
        captured = found.standard_score if found.shown else 0.0
    others = (found.repeats, found.coverage, found.lowest_fifth, found.pieces)
    return np.array([captured, captured, captured, *others], dtype=np.float64)


def _best_score(annotation: Floats) -> float:
    """Return the mean z of the best 15% of the samples."""
    z = (annotation - annotation.mean()) / annotation.std()
    return float(np.sort(z)[-max(1, int(BUDGET * len(z))) :].mean())


TABLE = PaperTable(
    name="gist",
    summary="What summaries show by rule of selection: captured, repeats, coverage.",
    run=run,
    order=55,
)
