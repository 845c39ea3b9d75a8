"""``vidgist score INPUT``: the criteria and importance of each sample, as CSV or JSON."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from vidgist.cli.common import Console, common_options, output_option, print_json
from vidgist.cli.options import backbone_options, score_options, score_settings
from vidgist.datasets import open_dataset
from vidgist.errors import DataError
from vidgist.features import extract_features
from vidgist.scoring.presets import Preset
from vidgist.scoring.scorer import Scorer
from vidgist.system.files import check_output, whole_file
from vidgist.types import Features, Scores

EPILOG = """\b
Examples:
  vidgist score talk.mp4 > scores.csv
  vidgist score talk.mp4 --criteria alignment --json
  vidgist score tvsum.h5 --preset reference -o scores.csv
"""


@click.command(epilog=EPILOG)
@click.argument("source", metavar="INPUT", type=click.Path(path_type=Path))
@output_option(
    "Write to FILE, not to standard output.",
    metavar="FILE",
)
@click.option("--overwrite", is_flag=True, help="Replace FILE if it exists.")
@score_options
@backbone_options
@common_options
def score(
    source: Path,
    output: Path | None,
    overwrite: bool,
    console: Console,
    as_json: bool,
    **options: Any,
) -> None:
    """Print the criteria and the importance of each sample of INPUT, a video or a DATA.h5."""
    if output is not None:
        check_output(output, overwrite=overwrite)
    settings = score_settings(options)
    scorer = Scorer(settings, model=options.pop("model"), bank=options.pop("bank"))
    scored: list[tuple[str, Features, Scores]] = []
    with console.progress(source.name) as progress:
        for name, features, fingerprint in _inputs(source, console, progress, options):
            matched = scorer.matched(
                dimension=features.values.shape[1],
                backbone=features.backbone,
                fingerprint=fingerprint,
            )
            for note in matched.notes if not scored else ():
                console.warn(source, note)
            scored.append((name, features, matched.score(features, progress=progress)))
    if not scored:
        why = "none of its videos has features"
        raise DataError(f"{source}: {why}; add them with vidgist features")
    text = _json(scored, settings) if as_json else _csv(scored)
    if output is None and isinstance(text, str):
        click.echo(text, nl=False)
    elif output is None:
        print_json(text)
    else:
        import json

        with whole_file(output, overwrite=overwrite) as partial:
            partial.write_text(
                text if isinstance(text, str) else json.dumps(text, indent=1), encoding="utf-8"
            )


def _inputs(
    source: Path, console: Console, progress: Any, options: dict[str, Any]
) -> Iterator[tuple[str, Features, str]]:
    import h5py

    if source.is_file() and h5py.is_hdf5(source):
        for record in open_dataset(source):
            if record.features is None:
                console.warn(f"{source}: {record.key}", "has no features and is left out")
            else:
                yield (
                    record.key,
                    record.to_features(),
                    str(record.attributes.get("fingerprint", "")),
                )
        return

    extraction = extract_features(source, progress=progress, **options)
    for text in extraction.timeline.warnings:
        console.warn(source, text)
    yield source.name, extraction.features, extraction.fingerprint


def _columns(features: Features, scores: Scores) -> dict[str, Sequence[float | str]]:
    columns: dict[str, Sequence[float | str]] = {"pick": features.picks.tolist()}
    if features.times is not None:
        columns["time"] = [round(t, 6) for t in features.times.tolist()]
    for name, values in {**scores.criteria, "importance": scores.importance}.items():
        columns[name] = [round(v, 9) for v in values.tolist()]
    return columns


def _csv(scored: list[tuple[str, Features, Scores]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    videos = [(name, _columns(features, scores)) for name, features, scores in scored]
    # Some videos of a file may have no times: one header is used for all rows.
    header = max((list(columns) for _, columns in videos), key=len)
    writer.writerow(["video", "sample", *header])
    for name, columns in videos:
        empty = [""] * len(columns["pick"])
        for k, row in enumerate(zip(*(columns.get(c, empty) for c in header), strict=True)):
            writer.writerow([name, k, *row])
    return out.getvalue()


def _json(scored: list[tuple[str, Features, Scores]], settings: Preset) -> dict[str, Any]:
    from dataclasses import asdict

    return {
        "settings": asdict(settings),
        "videos": {name: _columns(features, scores) for name, features, scores in scored},
    }
