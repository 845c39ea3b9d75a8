"""The tables and figures of the paper, and some of our own: one file each, loaded when called.

To add one: a module with a function ``run(context: Context) -> Report``, and a line below.
"""

from __future__ import annotations

import importlib

from vidgist.errors import unknown_value
from vidgist.paper.context import Context, Report

__all__ = ["BENCHMARKS", "Context", "Report", "run_benchmark"]

_HERE = "vidgist.paper"

BENCHMARKS = {
    "1": (f"{_HERE}.tables_1_2", "tau and rho after training, canonical (Table 1)."),
    "2": (f"{_HERE}.tables_1_2", "F1 after training: canonical, augmented, transfer (Table 2)."),
    "3": (f"{_HERE}.youtube8m", "Trained on YouTube-8M, with DR-DSN (Table 3)."),
    "s2": (f"{_HERE}.s2_s3", "TVSum in all settings; --runs adds trained rows (Table S2)."),
    "s3": (f"{_HERE}.s2_s3", "SumMe in all settings; --runs adds trained rows (Table S3)."),
    "s4": (f"{_HERE}.grid", "Neighbors against lambda1, alignment x filter (Table S4)."),
    "s5": (f"{_HERE}.grid", "Neighbors against lambda1, all three criteria (Table S5)."),
    "s6": (f"{_HERE}.sizes", "Sizes of the network; seconds an epoch beside DR-DSN (Table S6)."),
    "s7": (f"{_HERE}.s7", "Backbones, for each whose features are there (Table S7)."),
    "s8": (f"{_HERE}.s8", "Two ways to avoid zeros, eps and exp (Table S8)."),
    "s9": (f"{_HERE}.s9", "Thresholding of alignment (Table S9)."),
    "fig-s3": (f"{_HERE}.fig_s3", "Histogram of raw uniformity, TVSum against SumMe (Figure S3)."),
    "fig-s4": (f"{_HERE}.fig_s4", "t-SNE of the features of TVSum and SumMe (Figure S4)."),
    "beyond": (f"{_HERE}.beyond", "The score beyond the paper, step by step and bank by bank."),
    "bounds": (f"{_HERE}.bounds", "Random, constant, human and ceiling under every protocol."),
    "shots": (f"{_HERE}.shots", "Official shots against our own segmentation."),
}
"""Name -> module with ``run``, and one line on it."""


def run_benchmark(name: str, context: Context) -> Report:
    """Make one table or figure anew.

    Raises:
        SettingError: there is none of that name.
        MissingExtraError: it needs a package that is not installed.
    """
    if name not in BENCHMARKS:
        raise unknown_value("benchmark", name, BENCHMARKS)
    report = importlib.import_module(BENCHMARKS[name][0]).run(context)
    assert isinstance(report, Report)
    return report
