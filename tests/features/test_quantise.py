from __future__ import annotations

import logging

import numpy as np
import onnx
import pytest

from vidgist.errors import SettingError
from vidgist.features import records
from vidgist.features.quantise import KEPT, cosines, quantise
from vidgist.features.session import Session


def pictures(count: int, seed: int) -> np.ndarray:
    """Return smooth coloured noise: of all spatial frequencies, as pictures are."""
    random = np.random.default_rng(seed)
    field = sum(
        np.kron(random.normal(size=(count, 224 // s, 224 // s, 3)), np.ones((1, s, s, 1)))
        * np.sqrt(s)
        for s in (4, 8, 16, 32, 56)
    )
    return np.clip(field * 8 + random.uniform(40, 200, (count, 1, 1, 3)), 0, 255).astype(np.uint8)


def test_an_int8_model_is_smaller_and_gives_nearly_the_same_features():
    model = records()["efficientnet_lite0"].export()
    small = quantise(model, pictures(16, 0))
    assert len(small) < len(model) / 3
    graph = onnx.load_from_string(small).graph
    kept = [n for n in graph.node if n.op_type == "Conv"][:KEPT]
    plain = {i.name for i in graph.initializer if i.data_type == onnx.TensorProto.FLOAT}
    assert all(n.input[1] in plain for n in kept)
    seen = pictures(8, 1)
    exact, rounded = (Session(m, source="m").run("features", pixels=seen) for m in (model, small))
    likeness = cosines(exact, rounded)
    assert 0.95 < np.median(likeness) < 1
    assert logging.root.manager.disable == logging.NOTSET


def test_without_pictures_there_is_nothing_to_measure():
    with pytest.raises(SettingError, match="needs pictures"):
        quantise(b"", np.zeros((0, 4, 4, 3), np.uint8))


def test_cosines_of_rows():
    a = np.array([[1.0, 0], [1, 1], [0, 0], [2, 0]])
    b = np.array([[3.0, 0], [1, 0], [1, 1], [-1, 0]])
    np.testing.assert_allclose(cosines(a, b), [1, np.sqrt(0.5), 0, -1])
