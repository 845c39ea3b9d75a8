"""Settings of the score: one frozen value, and the named presets with where each value comes from.

"The paper" is Pang, Nakashima, Otani, Nagahara, "Contrastive Losses Are Natural Criteria for
Unsupervised Video Summarization", WACV 2023; "S" numbers its supplement.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields, replace
from numbers import Real
from typing import Any, Literal, TypeAlias

from vidgist.criteria import CRITERIA, Criterion, Samples
from vidgist.errors import SettingError, unknown_value
from vidgist.types import Floats

AnyCriterion: TypeAlias = "str | Criterion | Callable[[Samples], Floats]"
"""A criterion as users name it, see `vidgist.registry.Registry.resolve`."""

AVOID_ZEROS = ("eps", "exp")
"""Ways to keep the product p in [0, 1] from 0 (S6): p + 0.05, or exp(p - 1)."""

ROUND_NEIGHBORS = ("round", "floor")
"""Ways to make a T a whole number of neighbors: to the nearest, or down."""


def check_criteria(
    criteria: AnyCriterion | Iterable[AnyCriterion],
) -> tuple[str, ...]:
    """Return the criteria of a score, each once, in the order of eq. 12.

    Args:
        criteria: names out of `vidgist.criteria.CRITERIA`, also as ``"alignment,uniformity"``;
            ``"module:function"``; criteria and functions from `Samples` to values (T,) themselves.

    Raises:
        SettingError: none or an unknown one is named, or they make no score together.

    >>> check_criteria("uniformity,alignment")
    ('alignment', 'uniformity')
    """
    if isinstance(criteria, str):
        criteria = [name.strip() for name in criteria.split(",") if name.strip()]
    elif isinstance(criteria, Criterion) or callable(criteria):
        criteria = [criteria]
    by_name = {criterion.name: criterion for criterion in map(CRITERIA.resolve, criteria)}
    chosen = [by_name[name] for name in sorted(by_name)]
    factors = [criterion for criterion in chosen if criterion.measure is not None]
    if not chosen:
        raise SettingError(f"criteria: name at least one of {', '.join(CRITERIA)}")
    if not factors:
        raise SettingError(f"criteria: {chosen[0].name} needs others whose product it transforms")
    if len(factors) > 1 and not any(criterion.local for criterion in factors):
        raise SettingError(
            "criteria: several at once need alignment among them, or distinctiveness; "
            "add one of these or name one alone"
        )
    return tuple(c.name for c in sorted(chosen, key=lambda criterion: criterion.order))


@dataclass(frozen=True, kw_only=True)
class Preset:
    """Settings of the score and of the values of shots, checked when they are made.

    Attributes:
        name: of the preset that they started from.
        criteria: the criteria whose product is the score (eq. 12).
        neighbors: share a of the samples that are a sample's neighbors, in (0, 1].
        count_self: whether a sample counts among its own neighbors and in its own mean.
        round_neighbors: how a T becomes the whole number K, at least 1.
        avoid_zeros: `eps` adds 0.05 to the product p, `exp` takes exp(p - 1).
        threshold: alignment under this share of its mean is set to 0 (S7), or None.
        smoothing: standard deviation of the Gaussian over time, in seconds; 0 for none.
        integer_values: multiply the shots' values by 1000 and truncate before the knapsack.

    Raises:
        SettingError: a value is unknown or out of range; the message begins with its name.

    Example:
        >>> Preset(name="mine", criteria="alignment", smoothing=1.0).neighbors
        0.1
    """

    name: str
    criteria: tuple[str, ...] = ("alignment", "uniformity")
    neighbors: float = 0.1
    count_self: bool = False
    round_neighbors: Literal["round", "floor"] = "round"
    avoid_zeros: Literal["eps", "exp"] = "eps"
    threshold: float | None = None
    smoothing: float = 0.5
    integer_values: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "criteria", check_criteria(self.criteria))
        for name in ("neighbors", "threshold", "smoothing"):
            value = getattr(self, name)
            if not isinstance(value, Real) and (value, name) != (None, "threshold"):
                raise SettingError(f"{name}: expected a number, got {value!r}")
        if not 0 < self.neighbors <= 1:
            raise SettingError(f"neighbors: expected a share in (0, 1], got {self.neighbors:g}")
        for name, known in (("avoid_zeros", AVOID_ZEROS), ("round_neighbors", ROUND_NEIGHBORS)):
            if getattr(self, name) not in known:
                raise unknown_value(name, str(getattr(self, name)), known)
        if self.threshold is not None and not 0 <= self.threshold < math.inf:
            raise SettingError(f"threshold: expected at least 0, got {self.threshold:g}")
        if not 0 <= self.smoothing < math.inf:
            raise SettingError(f"smoothing: expected at least 0, got {self.smoothing:g}")

    @property
    def needs_bank(self) -> bool:
        """Whether a criterion compares with other videos."""
        return any(CRITERIA[name].needs_bank for name in self.criteria)

    @property
    def refinable(self) -> bool:
        """Whether a trained model refines a criterion."""
        return any(CRITERIA[name].refinable for name in self.criteria)


PAPER = Preset(
    name="paper",
    neighbors=0.1,  # S2: (lambda1, a) = (0.5, 0.1) for the standard training
    count_self=False,  # eqs 4 and 5: neighbors of t and the other samples
    round_neighbors="round",
    avoid_zeros="eps",  # eq. 12
    smoothing=0.5,  # section 4.5: "Gaussian-smooth the scores", by 1 sample of two a second
    integer_values=False,
)

REFERENCE = Preset(
    name="reference",
    neighbors=0.1,
    count_self=True,  # the released code keeps t among its nearest neighbors and in the mean
    round_neighbors="floor",  # the released code truncates a T
    avoid_zeros="exp",  # released settings for TVSum; SumMe's are `eps` (see evaluation)
    smoothing=0.5,
    integer_values=True,  # the released solver takes whole numbers: int(1000 value)
)

# Chosen on the 25 odd-numbered videos of TVSum (research/score.md).
BEST = Preset(
    name="best",
    criteria=("distinctiveness", "belonging", "projection"),
    avoid_zeros="exp",
    smoothing=1.5,
)

PRESETS = {p.name: p for p in (PAPER, REFERENCE, BEST)}
DEFAULT_PRESET = BEST.name


def preset(base: str | Preset = DEFAULT_PRESET, **changes: Any) -> Preset:
    """Return the settings of a preset, some of them changed.

    Args:
        base: name of the preset, or settings to start from.
        **changes: fields of `Preset` by name; None leaves a field as it is.

    Raises:
        SettingError: a name or value is unknown, out of range, or contradicts the others.

    >>> preset("best", smoothing=2.5).smoothing
    2.5
    """
    if isinstance(base, str):
        if base not in PRESETS:
            raise unknown_value("preset", base, PRESETS)
        base = PRESETS[base]
    known = [field.name for field in fields(Preset) if field.name != "name"]
    for name in changes:
        if name not in known:
            raise unknown_value("settings", name, known)
    changes = {name: value for name, value in changes.items() if value is not None}
    settings = replace(base, **changes)
    for name in ("neighbors", "threshold"):
        if name in changes and not settings.refinable:
            raise SettingError(
                f"{name}: belongs to alignment, which is not part of this score; "
                "leave it out, or start from preset='paper'"
            )
    return settings
