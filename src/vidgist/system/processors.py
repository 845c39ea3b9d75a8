"""Processors: how many cores this process may use, and on which device a network runs."""

from __future__ import annotations

import os

from vidgist.errors import SettingError, unknown_value

DEVICES = ("auto", "cpu", "cuda")
"""Where a network runs; `auto` takes CUDA where the library that runs it can use it."""


def usable_cores() -> int:
    """Return how many processor cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def check_device(device: str) -> None:
    """Check the name of a device.

    Raises:
        SettingError: it is not one of `DEVICES`.
    """
    if device not in DEVICES:
        raise unknown_value("device", device, DEVICES)


def torch_uses_cuda(device: str) -> bool:
    """Return whether a network of torch runs on CUDA.

    Raises:
        SettingError: the device is unknown or absent.
    """
    import torch

    check_device(device)
    present = torch.cuda.is_available()
    if device == "cuda" and not present:
        raise SettingError("device: torch finds no usable CUDA device; take device='cpu'")
    return present and device != "cpu"


def check_threads(threads: int | None) -> None:
    """Check a number of threads; None stands for one a core.

    Raises:
        SettingError: it is under 1.
    """
    if threads is not None and threads < 1:
        raise SettingError(f"threads: expected 1 or more, got {threads}")
