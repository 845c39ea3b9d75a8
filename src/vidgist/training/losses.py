r"""Losses of contrastive refinement, for a batch of videos at once (eqs 6, 7, 9, 10 and 11).

.. math::
   L = L_{align}(z) + \lambda_1 L_{uniform}(z) + \lambda_2 L_{unique}(z) + \lambda_3 L_{filter}

averaged over samples and videos. Alignment pulls together samples that the *frozen* features call
neighbors; uniformity pushes all samples of a video apart, uniqueness pushes them from segments of
other videos; the filter learns which samples that last push could not move. On the unit sphere
||a - b||^2 = 2 - 2 a.b, so that inner products suffice.

Shapes: B videos of T samples each, K neighbors, L segments a video, d the refined width.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor
from torch.utils.checkpoint import checkpoint

from vidgist.criteria.alignment import neighbor_count
from vidgist.models.settings import ContrastiveSettings

_BLOCK_NUMBERS = 2**23
"""Kernel values to segments in memory at once; a batch of 32 videos is one block."""


def nearest_neighbors(features: Tensor, *, k: int, count_self: bool) -> Tensor:
    """Return the indices (B, T, K) of the nearest samples by the frozen features (B, T, D)."""
    with torch.no_grad():
        unit = F.normalize(features.float(), dim=-1)
        products = unit @ unit.transpose(1, 2)
        if not count_self:
            products.diagonal(dim1=1, dim2=2).fill_(-torch.inf)
        return products.topk(k, dim=-1, sorted=False).indices


def alignment_loss(products: Tensor, neighbors: Tensor) -> Tensor:
    """Return L_align (B, T): mean squared distance to the neighbors (eq. 6).

    Args:
        products: (B, T, T) inner products of z.
        neighbors: (B, T, K) indices.
    """
    return 2.0 - 2.0 * products.gather(-1, neighbors).mean(dim=-1)


def _kernel(products: Tensor) -> Tensor:
    """Overwrite inner products a.b with exp(-2 ||a - b||^2).

    In place: for a batch of 128 videos these are 65 million numbers, a quarter of a gigabyte.
    """
    return products.mul_(4.0).sub_(4.0).exp_()


def uniformity_loss(products: Tensor, *, count_self: bool) -> Tensor:
    """Return L_uniform (B, T): log of the mean kernel to the video's samples (eq. 7)."""
    kernel = _kernel(products.clone())
    length = products.shape[-1]
    if count_self:
        return kernel.mean(dim=-1).log()
    others = kernel.sum(dim=-1) - kernel.diagonal(dim1=1, dim2=2)
    return (others / max(length - 1, 1)).clamp_min(1e-12).log()


def segments(refined: Tensor, *, run: int, pool_unit: bool) -> Tensor:
    """Return segment features (B, L, d) of length 1: runs of samples, pooled.

    Args:
        refined: (B, T, d) output of the network.
        run: samples in a segment, m; a rest of T / m at the end is left out, as in eq. 9.
        pool_unit: pool z of length 1 rather than the output itself.
    """
    values = F.normalize(refined, dim=-1) if pool_unit else refined
    count = values.shape[1] // run
    runs = values[:, : count * run].reshape(len(values), count, run, values.shape[2])
    pooled = runs.mean(dim=2)
    return F.normalize(pooled, dim=-1)


def uniqueness_loss(unit: Tensor, bank: Tensor, *, own_segments: bool, first: int = 0) -> Tensor:
    """Return L_unique (B, T): log of the mean kernel to segments of the batch (eq. 9).

    Args:
        unit: (B, T, d) z of length 1.
        bank: (B', L, d) segments of all videos of the batch, which may lie on several devices.
        own_segments: count the video's own segments too.
        first: index of the first of the B videos among the B'.

    Returns:
        (B, T); 0 where the batch holds no other video.
    """
    at_once = max(1, _BLOCK_NUMBERS // (unit.shape[1] * bank.shape[0] * bank.shape[1]))
    if len(unit) <= at_once:
        return _uniqueness(unit, bank, own_segments, first)
    parts = [
        # Kernels are computed again for the gradient: those of a whole batch outweigh the network.
        checkpoint(
            *(_uniqueness, unit[start : start + at_once], bank, own_segments, first + start),
            use_reentrant=False,
            preserve_rng_state=False,
        )
        for start in range(0, len(unit), at_once)
    ]
    return torch.cat(parts)


def _uniqueness(unit: Tensor, bank: Tensor, own_segments: bool, first: int) -> Tensor:
    videos, count = bank.shape[:2]
    kernel = _kernel(unit @ bank.flatten(0, 1).T)
    if own_segments:
        return kernel.mean(dim=-1).log()
    if videos == 1:
        return kernel.sum(dim=-1) * 0.0
    by_video = kernel.view(*kernel.shape[:2], videos, count).sum(dim=-1)
    own = torch.arange(first, first + len(unit), device=unit.device)
    others = torch.ones(len(unit), videos, device=unit.device).scatter_(1, own[:, None], 0.0)
    sums = (by_video * others[:, None]).sum(dim=-1)
    return (sums / (count * (videos - 1))).log()


def filter_target(unique: Tensor, *, low: float, high: float) -> Tensor:
    """Return the filter's target 1 - minmax(L_unique), detached: (B, T), minmax in [low, high]."""
    values = unique.detach()
    lowest = values.amin(dim=-1, keepdim=True)
    span = values.amax(dim=-1, keepdim=True) - lowest
    scaled = (values - lowest) / span.clamp_min(1e-9)
    return 1.0 - (low + (high - low) * scaled)


def _alone(bank: Tensor) -> tuple[Tensor, int]:
    return bank, 0


def total_loss(
    features: Tensor,
    refined: Tensor,
    logits: Tensor,
    *,
    settings: ContrastiveSettings,
    gather: Callable[[Tensor], tuple[Tensor, int]] = _alone,
) -> dict[str, Tensor]:
    """Return the terms of a batch's loss and their ``total`` (eq. 11), means over all samples.

    ``uniqueness`` and ``filter`` are left out where the batch has a single video: the target would
    be 1 everywhere, and the filter would learn that all is unique.

    Args:
        features: (B, T, D) frozen backbone features, which define the neighbors.
        refined: (B, T, d) output of the network.
        logits: (B, T) output of the filter before its sigmoid.
        settings: weights and variants.
        gather: takes this device's segments (B, L, d), returns those of all devices and the index
            of this device's first video among them.
    """
    # Exponentials of distances are taken in full precision, whatever the network runs in.
    with torch.autocast(device_type=refined.device.type, enabled=False):
        refined, logits = refined.float(), logits.float()
        k = neighbor_count(
            features.shape[1],
            neighbors=settings.neighbors,
            count_self=settings.count_self,
            round_neighbors=settings.round_neighbors,
        )
        near = nearest_neighbors(features, k=k, count_self=settings.count_self)
        unit = F.normalize(refined, dim=-1)
        products = unit @ unit.transpose(1, 2)
        terms = {
            "alignment": alignment_loss(products, near).mean(),
            "uniformity": uniformity_loss(products, count_self=settings.count_self).mean(),
        }
        total = terms["alignment"] + settings.uniform_weight * terms["uniformity"]
        own = segments(refined, run=settings.segment, pool_unit=settings.pool_unit)
        bank, first = gather(own)
        if len(bank) == 1 and not settings.own_segments:
            # The filter adds 0, but has a gradient: several devices wait for one of every weight.
            return {**terms, "total": total + 0.0 * logits.sum()}
        unique = uniqueness_loss(unit, bank, own_segments=settings.own_segments, first=first)
        target = filter_target(unique, low=settings.target_low, high=settings.target_high)
        terms["uniqueness"] = unique.mean()
        terms["filter"] = F.binary_cross_entropy_with_logits(logits, target)
        total = total + settings.unique_weight * terms["uniqueness"]
        return {**terms, "total": total + settings.filter_weight * terms["filter"]}
