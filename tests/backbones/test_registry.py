from __future__ import annotations

import subprocess
import sys
import types
from dataclasses import replace
from importlib.metadata import EntryPoint

import numpy as np
import pytest

from onnx_models import mean_color
from vidgist import registry
from vidgist.backbones import BACKBONES, DEFAULT_BACKBONE, load_backbone
from vidgist.errors import ModelError, SettingError


def test_the_records_agree_with_what_they_load():
    for name, record in BACKBONES.items():
        assert name == record.name
        assert record.license
        assert record.source
        if record.installed() and record.runtime == "onnx":
            backbone = record.load()
            assert backbone.name == name
            assert backbone.dimension == record.dimension
            assert backbone.size == record.size
            picture = np.zeros((1, *backbone.size, 3), np.uint8)
            assert backbone.extract(picture).shape == (1, backbone.dimension)


def test_the_default_has_its_weights_with_the_core():
    assert BACKBONES[DEFAULT_BACKBONE].installed()


def test_an_unknown_name_lists_the_known_ones_and_the_nearest():
    with pytest.raises(
        SettingError, match=r"efficientnet_lite0, .*FILE\.onnx.*did you mean 'efficientnet_lite0'"
    ):
        load_backbone("efficientnet_lit0")


def test_a_file_may_have_a_plus_in_its_name(tmp_path):
    path = mean_color(tmp_path / "a+b.onnx", shape=["B", 3, 4, 4])
    assert load_backbone(str(path)).name == "a+b"
    with pytest.raises(ModelError, match="cannot be read"):
        load_backbone(str(tmp_path / "missing.onnx"))


def test_another_package_brings_an_extractor(monkeypatch):
    record = replace(BACKBONES[DEFAULT_BACKBONE], name="theirs")
    module = types.ModuleType("their_package")
    module.RECORDS = (record,)
    monkeypatch.setitem(sys.modules, "their_package", module)
    point = EntryPoint("theirs", "their_package:RECORDS", "vidgist.backbones")
    monkeypatch.setattr(registry, "entry_points", lambda group: [point])
    monkeypatch.delitem(BACKBONES.__dict__, "_records", raising=False)
    try:
        assert load_backbone("theirs").dimension == record.dimension
        with pytest.raises(SettingError, match="did you mean 'theirs'"):
            load_backbone("theirz")
    finally:
        del BACKBONES.__dict__["_records"]


def test_listing_loads_no_heavy_library():
    code = (
        "import sys; from vidgist.backbones import BACKBONES;"
        "[r.installed() for r in BACKBONES.values()];"
        "print([m for m in ('av', 'onnx', 'onnxruntime', 'torch', 'scipy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
