"""Leaks: a model that is measured on videos that it was trained on."""

from __future__ import annotations

from collections.abc import Collection

from vidgist.datasets import Dataset
from vidgist.errors import DataError, counted
from vidgist.models import Model

SHOWN = 3


def training_overlap(
    model: Model, dataset: Dataset, keys: Collection[str], *, allowed: bool = False
) -> tuple[str, str]:
    """Return a mark for the row of a model and a note, where it was trained on tested videos.

    Videos are recognized by their features, whatever file they come from.

    Args:
        model: that is measured.
        dataset: of the videos.
        keys: of the videos that it is measured on.
        allowed: whether this was asked for.

    Returns:
        The mark and the note; both "" where it saw none of them.

    Raises:
        DataError: it saw some, and that is not allowed.
    """
    seen = []
    for record in dataset.records(
        keys=[k for k in dataset.keys if k in keys], fields=("features",)
    ):
        if record.features is None:
            continue
        learned = model.learned_from(record.features)
        if learned is None:
            return "", (
                f"{model.source} does not say which videos it was trained on: if some of these are "
                "among them, its numbers are no test"
            )
        if learned:
            seen.append(record.key)
    if not seen:
        return "", ""
    listed = ", ".join(seen[:SHOWN]) + (" ..." if len(seen) > SHOWN else "")
    what = f"{len(seen)} of these {counted(len(keys), 'video')} ({listed})"
    if not allowed:
        split = model.card.trained_on.get("split") or {}
        cure = "give splits='FILE' and the split=N that it was trained for"
        if isinstance(split, dict) and split.get("file"):
            cure = f"give splits='{split['file']}', split={split.get('number')}, as it was trained"
        raise DataError(
            f"{model.source}: was trained on {what}; {cure}, or allow_seen=True to measure it all "
            "the same"
        )
    return f"(trained on {len(seen)} of {len(keys)})", (
        f"{model.source} was trained on {what}: its numbers there are no test"
    )
