"""What every test may ask for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return the folder of real data to check against; skip where it is missing."""
    folder = Path(os.environ.get("VIDGIST_SHARED", ROOT.parent / "shared"))
    if not (folder / "data").is_dir():
        pytest.skip(f"needs the real data ({folder.name}/, or VIDGIST_SHARED), not here")
    return folder
