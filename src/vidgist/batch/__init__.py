"""Batches of videos: find them, run them in a pool of workers, record and resume."""

from vidgist.batch.folders import result_folders
from vidgist.batch.jobs import BatchJob, JobResult, Setup
from vidgist.batch.run import run_batch
from vidgist.video.inputs import VIDEO_ENDINGS, find_videos

__all__ = [
    "VIDEO_ENDINGS",
    "BatchJob",
    "JobResult",
    "Setup",
    "find_videos",
    "result_folders",
    "run_batch",
]
