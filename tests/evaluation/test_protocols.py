from __future__ import annotations

import dataclasses

import pytest

from vidgist.errors import SettingError
from vidgist.evaluation.protocols import (
    PROTOCOLS,
    cautions,
    protocol,
    protocol_of,
    settings_for,
)
from vidgist.scoring.presets import PRESETS


def test_protocols_are_frozen_and_say_where_they_come_from():
    for found in PROTOCOLS.values():
        assert found.source
        assert found.about
        with pytest.raises(dataclasses.FrozenInstanceError):
            found.at = "frames"


def test_no_two_protocols_are_the_same():
    plain = {
        dataclasses.replace(p, name="", about="", source="").__repr__() for p in PROTOCOLS.values()
    }
    assert len(plain) == len(PROTOCOLS)


def test_unknown_names():
    with pytest.raises(SettingError, match="did you mean 'binary'"):
        protocol("binery", metric="summe")
    with pytest.raises(SettingError, match=r"^metric: "):
        protocol("binary", metric="ovp")
    with pytest.raises(SettingError, match="summe only"):
        protocol("runs", metric="tvsum")
    assert protocol("runs", metric="summe").at == "runs"


def test_protocols_that_flatter_say_so():
    assert any("constant" in said for said in cautions(PROTOCOLS["binary"], metric="tvsum"))
    assert any("F1" in said for said in cautions(PROTOCOLS["reference"], metric="tvsum"))
    assert not any("binary" in said for said in cautions(PROTOCOLS["reference"], metric="summe"))


def test_the_protocol_of_a_preset():
    names = {name: protocol_of(preset, metric="tvsum").name for name, preset in PRESETS.items()}
    assert names == {"paper": "paper", "reference": "reference", "best": "reference"}
    assert protocol_of(PRESETS["paper"], metric="tvsum", name="otani").name == "otani"


def test_reference_avoids_zeros_by_the_metric():
    assert settings_for(PRESETS["reference"], metric="tvsum").avoid_zeros == "exp"
    assert settings_for(PRESETS["reference"], metric="summe").avoid_zeros == "eps"
    assert settings_for(PRESETS["paper"], metric="tvsum").avoid_zeros == "eps"
