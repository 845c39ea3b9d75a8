"""The rows of research/score.md: each idea beyond preset `best` on the odd-numbered TVSum videos.

    python research/ledger.py TVSUM.h5                        (all ideas, the odd half alone)
    python research/ledger.py TVSUM.h5 "smoothing 4" --even   (one that survived, both halves)

TVSUM.h5 is the field's HDF5 file with features of efficientnet_lite0. Printed is Spearman's rho
(protocol `reference`) less that of `best` at the same smoothing of time, with the paired bootstrap
interval over videos, once for a bank of the other videos and once for the shipped one. The even
half is for what the odd half has chosen: look at it once.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from ledger_ideas import Idea, ideas
from ledger_video import BANKS, Video, load

from vidgist.evaluation.bootstrap import paired_bootstrap


def difference(values: Iterable[float]) -> str:
    found = paired_bootstrap(np.array(list(values)), rng=np.random.default_rng(0))
    return f"{found.mean:+.4f} [{found.low:+.4f}, {found.high:+.4f}]"


def report(videos: list[Video], chosen: dict[str, Idea], kind: str, *, even: bool) -> None:
    halves = {"odd": [v for v in videos if v.number % 2]}
    if even:
        halves |= {"even": [v for v in videos if not v.number % 2], "all": videos}
    base = {v.number: v.rho(v.best) for v in halves["all" if even else "odd"]}
    print(f"\n| bank: {kind} |" + "".join(f" {half} | less best |" for half in halves))
    print("|---|" + "---|---|" * len(halves))
    means = [np.mean([base[v.number] for v in part]) for part in halves.values()]
    print("| best |" + "".join(f" {mean:.4f} | |" for mean in means), flush=True)
    for name, idea in chosen.items():
        line = f"| {name} |"
        for part in halves.values():
            values = {v.number: v.rho(idea(v)) for v in part}
            less = difference(value - base[number] for number, value in values.items())
            line += f" {np.mean(list(values.values())):.4f} | {less} |"
        print(line, flush=True)


def run() -> None:
    parser = argparse.ArgumentParser(description="Ideas beyond preset best, on TVSum.")
    parser.add_argument("data", type=Path)
    parser.add_argument("names", nargs="*", help="of the ideas; all by default")
    parser.add_argument("--even", action="store_true", help="also the even half, and both")
    given = parser.parse_args()
    known = ideas()
    unknown = set(given.names) - set(known)
    if unknown:
        parser.error(f"unknown: {', '.join(sorted(unknown))}; known: {', '.join(known)}")
    chosen = {name: known[name] for name in given.names or known}
    for kind in BANKS:
        report(load(given.data, kind), chosen, kind, even=given.even)


if __name__ == "__main__":
    run()
