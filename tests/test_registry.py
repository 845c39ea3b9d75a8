"""What users name by ``module:name``, by a file, or hand over in Python."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from vidgist.criteria import CRITERIA, Criterion
from vidgist.errors import SettingError, VidgistError
from vidgist.evaluation.protocols import PROTOCOLS, Protocol, protocol
from vidgist.models import SCORERS
from vidgist.registry import Registry
from vidgist.scoring.presets import preset
from vidgist.scoring.scorer import Scorer
from vidgist.selection import RULES, Rule
from vidgist.shots import SEGMENTATIONS

CODE = """\
import dataclasses

import numpy as np

from vidgist.criteria import Criterion
from vidgist.evaluation.protocols import PROTOCOLS

CALLS = []


def strength(samples):
    CALLS.append(len(samples.features))
    return (samples.features.astype(float) ** 2).sum(axis=1)


def short(samples):
    return np.ones(2)


def broken(samples):
    raise KeyError("no such thing")


RECORD = Criterion(name="mine", measure=strength, local=False)
PROTOCOL = dataclasses.replace(PROTOCOLS["paper"], about="by thousandths", integer_values=True)
NUMBER = 3
"""

FEATURES = np.array([[1.0, 0], [3, 0], [0, 2]])


@pytest.fixture
def looks(tmp_path, monkeypatch):
    """A module in the working directory."""
    (tmp_path / "own_looks.py").write_text(CODE)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    registries = (CRITERIA, RULES, SEGMENTATIONS, SCORERS, PROTOCOLS)
    for registry in registries:
        monkeypatch.setattr(registry, "_added", {})
    return tmp_path


@pytest.mark.parametrize("name", ["own_looks:strength", "own_looks.py:strength"])
def test_a_function_of_a_module_or_a_file_is_a_criterion_under_its_own_name(looks, name):
    scores = Scorer(preset("paper", criteria=f"alignment,{name}", smoothing=0)).score(FEATURES)
    assert list(scores.criteria)[-1] == name
    np.testing.assert_allclose(scores.criteria[name], [0, 1, 3 / 8])
    assert CRITERIA[name].text.title == "Strength"


def test_an_absolute_file_is_imported_once(looks):
    name = f"{looks / 'own_looks.py'}:strength"
    assert CRITERIA.resolve(name) is CRITERIA.resolve(name)


def test_a_record_keeps_what_it_declares(looks):
    record = CRITERIA.resolve("own_looks:RECORD")
    assert (record.name, record.local) == ("own_looks:RECORD", False)
    assert protocol("own_looks:PROTOCOL", metric="tvsum").integer_values


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("own_looks:nothing", "'own_looks:nothing' cannot be imported .*no attribute 'nothing'"),
        ("no_such_module:x", "cannot be imported .*No module named 'no_such_module'"),
        ("missing.py:x", "cannot be imported"),
        ("own_looks:NUMBER", "expected a function or a Criterion, got own_looks:NUMBER"),
        ("own_looks:CALLS", "expected a function or a Criterion"),
        ("strenght", "unknown value 'strenght', known: "),
    ],
)
def test_wrong_names_are_one_line(looks, name, said):
    with pytest.raises(SettingError, match=said) as error:
        CRITERIA.resolve(name)
    assert "\n" not in str(error.value)


def test_a_function_alone_is_no_protocol(looks):
    with pytest.raises(SettingError, match="expected a name or a Protocol"):
        PROTOCOLS.resolve("own_looks:strength")


def test_names_in_documents_are_never_imported(looks):
    """A name is looked up without a side effect everywhere but in `resolve`."""
    (looks / "evil.py").write_text("raise SystemExit('imported')")
    assert "evil:x" not in CRITERIA
    assert CRITERIA.get("evil:x") is None
    with pytest.raises(SettingError, match="unknown value"):
        RULES.find("evil:x")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("own_looks:short", r"'own_looks:short': expected numbers \(3,\), got float64 \(2,\)"),
        ("own_looks:broken", r"'own_looks:broken' fails \(KeyError: 'no such thing'\)"),
    ],
)
def test_what_a_function_does_wrong_names_it(looks, name, said):
    with pytest.raises(VidgistError, match=said):
        Scorer(preset("paper", criteria=name)).score(FEATURES)


def test_functions_and_records_of_python(looks):
    def brightness(samples):
        return samples.features[:, 1]

    assert preset("paper", criteria=brightness).criteria == ("brightness",)
    assert preset("paper", criteria=["alignment", brightness]).criteria == (
        "alignment",
        "brightness",
    )
    record = Criterion(name="brightness", measure=lambda samples: samples.features[:, 0])
    assert preset("paper", criteria=record).criteria == ("brightness",)
    assert CRITERIA["brightness"] is record  # the later one: cells of notebooks run again
    with pytest.raises(SettingError, match="the name 'alignment' is taken"):
        CRITERIA.add(dataclasses.replace(record, name="alignment"))
    with pytest.raises(SettingError, match="expected a function or a Criterion, got int"):
        CRITERIA.resolve(3)
    rule = Rule(name="other", summary="", choose=lambda footage: None)
    assert RULES.resolve(rule) is rule
    assert "other" in RULES
    assert RULES.resolve(RULES["gist"]).name == "gist"


def test_registries_without_records_take_names_alone():
    registry: Registry[Protocol] = Registry(
        "what", group="none", package="vidgist.shots", attribute="NONE"
    )
    with pytest.raises(SettingError, match="what: expected a name, got function"):
        registry.resolve(lambda: 0)
