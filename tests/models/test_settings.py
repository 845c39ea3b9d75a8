from __future__ import annotations

import dataclasses
import json
import subprocess
import sys

import pytest

from vidgist.errors import SettingError
from vidgist.models.methods import training_settings
from vidgist.models.settings import (
    ContrastiveSettings,
    contrastive_settings,
    from_dict,
    parse_settings,
    replace_settings,
)
from vidgist.training.rivals.dr_dsn import DsnSettings


def test_the_papers_table_s1() -> None:
    standard = contrastive_settings("paper")
    shape = standard.network
    assert (shape.layers, shape.heads, shape.width, shape.head_width, shape.inner) == (
        *(4, 1, 128),
        *(64, 512),
    )
    assert (standard.learning_rate, standard.weight_decay, standard.epochs) == (1e-4, 1e-4, 40)
    assert (standard.batch, standard.samples, shape.attention_dropout) == (32, 200, 0.0)
    large = contrastive_settings("paper", kind="youtube8m")
    assert (large.network.heads, large.weight_decay, large.batch) == (8, 5e-4, 128)
    assert (large.neighbors, large.uniform_weight) == (0.05, 0.25)


def test_what_the_released_code_does_differently() -> None:
    reference = contrastive_settings("reference")
    assert reference.network.width == 256
    assert reference.network.attention_dropout == 0.1
    assert not reference.network.norm_after_feedforward
    assert (reference.target_low, reference.target_high) == (0.25, 0.75)
    assert reference.own_segments
    assert not reference.pool_unit


@pytest.mark.parametrize("name", ["paper", "reference"])
@pytest.mark.parametrize("kind", ["standard", "youtube8m"])
def test_settings_survive_json(name: str, kind: str) -> None:
    settings = contrastive_settings(name, kind=kind)
    assert (
        from_dict(json.loads(json.dumps(dataclasses.asdict(settings))), ContrastiveSettings)
        == settings
    )


def test_dsn_settings_survive_json() -> None:
    settings = DsnSettings(epochs=2000)
    assert from_dict(dataclasses.asdict(settings), DsnSettings) == settings


def test_settings_of_another_version_are_refused() -> None:
    values = dataclasses.asdict(contrastive_settings("paper")) | {"novelty": 1}
    with pytest.raises(SettingError, match="another version"):
        from_dict(values, ContrastiveSettings)
    with pytest.raises(SettingError, match="another version"):
        from_dict({"epochs": 3}, ContrastiveSettings)


@pytest.mark.parametrize(
    "change",
    [
        {"neighbors": 0.0},
        {"neighbors": 1.5},
        {"batch": 0},
        {"learning_rate": -1.0},
        {"layers": 0},
        {"samples": 1},
    ],
)
def test_values_out_of_range_are_refused(change: dict[str, float]) -> None:
    with pytest.raises(SettingError):
        replace_settings(contrastive_settings("paper"), **change)


def test_changes_reach_the_network_and_none_keeps() -> None:
    settings = replace_settings(contrastive_settings("paper"), heads=4, epochs=3, width=None)
    assert (settings.network.heads, settings.epochs, settings.network.width) == (4, 3, 128)


@pytest.mark.parametrize("bad", [{"name": "papr"}, {"name": "paper", "kind": "youtube"}])
def test_unknown_names_list_the_known(bad: dict[str, str]) -> None:
    with pytest.raises(SettingError, match="known: "):
        contrastive_settings(bad["name"], kind=bad.get("kind", "standard"))


def test_using_a_model_imports_no_torch() -> None:
    code = "import sys, vidgist.models, vidgist.cli.train; print('torch' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"


def test_settings_are_read_from_texts() -> None:
    settings = training_settings("sum_gan")
    found = parse_settings(settings, ["hidden=12", "share = 0.25", "unit-input=false"])
    assert found == {"hidden": 12, "share": 0.25, "unit_input": False}
    assert isinstance(found["hidden"], int)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("hidden", "^changes: expected NAME=VALUE, got 'hidden'"),
        ("hiden=3", "^changes: .*hidden"),
        ("hidden=2.5", "^hidden: expected a whole number, got '2.5'"),
        ("share=much", "^share: expected a number, got 'much'"),
        ("unit_input=1", "^unit_input: expected true or false, got '1'"),
        ("name=mine", "^changes: "),
    ],
)
def test_a_text_that_is_no_setting_is_refused(text: str, says: str) -> None:
    with pytest.raises(SettingError, match=says):
        parse_settings(training_settings("sum_gan"), [text])
