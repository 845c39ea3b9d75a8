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
    for (start, end), score in zip(gist.pieces, gist.selection.scores, strict=True):
        print(f"{start:7.2f} - {end:7.2f} s   {score:.3f}")
    for (start, end), reason in zip(gist.shot_seconds, gist.selection.refused, strict=True):
        if reason:
            print(f"{start:7.2f} - {end:7.2f} s   left out: {reason}")
    for path in gist.save(Path(folder, "gist")):
        print("wrote", path.name)
