"""Choice of the bank: the one that comes with the backbone, or one that fits its features."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

from vidgist.scoring.bank.bank import Bank
from vidgist.scoring.bank.file import read_bank

SHIPPED, NONE = "shipped", "none"
"""Names that stand for a bank file: the bank that comes with the backbone, or no bank."""

FOLDER = Path(__file__).parent / "shipped"


@cache
def shipped_bank(backbone: str) -> Bank | None:
    """Return the bank that comes with a backbone, or None where there is none.

    Args:
        backbone: its name, as ``vidgist backbones`` lists it.

    Returns:
        Mean, deviation and common direction, (D,) each.

    Raises:
        DataError: the installed file is damaged.

    >>> shipped_bank("efficientnet_lite0").dimension
    1280
    """
    path = FOLDER / f"{backbone}.safetensors"
    if path not in FOLDER.glob("*.safetensors"):
        return None
    return replace(read_bank(path), source=f"shipped with {backbone}")


def choose_bank(
    bank: str | Bank, *, dimension: int, backbone: str = "", fingerprint: str = ""
) -> tuple[Bank | None, str | None]:
    """Return the bank for some features, and a remark on the choice for the user.

    Args:
        bank: `SHIPPED`, or a bank.
        dimension: D of the features.
        backbone: name of their extractor, "" where unknown.
        fingerprint: of the extractor, "" where unknown.

    Returns:
        The bank, or None and a sentence where the shipped one is asked for and does not fit.

    Raises:
        DataError: the bank is one of another backbone.
    """
    if isinstance(bank, Bank):
        bank.check(dimension=dimension, backbone=backbone, fingerprint=fingerprint)
        return bank, None
    if not backbone:
        # Several backbones have features of one width: a wrong bank is worse than none.
        names = [path.stem for path in sorted(FOLDER.glob("*.safetensors"))]
        fitting = [n for n in names if (b := shipped_bank(n)) and b.dimension == dimension]
        cures = [f"if they are of {n}, ask for its bank, bank='{n}'" for n in fitting[:1]]
        cures.append("make one from ten videos with vidgist bank")
        return None, (
            "the features name no backbone, so scores are made without a bank and are less good; "
            + ", or ".join(cures)
        )
    shipped = shipped_bank(backbone)
    if shipped is None:
        return None, (
            f"no bank comes with {backbone}, so scores are made without one and are less good; "
            "make one from ten videos with vidgist bank, and use it with bank='FILE'"
        )
    misfit = shipped.misfit(dimension=dimension, backbone=backbone, fingerprint=fingerprint)
    if misfit is not None:
        return None, f"the shipped bank is not used: {misfit}"
    return shipped, None
