"""Importance scores: criteria are scaled, multiplied, kept above zero, and smoothed (eq. 12)."""

from __future__ import annotations

import copy
import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from vidgist.criteria import CRITERIA, Samples, minmax
from vidgist.criteria.smoothing import smooth
from vidgist.errors import DataError, SettingError, VidgistError, unknown_value
from vidgist.models import AnyModel, ScoreFunction, open_model
from vidgist.progress import Progress, silent
from vidgist.sampling import SAMPLE_SECONDS
from vidgist.scoring.bank import NONE, SHIPPED, Bank, choose_bank, read_bank, shipped_bank
from vidgist.scoring.fusion import fuse
from vidgist.scoring.presets import AVOID_ZEROS, DEFAULT_PRESET, Preset, check_criteria, preset
from vidgist.types import Features, Floats, Scores


def scale(
    criteria: Mapping[str, Floats],
    *,
    threshold: float | None = None,
    weights: Floats | None = None,
) -> dict[str, Floats]:
    """Scale each criterion to [0, 1] over the video.

    Args:
        criteria: name -> (T,) raw values, higher for more important.
        threshold: set scaled alignment under this share of its mean to 0 (S7), or None.
        weights: (T,) time that each sample stands for; the same for all by default.

    Returns:
        name -> (T,) values in [0, 1]; a constant criterion is 1 everywhere.

    Raises:
        SettingError: the threshold is negative.
        ValueError: a criterion's shape is wrong, or a value is not finite.

    >>> scale({"alignment": [2.0, 4.0, 3.0]})
    {'alignment': array([0. , 1. , 0.5])}
    """
    scaled = {name: minmax(values) for name, values in criteria.items()}
    if threshold is not None and "alignment" in scaled:
        if not threshold >= 0:
            raise SettingError(f"threshold: expected at least 0, got {threshold:g}")
        values = scaled["alignment"]
        mean = values.mean() if weights is None else np.average(values, weights=weights)
        scaled["alignment"] = np.where(values < threshold * mean, 0.0, values)
    return scaled


def importance(
    scaled: Mapping[str, Floats],
    *,
    criteria: str | Iterable[str] = ("alignment", "uniformity"),
    avoid_zeros: str = "eps",
    smoothing: float = 0.5,
    weights: Floats | None = None,
) -> Floats:
    """Return the importance score of each sample.

    Args:
        scaled: name -> (T,) criterion in [0, 1], as `scale` returns them.
        criteria: the names whose product is taken (eq. 12); one that transforms the product, such
            as `projection`, replaces it.
        avoid_zeros: `eps` adds 0.05 to the product p, `exp` takes exp(p - 1) (S6).
        smoothing: standard deviation of the Gaussian over time, in seconds; 0 for none.
        weights: (T,) time that each sample stands for, in half seconds; 1 each by default.

    Returns:
        (T,) float64, in [0.05, 1.05] with `eps` and [1/e, 1] with `exp`.

    Raises:
        SettingError: a criterion or way of avoiding zeros is unknown, or smoothing is negative.
        ValueError: a chosen criterion was not given.

    >>> importance({"alignment": [0.0, 1.0]}, criteria="alignment", smoothing=0)
    array([0.05, 1.05])
    """
    names = check_criteria(criteria)
    missing = [name for name in names if name not in scaled]
    if missing:
        raise ValueError(f"criteria: expected {', '.join(names)}, got no {', '.join(missing)}")
    if avoid_zeros not in AVOID_ZEROS:
        raise unknown_value("avoid_zeros", avoid_zeros, AVOID_ZEROS)
    if not 0 <= smoothing < np.inf:
        raise SettingError(f"smoothing: expected at least 0, got {smoothing:g}")
    transforms = [name for name in names if CRITERIA[name].transform is not None]
    p = np.asarray(scaled[transforms[-1]]) if transforms else _product(scaled, names)
    p = p + 0.05 if avoid_zeros == "eps" else np.exp(p - 1.0)
    return smooth(p, sigma=smoothing / SAMPLE_SECONDS, weights=weights)


def _product(scaled: Mapping[str, Floats], names: Iterable[str]) -> Floats:
    """Return the product (T,) of the criteria that are measured."""
    factors = [scaled[name] for name in names if CRITERIA[name].measure is not None]
    return np.asarray(np.prod(factors, axis=0))


class Scorer:
    """Importance scores under fixed settings: built and checked once, used for many videos.

    Args:
        settings: a preset's name, or the settings.
        model: what ``vidgist train`` made, or its file: it refines the features and gives
            uniqueness, or gives the score itself. Or an ONNX file, a function, or the name of one
            that gives the score, see `vidgist.models.open_model`.
        bank: statistics of other videos, for the criteria that compare with them: ``"shipped"``
            (the bank that comes with the backbone of the features), the name of a backbone whose
            bank it is, ``"none"``, a bank file, or the bank.

    Attributes:
        settings: of the score.
        model: the trained model, or None.
        bank: the bank in use, or None; before `matched` it may still be ``"shipped"``.
        notes: remarks on the choice of the bank for the user, one sentence each.

    Raises:
        SettingError: settings, model and bank contradict each other.
        ModelError: the model file is missing or damaged.
        DataError: the bank file is missing or damaged.

    >>> scorer = Scorer("paper")
    >>> scorer.score(np.eye(3)).importance
    array([1.05, 1.05, 1.05])
    """

    def __init__(
        self,
        settings: Preset | str = DEFAULT_PRESET,
        *,
        model: AnyModel
        | ScoreFunction
        | Callable[[Features], Floats]
        | str
        | os.PathLike[str]
        | None = None,
        bank: Bank | str | os.PathLike[str] | None = SHIPPED,
    ) -> None:
        self.settings = preset(settings)
        self.model: AnyModel | None = None if model is None else open_model(model)
        self.notes: tuple[str, ...] = ()
        refining = self.model is not None and self.model.gives_criteria
        if refining and not self.settings.refinable:
            names = ", ".join(name for name, c in CRITERIA.items() if c.refinable)
            raise SettingError(
                f"model: refines {names}, none of which is in this score; "
                "leave it out, or take preset='paper'"
            )
        for name in self.settings.criteria:
            if CRITERIA[name].needs_model and not refining:
                raise SettingError(
                    f"criteria: {name} needs a model that vidgist train made; "
                    "give it, model='FILE.safetensors'"
                )
        if not self.settings.needs_bank and bank != SHIPPED:
            raise SettingError("bank: nothing in this score uses one; take preset='best' with it")
        self.bank: Bank | str | None
        if bank is None or bank == NONE or not self.settings.needs_bank:
            self.bank = None
        elif isinstance(bank, Bank):
            self.bank = bank
        else:
            named = None if Path(bank).exists() else shipped_bank(os.fspath(bank))
            self.bank = SHIPPED if bank == SHIPPED else named or read_bank(bank)

    def __repr__(self) -> str:
        settings = self.settings
        named = {k: v for k, v in self.described().items() if v is not None}
        more = "".join(f", {name}={value!r}" for name, value in named.items())
        return f"Scorer({settings.name!r}, criteria={','.join(settings.criteria)!r}{more})"

    def matched(self, *, dimension: int, backbone: str = "", fingerprint: str = "") -> Scorer:
        """Return this scorer with the bank for the features of one backbone.

        Args:
            dimension: D of the features.
            backbone: name of their extractor, "" where unknown.
            fingerprint: that of the extractor, "" where unknown.

        Raises:
            ModelError: the model was trained on other features.
            DataError: the bank is one of another backbone.
        """
        if self.model is not None:
            self.model.check(dimension=dimension, backbone=backbone, fingerprint=fingerprint)
        matched = copy.copy(self)
        if "+" in backbone and self.bank == SHIPPED and self.model is None:
            # Each of the backbones gets its own bank when it scores.
            without = [name for name in backbone.split("+") if shipped_bank(name) is None]
            text = f"no bank comes with {', '.join(without)}, whose scores are made without one"
            matched.notes = (text,) if without else ()
        elif self.bank is not None:
            matched.bank, note = choose_bank(
                self.bank, dimension=dimension, backbone=backbone, fingerprint=fingerprint
            )
            matched.notes = () if note is None else (note,)
        return matched

    def with_bank(self, bank: Bank | None) -> Scorer:
        """Return this scorer with another bank."""
        changed = copy.copy(self)
        changed.bank = bank if self.settings.needs_bank else None
        return changed

    def in_force(self) -> dict[str, Any]:
        """Return the settings that play a part in the scores, by name."""
        if self.model is not None and not self.model.gives_criteria:
            return {}  # the model gives the score
        used = {name for c in self.settings.criteria for name in CRITERIA[c].settings}
        used |= {"criteria", "avoid_zeros", "smoothing"}
        used |= {"threshold"} if "alignment" in self.settings.criteria else set()
        return {name: value for name, value in vars(self.settings).items() if name in used}

    def described(self) -> dict[str, str | None]:
        """Return the names of the model and the bank in use, for a list of settings."""
        bank = self.bank.label if isinstance(self.bank, Bank) else self.bank
        return {"model": None if self.model is None else self.model.source, "bank": bank}

    def measure(
        self, features: Features | Floats, *, progress: Progress = silent
    ) -> dict[str, Floats]:
        """Return the raw criteria (T,) by name, higher for more important.

        The criteria of the paper are always measured, for comparison with any score.

        Args:
            features: (T, D) of one video, not normalized.
            progress: called as the work goes on.

        Raises:
            ModelError: the features are not of the kind that the model was trained on.
            DataError: the bank is one of another backbone.
            ValueError: the features are not (T, D), or not finite.
        """
        values, name, weights = _values_of(features)
        refined = unique = None
        if self.model is not None and self.model.gives_criteria:
            refined, unique = self.model.apply(features)
        bank = self.bank
        if bank is not None:
            bank = self.matched(dimension=values.shape[1], backbone=name).bank
        if isinstance(bank, str):  # features of several backbones that are taken as one
            bank = None
        samples = Samples(
            features=values,
            neighbors=self.settings.neighbors,
            count_self=self.settings.count_self,
            round_neighbors=self.settings.round_neighbors,
            bank=bank,
            refined=refined,
            uniqueness=unique,
            weights=weights,
            progress=progress,
        )
        return {
            name: _checked(name, criterion.measure, samples)
            for name, criterion in CRITERIA.items()
            if criterion.measure is not None
            and (
                name in self.settings.criteria
                or (criterion.refinable and (unique is not None or not criterion.needs_model))
            )
        }

    def combine(self, features: Features | Floats, criteria: Mapping[str, Floats]) -> Scores:
        """Return the scores that raw criteria (T,) give.

        Args:
            features: (T, D) of one video, not normalized.
            criteria: what `measure` returned, under these or other settings.
        """
        settings = self.settings
        values, _, weights = _values_of(features)
        scaled = scale(criteria, threshold=settings.threshold, weights=weights)
        samples = Samples(features=values, weights=weights)
        for name in settings.criteria:
            transform = CRITERIA[name].transform
            if transform is not None:
                product = _product(scaled, settings.criteria)
                scaled[name] = minmax(_checked(name, transform, samples, product))
        if self.model is not None and not self.model.gives_criteria:
            # The score of a rival method; the criteria are kept for comparison.
            return Scores(criteria=scaled, importance=self.model.scores(features))
        return Scores(
            criteria=scaled,
            importance=importance(
                scaled,
                criteria=settings.criteria,
                avoid_zeros=settings.avoid_zeros,
                smoothing=settings.smoothing,
                weights=weights,
            ),
        )

    def score(self, features: Features | Floats, *, progress: Progress = silent) -> Scores:
        """Return the criteria, scaled to [0, 1], and the importance of each sample.

        Features of several backbones are scored by each, with its own bank, see
        `vidgist.scoring.fusion`.

        Args:
            features: (T, D) of one video, not normalized.
            progress: called as the work goes on.

        Returns:
            ``criteria``, (T,) each in [0, 1], and ``importance``, (T,) of at least 0.

        Raises:
            ModelError: the features are not of the kind that the model was trained on.
            DataError: the bank is one of another backbone.
            ValueError: the features are not (T, D), or not finite.
        """
        if isinstance(features, Features) and features.widths and self.model is None:
            if isinstance(self.bank, Bank):
                raise DataError(
                    f"bank: {self.bank.source}: a bank belongs to one backbone, and these features "
                    "are of several; pass bank='shipped' or bank='none'"
                )
            parts = [self.score(part, progress=progress) for part in features.parts]
            return fuse(parts, weights=features.weights)
        return self.combine(features, self.measure(features, progress=progress))


def _checked(name: str, function: Callable[..., Floats], samples: Samples, *more: Floats) -> Floats:
    """Return the values (T,) of a criterion.

    Raises:
        VidgistError: a criterion of another package fails, or returns something else.
    """
    values = np.asarray(CRITERIA.call(name, function, samples, *more))
    count = len(samples.features)
    if values.shape != (count,) or values.dtype.kind not in "fiub":
        got = f"{values.dtype} {values.shape}"
        raise VidgistError(f"criteria: '{name}': expected numbers ({count},), got {got}; fix it")
    if not np.isfinite(values).all():
        bad = np.flatnonzero(~np.isfinite(values))[0]
        raise VidgistError(
            f"criteria: '{name}': expected finite numbers, got {values[bad]} at sample {bad}; "
            "fix it"
        )
    return values


def _values_of(features: Features | Floats) -> tuple[Floats, str, Floats | None]:
    """Return the features (T, D), the name of their backbone, "" where unknown, and weights."""
    if isinstance(features, Features):
        return features.values, features.backbone, features.weights
    return features, "", None
