"""Batches of an epoch, read ahead by a thread while the network learns."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

from vidgist.models.settings import ContrastiveSettings
from vidgist.training.sampling import epoch_generator, sample_indices, shuffled_batches
from vidgist.training.videos import TrainingVideos

READ_AHEAD = 2
"""Batches that are read ahead."""


def dequantize(features: Tensor) -> Tensor:
    """Return the numbers in [-2, 2] that YouTube-8M's bytes encode."""
    return features.float().mul_(4.0 / 255.0).add_(4.0 / 512.0 - 2.0)


def video_features(
    videos: TrainingVideos, index: int, *, device: torch.device, unit: bool
) -> Tensor:
    """Return all features (T, D) of one video, float32 on the device.

    Args:
        videos: the training data.
        index: which video.
        device: where to put them.
        unit: bring each to length 1.
    """
    every = np.arange(int(videos.lengths[index]))[None]
    values = torch.from_numpy(videos.read(np.array([index]), every)[0]).to(device)
    values = dequantize(values) if videos.quantized else values.float()
    return F.normalize(values, dim=-1) if unit else values


def epoch_batches(
    videos: TrainingVideos,
    *,
    settings: ContrastiveSettings,
    seed: int,
    epoch: int,
    device: torch.device,
    rank: int = 0,
    ranks: int = 1,
) -> Iterator[Tensor]:
    """Yield the features (B, samples, D), float32 on the device, of each batch of an epoch.

    Several devices get equal shares of every batch; videos that cannot be shared equally are left
    out of this epoch. All devices draw the same samples, so that the result does not depend on how
    a batch is shared.
    """
    rng = epoch_generator(seed, epoch)
    plan = shuffled_batches(
        len(videos), batch=settings.batch, drop_last=settings.drop_last, rng=rng
    )

    def load(chosen: npt.NDArray[np.int64]) -> Tensor:
        indices = sample_indices(videos.lengths[chosen], settings.samples, rng=rng)
        share = len(chosen) // ranks
        mine = slice(rank * share, (rank + 1) * share)
        return torch.from_numpy(videos.read(chosen[mine], indices[mine]))

    pending = iter(chosen for chosen in plan if len(chosen) >= ranks)
    # One reader, so that the samples are drawn in the order of the batches.
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="batches") as reader:
        waiting = deque(reader.submit(load, chosen) for chosen in islice(pending, READ_AHEAD))
        while waiting:
            raw = waiting.popleft().result()
            waiting.extend(reader.submit(load, chosen) for chosen in islice(pending, 1))
            moved = raw.to(device, non_blocking=True)
            yield dequantize(moved) if videos.quantized else moved.float()
