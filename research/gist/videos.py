"""The videos of the ledger: scores, shots and what people said, of TVSum, highlights and SumMe."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import h5py
import numpy as np
from vidgist.bank import shipped_bank
from vidgist.presets import PRESETS

from vidgist.criteria.gram import unit_rows
from vidgist.datasets import open_dataset
from vidgist.datasets.summe import read_summe
from vidgist.scoring import score_features
from vidgist.shots import segment

BEST = PRESETS["best"]


@dataclass
class Video:
    """One video, in seconds; features at length 1."""

    key: str
    number: int
    times: np.ndarray
    duration: float
    importance: np.ndarray
    features: np.ndarray
    shots: np.ndarray
    own: np.ndarray
    annotation: np.ndarray
    users: np.ndarray | None = None
    fps: float = 0.0
    raw: np.ndarray | None = field(default=None, repr=False)

    @property
    def odd(self) -> bool:
        return self.number % 2 == 1


def _own_shots(raw, times, duration):
    edges = np.concatenate([[0.0], times[segment(raw)], [duration]])
    return np.stack([edges[:-1], edges[1:]], axis=1)


@cache
def tvsum(path: Path) -> tuple[Video, ...]:
    """TVSum with preset `best` and the shipped bank."""
    videos = []
    bank = shipped_bank("efficientnet_lite0")
    for record in open_dataset(path):
        raw = record.features
        score = score_features(record.to_features(), BEST, bank=bank).importance
        fps, picks = record.frame_rate, record.sample_picks
        times, duration = picks / fps, record.n_frames / fps
        videos.append(
            Video(
                key=record.key,
                number=int(record.key.split("_")[1]),
                times=times,
                duration=duration,
                importance=score,
                features=unit_rows(raw),
                shots=record.shots.frames / fps,
                own=_own_shots(raw, times, duration),
                annotation=record.user_scores.mean(axis=0),
                users=record.user_scores,
                fps=fps,
                raw=raw,
            )
        )
    return tuple(videos)


@cache
def highlights(path: Path) -> tuple[Video, ...]:
    """YouTube Highlights: clips of 100 frames about every 50; no bank, smoothing 1.5 seconds."""
    videos = []
    with h5py.File(path) as file:
        for number, key in enumerate(sorted(file), 1):
            group = file[key]
            clip = np.asarray(group["clip"], dtype=float)
            fps = float(group.attrs["fps"])
            times = clip[:, 0] / fps
            if len(times) < 20:
                continue
            raw = np.asarray(group["features"], dtype=np.float32)
            order = np.argsort(times, kind="stable")
            raw, times = raw[order], times[order]
            match = np.asarray(group["match"], dtype=float)[order]
            step = float(np.median(np.diff(times)))
            duration = float(times[-1] + step)
            score = score_features(raw, _smoothed(1.5 / step), bank=None).importance
            shots = _own_shots(raw, times, duration)
            videos.append(
                Video(
                    key,
                    number,
                    times,
                    duration,
                    score,
                    unit_rows(raw),
                    shots,
                    shots,
                    match,
                    fps=fps,
                    raw=raw,
                )
            )
    return tuple(videos)


@cache
def summe(dino: Path, official: Path, annotations: Path) -> tuple[Video, ...]:
    """SumMe with DINO features (or the unit vectors of the same cosines), official shots."""
    by_name = {record.name: record for record in open_dataset(official)}
    users_of = read_summe(annotations)
    videos = []
    with h5py.File(dino) as file:
        for number, key in enumerate(sorted(file), 1):
            group = file[key]
            record = by_name.get(key) or by_name[key.replace("_", " ")]
            fps = float(group.attrs["fps"])
            raw = np.asarray(group["features" if "features" in group else "relative"], np.float32)
            picks = np.asarray(group["picks"], dtype=int)
            summary = users_of[key].frame_summary
            n_frames = min(record.n_frames, summary.shape[1])
            times, duration = picks / fps, n_frames / fps
            step = float(np.median(np.diff(times)))
            score = score_features(raw, _smoothed(1.5 / step), bank=None).importance
            users = summary[:, np.minimum(picks, n_frames - 1)]
            videos.append(
                Video(
                    key,
                    number,
                    times,
                    duration,
                    score,
                    unit_rows(raw),
                    record.shots.frames / fps,
                    _own_shots(raw, times, duration),
                    users.mean(axis=0),
                    users=users,
                    fps=fps,
                    raw=raw,
                )
            )
    return tuple(videos)


def summe_lite(official: Path) -> tuple[Video, ...]:
    """The three SumMe videos with EfficientNet-Lite0 features."""
    videos = []
    bank = shipped_bank("efficientnet_lite0")
    for record in open_dataset(official):
        if record.features is None:
            continue
        fps, picks, raw = record.frame_rate, record.sample_picks, record.features
        times, duration = picks / fps, record.n_frames / fps
        score = score_features(record.to_features(), BEST, bank=bank).importance
        users = record.user_summary[:, picks]
        videos.append(
            Video(
                record.key,
                1,
                times,
                duration,
                score,
                unit_rows(raw),
                record.shots.frames / fps,
                _own_shots(raw, times, duration),
                users.mean(axis=0),
                users=users,
                fps=fps,
                raw=raw,
            )
        )
    return tuple(videos)


def _smoothed(sigma: float):
    from dataclasses import replace

    return replace(BEST, smoothing=sigma)
