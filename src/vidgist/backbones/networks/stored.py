"""Where weights lie on this machine, found without the libraries that load them."""

from __future__ import annotations

import os
from pathlib import Path

from vidgist.system.cache import cache_folder

__all__ = ["hub_file", "own_file", "torch_file", "weights_folder"]


def weights_folder() -> Path:
    """Return the folder for weights that users bring: VIDGIST_WEIGHTS, or one in the cache."""
    chosen = os.environ.get("VIDGIST_WEIGHTS")
    return Path(chosen) if chosen else cache_folder() / "weights"


def own_file(name: str) -> Path | None:
    """Return that file of the user's folder of weights, None where it is not there."""
    try:
        path = weights_folder() / name
        return path if path.is_file() else None
    except (OSError, RuntimeError):  # no home folder, or no permission
        return None


def _caches() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")


def torch_file(name: str) -> Path | None:
    """Return a file of weights that torch has fetched before, None where it has not."""
    try:
        home = Path(os.environ.get("TORCH_HOME") or _caches() / "torch")
        path = home.expanduser() / "hub" / "checkpoints" / name
        return path if path.is_file() else None
    except (OSError, RuntimeError):
        return None


def hub_file(repository: str, name: str) -> Path | None:
    """Return a file of the Hugging Face Hub that was fetched before, None where it was not."""
    try:
        home = Path(os.environ.get("HF_HOME") or _caches() / "huggingface")
        cache = Path(os.environ.get("HF_HUB_CACHE") or home / "hub").expanduser()
        snapshots = cache / f"models--{repository.replace('/', '--')}" / "snapshots"
        return next((p for p in sorted(snapshots.glob(f"*/{name}")) if p.is_file()), None)
    except (OSError, RuntimeError):
        return None
