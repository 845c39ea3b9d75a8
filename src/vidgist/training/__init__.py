"""Contrastive refinement: the only home of torch, with `vidgist.training.rivals.dr_dsn`.

`settings` and `videos` need no torch; the rest does, and `require_torch` says how to get it.
"""

from __future__ import annotations

import importlib.util

from vidgist.errors import MissingExtraError

__all__ = ["require_torch"]


def require_torch(what: str = "training") -> None:
    """Make sure that what training needs is installed.

    Raises:
        MissingExtraError: torch or Lightning Fabric is not; names the extra that brings them.
    """
    for package in ("torch", "lightning_fabric"):
        if importlib.util.find_spec(package) is None:
            raise MissingExtraError(what, "train")
