"""The command line knows some names without loading what they are names of."""

from __future__ import annotations

import vidgist.backbones.session
import vidgist.batch
from vidgist.cli import batch, options


def test_names_are_those_of_what_is_loaded_later() -> None:
    assert options.DEVICES == vidgist.backbones.session.DEVICES
    assert batch.ENGINES == vidgist.batch.ENGINES
