"""Training by torch: losses, networks, the training loop, and the rivals.

What reads data (`inputs`, `sources`, `store`, `videos`) and the declarations in `rivals` need no
torch.
"""

from __future__ import annotations

import importlib.util

from vidgist.errors import MissingExtraError

__all__ = ["require_torch"]


def require_torch(what: str = "training") -> None:
    """Make sure that torch and Lightning Fabric are installed.

    Raises:
        MissingExtraError: one is not; the message names the extra that brings them.
    """
    for package in ("torch", "lightning_fabric"):
        if importlib.util.find_spec(package) is None:
            raise MissingExtraError(what, "train")
