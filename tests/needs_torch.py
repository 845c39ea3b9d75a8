"""Skip a whole file of tests, saying so, where the extra 'train' is not installed."""

from __future__ import annotations

import pytest

REASON = "needs torch and Lightning Fabric: pip install 'vidgist[train]'"

pytest.importorskip("torch", reason=REASON)
pytest.importorskip("lightning_fabric", reason=REASON)
