"""What every test may ask for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return the folder of real data that the project is checked against; skip where it is missing."""
    folder = Path(os.environ.get("VIDGIST_SHARED", ROOT.parent / "shared"))
    if not (folder / "data").is_dir():
        pytest.skip(f"needs the real data in {folder.name}/ (set VIDGIST_SHARED), which is not here")
    return folder
