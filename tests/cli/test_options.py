"""The command line knows some names without loading what they are names of."""

from __future__ import annotations

import vidgist.backbones.session
from vidgist.cli import options


def test_names_are_those_of_what_is_loaded_later() -> None:
    assert options.DEVICES == vidgist.backbones.session.DEVICES
