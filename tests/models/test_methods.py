"""Methods that learn: ours, those of other packages, and their settings."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from linear_rival import METHOD, environment, install
from vidgist.errors import ModelError, SettingError
from vidgist.models import METHODS, Method, Model, ModelCard
from vidgist.models.methods import training_settings


def run(folder: Path, *code: str) -> subprocess.CompletedProcess[str]:
    """Run Python with the packages of a folder."""
    command = [sys.executable, *code]
    return subprocess.run(
        command, capture_output=True, text=True, check=True, env=environment(folder)
    )


def test_ours_come_first() -> None:
    assert list(METHODS)[:2] == ["contrastive", "dr_dsn"]
    for name, method in METHODS.items():
        assert method.settings.method == name
        assert training_settings(name) == method.settings()


def test_another_package_brings_a_method(tmp_path: Path) -> None:
    install(tmp_path, linear="linear_rival:METHOD")
    text = run(tmp_path, "-m", "vidgist", "train", "--help").stdout
    assert re.search(r"^ +linear +fits a line to the lengths of features$", text, re.MULTILINE)
    program = (
        "from vidgist.models import *; from vidgist.models.methods import training_settings\n"
        "import dataclasses, numpy as np\n"
        "settings = dataclasses.asdict(training_settings('linear', epochs=7))\n"
        "card = ModelCard(kind='linear', dimension=3, settings=settings)\n"
        "model = Model({'weight': np.ones((1, 3)), 'bias': np.zeros(1)}, card)\n"
        "print(model.gives_criteria, model.settings.epochs, model.scores(np.zeros((2, 3))))"
    )
    assert run(tmp_path, "-c", program).stdout == "False 7 [0.5 0.5]\n"


def test_a_broken_one_is_one_warning(tmp_path: Path) -> None:
    install(tmp_path, absent="no_such_module:METHOD")
    done = run(tmp_path, "-c", "from vidgist.models import METHODS; print(*METHODS)")
    assert done.stdout.split() == list(METHODS)
    assert "rivals is left out: cannot be loaded (No module named 'no_such_module')" in done.stderr


def test_a_method_refines_or_scores() -> None:
    values = {name: value for name, value in vars(METHOD).items() if name != "score"}
    with pytest.raises(ValueError, match="either refine or score"):
        Method(**values)


def test_a_hyphen_may_stand_for_an_underscore() -> None:
    """Models of earlier versions name the method dr-dsn."""
    assert METHODS["dr-dsn"] is METHODS["dr_dsn"]
    settings = training_settings("dr-dsn", hidden=2)
    shapes = METHODS["dr_dsn"].shapes(3, settings)
    card = ModelCard(kind="dr-dsn", dimension=3, settings=asdict(settings))
    model = Model({name: np.zeros(shape) for name, shape in shapes.items()}, card)
    np.testing.assert_allclose(model.scores(np.ones((4, 3))), 0.5)
    assert "dr-rdsn" not in METHODS


def test_a_name_in_tables_says_that_labels_were_used() -> None:
    assert METHODS["vasnet"].row == "VASNet, supervised"
    assert METHODS["dr_dsn"].row == "DR-DSN"


def test_presets_of_methods() -> None:
    assert training_settings("contrastive").name == "paper"
    with pytest.raises(SettingError, match=r"^preset: dr_dsn has none; leave it out"):
        training_settings("dr_dsn", preset="paper")


def test_settings_of_other_methods_are_refused() -> None:
    with pytest.raises(
        SettingError, match=r"^heads: is for method='contrastive' or .*; leave it out"
    ):
        training_settings("dr_dsn", heads=2)
    with pytest.raises(SettingError, match=r"^kind: is for method='contrastive'; leave"):
        training_settings("dr_dsn", kind="standard")
    with pytest.raises(SettingError, match=r"^warp: is for no method"):
        training_settings("dr_dsn", warp=9)
    with pytest.raises(SettingError, match=r"^method: unknown value 'drdsn'.*mean 'dr_dsn'"):
        training_settings("drdsn")


def test_an_absent_method_is_named() -> None:
    card = ModelCard(kind="linear", dimension=3, settings={})
    with pytest.raises(ModelError, match="method 'linear', known here: contrastive, dr_dsn, "):
        Model({"weight": np.ones((1, 3))}, card)
