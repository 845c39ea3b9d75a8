"""The same scores under the conventions of the literature, on the real TVSum."""

from __future__ import annotations

import numpy as np
import pytest

from vidgist.datasets import open_dataset
from vidgist.datasets.known_splits import find_splits
from vidgist.evaluation.judge import Judge
from vidgist.evaluation.protocols import protocol
from vidgist.evaluation.reference import measure_human
from vidgist.scoring.presets import preset
from vidgist.scoring.scorer import Scorer

CHECKS = {
    "pgl-sum": (0.1255, 0.1650, None),
    "otani": (0.1253, 0.1649, None),
    "binary": (0.573, 0.628, None),
    "mean": (0.220, 0.318, None),
    "user-summary": (0.264, 0.350, None),
    "2s": (0.135, 0.181, None),
    "shots": (0.105, 0.152, None),
    "reference": (0.1255, 0.1650, 0.585),
    "f1-best": (0.1255, 0.1650, 0.810),
}
"""tau, rho and F1 of alignment x uniformity with EfficientNet-Lite0 on all 50 videos."""


@pytest.fixture(scope="module")
def scored(shared):
    dataset = open_dataset(shared / "data/tvsum/eccv16_dataset_tvsum_efficientnet_lite0.h5")
    scorer = Scorer(preset("reference"))
    return [(r, np.asarray(scorer.score(r.to_features()).importance)) for r in dataset]


@pytest.mark.parametrize("name", CHECKS)
def test_a_convention_gives_its_number(scored, name):
    chosen = protocol(name, metric="tvsum")
    values = [
        Judge(record, metric="tvsum", protocol=chosen).measure(scores[None])[0]
        for record, scores in scored
    ]
    for measured, expected in zip(np.mean(values, axis=0), CHECKS[name], strict=False):
        if expected is not None:
            digits = 4 if expected in (0.1255, 0.1650, 0.1253, 0.1649) else 3
            assert round(float(measured), digits) == expected


def test_people_on_the_splits_of_multi_ranker_are_the_papers_human_row(scored):
    chosen = protocol("multi-ranker", metric="tvsum")
    people = {
        record.key: measure_human(Judge(record, metric="tvsum", protocol=chosen))[0, :2]
        for record, _ in scored
    }
    splits = find_splits("multi-ranker", keys=list(people)).splits
    means = [np.mean([people[key] for key in split.test], axis=0) for split in splits]
    assert np.round(np.mean(means, axis=0), 4).tolist() == [0.1755, 0.2019]
