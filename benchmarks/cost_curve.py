"""What a longer video costs: time and memory of each stage against length, as a table and a plot.

    python benchmarks/cost_curve.py                                  # a minute to ten hours
    python benchmarks/cost_curve.py --minutes 1,10,60 -o costs.svg

After the features are made, cost depends on the number of samples alone, so that features are drawn
at random here: shots of varied lengths, of forty places that come again, with drift and noise
(`shots`), or hours of a still picture with noise (`still`), the worst case of shot detection.
Every measurement runs in a process of its own; processor seconds are told beside those of the
clock, for they say the same on a busy machine.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

MINUTES = (1, 10, 60, 180, 600)
RATE = 2
DIMENSION = 1280
STAGES = ("criteria (paper)", "criteria (best)", "shots", "shots, still picture")


def features(samples: int, *, still: bool, seed: int = 0) -> Any:
    """Return (T, D) float32 features like those of a video."""
    import numpy as np

    rng = np.random.default_rng(seed)
    places = np.abs(rng.normal(size=(40, DIMENSION))).astype(np.float32)
    values = np.empty((samples, DIMENSION), np.float32)
    begin = 0
    while begin < samples:
        length = samples if still else max(1, int(rng.lognormal(np.log(8), 1.0)))
        end = min(samples, begin + length)
        look = 0.6 * places[rng.integers(40)]
        look = look + 0.5 * np.abs(rng.normal(size=DIMENSION)).astype(np.float32)
        drift = 0.0 if still else 0.02 * rng.normal(size=DIMENSION).astype(np.float32)
        for at in range(begin, end, 1024):
            rows = np.arange(at, min(end, at + 1024))
            noise = 0.25 * rng.standard_normal((len(rows), DIMENSION), np.float32)
            values[rows] = np.maximum(0, look + drift * (rows - begin)[:, None] + noise)
        begin = end
    return values


def measure_one(stage: str, minutes: float) -> dict[str, float]:
    """Run a stage once, in this process."""
    values = features(round(60 * minutes * RATE), still="still" in stage)
    import numpy as np

    values[:2] @ values[:2].T  # starts the threads of the BLAS
    if stage.startswith("shots"):
        from vidgist.shots import segment

        run = lambda: len(segment(values))  # noqa: E731
    else:
        from vidgist.scoring.scorer import Scorer

        scorer = Scorer("best" if "best" in stage else "paper").with_bank(None)
        run = lambda: len(scorer.score(values))  # noqa: E731
    cpu, clock = time.process_time(), time.perf_counter()
    result = run()
    cpu, clock = time.process_time() - cpu, time.perf_counter() - clock
    found = {"cpu": cpu, "clock": clock, "samples": len(values), "result": result}
    found["memory"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    if stage == "criteria (paper)" and len(values) >= 7200:
        # What the BLAS reaches on one large product (of two matrices: of one with itself NumPy
        # computes but half).
        side = len(values) // 2 if len(values) < 12000 else 6000
        a, b = values[:side], values[side : 2 * side]
        begun = time.process_time()
        a @ b.T
        found["blas_gflops_cpu"] = 2 * side * side * DIMENSION / (time.process_time() - begun) / 1e9
        from vidgist.criteria.gram import product_blocks, unit_rows

        unit = unit_rows(values)
        rows = 0
        cpu = time.process_time()
        for block, _ in product_blocks(unit):
            rows = block.stop
            if time.process_time() - cpu > 20:
                break
        found["blocks_gflops_cpu"] = (
            2 * rows * len(unit) * DIMENSION / (time.process_time() - cpu) / 1e9
        )
    return {name: float(np.round(value, 3)) for name, value in found.items()}


def draw(rows: list[dict[str, Any]], path: Path) -> None:
    """Draw time and memory against length."""
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "vidgist"
    mpl.rcParams["svg.fonttype"] = "none"
    import matplotlib.pyplot as plt

    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.6), layout="constrained")
    for stage in dict.fromkeys(row["stage"] for row in rows):
        own = [row for row in rows if row["stage"] == stage]
        own.sort(key=lambda row: float(row["minutes"]))
        minutes = [row["minutes"] for row in own]
        left.plot(minutes, [row["cpu"] for row in own], "o-", label=stage)
        right.plot(minutes, [row["memory"] for row in own], "o-", label=stage)
    left.set(ylabel="processor seconds", yscale="log")
    right.set(ylabel="peak memory, MB", yscale="log")
    for axes in (left, right):
        axes.set(xlabel="length of the video, minutes", xscale="log")
        axes.grid(alpha=0.3)
        axes.set_xticks([1, 10, 60, 600], ["1", "10", "60", "600"])
    left.legend(fontsize=8)
    figure.savefig(path, metadata={"Date": None})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", default=",".join(map(str, MINUTES)))
    parser.add_argument("--stages", default=",".join(s.replace(",", ";") for s in STAGES))
    parser.add_argument("-o", "--output", type=Path, help="SVG file of the plot")
    parser.add_argument("--rows", type=Path, help="add to, and draw, the rows kept in this file")
    parser.add_argument("--one", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(measure_one(options.one[0], float(options.one[1]))))
        return
    rows = json.loads(options.rows.read_text()) if options.rows and options.rows.exists() else []
    print(f"{'stage':<22} {'minutes':>8} {'samples':>8} {'cpu s':>8} {'clock s':>8} {'MB':>7}")
    for stage in filter(None, options.stages.replace(";", "\0").split(",")):
        name = stage.replace("\0", ",")
        for minutes in map(float, filter(None, options.minutes.split(","))):
            out = subprocess.run(
                [sys.executable, __file__, "--one", name, str(minutes)],
                check=True,
                capture_output=True,
                text=True,
            ).stdout
            row = {"stage": name, "minutes": minutes, **json.loads(out)}
            rows = [r for r in rows if (r["stage"], r["minutes"]) != (name, minutes)] + [row]
            print(
                f"{name:<22} {minutes:>8g} {row['samples']:>8g} {row['cpu']:>8.1f}"
                f" {row['clock']:>8.1f} {row['memory']:>7.0f}"
            )
            if "blas_gflops_cpu" in row:
                share = row["blocks_gflops_cpu"] / row["blas_gflops_cpu"]
                print(f"{'':<22} inner products in blocks: {share:.0%} of one large product")
            if options.rows:
                options.rows.write_text(json.dumps(rows, indent=1) + "\n")
    if options.output:
        draw(rows, options.output)


if __name__ == "__main__":
    main()
