"""What is particular to notebooks: whether this is one, and its progress bar."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from typing import Any

from vidgist.progress import Progress, silent


def in_notebook() -> bool:
    """Return whether this code runs in a notebook."""
    python = sys.modules.get("IPython")
    shell = python.get_ipython() if python is not None else None
    return shell is not None and getattr(shell, "kernel", None) is not None


def progress_here() -> Progress:
    """Return the progress callback of a library call: a bar in notebooks, nothing elsewhere."""
    return _Bar() if in_notebook() else silent


def _tqdm() -> Any:
    """Return the bar of notebooks, or that of plain text where widgets are not installed."""
    import tqdm

    if find_spec("ipywidgets") is None:
        return tqdm.tqdm
    from tqdm.notebook import tqdm_notebook

    return tqdm_notebook


class _Bar:
    """A bar of tqdm, one for each stage."""

    def __init__(self) -> None:
        self._bar: Any = None
        self._stage = ""

    def __call__(self, stage: str, done: float, total: float | None) -> None:
        bar = self._bar
        if bar is None or stage != self._stage:
            self.close()
            bar = self._bar = _tqdm()(total=total, desc=stage, leave=False)
            self._stage = stage
        if total is not None:
            bar.total = total  # may become known after a stage has begun
        bar.update(done - bar.n)
        if total is not None and done >= total:
            self.close()

    def close(self) -> None:
        """Remove the bar."""
        if self._bar is not None:
            self._bar.close()
        self._bar = None

    def __del__(self) -> None:
        self.close()
