"""The criteria as the formulas say them, sample by sample: the oracle of the fast ones."""

from __future__ import annotations

import math

import numpy as np


def unit(features):
    return [row / np.linalg.norm(row) for row in np.asarray(features, dtype=np.float64)]


def alignment(features, *, k, count_self, refined=None):
    x = unit(features)
    z = x if refined is None else unit(refined)
    values = []
    for t in range(len(x)):
        others = [j for j in range(len(x)) if count_self or j != t]
        others.sort(key=lambda j, t=t: -float(x[t] @ x[j]))
        nearest = others[:k]
        distances = [float(np.sum((z[t] - z[j]) ** 2)) for j in nearest]
        values.append(sum(distances) / len(distances) if distances else 0.0)
    return np.array(values)


def uniformity(features, *, count_self):
    x = unit(features)
    values = []
    for t in range(len(x)):
        others = [j for j in range(len(x)) if count_self or j != t]
        kernel = [math.exp(-2 * float(np.sum((x[t] - x[j]) ** 2))) for j in others]
        values.append(math.log(sum(kernel) / len(kernel)) if kernel else 0.0)
    return np.array(values)


def uniqueness(features, bank):
    x, segments = unit(features), unit(bank)
    return np.array(
        [
            math.log(np.mean([math.exp(-2 * float(np.sum((a - s) ** 2))) for s in segments]))
            for a in x
        ]
    )
