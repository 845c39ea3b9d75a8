"""From criteria to one score: scaling, product, prior, zeros, smoothing (section 4.5, eq. 12)."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping

import numpy as np

from vidgist.criteria import (
    belonging,
    distinctiveness,
    measure,
    minmax,
    projection,
    promise,
)
from vidgist.criteria.smoothing import smooth
from vidgist.errors import SettingError, unknown_value
from vidgist.models import Model, refined_criteria
from vidgist.priors import NO_PRIOR, with_prior
from vidgist.progress import Progress, silent
from vidgist.scoring.bank import SHIPPED, Bank, choose_bank
from vidgist.scoring.presets import BANK_CRITERIA, CRITERIA, PAPER_CRITERIA, Preset
from vidgist.types import Features, Floats, Scores

__all__ = [
    "AVOID_ZEROS",
    "CRITERIA",
    "bank_for",
    "check_criteria",
    "check_model",
    "importance",
    "scale",
    "score_features",
]

AVOID_ZEROS = {"eps": lambda p: p + 0.05, "exp": lambda p: np.exp(p - 1.0)}
"""How the product p in [0, 1] is kept from 0 (S6): a shot of score 0 is never worth a place."""


LOCAL = ("alignment", "distinctiveness")
"""Criteria that tell neighbors apart; without one a score chooses the same thing many times."""


def check_criteria(criteria: Iterable[str]) -> tuple[str, ...]:
    """Return the criteria to multiply, each once, in the order of eq. 12.

    Raises:
        SettingError: none or an unknown one is named, or several without a local one.
    """
    wanted = set(criteria)
    for name in sorted(wanted):
        if name not in CRITERIA:
            raise unknown_value("--criteria", name, CRITERIA)
    if not wanted:
        raise SettingError(f"--criteria: name at least one of {', '.join(CRITERIA)}")
    if wanted == {"projection"}:
        raise SettingError("--criteria: projection needs others whose product it projects")
    if len(wanted - {"projection"}) > 1 and not wanted & set(LOCAL):
        raise SettingError(
            "--criteria: several at once need alignment among them, or distinctiveness; "
            "add one of these or name one alone"
        )
    return tuple(name for name in CRITERIA if name in wanted)


def scale(criteria: Mapping[str, Floats], *, threshold: float | None = None) -> dict[str, Floats]:
    """Return each criterion scaled to [0, 1] over the video.

    Args:
        criteria: name -> (T,) raw values, higher for more important.
        threshold: set scaled alignment under this share of its mean to 0 (S7), or None.

    Returns:
        name -> (T,) values in [0, 1]; a constant criterion is 1 everywhere.

    Raises:
        SettingError: the threshold is negative.
        ValueError: a criterion's shape is wrong, or a value is not finite.
    """
    scaled = {name: minmax(values) for name, values in criteria.items()}
    if threshold is not None and "alignment" in scaled:
        if threshold < 0:
            raise SettingError(f"--threshold: expected a number of at least 0, came {threshold:g}")
        values = scaled["alignment"]
        scaled["alignment"] = np.where(values < threshold * values.mean(), 0.0, values)
    return scaled


def importance(
    scaled: Mapping[str, Floats],
    *,
    criteria: Iterable[str] = ("alignment", "uniformity"),
    avoid_zeros: str = "eps",
    smoothing: float = 1.0,
    prior: str = NO_PRIOR,
) -> Floats:
    """Return the final score of each sample.

    Args:
        scaled: name -> (T,) criterion in [0, 1], as `scale` returns them.
        criteria: the names whose product is taken (eq. 12).
        avoid_zeros: `eps` adds 0.05 to the product p, `exp` takes exp(p - 1) (S6).
        smoothing: sigma of the Gaussian over time, in samples; 0 for none.
        prior: of time, a name out of `vidgist.priors` or `none`.

    Returns:
        (T,) float64, in [0.05, 1.05] with `eps` and [1/e, 1] with `exp`.

    Raises:
        SettingError: a criterion, prior or way of avoiding zeros is unknown, or smoothing is
            negative.
        ValueError: a chosen criterion was not given.
    """
    names = check_criteria(criteria)
    missing = [name for name in names if name not in scaled]
    if missing:
        raise ValueError(f"criteria: expected {', '.join(names)}, came no {', '.join(missing)}")
    product = scaled["projection"] if "projection" in names else product_of(scaled, names)
    return finish(product, avoid_zeros=avoid_zeros, smoothing=smoothing, prior=prior)


def product_of(scaled: Mapping[str, Floats], criteria: Iterable[str]) -> Floats:
    """Return the product (T,) of the chosen criteria, `projection` not among them.

    `promise` among others is a hint: it enters as (1 + P) / 2.
    """
    names = [name for name in criteria if name != "projection"]
    hint = "promise" if len(names) > 1 else ""
    chosen = [(1 + scaled[name]) / 2 if name == hint else scaled[name] for name in names]
    return np.asarray(np.prod(chosen, axis=0))


def finish(product: Floats, *, avoid_zeros: str, smoothing: float, prior: str = NO_PRIOR) -> Floats:
    """Add a prior to a product of criteria (T,) in [0, 1], keep it from zero and smooth it."""
    if avoid_zeros not in AVOID_ZEROS:
        raise unknown_value("--avoid-zeros", avoid_zeros, AVOID_ZEROS)
    if not 0 <= smoothing < np.inf:
        raise SettingError(f"--smoothing: expected a number of at least 0, came {smoothing:g}")
    score = AVOID_ZEROS[avoid_zeros](with_prior(product, prior))
    return smooth(score, sigma=smoothing)


def check_model(settings: Preset, model: Model | None) -> None:
    """Make sure that the criteria can be had, before any work.

    Raises:
        SettingError: uniqueness is asked for and nothing gives it, or a model that nothing uses.
    """
    unused = not set(settings.criteria) & set(PAPER_CRITERIA)
    if model is not None and model.gives_criteria and unused:
        raise SettingError(
            f"--model: refines {', '.join(PAPER_CRITERIA)}, none of which is in this score; "
            "leave it out, or take --preset paper"
        )
    if model is not None and not model.gives_criteria and settings.prior != NO_PRIOR:
        raise SettingError("--prior: this model gives the score itself; leave one of them out")
    if "uniqueness" in settings.criteria and (model is None or not model.gives_criteria):
        raise SettingError(
            "--criteria: uniqueness needs a model that vidgist train made; pass one with --model"
        )


def bank_for(
    settings: Preset,
    wanted: str | os.PathLike[str] | Bank = SHIPPED,
    *,
    dimension: int,
    backbone: str = "",
    fingerprint: str = "",
) -> tuple[Bank | None, str | None]:
    """Return the bank that the settings need and a warning, see `choose_bank`.

    Raises:
        SettingError: a bank is asked for and no criterion uses it.
        DataError: the file is no bank, or one of another backbone.
    """
    if not set(BANK_CRITERIA) & set(settings.criteria):
        if wanted != SHIPPED:
            raise SettingError("--bank: nothing in this score uses one; take --preset best with it")
        return None, None
    return choose_bank(wanted, dimension=dimension, backbone=backbone, fingerprint=fingerprint)


def score_features(
    features: Features | Floats,
    settings: Preset,
    *,
    model: Model | None = None,
    bank: Bank | None = None,
    progress: Progress = silent,
) -> Scores:
    """Return the criteria, scaled to [0, 1], and the importance of each sample.

    Args:
        features: of one video, (T, D); normalized where the criteria want them so.
        settings: as `configure` returns them.
        model: refines the features and gives uniqueness, or (DR-DSN) gives the score itself.
        bank: what other videos look like, for the criteria that compare with them; None for no
            bank.
        progress: told how far it is.

    Returns:
        ``criteria``, (T,) each in [0, 1], and ``importance``, (T,) of at least 0.

    Raises:
        SettingError: a chosen criterion needs what is not given.
        ModelError: the features are not of the kind that the model was trained on.
        DataError: the bank is one of another backbone.
    """
    values = features.values if isinstance(features, Features) else features
    check_model(settings, model)
    if model is not None and model.gives_criteria:
        raw = refined_criteria(
            features,
            model,
            neighbors=settings.neighbors,
            count_self=settings.count_self,
            round_neighbors=settings.round_neighbors,
        )
    else:
        raw = measure(
            values,
            neighbors=settings.neighbors,
            count_self=settings.count_self,
            round_neighbors=settings.round_neighbors,
            progress=progress,
        )
    if set(BANK_CRITERIA) & set(settings.criteria):
        raw |= _against_bank(features, bank, progress=progress)
        if "promise" in settings.criteria:
            raw["promise"] = promise(values, direction=None if bank is None else bank.rise)
    scaled = scale(raw, threshold=settings.threshold)
    if "projection" in settings.criteria:
        product = product_of(scaled, settings.criteria)
        scaled["projection"] = minmax(projection(values, product))
    if model is not None and not model.gives_criteria:
        # A rival's own score; the criteria stand beside it for comparison.
        return Scores(criteria=scaled, importance=model.scores(features))
    return Scores(
        criteria=scaled,
        importance=importance(
            scaled,
            criteria=settings.criteria,
            avoid_zeros=settings.avoid_zeros,
            smoothing=settings.smoothing,
            prior=settings.prior,
        ),
    )


def _against_bank(
    features: Features | Floats, bank: Bank | None, *, progress: Progress
) -> dict[str, Floats]:
    """Return raw distinctiveness and belonging, (T,) each."""
    values = features.values if isinstance(features, Features) else features
    if bank is not None:
        name = features.backbone if isinstance(features, Features) else ""
        bank.check(dimension=values.shape[1], backbone=name)
    return {
        "distinctiveness": distinctiveness(
            values,
            mean=None if bank is None else bank.mean,
            deviation=None if bank is None else bank.deviation,
            progress=progress,
        ),
        "belonging": belonging(values, common=None if bank is None else bank.common),
    }
