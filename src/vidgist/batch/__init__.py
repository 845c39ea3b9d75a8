"""Many videos: found in folders, worked on by a pool, each outcome noted, and gone on with."""

from vidgist.batch.plan import result_folders
from vidgist.batch.run import ENGINES, run_batch
from vidgist.batch.work import Job, Outcome, Setup
from vidgist.video.inputs import VIDEO_ENDINGS, find_videos

__all__ = [
    "ENGINES",
    "VIDEO_ENDINGS",
    "Job",
    "Outcome",
    "Setup",
    "find_videos",
    "result_folders",
    "run_batch",
]
