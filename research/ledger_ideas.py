"""The ideas of research/score.md: what a video is under a bank, and one function an idea.

An idea takes a `Video` and returns a score (T,); `ledger.py` measures it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from dropped import PRIORS, finish, promise
from ledger_video import Video, along, finished, unit, units
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.stats import rankdata

from vidgist.criteria import belonging, distinctiveness, minmax
from vidgist.criteria.belonging import TYPICALITY
from vidgist.criteria.smoothing import smooth

# --- the direction -------------------------------------------------------------------------------


def ridge(v: Video, share: float):
    centered = v.x - v.x.mean(axis=0)
    gram = centered @ centered.T
    penalty = share * np.linalg.eigvalsh(gram)[-1]
    return gram @ np.linalg.solve(gram + penalty * np.eye(len(gram)), v.q - v.q.mean())


def partial_least_squares(v: Video, components: int):
    """More than one step of the descent of which the projection is the first."""
    rest, left, fit = v.x - v.x.mean(axis=0), v.q - v.q.mean(), np.zeros(len(v.f))
    for _ in range(components):
        place = rest @ (rest.T @ left)
        share = place @ place
        if share == 0:
            break
        fit += place * (place @ left) / share
        left = left - place * (place @ left) / share
        rest = rest - np.outer(place, place @ rest) / share
    return fit


def exponential(v: Video, sharpness: float):
    return np.exp(sharpness * (v.x @ v.x.T)) @ (v.q - v.q.mean())


def diffused(v: Video, share: float, width: float):
    """The score after a random walk over samples that look alike."""
    walk = np.exp((v.x @ v.x.T - 1.0) / width)
    np.fill_diagonal(walk, 0.0)
    walk /= walk.sum(axis=1, keepdims=True)
    return np.linalg.solve(np.eye(len(walk)) - share * walk, v.q)


def by_reliability(v: Video):
    """As much of the score itself as the projection leaves unexplained."""
    explained = np.corrcoef(v.p, v.q)[0, 1] ** 2
    return explained * units(v.p) + 0.5 * (1 - explained) * units(v.q)


def clustered(v: Video, count: int):
    return fcluster(linkage(v.x, "ward"), count, "maxclust")


def cluster_sizes(v: Video, count: int, exponent: float):
    groups = clustered(v, count)
    return along(v.x, v.q * np.bincount(groups)[groups] ** exponent)


def cluster_means(v: Video, count: int):
    groups = clustered(v, count)
    means = np.bincount(groups, v.p) / np.maximum(np.bincount(groups), 1)
    return v.p + means[groups]


def shot_direction(v: Video, exponent: float):
    """The direction from the means of shots, each weighing its length to a power."""
    starts, sizes = v.shots, v.shot_sizes
    x = np.add.reduceat(v.x, starts) / sizes[:, None]
    q = np.add.reduceat(v.q, starts) / sizes
    weights = sizes**exponent / np.sum(sizes**exponent)
    return v.x @ ((weights * (q - weights @ q)) @ x)


def twice(v: Video):
    """The direction once more through the covariance: toward the largest component."""
    centered = v.x - v.x.mean(axis=0)
    return centered @ (centered.T @ along(v.x, v.q))


def with_shot_means(v: Video, share: float):
    means = np.add.reduceat(v.p, v.shots) / v.shot_sizes
    return (1 - share) * v.p + share * np.repeat(means, v.shot_sizes)


def projected_apart(v: Video):
    """A and C projected, multiplied, and projected again."""
    return along(v.x, minmax(along(v.x, v.a)) * minmax(along(v.x, v.c)))


def shot_mean_belonging(v: Video):
    """The video's mean over shots, each weighing the root of its length, and q smoothed."""
    weights = np.repeat(v.shot_sizes**-0.5, v.shot_sizes)
    mean = weights @ v.x / weights.sum()
    belongs = minmax(v.x @ (mean - TYPICALITY * v.bank.common))
    return along(v.x, smooth(v.a * belongs, sigma=3))


# --- the criteria --------------------------------------------------------------------------------


def with_distinctiveness(v: Video, values):
    return along(v.x, minmax(values) * v.c)


def tailed(v: Video, change: Callable):
    return with_distinctiveness(v, distinctiveness(change(v.scaled - v.bank.mean / v.spread)))


def spread_within(v: Video):
    spread = np.sqrt(np.mean([u.f.astype(float).var(axis=0) for u in v.library], axis=0))
    return with_distinctiveness(v, distinctiveness(v.f, mean=v.bank.mean, deviation=spread))


def outlier_factor(v: Video):
    z = v.z.astype(float)
    squares = (z**2).sum(axis=1)
    distances = np.maximum(squares[:, None] + squares - 2 * z @ z.T, 0)
    near = np.argsort(distances, axis=1)[:, : max(1, len(z) // 10)]
    mean = np.take_along_axis(distances, near, 1).mean(axis=1)
    return along(v.x, v.q * minmax(mean / (mean[near].mean(axis=1) + 1e-9)))


def belonging_to(v: Video, mean):
    """Agreement with something else than the plain mean of the video."""
    return along(v.x, v.a * minmax(v.x @ (mean - TYPICALITY * v.bank.common)))


def trimmed_mean(v: Video):
    """The mean of each dimension without its fifth of smallest and largest values."""
    out = len(v.x) // 5
    return np.sort(v.x, axis=0)[out : len(v.x) - out].mean(axis=0)


def thinned(v: Video, draws: int = 8):
    """The sum of scores that see a random half of the dimensions each."""
    rng, total = np.random.default_rng(0), np.zeros(len(v.f))
    for _ in range(draws):
        seen = rng.random(v.x.shape[1]) < 0.5
        x, bank = v.x * seen, v.bank.common * seen
        c = minmax(x @ (x.mean(axis=0) - TYPICALITY * bank))
        total += minmax(along(v.x, minmax(distinctiveness(v.z * seen)) * c))
    return total


def shot_length(v: Video):
    return np.repeat(np.log(v.shot_sizes), v.shot_sizes)


def change(v: Video):
    """How much the picture changes around a sample."""
    steps = np.linalg.norm(np.diff(v.x, axis=0), axis=1)
    return smooth(np.append(steps[:1], steps), sigma=3)


def inside(v: Video):
    """Samples to the nearest border of a shot, five at most."""
    borders = np.append(v.shots, len(v.f))
    return np.minimum(np.abs(v.time[:, None] - borders).min(axis=1), 5)


def local_belonging(v: Video, sigma: float, weight: float):
    """Agreement with what comes shortly before and after, on top of that with the video."""
    window = np.exp(-0.5 * ((v.time[:, None] - v.time) / sigma) ** 2)
    window /= window.sum(axis=1, keepdims=True)
    local = np.einsum("td,td->t", v.x, window @ v.x)
    return along(v.x, v.a * minmax(belonging(v.f, common=v.bank.common) + weight * local))


def far_belonging(v: Video, sigma: float):
    """Agreement with the rest of the video, what is near in time left out: recurrence."""
    away = 1 - np.exp(-0.5 * ((v.time[:, None] - v.time) / sigma) ** 2)
    away /= away.sum(axis=1, keepdims=True)
    far = (away * (v.x @ v.x.T)).sum(axis=1) - TYPICALITY * v.x @ v.bank.common
    return along(v.x, v.a * minmax(far))


def powered(v: Video, exponent: float):
    return along(unit(np.maximum(v.f, 0).astype(float) ** exponent), v.q)


# --- across videos -------------------------------------------------------------------------------


def time_profile(v: Video, weight: float, bins: int = 20):
    """The mean course over time of the scores of other videos, no label in it."""
    places = (np.arange(bins) + 0.5) / bins

    def course(u: Video):
        return np.interp(places, (u.time + 0.5) / len(u.f), units(u.best))

    profile = smooth(np.mean([course(u) for u in v.library], axis=0), sigma=1)
    return units(v.best) + weight * np.interp((v.time + 0.5) / len(v.f), places, profile)


def library_direction(v: Video):
    w = np.sum([(u.q - u.q.mean()) @ u.x for u in v.library], axis=0)
    return along(v.x, v.q * (0.3 + minmax(v.x @ w)))


def promising(v: Video, least: float):
    return along(v.x, v.q * (least + minmax(promise(v.f, direction=v.rise))))


_LIBRARY: dict[tuple[bool, int, float], np.ndarray] = {}


def library_ridge(v: Video, share: float, weight: float):
    """One ridge regression over the other half's videos from x to the scores of `best`."""
    odd = bool(v.number % 2)
    key = (odd, id(v.bank) if v.bank.source.startswith("shipped") else 0, share)
    if key not in _LIBRARY:
        parts = [u for u in v.library if u.number % 2 != v.number % 2]
        centered = [(u.x - u.x.mean(axis=0)) / np.sqrt(len(u.f)) for u in parts]
        covariance = sum(x.T @ x for x in centered) / len(parts)
        target = sum(
            x.T @ units(u.best) / np.sqrt(len(u.f)) for x, u in zip(centered, parts, strict=True)
        )
        penalty = share * np.linalg.eigvalsh(covariance)[-1]
        eye = np.eye(len(covariance))
        _LIBRARY[key] = np.linalg.solve(covariance + penalty * eye, target / len(parts))
    return units(v.best) + weight * units(smooth(v.x @ _LIBRARY[key], sigma=3))


Idea = Callable[[Video], np.ndarray]


def scored(change: Callable[[Video], np.ndarray], *, smoothing: float = 3.0) -> Idea:
    """Return an idea whose outcome is finished as that of `best` is."""
    return lambda v: finished(change(v), smoothing)


def ideas() -> dict[str, Idea]:
    """Return name -> the score of a video."""
    found: dict[str, Idea] = {}
    for sigma in (1, 2, 4):
        found[f"smoothing {sigma}"] = scored(lambda v: v.p, smoothing=sigma)
    for share in (0.005, 0.01, 0.02):
        found[f"smoothing {share} T"] = lambda v, s=share: finished(v.p, s * len(v.f))
    found["q smoothed by 3 before"] = scored(lambda v: along(v.x, smooth(v.q, sigma=3)))
    for name in PRIORS:
        found[f"prior {name}"] = lambda v, n=name: finish(v.p, smoothing=3.0, prior=n)
    for share in (10, 3, 1, 0.3):
        found[f"ridge {share}"] = scored(partial(ridge, share=share))
    for count in (2, 3):
        found[f"{count} PLS components"] = scored(partial(partial_least_squares, components=count))
    for sharpness in (1, 3, 6):
        found[f"exponential kernel {sharpness}"] = scored(partial(exponential, sharpness=sharpness))
    for share in (0.5, 0.9):
        walk = partial(diffused, share=share, width=0.05)
        found[f"diffused {share}"] = scored(walk)
        found[f"diffused {share}, projected"] = scored(lambda v, w=walk: along(v.x, w(v)))
    for exponent in (0, 0.5, 1):
        found[f"direction of shots, n^{exponent}"] = scored(
            partial(shot_direction, exponent=exponent)
        )
    found["projection on raw features"] = scored(lambda v: along(v.f.astype(float), v.q))
    found["projection on f / s at length 1"] = scored(lambda v: along(unit(v.scaled), v.q))
    found["projection on z"] = scored(lambda v: along(v.z.astype(float), v.q))
    for exponent in (0.25, 0.5, 2):
        found[f"projection on features^{exponent}"] = scored(partial(powered, exponent=exponent))
    for weight in (0.2, 0.4):
        found[f"p + {weight} q"] = scored(lambda v, w=weight: v.p + w * v.q)
    found["blend by reliability"] = scored(by_reliability)
    found["q times 0.5 + length of f / s"] = scored(
        lambda v: along(v.x, v.q * (0.5 + minmax(np.linalg.norm(v.scaled, axis=1))))
    )
    found["twice through the covariance"] = scored(twice)
    for sigma in (3, 6):
        found[f"features smoothed by {sigma}"] = scored(
            lambda v, s=sigma: along(np.apply_along_axis(smooth, 0, v.x, sigma=s), v.q)
        )
    for share in (0.3, 0.7):
        found[f"mean over shots, {share}"] = scored(partial(with_shot_means, share=share))
    found["shots weigh roots, q smoothed"] = scored(shot_mean_belonging)
    found["ranks of q"] = scored(lambda v: along(v.x, rankdata(v.q)))
    found["root of q"] = scored(lambda v: along(v.x, np.sqrt(v.q)))
    found["square of q"] = scored(lambda v: along(v.x, v.q**2))
    found["A and C projected and summed"] = scored(
        lambda v: units(along(v.x, v.a)) + units(along(v.x, v.c))
    )
    found["A and C projected, multiplied, projected"] = scored(projected_apart)
    for exponent in (-0.25, 0.25):
        found[f"q times cluster size^{exponent}"] = scored(
            partial(cluster_sizes, count=20, exponent=exponent)
        )
    found["mean over 10 clusters, half"] = scored(partial(cluster_means, count=10))
    found["z cut off at 3"] = scored(partial(tailed, change=lambda z: np.clip(z, -3, 3)))
    found["z cut off at 6"] = scored(partial(tailed, change=lambda z: np.clip(z, -6, 6)))
    found["arsinh of z"] = scored(partial(tailed, change=np.arcsinh))
    found["s within videos (others)"] = scored(spread_within)
    found["local outlier factor"] = scored(outlier_factor)
    found["belonging to the median"] = scored(lambda v: belonging_to(v, np.median(v.x, axis=0)))
    found["belonging to a trimmed mean"] = scored(lambda v: belonging_to(v, trimmed_mean(v)))
    found["belonging to the mean, q its weights"] = scored(
        lambda v: belonging_to(v, v.q @ v.x / v.q.sum())
    )
    for name, course in (("length of shots", shot_length), ("change", change), ("inside", inside)):
        for sign, word in ((1, "more"), (-1, "less")):
            found[f"{name}, {word}"] = scored(
                lambda v, f=course, s=sign: along(v.x, v.q * (1 + minmax(s * f(v).astype(float))))
            )
    found["half of the dimensions, 8 times"] = scored(thinned)
    for sigma in (5, 20, 60):
        found[f"recurrence beyond {sigma}"] = scored(partial(far_belonging, sigma=sigma))
        for weight in (0.1, 0.3, -0.1, -0.3):
            found[f"belonging {weight:+} within {sigma}"] = scored(
                partial(local_belonging, sigma=sigma, weight=weight)
            )
    for weight in (0.5, 1):
        found[f"time profile of the library, {weight}"] = partial(time_profile, weight=weight)
    found["direction of the library"] = scored(library_direction)
    for least in (0.3, 1, 2):
        found[f"promise, {least} + P"] = scored(partial(promising, least=least))
    for share in (1, 0.1, 0.01):
        found[f"best + 0.25 library ridge {share}"] = partial(
            library_ridge, share=share, weight=0.25
        )
    return found
