from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from onnx_models import mean_color
from vidgist.backbones import DEFAULT_BACKBONE, load_backbone, records
from vidgist.errors import ModelError, SettingError


def test_the_records_agree_with_what_they_load():
    for name, record in records().items():
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
    assert records()[DEFAULT_BACKBONE].installed()


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


def test_listing_loads_no_heavy_library():
    code = (
        "import sys; from vidgist.backbones import records;"
        "[r.installed() for r in records().values()];"
        "print([m for m in ('av', 'onnx', 'onnxruntime', 'torch', 'scipy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
