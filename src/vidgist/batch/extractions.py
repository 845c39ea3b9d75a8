"""``vidgist features`` for one video after another: each into a small file of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vidgist.batch.guard import state_of, unchanged
from vidgist.batch.work import Job
from vidgist.errors import OutputError
from vidgist.progress import Progress, silent

__all__ = ["Extractions"]


class Extractions:
    """Extracts videos with the same settings; the backbone is loaded once.

    Args:
        options: ``backbone``, ``fps``, ``fast``, ``float16``, ``device``, ``threads`` and
            ``limits`` (the fields of `vidgist.video.Limits`, or None).

    Attributes:
        attributes: what all the videos share, as the data set says it.

    Raises:
        VidgistError: the backbone is unknown, damaged or not installed.
    """

    def __init__(self, options: Mapping[str, Any]) -> None:
        from vidgist.backbones import load_backbone
        from vidgist.video import Limits, SampleStream

        self._options = options
        SampleStream("", fps=options["fps"])  # refuses rates out of range
        limits = options.get("limits")
        self._limits = None if limits is None else Limits(**limits)
        self._backbone = load_backbone(
            options["backbone"], device=options["device"], threads=options["threads"]
        )
        self.attributes: dict[str, str | float] = {
            "backbone": self._backbone.name,
            "fingerprint": self._backbone.fingerprint,
            "samples_per_second": float(options["fps"]),
        }

    def run(self, job: Job, *, progress: Progress = silent) -> dict[str, Any]:
        """Write features and shots of one video into the file ``job.output``.

        Raises:
            VidgistError: the video cannot be used, or the file not be written.
        """
        import numpy as np

        from vidgist.datasets import append_videos
        from vidgist.datasets.record import VideoRecord
        from vidgist.datasets.store import CONTENT
        from vidgist.features import extract_features
        from vidgist.shots import refine_shots, segment
        from vidgist.system.fingerprint import content_fingerprint

        before = state_of(job.video)
        extraction = extract_features(
            job.video,
            backbone=self._backbone,
            fps=self._options["fps"],
            skip_nonref=self._options["fast"],
            threads=self._options["threads"],
            limits=self._limits,
            with_thumbnails=False,
            progress=progress,
        )
        content = content_fingerprint(job.video)
        unchanged(job.video, before)
        found, timeline = extraction.features, extraction.timeline
        half = self._options["float16"]
        record = VideoRecord(
            key="",
            name=job.video.stem,
            features=found.values.astype(np.float16) if half else found.values,
            picks=np.asarray(found.picks, np.int64),
            times=None if found.times is None else np.asarray(found.times, np.float64),
            n_frames=found.n_frames,
            shots=refine_shots(segment(found.values), found.picks, timeline),
            frame_rate=timeline.n_frames / timeline.duration,
            attributes={CONTENT: content},
        )
        try:
            append_videos(job.output, [record], attributes=self.attributes)
        except OutputError as error:
            # Where the features wait until they are in DATA.h5 tells nobody anything.
            why = str(error).removeprefix(f"{job.output}: ")
            raise OutputError(f"{job.video}: its features {why}") from error
        return {
            "state": "done",
            "video": str(job.video),
            "content": content,
            "warnings": list(timeline.warnings),
        }
