"""Measure scores of your own by the field's protocol, beside random and human rows.

The data set is drawn, so that the script runs anywhere; give a real one in the field's layout
instead: ``python examples/own_scores.py tvsum.h5``.
"""

import sys
import tempfile
from pathlib import Path

import numpy as np
from drawn_data import draw_dataset

from vidgist.datasets import open_dataset
from vidgist.evaluation import evaluate

with tempfile.TemporaryDirectory() as folder:
    given = len(sys.argv) > 1
    data = open_dataset(sys.argv[1]) if given else draw_dataset(Path(folder, "tvsum_drawn.h5"))

    # One number a sample, by video: how far each is from its video's mean, and the time passed.
    unusual, later = {}, {}
    for record in data:
        values = record.features.astype(float)
        unusual[record.key] = np.linalg.norm(values - values.mean(axis=0), axis=1)
        later[record.key] = np.arange(len(values))

    table = evaluate(data, {"unusual": unusual, "later": later}, metric="tvsum", seeds=20)
    print(table)
    print("tau of 'unusual' on each video:", table.per_video("unusual")[:, 0].round(2))
    Path(folder, "table.tex").write_text(table.to_latex())  # for a paper
