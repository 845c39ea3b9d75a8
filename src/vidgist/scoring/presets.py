"""Named, frozen settings of the score: each value with where it comes from.

"The paper" is Pang, Nakashima, Otani, Nagahara, "Contrastive Losses Are Natural Criteria for
Unsupervised Video Summarization", WACV 2023; "S" numbers its supplement.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Literal

from vidgist.errors import SettingError, unknown_value
from vidgist.priors import NO_PRIOR, check_prior

__all__ = [
    "BANK_CRITERIA",
    "CRITERIA",
    "DEFAULT_PRESET",
    "PAPER_CRITERIA",
    "PRESETS",
    "Preset",
    "configure",
    "implied_preset",
    "preset",
]


PAPER_CRITERIA = ("alignment", "uniformity", "uniqueness")
"""The criteria of the paper, in the order of eq. 12."""

BANK_CRITERIA = ("distinctiveness", "belonging", "promise")
"""Those that compare with a bank of other videos: the first two are in preset `best`."""

CRITERIA = (*PAPER_CRITERIA, *BANK_CRITERIA, "projection")
"""All names that a score can be made from; `projection` replaces the product of the others."""


@dataclass(frozen=True, kw_only=True)
class Preset:
    """How samples are scored and shots are valued.

    Attributes:
        name: how the preset is called on the command line.
        criteria: the criteria whose product is the score (eq. 12).
        neighbors: share a of the samples that are a sample's neighbors.
        count_self: whether a sample counts among its own neighbors and in its own mean.
        round_neighbors: how a T becomes the whole number K, at least 1.
        avoid_zeros: `eps` adds 0.05 to the product p, `exp` takes exp(p - 1).
        threshold: alignment under this share of its mean is set to 0, or None.
        smoothing: sigma of the Gaussian over time, in samples.
        prior: of time, `none` or a name out of `vidgist.priors`; no preset holds one.
        integer_values: multiply the shots' values by 1000 and truncate before the knapsack.
    """

    name: str
    criteria: tuple[str, ...] = ("alignment", "uniformity")
    neighbors: float = 0.1
    count_self: bool = False
    round_neighbors: Literal["round", "floor"] = "round"
    avoid_zeros: Literal["eps", "exp"] = "eps"
    threshold: float | None = None
    smoothing: float = 1.0
    prior: str = NO_PRIOR
    integer_values: bool = False

    def check(self) -> None:
        """Make sure that every value is in its range.

        Raises:
            SettingError: one is not; the message names the option.
        """
        if not 0 < self.neighbors <= 1:
            raise SettingError(f"--neighbors: expected a share in (0, 1], came {self.neighbors:g}")
        if self.avoid_zeros not in ("eps", "exp"):
            raise unknown_value("--avoid-zeros", self.avoid_zeros, ("eps", "exp"))
        if self.threshold is not None and not 0 <= self.threshold < math.inf:
            raise SettingError(f"--threshold: expected at least 0, came {self.threshold:g}")
        if not 0 <= self.smoothing < math.inf:
            raise SettingError(f"--smoothing: expected at least 0, came {self.smoothing:g}")
        check_prior(self.prior)


PAPER = Preset(
    name="paper",
    neighbors=0.1,  # S2: (lambda1, a) = (0.5, 0.1) for the standard training
    count_self=False,  # eqs 4 and 5: neighbors of t and the other samples
    round_neighbors="round",
    avoid_zeros="eps",  # eq. 12
    smoothing=1.0,  # section 4.5: "Gaussian-smooth the scores"
    integer_values=False,
)

REFERENCE = Preset(
    name="reference",
    neighbors=0.1,
    count_self=True,  # the released code keeps t among its nearest neighbors and in the mean
    round_neighbors="floor",  # the released code truncates a T
    avoid_zeros="exp",  # released settings for TVSum; SumMe's are `eps` (see evaluation)
    smoothing=1.0,
    integer_values=True,  # the released solver takes whole numbers: int(1000 value)
)

# Chosen on the 25 odd-numbered videos of TVSum, and left alone since (docs/best.md).
BEST = Preset(
    name="best",
    criteria=("distinctiveness", "belonging", "projection"),
    avoid_zeros="exp",
    smoothing=3.0,  # 1.5 seconds at two samples a second: docs/research.md
)

PRESETS = {p.name: p for p in (PAPER, REFERENCE, BEST)}
DEFAULT_PRESET = BEST.name


def implied_preset(
    *,
    criteria: str | Iterable[str] | None = None,
    neighbors: float | None = None,
    threshold: float | None = None,
    model: object = None,
) -> str:
    """Return the preset to start from where none is named.

    Whoever asks for something that only the paper's scores have gets the paper's other settings
    with it: a trained model, a neighbor ratio, a threshold, or only criteria of the paper.
    """
    only_paper = criteria is not None and set(_names(criteria)) <= set(PAPER_CRITERIA)
    given = any(value is not None for value in (neighbors, threshold, model))
    return PAPER.name if only_paper or given else DEFAULT_PRESET


def _names(criteria: str | Iterable[str]) -> Iterable[str]:
    """Take the criteria as on the command line, too: ``"alignment,uniformity"``."""
    return [n.strip() for n in criteria.split(",")] if isinstance(criteria, str) else criteria


def preset(name: str) -> Preset:
    """Return the preset of that name.

    Raises:
        SettingError: there is none of that name; the message lists the known ones.
    """
    if name not in PRESETS:
        raise unknown_value("--preset", name, PRESETS)
    return PRESETS[name]


def configure(
    base: str | Preset,
    *,
    criteria: str | Iterable[str] | None = None,
    neighbors: float | None = None,
    avoid_zeros: str | None = None,
    threshold: float | None = None,
    smoothing: float | None = None,
    prior: str | None = None,
) -> Preset:
    """Return a preset with what is not None in the place of its own values, all checked.

    Raises:
        SettingError: a value is unknown or out of range.
    """
    from vidgist.scoring.scorer import check_criteria

    settings = preset(base) if isinstance(base, str) else base
    given: dict[str, Any] = {
        "criteria": None if criteria is None else check_criteria(_names(criteria)),
        "neighbors": neighbors,
        "avoid_zeros": avoid_zeros,
        "threshold": threshold,
        "smoothing": smoothing,
        "prior": prior,
    }
    settings = replace(settings, **{k: v for k, v in given.items() if v is not None})
    settings.check()
    for name in ("neighbors", "threshold"):
        if settings.name == "best" and "alignment" not in settings.criteria and given[name]:
            raise SettingError(
                f"--{name}: belongs to alignment, which is not part of this score; "
                "leave it out, or start from --preset paper"
            )
    return settings
