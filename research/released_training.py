"""What the authors' released training gives on TVSum, seed by seed, to compare `benchmark 1` with.

    python research/released_training.py TVSUM.h5 SPLITS.json [--seeds 5] [--without-last-norm]

Written anew from what the released code (github.com/pangzss/pytorch-CTVSUM) does, in plain torch
and without anything of vidgist's training: one stream of random numbers for all splits, new weights
for each, the order of its draws. ``--without-last-norm`` leaves out the LayerNorm after the
feed-forward part, as preset `reference` does. A seed takes about eight processor minutes.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from scipy.ndimage import gaussian_filter1d
from torch import nn

from vidgist.datasets import open_dataset
from vidgist.datasets.splits import read_splits, video_key
from vidgist.evaluation.judge import Judge
from vidgist.evaluation.protocols import protocol

WIDTH, HEAD, INNER, LAYERS = 256, 64, 512, 4
SAMPLES, SEGMENTS, SHARE = 200, 20, 0.1
EPOCHS, BATCH, RATE, DECAY = 40, 32, 1e-4, 1e-4
ROWS = ("alignment", "alignment x uniformity", "alignment x filter", "all three")


class Layer(nn.Module):
    def __init__(self, last_norm: bool) -> None:
        super().__init__()
        self.query, self.key, self.value = (nn.Linear(WIDTH, HEAD, bias=False) for _ in range(3))
        self.out = nn.Linear(HEAD, WIDTH, bias=False)
        self.norm = nn.LayerNorm(WIDTH, eps=1e-6)
        self.widen, self.narrow = nn.Linear(WIDTH, INNER), nn.Linear(INNER, WIDTH)
        self.last = nn.LayerNorm(WIDTH, eps=1e-6) if last_norm else nn.Identity()
        self.dropout = nn.Dropout(0.1)

    def forward(self, x):
        weights = self.query(x) / HEAD**0.5 @ self.key(x).transpose(1, 2)
        x = self.norm(x + self.out(self.dropout(weights.softmax(-1)) @ self.value(x)))
        return self.last(x + self.narrow(F.relu(self.widen(x))))


class Net(nn.Module):
    def __init__(self, dimension: int, last_norm: bool) -> None:
        super().__init__()
        self.project = nn.Linear(dimension, WIDTH)
        self.layers = nn.ModuleList(Layer(last_norm) for _ in range(LAYERS))
        self.norm = nn.LayerNorm(WIDTH, eps=1e-6)
        self.filter = Layer(last_norm)
        self.score = nn.Sequential(
            nn.Linear(WIDTH, WIDTH), nn.ReLU(), nn.Linear(WIDTH, 1), nn.Sigmoid()
        )

    def forward(self, features):
        x = self.norm(self.project(features))
        for layer in self.layers:
            x = layer(x)
        return x, self.score(self.filter(x.detach())).squeeze(-1)


def criteria(features, refined):
    """Return unit vectors, alignment and uniformity of videos (B, T, D) refined to (B, T, d)."""
    with torch.no_grad():
        unit = F.normalize(features, dim=-1)
        order = (unit @ unit.transpose(1, 2)).argsort(-1, descending=True)
    z = F.normalize(refined, dim=-1)
    distances = 2 - 2 * z @ z.transpose(1, 2)
    near = order[:, :, : int(features.shape[1] * SHARE)]
    return z, distances.gather(-1, near).mean(-1), distances.mul(-2).exp().mean(-1).log()


def loss_of(net: Net, features):
    refined, said = net(features)
    z, alignment, uniformity = criteria(features, refined)
    runs = refined.view(len(features), SEGMENTS, -1, WIDTH).mean(2)
    segments = F.normalize(runs.flatten(0, 1), dim=-1)
    unique = (z @ segments.T).mul(4).exp().mean(-1).log()
    low, high = unique.amin(-1, keepdim=True), unique.amax(-1, keepdim=True)
    target = 0.75 - 0.5 * (unique - low) / (high - low + 1e-9)
    filtering = F.binary_cross_entropy(said, target.detach())
    return alignment.mean() + 0.5 * uniformity.mean() + 0.1 * unique.mean() + 0.1 * filtering


def drawn(features):
    length = len(features)
    if length < SAMPLES:
        return features[torch.arange(SAMPLES) * length // SAMPLES]
    return features[torch.randperm(length)[:SAMPLES].sort()[0]]


def train(net: Net, videos) -> None:
    optimizer = torch.optim.Adam(net.parameters(), lr=RATE, weight_decay=DECAY)
    net.train()
    for _ in range(EPOCHS):
        order = torch.randperm(len(videos)).tolist()
        for first in range(0, len(order), BATCH):
            batch = torch.stack([drawn(videos[i]) for i in order[first : first + BATCH]])
            optimizer.zero_grad()
            loss_of(net, batch).backward()
            optimizer.step()


def scaled(values):
    values = values[0].numpy()
    return (values - values.min()) / (values.max() - values.min())


@torch.no_grad()
def measured(net: Net, features, judge: Judge):
    """Return tau, rho and F1 (4, 3) of the rows on one video."""
    net.eval()
    refined, said = net(features[None])
    _, alignment, uniformity = map(scaled, criteria(features[None], refined))
    unique = scaled(said)
    products = np.stack([np.ones_like(unique), uniformity, unique, uniformity * unique]) * alignment
    return judge.measure(gaussian_filter1d(np.exp(products - 1.0), 1.0, axis=1))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("splits", type=Path)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--without-last-norm", action="store_true")
    given = parser.parse_args()
    torch.set_num_threads(1)  # the same numbers, however many processors there are
    dataset = open_dataset(given.data)
    chosen = protocol("reference", metric="tvsum")
    judges = {r.key: Judge(r, metric="tvsum", protocol=chosen) for r in dataset}
    features = {
        key: torch.from_numpy(np.asarray(judge.record.features, dtype=np.float32))
        for key, judge in judges.items()
    }
    dimension = next(iter(features.values())).shape[1]
    found = []
    for seed in range(given.seeds):
        torch.manual_seed(seed)
        folds = []
        for split in read_splits(given.splits):
            net = Net(dimension, last_norm=not given.without_last_norm)
            train(net, [features[video_key(key)] for key in split.train])
            tests = map(video_key, split.test)
            folds.append(np.mean([measured(net, features[k], judges[k]) for k in tests], axis=0))
        found.append(np.mean(folds, axis=0))
        for name, (tau, rho, f1) in zip(ROWS, found[-1], strict=True):
            print(
                f"seed {seed}  {name:<24} tau {tau:.4f}  rho {rho:.4f}  F1 {100 * f1:.2f}",
                flush=True,
            )
    if given.seeds > 1:
        mean, spread = np.mean(found, axis=0), np.std(found, axis=0, ddof=1)
        for name, (tau, rho, _), (dtau, drho, _) in zip(ROWS, mean, spread, strict=True):
            print(f"mean    {name:<24} tau {tau:.4f} ± {dtau:.4f}  rho {rho:.4f} ± {drho:.4f}")


if __name__ == "__main__":
    main()
