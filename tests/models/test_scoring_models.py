"""Scores of functions and of ONNX files."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from vidgist.errors import ModelError, SettingError, VidgistError
from vidgist.models import SCORERS, OnnxModel, open_model, open_scorer
from vidgist.scoring.scorer import Scorer

FEATURES = np.random.default_rng(0).normal(size=(7, 4))
WEIGHTS = np.array([1.0, -2, 3, 0.5], np.float32)


@pytest.fixture(autouse=True)
def nothing_stays(monkeypatch):
    monkeypatch.setattr(SCORERS, "_added", {})


def linear(path, *, shape=("T", 4), weights=WEIGHTS, output=("T", 1), names=("scores",)):
    """Write a network that multiplies features (.., T, D) by weights (D, 1)."""
    kind = TensorProto.FLOAT
    node = helper.make_node("MatMul", ["features", "w"], [names[0]])
    nodes = [node, *(helper.make_node("Identity", [names[0]], [name]) for name in names[1:])]
    graph = helper.make_graph(
        nodes,
        "linear",
        [helper.make_tensor_value_info("features", kind, list(shape))],
        [helper.make_tensor_value_info(name, kind, None) for name in names],
        [numpy_helper.from_array(weights[:, None], "w")],
    )
    opset = [helper.make_opsetid("", 17)]
    onnx.save(helper.make_model(graph, opset_imports=opset, ir_version=9), path)
    return path


@pytest.mark.parametrize("shape", [("T", 4), (1, "T", 4), ("B", "T", "D")])
def test_a_network_gives_the_scores(tmp_path, shape):
    path = linear(tmp_path / "mine.onnx", shape=shape)
    expected = FEATURES.astype(np.float32) @ WEIGHTS
    scores = Scorer(model=path).score(FEATURES).importance
    np.testing.assert_allclose(scores, expected - expected.min(), atol=1e-5)
    assert Scorer(model=path).described()["model"] == str(path)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"shape": (200, 4)}, "takes 200 samples exactly"),
        ({"shape": (1, 3, "T", 4)}, "takes features as floats"),
        ({"names": ("a", "b")}, "has the outputs a, b"),
    ],
)
def test_networks_that_are_refused(tmp_path, changes, said):
    with pytest.raises(ModelError, match=said):
        OnnxModel(linear(tmp_path / "m.onnx", **changes))


def test_features_of_another_width_and_scores_of_another_length(tmp_path):
    model = open_model(linear(tmp_path / "m.onnx"))
    with pytest.raises(ModelError, match="takes features of 4 numbers a sample, these have 5"):
        model.scores(np.ones((3, 5)))
    (tmp_path / "n.onnx").write_bytes(b"no")
    with pytest.raises(ModelError, match="is not an ONNX model"):
        open_model(tmp_path / "n.onnx")


def test_functions():
    def strength(features):
        return np.linalg.norm(features.values, axis=1)

    expected = np.linalg.norm(FEATURES, axis=1)
    np.testing.assert_allclose(Scorer(model=strength).score(FEATURES).importance, expected)
    assert "strength" in SCORERS
    np.testing.assert_allclose(open_scorer("strength").scores(FEATURES), expected)
    low = open_model(lambda features: features.values[:, :1] - 9)
    np.testing.assert_allclose(low.scores(FEATURES), FEATURES[:, 0] - FEATURES[:, 0].min())


@pytest.mark.parametrize(
    ("result", "said"),
    [
        (np.ones(3), r"expected a score for each of 7 samples, got \(3,\)"),
        (np.full(7, np.nan), "expected finite numbers"),
        (np.array(["a"] * 7), "expected finite numbers"),
    ],
)
def test_what_is_no_score_is_refused(result, said):
    with pytest.raises(VidgistError, match=said):
        open_model(lambda features: result).scores(FEATURES)


def test_names():
    with pytest.raises(SettingError, match="scorer: unknown value 'nobody'"):
        open_scorer("nobody")
    with pytest.raises(SettingError, match="cannot be imported"):
        open_model("no_such_module:x")
