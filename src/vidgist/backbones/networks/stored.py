"""Weight files on this machine, found without the libraries that load them."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from vidgist.system.cache import cache_folder


def weights_folder() -> Path:
    """Return the folder for weights that users bring: VIDGIST_WEIGHTS, or one in the cache."""
    chosen = os.environ.get("VIDGIST_WEIGHTS")
    return Path(chosen) if chosen else cache_folder() / "weights"


def _existing(candidates: Callable[[], list[Path]]) -> Path | None:
    try:
        return next((path for path in candidates() if path.is_file()), None)
    except (OSError, RuntimeError):  # no home folder, or no permission
        return None


def _caches() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")


def own_file(name: str) -> Path | None:
    """Return that file of the user's folder of weights, None where there is none."""
    return _existing(lambda: [weights_folder() / name])


def torch_file(name: str) -> Path | None:
    """Return a file of weights from torch's own cache, None where there is none."""

    def candidates() -> list[Path]:
        home = Path(os.environ.get("TORCH_HOME") or _caches() / "torch")
        return [home.expanduser() / "hub" / "checkpoints" / name]

    return _existing(candidates)


def hub_file(repository: str, name: str) -> Path | None:
    """Return a file from the cache of the Hugging Face Hub, None where there is none."""

    def candidates() -> list[Path]:
        home = Path(os.environ.get("HF_HOME") or _caches() / "huggingface")
        cache = Path(os.environ.get("HF_HUB_CACHE") or home / "hub").expanduser()
        snapshots = cache / f"models--{repository.replace('/', '--')}" / "snapshots"
        return sorted(snapshots.glob(f"*/{name}"))

    return _existing(candidates)
