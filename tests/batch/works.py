"""Tasks for tests of the engines: quick, and as bad as a video can be."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from vidgist.errors import ModelError, VideoError


class Odd:
    """Does what the name of the video says."""

    def __init__(self, options):
        if options.get("refuse"):
            raise ModelError("model.onnx: is damaged")
        self.threads = options["threads"]
        self.made = 0

    def run(self, job, *, progress):
        self.made += 1
        name = job.video.name
        progress("reading", 1, 2)
        if name.startswith("bad"):
            raise VideoError(f"{job.video}: not a video")
        if name.startswith("odd"):
            raise RuntimeError("nobody\nexpected this")
        if name.startswith("kill"):
            os.kill(os.getpid(), signal.SIGKILL)
        if name.startswith("segv"):
            os.kill(os.getpid(), signal.SIGSEGV)
        if name.startswith("exit"):
            os._exit(3)
        if name.startswith("print"):
            print("not JSON")
            os.write(1, b"not JSON either\n")
        if name.startswith("once") and not job.output.exists():
            job.output.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        if name.startswith("meet"):
            # Ends when another one is at work too, which takes two processes.
            job.output.with_name(name).touch()
            until = time.monotonic() + 60
            while len(list(job.output.parent.glob("meet*"))) < 2 and time.monotonic() < until:
                time.sleep(0.05)
        if name.startswith("slow"):
            try:
                time.sleep(60)
            except KeyboardInterrupt:
                Path(job.output).write_text("cleaned up")
                raise
        return {
            "state": "done",
            "video": str(job.video),
            "process": os.getpid(),
            "made": self.made,
            "threads": self.threads,
        }
