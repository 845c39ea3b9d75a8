"""Task of ``vidgist features``: features and shots of a video, into a file of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from vidgist.backbones import load_backbone
from vidgist.backbones.backbone import widths_of
from vidgist.batch.guard import check_unchanged, file_state
from vidgist.batch.jobs import BatchJob
from vidgist.datasets import append_videos
from vidgist.datasets.record import WIDTHS, VideoRecord
from vidgist.datasets.store import CONTENT
from vidgist.defaults import DEFAULT_SHOTS
from vidgist.errors import OutputError
from vidgist.features import extract_features
from vidgist.progress import Progress, silent
from vidgist.shot_source import shot_source
from vidgist.video import Limits, SampleStream
from vidgist.video.sources import find_source, source_fingerprint
from vidgist.video.spool import release


class Extractions:
    """Task that extracts features of videos with the same settings and one backbone.

    Args:
        options: ``backbone``, ``fps``, ``skim``, ``float16``, ``device``, ``threads``, ``limits``
            (the fields of `vidgist.video.Limits`, or None) and ``shots`` (see
            `vidgist.shot_source.shot_source`).

    Attributes:
        attributes: of the data set, for all its videos.

    Raises:
        VidgistError: the backbone is unknown, damaged or not installed.
    """

    def __init__(self, options: Mapping[str, Any]) -> None:

        self._options = options
        SampleStream("", fps=options["fps"])  # checks the range
        limits = options.get("limits")
        self._shots = shot_source(options.get("shots", DEFAULT_SHOTS))
        self._limits = None if limits is None else Limits(**limits)
        self._backbone = load_backbone(
            options["backbone"], device=options["device"], threads=options["threads"]
        )
        self.attributes: dict[str, str | float] = {
            "backbone": self._backbone.name,
            "fingerprint": self._backbone.fingerprint,
            "samples_per_second": float(options["fps"]),
        }
        if widths := widths_of(self._backbone):
            self.attributes[WIDTHS] = "+".join(map(str, widths))

    @property
    def _named(self) -> dict[str, str]:
        """Where a video's shots come from, if not from where they usually do."""
        name = self._shots.name
        return {} if name == DEFAULT_SHOTS else {"shots": name}

    def run(self, job: BatchJob, *, progress: Progress = silent) -> dict[str, Any]:
        """Write features and shots of one video into the file ``job.output``.

        Raises:
            VidgistError: the video cannot be used, or the file not be written.
        """
        try:
            return self._run(job, progress)
        finally:
            release(job.video)

    def _run(self, job: BatchJob, progress: Progress) -> dict[str, Any]:
        before = file_state(job.video)
        extraction = extract_features(
            job.video,
            backbone=self._backbone,
            fps=self._options["fps"],
            skim=self._options["skim"],
            threads=self._options["threads"],
            limits=self._limits,
            with_thumbnails=False,
            progress=progress,
        )
        content = source_fingerprint(job.video)
        check_unchanged(job.video, before)
        features, timeline = extraction.features, extraction.timeline
        values = features.values
        record = VideoRecord(
            key="",
            name=find_source(job.video).stem,
            features=values.astype(np.float16) if self._options["float16"] else values,
            picks=np.asarray(features.picks, np.int64),
            times=None if features.times is None else np.asarray(features.times, np.float64),
            n_frames=features.n_frames,
            shots=self._shots.shots(job.video, features, timeline),
            frame_rate=timeline.n_frames / timeline.duration,
            attributes={CONTENT: content, **self._named},
        )
        try:
            append_videos(job.output, [record], attributes=self.attributes)
        except OutputError as error:
            # The file of one video is temporary: name the video in its place.
            reason = str(error).removeprefix(f"{job.output}: ")
            raise OutputError(f"{job.video}: its features {reason}") from error
        return {
            "state": "done",
            "video": str(job.video),
            "content": content,
            "warnings": list(timeline.warnings),
        }
