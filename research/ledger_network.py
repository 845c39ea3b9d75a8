"""Networks with preset `best` as their target, for research/score.md; needs torch.

    python research/ledger_network.py TVSUM.h5 [--seeds 3] [--even]

A network learns, from the unlabeled videos of one half of TVSum, to give the projection p (or the
product q) of preset `best` from a sample's features alone, as the paper's filter learns to give
uniqueness: what it cannot learn across videos is noise. It then scores the other half. The loss is
1 less Pearson's correlation within a video. Rows as in `ledger.py`, with the shipped bank.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from ledger import report
from ledger_ideas import Idea
from ledger_video import Video, along, finished, load, units
from torch import Tensor, nn

from vidgist.criteria import minmax
from vidgist.criteria.smoothing import smooth


@dataclass(frozen=True)
class Plan:
    """What is trained.

    Attributes:
        target: `p` or `q` of the video.
        attention: whether samples of a video see each other.
        time: whether the network is told where in the video a sample lies.
    """

    target: str
    attention: bool
    time: bool = False

    @property
    def name(self) -> str:
        parts = ["attention" if self.attention else "perceptron", f"target {self.target}"]
        return ", ".join([*parts, "time"] if self.time else parts)


class Network(nn.Module):
    def __init__(self, inputs: int, *, attention: bool, width: int = 128) -> None:
        super().__init__()
        self.first = nn.Sequential(nn.Dropout(0.5), nn.Linear(inputs, width), nn.LayerNorm(width))
        self.attention = (
            nn.TransformerEncoderLayer(width, 4, 4 * width, batch_first=True)
            if attention
            else nn.Identity()
        )
        self.last = nn.Sequential(nn.Linear(width, width), nn.ReLU(), nn.Linear(width, 1))

    def forward(self, x: Tensor) -> Tensor:
        return self.last(self.attention(self.first(x)[None]))[0, :, 0]


def inputs(video: Video, plan: Plan) -> Tensor:
    """Return the features about the video's mean, of mean square 1, and time as cosines."""
    values = video.x - video.x.mean(axis=0)
    values = values / np.sqrt((values**2).mean())
    if plan.time:
        place = (video.time[:, None] + 0.5) / len(values)
        values = np.hstack([values, 2 * np.cos(np.pi * place * np.arange(1, 9))])
    return torch.tensor(values, dtype=torch.float32)


def train(videos: Sequence[Video], plan: Plan, *, seed: int, epochs: int) -> Network:
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    data = [
        (inputs(v, plan), torch.tensor(getattr(v, plan.target), dtype=torch.float32))
        for v in videos
    ]
    network = Network(data[0][0].shape[1], attention=plan.attention)
    optimizer = torch.optim.AdamW(network.parameters(), lr=3e-4, weight_decay=0.01)
    for _ in range(epochs):
        for place in rng.permutation(len(data)):
            x, y = data[place]
            chosen = np.sort(rng.permutation(len(x))[:200])
            said, wanted = network(x[chosen]), y[chosen]
            loss = -torch.corrcoef(torch.stack([said, wanted]))[0, 1]
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return network.eval()


@torch.no_grad()
def ensemble(network: Sequence[Network], video: Video, plan: Plan) -> np.ndarray:
    x = inputs(video, plan)
    return np.mean([units(one(x).numpy().astype(float)) for one in network], axis=0)


def ideas_of(plan: Plan, said: dict[int, list[np.ndarray]]) -> dict[str, Idea]:
    def mean(v: Video) -> np.ndarray:
        return np.mean(said[v.number], axis=0)

    def blend(v: Video, weight: float) -> np.ndarray:
        return units(v.best) + weight * units(smooth(mean(v), sigma=3))

    return {
        f"{plan.name}, one seed": lambda v: finished(said[v.number][0]),
        f"{plan.name}, ensemble": lambda v: finished(mean(v)),
        "best + 0.25 of it": lambda v: blend(v, 0.25),
        "best + 0.5 of it": lambda v: blend(v, 0.5),
        "q times 0.3 + it": lambda v: finished(along(v.x, v.q * (0.3 + minmax(mean(v))))),
    }


def run() -> None:
    parser = argparse.ArgumentParser(description="Networks that learn preset best.")
    parser.add_argument("data", type=Path)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=15)
    parser.add_argument("--even", action="store_true", help="also the even half, and both")
    given = parser.parse_args()
    videos = load(given.data, "shipped")
    halves = [[v for v in videos if v.number % 2 == odd] for odd in (0, 1)]
    for plan in (
        Plan("p", attention=False),
        Plan("q", attention=False),
        Plan("p", attention=True),
        Plan("p", attention=True, time=True),
    ):
        said: dict[int, list[np.ndarray]] = {}
        for learn, score in (halves, halves[::-1])[: 2 if given.even else 1]:
            networks = [
                train(learn, plan, seed=seed, epochs=given.epochs) for seed in range(given.seeds)
            ]
            for v in score:
                said[v.number] = [ensemble([one], v, plan) for one in networks]
        report(videos, ideas_of(plan, said), "shipped", even=given.even)


if __name__ == "__main__":
    run()
