"""Print size, dimension and speed of every backbone.

    python benchmarks/backbones.py [NAME...]

What runs by torch is measured with random numbers in the place of its weights: neither speed nor
size depends on them. Its size is four bytes a number; that of the others is their ONNX file's.

Speed is counted in processor time on one thread, so that what else the machine does changes
nothing, and given for two cores: twice as many samples as one core takes in a second. A sample is a
picture, or a clip of 16 frames.
"""

from __future__ import annotations

import argparse
import gc
import time
import warnings

import numpy as np

from vidgist.backbones import BACKBONES, DEFAULT_BACKBONE
from vidgist.backbones.backbone import Backbone
from vidgist.backbones.networks.record import TorchRecord
from vidgist.backbones.record import Record

CORES = 2
PICTURES = 4
RUNS = 3


def loaded(record: Record) -> tuple[Backbone, int]:
    """Return an extractor on one thread, and its size in bytes."""
    if isinstance(record, TorchRecord):
        import torch

        from vidgist.backbones.networks.network import TorchBackbone

        torch.set_num_threads(1)
        backbone = TorchBackbone(record.network(pretrained=False), record, device="cpu", threads=1)
        return backbone, backbone.bytes
    return record.load(device="cpu", threads=1), len(record.export())


def seconds(record: Record, backbone: Backbone) -> float:
    """Return the seconds of one core that a sample takes, the least of a few runs."""
    count = PICTURES if record.window is None else 1
    frames = () if record.window is None else (record.window.frames,)
    shape = (count, *frames, *record.size, 3)
    pixels = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    backbone.extract(pixels)
    taken = []
    for _ in range(RUNS):
        start = time.process_time()
        backbone.extract(pixels)
        taken.append(time.process_time() - start)
    return min(taken) / count


def run() -> None:
    parser = argparse.ArgumentParser(description="Print size and speed of every backbone.")
    parser.add_argument("names", nargs="*", help="backbones; default all that can be built here")
    names = parser.parse_args().names or list(BACKBONES)
    warnings.simplefilter("ignore")
    default = BACKBONES[DEFAULT_BACKBONE]
    usual = seconds(default, loaded(default)[0])
    print("| backbone | dimension | MB | samples/s, two cores | time, default = 1 |")
    print("|---|---|---|---|---|")
    for name in names:
        record = BACKBONES[name]
        here = record.libraries() if isinstance(record, TorchRecord) else record.installed()
        if not here:
            print(f"| `{name}` | {record.dimension} | not installed | | |")
            continue
        backbone, size = loaded(record)
        took = seconds(record, backbone)
        rate = CORES / took
        print(
            f"| `{name}` | {backbone.dimension} | {size / 1e6:.0f} "
            f"| {rate:.{0 if rate >= 10 else 1}f} | {took / usual:.1f} |",
            flush=True,
        )
        del backbone
        gc.collect()


if __name__ == "__main__":
    run()
