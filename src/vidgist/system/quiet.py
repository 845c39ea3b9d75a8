"""Silence libraries that log what no user can act upon."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator


@contextlib.contextmanager
def no_warnings_logged() -> Iterator[None]:
    """Suppress log messages up to warnings within the block, in all loggers."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        yield
    finally:
        logging.disable(before)
