"""Letting a library fetch weights, with its noise kept down and its failure in one line."""

from __future__ import annotations

import contextlib
import logging
import sys
from collections.abc import Iterator

from vidgist.backbones.networks.stored import weights_folder
from vidgist.errors import ModelError, VidgistError

__all__ = ["fetching"]


@contextlib.contextmanager
def fetching(name: str, *, file: str, source: str) -> Iterator[None]:
    """Turn whatever a library raises within into one line.

    Args:
        name: of the backbone.
        file: the name of its weights as a file of their own.
        source: where they come from.

    Raises:
        ModelError: they cannot be fetched, or are damaged.
    """
    quiet = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        # Standard output is for results; torch tells there what it downloads.
        with contextlib.redirect_stdout(sys.stderr):
            yield
    except VidgistError:
        raise
    except Exception as error:  # the libraries' own errors share no other base
        reason = next(iter(str(error).strip().splitlines()), type(error).__name__)[:200]
        raise ModelError(
            f"backbone '{name}': its weights are not here and cannot be fetched from {source} "
            f"({reason}); connect once, or put {file} into {weights_folder()}"
        ) from error
    finally:
        logging.disable(quiet)
