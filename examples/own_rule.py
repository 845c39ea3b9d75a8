"""Use a rule of selection of your own, for a clip and in a measurement.

The rule takes the best shots one after the other while they fit, at most one in each third of the
video. ``python examples/own_rule.py [VIDEO]``; without a video it draws one. From the command line:
``vidgist summarize VIDEO --select examples/own_rule.py:spread_out``.
"""

import sys
import tempfile
from pathlib import Path

import numpy as np
from drawn_data import draw_dataset

import vidgist
from vidgist.demo import render_demo
from vidgist.evaluation import Judge, protocol
from vidgist.evaluation.summaries import SummaryRule
from vidgist.selection import Footage, Selection, shot_values, spread


def spread_out(footage: Footage) -> Selection:
    """Return the pieces of a summary: whole shots, cut where the budget ends."""
    seconds = footage.shot_seconds
    values = shot_values(
        spread(footage.importance, footage.picks, footage.timeline.n_frames),
        footage.shots.frames,
    )
    thirds = np.minimum(seconds.mean(axis=1) / footage.timeline.duration * 3, 2).astype(int)
    refused = ["less important"] * len(seconds)
    pieces, left, used = {}, footage.budget, set()
    for shot in np.argsort(-values, kind="stable"):
        start, end = seconds[shot]
        if thirds[shot] in used:
            refused[shot] = "its third has one"
        elif left > 0.1:
            pieces[int(shot)] = (start, min(end, start + left))
            left -= min(end - start, left)
            used.add(thirds[shot])
            refused[shot] = ""
    chosen = np.array(sorted(pieces))
    return Selection(
        pieces=np.array([pieces[shot] for shot in chosen]),
        shots=chosen,
        scores=values[chosen],
        reasons=("important",) * len(chosen),
        refused=tuple(refused),
        repeated=np.full(len(seconds), -1),
    )


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        video = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(folder, "demo.mp4")
        if len(sys.argv) == 1:
            render_demo(video, seconds=20)
        gist = vidgist.summarize(video, select=spread_out, length="20%")
        print(gist)
        for (start, end), reason in zip(gist.pieces, gist.selection.reasons, strict=True):
            print(f"{start:7.2f} - {end:7.2f} s   {reason}")

        # How much of what people rate high do summaries of the same scores show?
        data = draw_dataset(Path(folder, "tvsum_drawn.h5"), videos=8)
        paper = protocol("paper", metric="tvsum")
        for select in ("knapsack", "gist", "spread_out"):
            captured = []
            for record in data:
                rule = SummaryRule(select=select)
                judge = Judge(record, metric="tvsum", protocol=paper, summaries=rule)
                measured = judge.measure(record.gtscore[None])[0]
                captured.append(measured[judge.measures.index("captured")])
            print(f"{select:12} captures {np.mean(captured):.3f} (1: all that fits)")


if __name__ == "__main__":
    main()
