r"""Priors: what one may believe of any video before seeing it, from time alone.

.. math::
   p'_t = p_t + \omega \, \sigma_p \, \frac{r_t - \bar r}{\sigma_r}, \qquad \omega = 0.15

p is the score before zeros and smoothing, r a function of the place u_t = (t + 1/2) / T in the
video, and sigma a standard deviation over the video. Nothing of this is seen in the pictures: it is
a habit of those who make videos and of those who judge them, so no preset holds one and every
result names it. p' is scaled to [0, 1] like a criterion.

- `middle`: r = 1 - |2 u - 1|, highest in the middle.
- `ends`: r rises from 0 to 1 over the first tenth and falls over the last: titles and credits.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from vidgist.criteria.scaling import minmax
from vidgist.errors import unknown_value
from vidgist.types import Floats

__all__ = ["NO_PRIOR", "PRIORS", "check_prior", "with_prior"]

NO_PRIOR = "none"

_WEIGHT = 0.15
"""omega: how much of the score's own spread the prior gets."""

_END = 0.1
"""Share of the video that counts as its beginning, or as its end."""

PRIORS: Mapping[str, Callable[[Floats], Floats]] = {
    "middle": lambda place: 1.0 - np.abs(2.0 * place - 1.0),
    "ends": lambda place: np.minimum(np.minimum(place, 1.0 - place) / _END, 1.0),
}
"""Name -> r as a function of the places u (T,) in (0, 1)."""


def check_prior(name: str) -> None:
    """Make sure that there is a prior of that name.

    Raises:
        SettingError: there is none; the message lists the known ones.
    """
    if name != NO_PRIOR and name not in PRIORS:
        raise unknown_value("--prior", name, (NO_PRIOR, *PRIORS))


def with_prior(score: Floats, name: str) -> Floats:
    """Return a score with a prior of time in it.

    Args:
        score: (T,) in [0, 1], T > 0.
        name: one of `PRIORS`, or `none`.

    Returns:
        (T,) in [0, 1]; the score itself with `none`, or where it prefers no sample.

    Raises:
        SettingError: the prior is unknown.
    """
    check_prior(name)
    score = np.asarray(score, dtype=np.float64)
    if name == NO_PRIOR:
        return score
    believed = PRIORS[name]((np.arange(len(score)) + 0.5) / len(score))
    spread = believed.std()
    if spread == 0 or np.ptp(score) == 0:
        return score
    return minmax(score + _WEIGHT * score.std() * (believed - believed.mean()) / spread)
