"""Which bank to use: the one that comes with the backbone, one of the user's own, or none."""

from __future__ import annotations

import os
from dataclasses import replace
from functools import cache
from pathlib import Path

from vidgist.scoring.bank.bank import Bank
from vidgist.scoring.bank.file import read_bank

__all__ = ["NONE", "SHIPPED", "choose_bank", "shipped_bank"]

SHIPPED, NONE = "shipped", "none"
"""What can be said in the place of a file: the bank that comes with the backbone, or no bank."""

FOLDER = Path(__file__).parent / "shipped"


@cache
def shipped_bank(backbone: str) -> Bank | None:
    """Return the bank that comes with a backbone, or None where there is none.

    Args:
        backbone: its name, as ``vidgist backbones`` lists it.

    Returns:
        Mean, deviation, common direction and rise, (D,) each.

    Raises:
        DataError: the installed file is damaged.
    """
    known = {path.stem: path for path in FOLDER.glob("*.safetensors")}
    if backbone not in known:
        return None
    bank = read_bank(known[backbone])
    return replace(bank, source=f"shipped with {backbone}")


def choose_bank(
    wanted: str | os.PathLike[str] | Bank,
    *,
    dimension: int,
    backbone: str = "",
    fingerprint: str = "",
) -> tuple[Bank | None, str | None]:
    """Return the bank to use for some features, and what the user should know of the choice.

    Args:
        wanted: `SHIPPED`, `NONE`, the path of a bank file, or a bank.
        dimension: D of the features.
        backbone: name of their extractor, "" where unknown.
        fingerprint: that of the extractor, "" where unknown.

    Returns:
        The bank, None for none; and a sentence where the shipped one was wanted but does not fit.

    Raises:
        DataError: the file is no bank, or one of another backbone.
    """
    if wanted == NONE:
        return None, None
    if wanted == SHIPPED:
        # Dataset files often do not name their backbone; then the width decides.
        from vidgist.backbones import DEFAULT_BACKBONE

        name = backbone or DEFAULT_BACKBONE
        bank = shipped_bank(name)
        if bank is None:
            return None, (
                f"no bank comes with {name}, so it is scored without one, less well; "
                "make one from a few videos with vidgist bank and pass it with --bank"
            )
        why = bank.misfit(dimension=dimension, backbone=backbone, fingerprint=fingerprint)
        if why is not None:
            return None, f"the shipped bank is not used: {why}"
        return bank, None
    bank = wanted if isinstance(wanted, Bank) else read_bank(wanted)
    bank.check(dimension=dimension, backbone=backbone, fingerprint=fingerprint)
    return bank, None
