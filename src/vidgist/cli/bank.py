"""``vidgist bank VIDEO... -o BANK``: statistics of unlabeled videos, for preset `best`."""

from __future__ import annotations

from pathlib import Path

import click

from vidgist.backbones import Backbone, load_backbone
from vidgist.backbones.backbone import widths_of
from vidgist.cli.common import (
    Console,
    common_options,
    for_each,
    one_line,
    output_option,
    print_json,
)
from vidgist.cli.options import backbone_options
from vidgist.datasets import open_dataset
from vidgist.errors import DataError, SettingError, counted
from vidgist.features import extract_features
from vidgist.scoring.bank import VideoStatistics, bank_of, video_statistics, write_bank
from vidgist.system.files import check_output

ENOUGH = 10
"""Videos that are enough for a bank (research/best.md)."""


EPILOG = """\b
Examples:
  vidgist bank library/*.mp4 -o library.safetensors
  vidgist summarize talk.mp4 --bank library.safetensors
  vidgist bank clips/*.mp4 -o lite2.safetensors --backbone efficientnet_lite2
  vidgist bank library.h5 -o library.safetensors    (what vidgist features wrote)
"""


@click.command(epilog=EPILOG)
@click.argument(
    "videos", metavar="VIDEO...", nargs=-1, required=True, type=click.Path(path_type=Path)
)
@output_option(
    "The bank file to write (safetensors).",
    metavar="BANK",
    required=True,
)
@click.option("--overwrite", is_flag=True, help="Replace BANK if it exists.")
@backbone_options
@common_options
def bank(
    videos: tuple[Path, ...],
    output: Path,
    overwrite: bool,
    backbone: str,
    fps: float,
    skim: bool,
    device: str,
    threads: int | None,
    console: Console,
    as_json: bool,
) -> int:
    """Make a bank: statistics of videos that --preset best compares a video with.

    Ten videos or more are enough. A bank of mixed videos is for a backbone that comes without one.
    A bank of your own library asks another question: what sets a video apart from the others in it.
    What they all share, such as the surfing of surfing videos, then counts little. The bank
    contains three numbers per dimension, and no picture. A DATA.h5 that vidgist features wrote
    stands for the videos in it.

    Use it with --bank BANK, in place of the shipped one.
    """
    check_output(output, overwrite=overwrite)
    extractor = load_backbone(backbone, device=device, threads=threads)
    if widths_of(extractor):
        raise SettingError(
            f"backbone: a bank belongs to one backbone, got {extractor.name}; make one for each"
        )
    done = for_each(
        console,
        dict.fromkeys(videos),
        lambda path: _statistics(
            path, extractor=extractor, fps=fps, skim=skim, threads=threads, console=console
        ),
    )
    made = bank_of(
        (part for _, parts in done for part in parts),
        backbone=extractor.name,
        fingerprint=extractor.fingerprint,
        source=str(output),
    )
    if made.videos < ENOUGH:
        console.warn(
            output, f"made of {counted(made.videos, 'video')}; {ENOUGH} or more are better"
        )
    write_bank(output, made, overwrite=overwrite)
    if as_json:
        print_json(
            {
                "bank": str(output),
                "backbone": made.backbone,
                "fingerprint": made.fingerprint,
                "dimension": made.dimension,
                "videos": made.videos,
                "samples": made.samples,
                "failed": console.failures,
            }
        )
    else:
        videos_seen = f"{counted(made.videos, 'video')}, {counted(made.samples, 'sample')}"
        click.echo(f"{one_line(output)}: {videos_seen}, {made.backbone}")
        click.echo(
            "With it, scores say what sets a video apart from these. If these are videos of one "
            "kind, what they share counts little."
        )
    return console.failed


def _statistics(
    path: Path,
    *,
    extractor: Backbone,
    fps: float,
    skim: bool,
    threads: int | None,
    console: Console,
) -> list[VideoStatistics]:
    """Return the statistics of a video, or of every video of a data set."""
    import h5py

    if path.is_file() and h5py.is_hdf5(path):
        return _of_dataset(path, extractor=extractor)
    with console.progress(path.name) as progress:
        extraction = extract_features(
            path,
            backbone=extractor,
            fps=fps,
            skim=skim,
            threads=threads,
            with_thumbnails=False,
            progress=progress,
        )
    for text in extraction.timeline.warnings:
        console.warn(path, text)
    features = extraction.features
    return [video_statistics(features.values, weights=features.weights)]


def _of_dataset(path: Path, *, extractor: Backbone) -> list[VideoStatistics]:
    dataset = open_dataset(path)
    stored = {name: str(dataset.attributes.get(name, "")) for name in ("backbone", "fingerprint")}
    for name, mine in (("backbone", extractor.name), ("fingerprint", extractor.fingerprint)):
        if stored[name] and stored[name] != mine:
            raise DataError(
                f"{path}: its features are of {stored['backbone'] or 'another backbone'}, not of "
                f"this {extractor.name}; pass --backbone, or extract them again"
            )
    values = [features for _, features in dataset.features()]
    if any(v.shape[1] != extractor.dimension for v in values):
        raise DataError(
            f"{path}: its features have {values[0].shape[1]} numbers, those of {extractor.name} "
            f"{extractor.dimension}; pass --backbone with the one that they come from"
        )
    return [video_statistics(v) for v in values]
