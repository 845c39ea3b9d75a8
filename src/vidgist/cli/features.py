"""``vidgist features``: samples and features of videos into the field's HDF5 layout."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from vidgist.cli.common import Console, common_options, for_each, one_line, print_json
from vidgist.cli.options import backbone_options

if TYPE_CHECKING:
    from vidgist.datasets.record import VideoRecord
    from vidgist.features import Backbone
    from vidgist.features.store import FeatureStore
    from vidgist.progress import Progress

__all__ = ["features"]


EPILOG = """\b
Examples:
  vidgist features talk.mp4 -o data.h5
  vidgist features library/*.mp4 -o library.h5 --float16
  vidgist score data.h5
"""


@click.command(epilog=EPILOG)
@click.argument(
    "videos", metavar="VIDEO...", nargs=-1, required=True, type=click.Path(path_type=Path)
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="The HDF5 file to make or to add to.",
)
@backbone_options
@click.option("--float16", is_flag=True, help="Store the features in half the space.")
@common_options
def features(
    videos: tuple[Path, ...],
    output: Path,
    backbone: str,
    fps: float,
    fast: bool,
    float16: bool,
    device: str,
    threads: int | None,
    console: Console,
    as_json: bool,
) -> int:
    """Write samples, features and shots of each VIDEO into the field's HDF5 layout.

    An existing file is added to; a video that is in it already (told by its content) is skipped, so
    that an interrupted run is continued by the same command.

    """
    from vidgist.features import load_backbone
    from vidgist.features.content import content_fingerprint
    from vidgist.features.store import open_store

    extractor = load_backbone(backbone, device=device, threads=threads)
    shared: dict[str, str | float] = {
        "backbone": extractor.name,
        "fingerprint": extractor.fingerprint,
        "samples_per_second": fps,
    }

    def add(video: Path, store: FeatureStore) -> tuple[str, str]:
        content = content_fingerprint(video)
        if content in store:
            return content, "skipped"
        with console.progress(str(video)) as progress:
            record, warnings = _record(
                video,
                content=content,
                extractor=extractor,
                fps=fps,
                fast=fast,
                threads=threads,
                progress=progress,
                float16=float16,
            )
        for warning in warnings:
            console.warn(video, warning)
        store.add(record)
        return content, "done"

    with open_store(output, attributes=shared) as store:
        outcomes = dict(for_each(console, dict.fromkeys(videos), lambda v: add(v, store)))
    rows = []
    for video in dict.fromkeys(videos):
        content, state = outcomes.get(video, ("", "failed"))
        rows.append({"path": str(video), "key": store.key(content), "state": state})
    if as_json:
        print_json({"file": str(output), **shared, "videos": rows})
    else:
        for row in rows:
            click.echo(f"{row['state']:<8} {row['key']:<10} {one_line(row['path'])}")
    return console.failed


def _record(
    video: Path,
    *,
    content: str,
    extractor: Backbone,
    fps: float,
    fast: bool,
    threads: int | None,
    progress: Progress,
    float16: bool,
) -> tuple[VideoRecord, tuple[str, ...]]:
    """Extract one video; return all that the layout can hold of it, and what was lost."""
    import numpy as np

    from vidgist.datasets.record import VideoRecord
    from vidgist.features import extract_features
    from vidgist.features.store import CONTENT
    from vidgist.shots import refine_shots, segment

    extraction = extract_features(
        video,
        backbone=extractor,
        fps=fps,
        skip_nonref=fast,
        threads=threads,
        with_thumbnails=False,
        progress=progress,
    )
    found, timeline = extraction.features, extraction.timeline
    shots = refine_shots(segment(found.values), found.picks, timeline)
    record = VideoRecord(
        key="",
        name=video.stem,
        features=found.values.astype(np.float16) if float16 else found.values,
        picks=np.asarray(found.picks, np.int64),
        times=None if found.times is None else np.asarray(found.times, np.float64),
        n_frames=found.n_frames,
        shots=shots,
        frame_rate=timeline.n_frames / timeline.duration,
        attributes={CONTENT: content},
    )
    return record, timeline.warnings
