from __future__ import annotations

import pytest


@pytest.fixture(scope="package", autouse=True)
def own_cache(tmp_path_factory):
    """Keep the tests out of the user's cache folder, and let them share what they build."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VIDGIST_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield
