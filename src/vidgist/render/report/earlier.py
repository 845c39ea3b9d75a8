"""What a page showed before its summary was changed by hand: pictures, neighbors, lengths.

They follow from features, which are not kept beside the results, so the new page takes them over.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from vidgist.summary import Summary

_ISLAND = b'<script type="application/json" id="data">'

MOST_BYTES = 32 << 20
"""Largest page that is read; ours have 10 MB at most."""


def earlier_page(summary: Summary) -> Mapping[str, Any] | None:
    """Return the data of the page beside the summary.json that a summary was read from.

    None where there is none, or it is of another video or another kind.
    """
    if summary.made_from is None:
        return None
    path = summary.made_from.parent / "report.html"
    try:
        if not path.is_file() or path.stat().st_size > MOST_BYTES:
            return None
        island = path.read_bytes().partition(_ISLAND)[2].partition(b"</script>")[0]
        data = json.loads(island)
        fits = (
            isinstance(data, dict)
            and len(data["times"]) == len(summary.times)
            and len(data["shots"]) == len(summary.shots)
            and all(0 <= stop < len(summary.times) for stop in data["stops"])
            and len(data["pictures"]["data"]) in (0, len(data["stops"]))
            and isinstance(data["neighbors"]["count"], int)
            and all(len(one["refused"]) == len(summary.shots) for one in data["lengths"])
        )
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    return data if fits else None
