"""Summarize a clip and read the result: what the command does, from Python.

Run it anywhere: ``python examples/first_look.py [VIDEO]``; without a video it draws one.
"""

import sys
import tempfile
from pathlib import Path

import vidgist
from vidgist.demo import render_demo

with tempfile.TemporaryDirectory() as folder:
    video = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(folder, "demo.mp4")
    if len(sys.argv) == 1:
        render_demo(video, seconds=20)
    gist = vidgist.summarize(video, length="20%")
    print(f"{gist.duration:.1f} s of {gist.timeline.duration:.1f} s, at most {gist.budget:.1f} s")
    for (start, end), score, chosen in zip(
        gist.shot_seconds, gist.shot_scores, gist.selected, strict=True
    ):
        print(f"{start:7.2f} - {end:7.2f} s   {score:.3f}   {'chosen' if chosen else ''}")
    for path in gist.save(Path(folder, "gist")):
        print("wrote", path.name)
