"""The tables of research/gist.md: what a summary shows, by rule of selection.

    python research/gist/ledger.py SHARED rules       (gist.md's table and the rule, both shots)
    python research/gist/ledger.py SHARED constants   (other constants, mean over five lengths)
    python research/gist/ledger.py SHARED scores      (other scores to select by, same)
    python research/gist/ledger.py SHARED elsewhere   (YouTube Highlights and SumMe)
    python research/gist/ledger.py SHARED exact       (greedy against the integer program)
    python research/gist/ledger.py SHARED keyframes   (coverage and importance of keyframes)

SHARED is the folder with ``data/``. Add ``--even`` to see the even-numbered TVSum videos in
`constants` and `scores`: they are for what the odd half has chosen. Needs one core for a minute to
some minutes each; set OMP_NUM_THREADS=1.
"""

from __future__ import annotations

import argparse
import warnings
from pathlib import Path

import numpy as np
from exact import exact
from ideas import SCORES, VARIANTS, selected
from measure import HEAD, interval, line, row, rows
from rules import bold, every_nth, field, random_field, random_windows, windows_sum
from videos import Video, highlights, summe, summe_lite, tvsum

from vidgist.evaluation.gist import shown_in
from vidgist.selection.greedy import CONSTANTS
from vidgist.selection.keyframes import cover_keyframes

SHARES = (0.08, 0.11, 0.15, 0.20, 0.25)
"""Lengths over which ideas are compared: one length alone is decided by few pieces."""


def shots_of(v: Video, own: bool):
    return v.own if own else v.shots


def one_person(v: Video, shots):
    """Mean measures of each annotator's own best 4 s, judged by the others."""
    found = []
    for user in range(len(v.users)):
        others = np.delete(v.users, user, axis=0).mean(axis=0)
        found.append(row(v, windows_sum(v, shots, score=v.users[user].astype(float)), others))
    return np.nanmean(found, axis=0)


def rules(videos) -> None:
    for own in (False, True):
        known = {
            "rule `gist`": selected,
            "field's knapsack, mean": field,
            "knapsack, sum": lambda v, s: field(v, s, power=0.0),
            "knapsack, best 4 s of each shot": windows_sum,
            **{
                f"bold rule, {b}": (lambda v, s, b=b: bold(v, s, b)) for b in (0.75, 0.8, 0.85, 0.9)
            },
            "annotators' mean, field's knapsack": lambda v, s: field(v, s, score=v.annotation),
            "annotators' mean, best 4 s": lambda v, s: windows_sum(v, s, score=v.annotation),
            "annotators' mean, rule `gist`": lambda v, s: selected(v, s, importance=v.annotation),
            "random, field's knapsack": lambda v, s: random_field(
                v, s, np.random.default_rng(v.number)
            ),
            "random, best 4 s": lambda v, s: random_windows(v, s, np.random.default_rng(v.number)),
            "every n-th 3 s": lambda v, s: every_nth(v),
        }
        print(f"\n{'own' if own else 'official'} shots\n\n{HEAD[:-1]}| less bold 0.85 |")
        print("|---|" + "---|" * 10)
        base = rows(videos, lambda v, own=own: bold(v, shots_of(v, own)))
        for name, rule in known.items():
            values = rows(videos, lambda v, own=own, rule=rule: rule(v, shots_of(v, own)))
            print(line(name, videos, values, base), flush=True)
        if not own:
            values = np.array([one_person(v, v.shots) for v in videos])
            print(line("one annotator, best 4 s, judged by the others", videos, values, base))


def mean_over_lengths(videos, importance=None, **constants):
    found = []
    for own in (False, True):
        for share in SHARES:
            for v in videos:
                s = shots_of(v, own)
                score = None if importance is None else importance(v, s)
                found.append(row(v, selected(v, s, share=share, importance=score, **constants)))
    return np.nanmean(np.array(found).reshape(-1, len(videos), 7), axis=0)


def compare(videos, ideas, *, even: bool) -> None:
    halves = {"odd": [v for v in videos if v.odd]}
    if even:
        halves["even"] = [v for v in videos if not v.odd]
    print("\n| idea |" + "".join(f" {h} | less the rule | repeats | at 0.75 |" for h in halves))
    print("|---|" + "---|---|---|---|" * len(halves))
    base = {half: mean_over_lengths(part) for half, part in halves.items()}
    for name, idea in {"the rule": {}, **ideas}.items():
        text = f"| {name} |"
        for half, part in halves.items():
            values = mean_over_lengths(part, **idea) if idea else base[half]
            mean = values.mean(axis=0)
            text += f" {mean[0]:.3f} | {interval(values[:, 0] - base[half][:, 0])} |"
            text += f" {mean[1]:.3f} | {mean[2]:.3f} |"
        print(text, flush=True)


def standard_scores(v: Video, pieces) -> tuple[float, float]:
    """Mean z of the samples shown, and the best of 15% of the samples."""
    z = (v.annotation - v.annotation.mean()) / max(float(v.annotation.std()), 1e-12)
    shown = shown_in(pieces, v.times) >= 0
    best = np.sort(z)[-max(1, int(0.15 * len(z))) :].mean()
    return (float(z[shown].mean()) if shown.any() else 0.0), float(best)


def pooled(videos, known, *, base: str) -> None:
    """Captured as a ratio of sums over videos.

    Where nearly all of a video is a highlight the best is hardly above its mean, and a ratio for
    each video is decided by those. A video in which no shot fits shows nothing: chance, 0.
    """
    rng = np.random.default_rng(0)
    counts = rng.multinomial(len(videos), np.full(len(videos), 1 / len(videos)), size=5000)
    draws = {}
    for name, rule in known.items():
        pieces = [rule(v, v.shots) for v in videos]
        got = np.array([standard_scores(v, p) for v, p in zip(videos, pieces, strict=True)])
        draws[name] = (counts @ got[:, 0]) / (counts @ got[:, 1])
        empty = sum(len(p) == 0 for p in pieces)
        draws[name] = np.append(draws[name], got[:, 0].sum() / got[:, 1].sum())
        less = draws[name] - draws[base]

        def text(x):
            low, high = np.quantile(x[:-1], [0.025, 0.975])
            return f"{x[-1]:+.3f} [{low:+.3f}, {high:+.3f}]"

        print(f"| {name} | {text(draws[name])} | {text(less)} | {empty} |", flush=True)


def elsewhere(data: Path) -> None:
    known = {
        "field's knapsack": field,
        "random, field's knapsack": lambda v, s: random_field(
            v, s, np.random.default_rng(v.number)
        ),
        "bold rule, 0.85": bold,
        "rule `gist`": selected,
        "rule, look-alike 0": lambda v, s: selected(v, s, look_alike=0.0),
        "rule, + 0.4 change": lambda v, s: selected(
            v, s, importance=SCORES["+ 0.4 change inside the shot"](v, s)
        ),
        "rule, + 0.3 shortness": lambda v, s: selected(
            v, s, importance=SCORES["+ 0.3 shortness of the shot"](v, s)
        ),
        "random score, rule `gist`": lambda v, s: selected(
            v, s, importance=np.random.default_rng(v.number).random(len(v.times))
        ),
    }
    official = data / "summe/eccv16_dataset_summe.h5"
    sets = {
        "YouTube Highlights, I3D": highlights(data / "highlights/youtube_highlights_i3d.h5"),
        "SumMe, DINO": summe(data / "summe/summe_dino_vitb16_4fps.h5", official),
        "SumMe, EfficientNet-Lite0 (three videos)": summe_lite(official),
    }
    for name, videos in sets.items():
        print(
            f"\n{name}, {len(videos)} videos\n\n| rule | captured, pooled | less field's | empty |"
        )
        print("|---|---|---|---|")
        pooled(videos, known, base="field's knapsack")


def exactness(videos) -> None:
    print("\n| shots | greedy / best: mean | least | solved | captured, greedy | best |")
    print("|---|---|---|---|---|---|")
    for own in (False, True):
        found = []
        for v in videos:
            greedy, best, bound, pieces = exact(v, shots_of(v, own))
            ours = row(v, selected(v, shots_of(v, own)))[0]
            found.append([greedy / best, best / bound > 0.999, ours, row(v, pieces)[0]])
        got = np.array(found)
        print(
            f"| {'own' if own else 'official'} | {got[:, 0].mean():.4f} | {got[:, 0].min():.3f} | "
            f"{got[:, 1].sum():.0f} | {got[:, 2].mean():.3f} | {got[:, 3].mean():.3f} |"
        )


def keyframes(videos, *, n: int = 12) -> None:
    print(f"\n| {n} keyframes | mean z | coverage | largest cosine of two |\n|---|---|---|---|")

    def show(name, choose) -> None:
        found = []
        for v in videos:
            chosen = np.asarray(choose(v))
            z = (v.annotation - v.annotation.mean()) / v.annotation.std()
            cosines = v.features[chosen] @ v.features[chosen].T
            np.fill_diagonal(cosines, -1)
            cover = (v.features @ v.features[chosen].T).max(axis=1).mean()
            found.append([z[chosen].mean(), cover, cosines.max()])
        print(f"| {name} |" + "".join(f" {x:.3f} |" for x in np.mean(found, axis=0)), flush=True)

    def even(v):
        return np.round(np.linspace(0, len(v.times) - 1, 2 * n + 1)[1::2]).astype(int)

    def facility(power):
        return lambda v: cover_keyframes(v.importance**power, v.times, v.features, n).samples

    show("evenly spaced", even)
    show("the best samples", lambda v: np.argsort(-v.importance)[:n])
    show("facility location, all weights 1", facility(0))
    show("facility location, importance", facility(1))
    show("facility location, importance squared", facility(2))
    show("facility location, importance to the 4th", facility(4))


def run() -> None:
    parser = argparse.ArgumentParser(description="Tables of research/gist.md.")
    parser.add_argument("shared", type=Path)
    tables = ("rules", "constants", "scores", "elsewhere", "exact", "keyframes")
    parser.add_argument("table", choices=tables)
    parser.add_argument("--even", action="store_true", help="also the even half")
    given = parser.parse_args()
    warnings.simplefilter("ignore", RuntimeWarning)
    data = given.shared / "data"
    print(f"{CONSTANTS}")
    if given.table == "elsewhere":
        elsewhere(data)
        return
    videos = tvsum(data / "tvsum/eccv16_dataset_tvsum_efficientnet_lite0.h5")
    if given.table == "rules":
        rules(videos)
    elif given.table == "constants":
        compare(videos, VARIANTS, even=given.even)
    elif given.table == "scores":
        compare(videos, {n: {"importance": f} for n, f in SCORES.items()}, even=given.even)
    elif given.table == "exact":
        exactness(videos)
    else:
        keyframes(videos)


if __name__ == "__main__":
    run()
