"""An epoch of contrastive refinement against a plain transcription of the method.

The transcription follows the equations one video at a time: attention written out, a full sort of
every row for the neighbors, the segments of the batch gathered in a loop.  Both learn from the
same synthetic videos with the same settings, one after the other in one process; steps alternate,
so that a change of the machine's load meets both.

    python benchmarks/training.py                       (2,000 videos of 200 x 1024)
    python benchmarks/training.py --videos 256 --preset paper
    python benchmarks/training.py --memory 10000        (peak memory with a store on disk)
"""

from __future__ import annotations

import argparse
import math
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn
from torch.profiler import ProfilerActivity, profile

from vidgist.models.settings import ContrastiveSettings, contrastive_settings, replace_settings
from vidgist.training.contrastive import ContrastiveLearner
from vidgist.training.engine import open_fabric
from vidgist.training.network import EncoderLayer, Refiner, seed_network
from vidgist.training.store import open_mapped_store, write_mapped_store
from vidgist.training.videos import gather_videos

PRODUCTS = ("aten::mm", "aten::bmm", "aten::addmm", "aten::baddbmm")


def plain_layer(layer: EncoderLayer, x: Tensor) -> Tensor:
    """One encoder layer on one video (T, width), head by head."""
    size = layer.query.out_features // layer.heads
    queries, keys, values = layer.query(x), layer.key(x), layer.value(x)
    mixed = []
    for head in range(layer.heads):
        own = slice(head * size, (head + 1) * size)
        weights = torch.softmax(queries[:, own] @ keys[:, own].T / math.sqrt(size), dim=-1)
        weights = F.dropout(weights, layer.dropout, layer.training)
        mixed.append(weights @ values[:, own])
    x = layer.norm(x + layer.out(torch.cat(mixed, dim=-1)))
    return layer.last_norm(x + layer.narrow(F.relu(layer.widen(x))))


def plain_step(network: Refiner, batch: list[Tensor], settings: ContrastiveSettings) -> Tensor:
    """The loss of a batch, video by video."""
    refined, segments = [], []
    for features in batch:
        x = F.normalize(features, dim=-1) if network.unit_input else features
        x = network.norm(network.project(x))
        for layer in network.layers:
            x = plain_layer(layer, x)
        refined.append(x)
        pooled = F.normalize(x, dim=-1) if settings.pool_unit else x
        runs = [pooled[i : i + settings.segment] for i in range(0, len(x), settings.segment)]
        segments.append(torch.stack([F.normalize(run.mean(dim=0), dim=0) for run in runs]))
    total = torch.zeros(())
    for number, (features, x) in enumerate(zip(batch, refined, strict=True)):
        z, frozen = F.normalize(x, dim=-1), F.normalize(features, dim=-1)
        k = max(1, int(settings.neighbors * len(z)))
        order = torch.argsort(frozen @ frozen.T, dim=-1, descending=True)
        skip = 0 if settings.count_self else 1
        distances = 2 - 2 * z @ z.T
        alignment = distances.gather(-1, order[:, skip : skip + k]).mean()
        kernel = torch.exp(-2 * distances)
        if settings.count_self:
            uniformity = kernel.mean(dim=-1).log().mean()
        else:
            others = kernel.sum(dim=-1) - kernel.diagonal()
            uniformity = (others / (len(z) - 1)).log().mean()
        bank = torch.cat(
            [s for j, s in enumerate(segments) if settings.own_segments or j != number]
        )
        unique = torch.exp(-2 * (2 - 2 * z @ bank.T)).mean(dim=-1).log()
        seen = x.detach()
        seen = F.normalize(seen, dim=-1) if network.filter_sees_unit else seen
        hidden = F.relu(network.filter_hidden(plain_layer(network.filter_layer, seen)))
        says = torch.sigmoid(network.filter_out(hidden)).squeeze(-1)
        scaled = (unique - unique.min()) / (unique.max() - unique.min())
        low, high = settings.target_low, settings.target_high
        target = (1 - (low + (high - low) * scaled)).detach()
        total = total + (
            alignment
            + settings.uniform_weight * uniformity
            + settings.unique_weight * unique.mean()
            + settings.filter_weight * F.binary_cross_entropy(says, target)
        )
    return total / len(batch)


def plain_steps(
    videos: list[np.ndarray], network: Refiner, settings: ContrastiveSettings
) -> Iterator[float]:
    """Train a step at a time; give the loss after each."""
    optimizer = torch.optim.Adam(
        network.parameters(), lr=settings.learning_rate, weight_decay=settings.weight_decay
    )
    order = np.random.default_rng(0).permutation(len(videos))
    for start in range(0, len(order), settings.batch):
        batch = []
        for video in order[start : start + settings.batch]:
            features = videos[video]
            chosen = np.sort(np.random.permutation(len(features))[: settings.samples])
            batch.append(torch.from_numpy(features[chosen]))
        loss = plain_step(network, batch, settings)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        yield loss.item()


def our_steps(learner: ContrastiveLearner) -> Iterator[float]:
    """Train a step at a time; give the loss after each."""
    fabric = open_fabric(device="cpu")
    network, optimizer = fabric.setup(learner.network, learner.optimizer)
    network.train()
    for terms in learner.losses(network, epoch=0, fabric=fabric):
        optimizer.zero_grad(set_to_none=True)
        fabric.backward(terms["total"])
        optimizer.step()
        yield terms["total"].item()


def compare(count: int, length: int, dimension: int, settings: ContrastiveSettings) -> None:
    rng = np.random.default_rng(0)
    arrays = [rng.standard_normal((length, dimension), dtype=np.float32) for _ in range(count)]
    videos = gather_videos([(str(i), values) for i, values in enumerate(arrays)])
    ours = ContrastiveLearner(videos, settings=settings, seed=0)
    plain: nn.Module = seed_network(
        dimension, settings=settings.network, unit_input=settings.unit_input, seed=0
    )
    seconds = {"vidgist": 0.0, "plain": 0.0}
    busy = dict(seconds)
    losses = {"vidgist": 0.0, "plain": 0.0}
    steps = {"vidgist": our_steps(ours), "plain": plain_steps(arrays, plain, settings)}
    for _ in range(ours.steps_of_epoch()):
        for name, source in steps.items():
            start, busy_before = time.perf_counter(), time.process_time()
            losses[name] = next(source)
            seconds[name] += time.perf_counter() - start
            busy[name] += time.process_time() - busy_before
    total = count * settings.samples
    print(
        f"{count} videos of {length} x {dimension}, preset {settings.name}, batches of "
        f"{settings.batch}, {torch.get_num_threads()} threads, torch {torch.__version__}"
    )
    print(
        f"{'':10} {'s/epoch':>9} {'CPU s':>9} {'videos/s':>9} {'samples/s':>10} {'last loss':>10}"
    )
    for name, value in seconds.items():
        print(
            f"{name:10} {value:9.1f} {busy[name]:9.1f} {count / value:9.1f} {total / value:10.0f} "
            f"{losses[name]:10.4f}"
        )
    print(
        f"vidgist is {seconds['plain'] / seconds['vidgist']:.2f} times as fast "
        f"({busy['plain'] / busy['vidgist']:.2f} times by processor time)"
    )
    share = product_share(ContrastiveLearner(videos, settings=settings, seed=0))
    print(f"matrix products take {100 * share:.0f}% of a step of vidgist")


def product_share(learner: ContrastiveLearner) -> float:
    """The share of the processor's time in a step that matrix products take."""
    source = our_steps(learner)
    next(source)
    with profile(activities=[ProfilerActivity.CPU]) as found:
        next(source, None)
    events = found.key_averages()
    total = sum(event.self_cpu_time_total for event in events)
    return sum(e.self_cpu_time_total for e in events if e.key in PRODUCTS) / max(total, 1)


def measure_memory(count: int, settings: ContrastiveSettings, steps: int) -> None:
    """Train some steps on a store of videos of 230 seconds of YouTube-8M's bytes."""
    rng = np.random.default_rng(0)

    def videos() -> Iterator[tuple[str, np.ndarray]]:
        for number in range(count):
            yield str(number), rng.integers(0, 256, size=(230, 1024), dtype=np.uint8)

    with tempfile.TemporaryDirectory(dir=".") as folder:
        store = Path(folder) / "store"
        write_mapped_store(store, videos())
        size = sum(path.stat().st_size for path in store.iterdir())
        learner = ContrastiveLearner(open_mapped_store(store), settings=settings, seed=0)
        for _, _ in zip(range(steps), our_steps(learner), strict=False):
            pass
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    peak *= 1 if sys.platform == "darwin" else 1024
    print(
        f"{count} videos, {size / 2**30:.2f} GiB on disk, batches of {settings.batch}, "
        f"{steps} steps: peak memory {peak / 2**30:.2f} GiB"
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--videos", type=int, default=2000)
    parser.add_argument("--length", type=int, default=200)
    parser.add_argument("--dimension", type=int, default=1024)
    parser.add_argument("--preset", default="paper", choices=["paper", "reference"])
    parser.add_argument("--kind", default="standard", choices=["standard", "youtube8m"])
    parser.add_argument("--batch", type=int)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--memory", type=int, metavar="VIDEOS", help="measure memory instead")
    parser.add_argument("--steps", type=int, default=3, help="steps of --memory")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    if options.memory:
        settings = contrastive_settings(options.preset, kind="youtube8m")
        measure_memory(
            options.memory, replace_settings(settings, batch=options.batch), options.steps
        )
        return
    settings = contrastive_settings(options.preset, kind=options.kind)
    compare(
        options.videos,
        options.length,
        options.dimension,
        replace_settings(settings, batch=options.batch),
    )


if __name__ == "__main__":
    main()
