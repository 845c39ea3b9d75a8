from __future__ import annotations

import numpy as np
import onnxruntime
import pytest

from onnx_models import mean_color
from vidgist.backbones import load_backbone
from vidgist.backbones.session import Session
from vidgist.errors import ModelError, SettingError
from vidgist.system.processors import usable_cores

CPU_ONLY = ["CPUExecutionProvider"]


@pytest.fixture
def model(tmp_path):
    return mean_color(tmp_path / "m.onnx", shape=["B", 3, 4, 4])


def test_a_device_that_is_absent_or_unknown_is_told_in_one_line(model, monkeypatch):
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: CPU_ONLY)
    with pytest.raises(SettingError, match=r"^device: .*onnxruntime-gpu.*device='cpu'") as caught:
        Session(model, source="m", device="cuda")
    assert "\n" not in str(caught.value)
    with pytest.raises(SettingError, match="known: auto, cpu, cuda; did you mean 'cuda'"):
        load_backbone("efficientnet_lite0", device="cude")


@pytest.mark.parametrize(("device", "first"), [("auto", "CUDA"), ("cuda", "CUDA"), ("cpu", "CPU")])
def test_cuda_is_taken_where_it_is_present(model, monkeypatch, device, first):
    asked = []

    class Loaded:
        def __init__(self, path, options, providers):
            asked.extend(providers)

        def get_providers(self):
            return asked

    monkeypatch.setattr(
        onnxruntime, "get_available_providers", lambda: ["CUDAExecutionProvider", *CPU_ONLY]
    )
    monkeypatch.setattr(onnxruntime, "InferenceSession", Loaded)
    Session(model, source="m", device=device)
    assert asked[0].startswith(first)
    assert asked[-1] == CPU_ONLY[0]


def test_cuda_that_does_not_start_is_told(model, monkeypatch):
    class Loaded:
        def __init__(self, path, options, providers):
            pass

        def get_providers(self):
            return CPU_ONLY

    monkeypatch.setattr(
        onnxruntime, "get_available_providers", lambda: ["CUDAExecutionProvider", *CPU_ONLY]
    )
    monkeypatch.setattr(onnxruntime, "InferenceSession", Loaded)
    with pytest.raises(SettingError, match="no usable CUDA device"):
        Session(model, source="m", device="cuda")
    Session(model, source="m", device="auto")


def test_threads_are_set_and_checked(model, monkeypatch):
    set_to = []
    real = onnxruntime.InferenceSession

    def load(path, options, providers):
        set_to.append(options.intra_op_num_threads)
        return real(path, options, providers=providers)

    monkeypatch.setattr(onnxruntime, "InferenceSession", load)
    Session(model, source="m", threads=3)
    Session(model, source="m")
    assert set_to == [3, min(usable_cores(), 16)]
    with pytest.raises(SettingError, match=r"^threads: expected 1 or more, got 0"):
        Session(model, source="m", threads=0)


def test_failures_inside_the_runtime_become_one_line(model):
    session = Session(model, source="m.onnx")
    with pytest.raises(ModelError, match=r"m\.onnx: fails when run") as caught:
        session.run("feature", picture=np.zeros((1, 3, 9, 9), np.float32))
    assert "\n" not in str(caught.value)
    with pytest.raises(ModelError, match=r"m\.onnx: cannot be loaded") as caught:
        Session(b"damaged", source="m.onnx")
    assert "\n" not in str(caught.value)
