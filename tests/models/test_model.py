"""Models as users of the core meet them: no torch, hostile files, other backbones."""

from __future__ import annotations

import dataclasses
import json
import math
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from vidgist.criteria import alignment, uniformity
from vidgist.errors import ModelError
from vidgist.models import (
    METHODS,
    Model,
    ModelCard,
    TrainingSettings,
    load_model,
)
from vidgist.models.methods import training_settings
from vidgist.scoring.presets import preset
from vidgist.scoring.scorer import Scorer
from vidgist.system.tensors import write_tensors
from vidgist.types import Features

DIMENSION = 12
SETTINGS = training_settings("contrastive", layers=2, heads=2, width=8)
DSN = training_settings("dr_dsn", hidden=4)
BACKBONE = "efficientnet_lite0"


def card_of(settings: TrainingSettings, **changes: object) -> ModelCard:
    values = {
        "kind": settings.method,
        "dimension": DIMENSION,
        "backbone": BACKBONE,
        "backbone_fingerprint": "f" * 32,
        "settings": dataclasses.asdict(settings),
    }
    return ModelCard(**{**values, **changes})


def random_weights(settings: TrainingSettings, rng: np.random.Generator) -> dict[str, np.ndarray]:
    shapes = METHODS[settings.method].shapes(DIMENSION, settings)
    return {
        name: rng.normal(scale=shape[-1] ** -0.5, size=shape).astype(np.float32)
        for name, shape in shapes.items()
    }


def random_model(rng: np.random.Generator, **changes: object) -> Model:
    tensors = random_weights(SETTINGS, rng)
    return Model(tensors, card_of(SETTINGS, **changes))


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(7)


@pytest.fixture
def features(rng: np.random.Generator) -> np.ndarray:
    return rng.normal(size=(50, DIMENSION)).astype(np.float32)


def naive_norm(x: np.ndarray, scale: np.ndarray, bias: np.ndarray) -> np.ndarray:
    centered = x - x.mean(axis=-1, keepdims=True)
    return centered / np.sqrt((centered**2).mean(axis=-1, keepdims=True) + 1e-6) * scale + bias


def naive_layer(x: np.ndarray, w: dict[str, np.ndarray], prefix: str, heads: int) -> np.ndarray:
    """One encoder layer, head by head and sample by sample."""
    part = {name[len(prefix) + 1 :]: v for name, v in w.items() if name.startswith(prefix + ".")}
    queries, keys, values = (x @ part[f"{n}.weight"].T for n in ("query", "key", "value"))
    size = queries.shape[1] // heads
    mixed = np.zeros_like(queries)
    for head in range(heads):
        own = slice(head * size, (head + 1) * size)
        for t in range(len(x)):
            weights = np.exp(keys[:, own] @ queries[t, own] / np.sqrt(size))
            mixed[t, own] = (weights / weights.sum()) @ values[:, own]
    x = naive_norm(x + mixed @ part["out.weight"].T, part["norm.weight"], part["norm.bias"])
    fed = np.maximum(x @ part["widen.weight"].T + part["widen.bias"], 0)
    x = x + fed @ part["narrow.weight"].T + part["narrow.bias"]
    return naive_norm(x, part["last_norm.weight"], part["last_norm.bias"])


def test_the_network_as_its_description_says(
    rng: np.random.Generator, features: np.ndarray
) -> None:
    w = random_weights(SETTINGS, rng)
    refined, unique = Model(w, card_of(SETTINGS)).apply(features)
    double = {name: values.astype(np.float64) for name, values in w.items()}
    x = features / np.linalg.norm(features, axis=1, keepdims=True)
    x = x @ double["project.weight"].T + double["project.bias"]
    x = naive_norm(x, double["norm.weight"], double["norm.bias"])
    for layer in ("layers.0", "layers.1"):
        x = naive_layer(x, double, layer, SETTINGS.network.heads)
    np.testing.assert_allclose(refined, x, atol=1e-4)
    seen = naive_layer(
        x / np.linalg.norm(x, axis=1, keepdims=True), double, "filter_layer", SETTINGS.network.heads
    )
    hidden = np.maximum(seen @ double["filter_hidden.weight"].T + double["filter_hidden.bias"], 0)
    logits = hidden @ double["filter_out.weight"][0] + double["filter_out.bias"]
    np.testing.assert_allclose(unique, 1 / (1 + np.exp(-logits)), atol=1e-4)
    assert refined.dtype == unique.dtype == np.float32


def test_blocks_of_any_length_give_the_same(
    rng: np.random.Generator, features: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = random_model(rng)
    whole = model.apply(features)
    monkeypatch.setattr("vidgist.criteria.gram.BLOCK_BYTES", 1)  # the least: one query at once
    in_blocks = model.apply(features)
    for found, expected in zip(in_blocks, whole, strict=True):
        np.testing.assert_allclose(found, expected, atol=1e-6)


def test_long_videos_take_bounded_memory(rng: np.random.Generator) -> None:
    settings = training_settings("contrastive", layers=1, width=8, head_width=8)
    model = Model(random_weights(settings, rng), card_of(settings))
    features = rng.normal(size=(12_000, DIMENSION)).astype(np.float32)
    tracemalloc.start()
    refined, unique = model.apply(features)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert np.isfinite(refined).all()
    assert unique.shape == (12_000,)
    assert peak < 2**27  # all weights of attention at once would be 550 MB


def test_one_sample(rng: np.random.Generator) -> None:
    refined, unique = random_model(rng).apply(rng.normal(size=(1, DIMENSION)))
    assert (refined.shape, unique.shape) == ((1, 8), (1,))
    assert np.isfinite(refined).all()


def test_criteria_neighbors_are_frozen_and_distances_refined(
    rng: np.random.Generator, features: np.ndarray
) -> None:
    model = random_model(rng)
    refined, unique = model.apply(features)
    settings = preset("paper", neighbors=0.2, count_self=True)
    found = Scorer(settings, model=model).measure(features)
    np.testing.assert_allclose(
        found["alignment"],
        alignment(features, neighbors=0.2, count_self=True, refined=refined),
    )
    np.testing.assert_allclose(found["uniformity"], uniformity(refined, count_self=True))
    np.testing.assert_allclose(found["uniqueness"], unique)


def test_a_file_gives_back_the_model(
    rng: np.random.Generator, features: np.ndarray, tmp_path: Path
) -> None:
    tensors = random_weights(SETTINGS, rng)
    card = card_of(SETTINGS, seed=3, loss={"total": -0.5})
    write_tensors(tmp_path / "m.safetensors", tensors, metadata=card.to_metadata())
    model = load_model(tmp_path / "m.safetensors")
    assert model.card == card
    assert model.settings == SETTINGS
    expected = Model(tensors, card).apply(features)
    np.testing.assert_array_equal(model.apply(features)[0], expected[0])


def test_features_of_another_width_are_refused(rng: np.random.Generator) -> None:
    with pytest.raises(ModelError, match=r"efficientnet_lite0 with 12 numbers.*have 7.*backbone='"):
        random_model(rng).apply(rng.normal(size=(5, 7)))


def test_features_of_another_backbone_are_refused(
    rng: np.random.Generator, features: np.ndarray
) -> None:
    other = Features(
        values=features, picks=np.arange(50), n_frames=50, backbone="efficientnet_lite2"
    )
    with pytest.raises(ModelError, match="trained on features of efficientnet_lite0, these are"):
        random_model(rng).apply(other)
    unknown = dataclasses.replace(other, backbone="")  # a data set that does not say
    assert len(random_model(rng).apply(unknown)[1]) == 50


def test_another_version_of_the_backbone_is_refused(rng: np.random.Generator) -> None:
    model = random_model(rng)
    model.check(dimension=DIMENSION, backbone=BACKBONE, fingerprint="f" * 32)
    with pytest.raises(ModelError, match="another version of the backbone"):
        model.check(dimension=DIMENSION, backbone=BACKBONE, fingerprint="0" * 32)


def test_the_kinds_are_not_mixed_up(rng: np.random.Generator, features: np.ndarray) -> None:
    weights = random_weights(DSN, rng)
    dsn = Model(weights, card_of(DSN))
    scores = dsn.scores(features)
    assert scores.shape == (50,)
    assert ((scores > 0) & (scores < 1)).all()
    with pytest.raises(ModelError, match="gives scores"):
        dsn.apply(features)
    with pytest.raises(ModelError, match="no scores"):
        random_model(rng).scores(features)


def naive_lstm(x: np.ndarray, w: dict[str, np.ndarray], way: str) -> np.ndarray:
    """An LSTM step by step, gates in torch's order: input, forget, cell, output."""
    size = w[f"lstm.weight_hh_l0{way}"].shape[1]
    state, cell = np.zeros(size), np.zeros(size)
    result = np.zeros((len(x), size))

    def sigmoid(values: np.ndarray) -> np.ndarray:
        return 1 / (1 + np.exp(-values))

    for t in reversed(range(len(x))) if way else range(len(x)):
        gates = w[f"lstm.weight_ih_l0{way}"] @ x[t] + w[f"lstm.bias_ih_l0{way}"]
        gates = gates + w[f"lstm.weight_hh_l0{way}"] @ state + w[f"lstm.bias_hh_l0{way}"]
        into, forget, new, out = np.split(gates, 4)
        cell = sigmoid(forget) * cell + sigmoid(into) * np.tanh(new)
        state = sigmoid(out) * np.tanh(cell)
        result[t] = state
    return result


def test_the_lstm_as_its_description_says(rng: np.random.Generator, features: np.ndarray) -> None:
    w = random_weights(DSN, rng)
    found = Model(w, card_of(DSN)).scores(features)
    x = features / np.linalg.norm(features, axis=1, keepdims=True)
    states = np.hstack([naive_lstm(x, w, way) for way in ("", "_reverse")])
    logits = states @ w["out.weight"][0] + w["out.bias"]
    np.testing.assert_allclose(found, 1 / (1 + np.exp(-logits)), atol=1e-5)


def damaged(kind: str, path: Path, rng: np.random.Generator) -> None:
    tensors = random_weights(SETTINGS, rng)
    metadata = card_of(SETTINGS).to_metadata()
    if kind == "shape":
        tensors["norm.bias"] = np.zeros(9, dtype=np.float32)
    elif kind == "missing":
        del tensors["filter_out.bias"]
    elif kind == "extra":
        tensors["backdoor"] = np.zeros(1, dtype=np.float32)
    elif kind == "nan":
        tensors["norm.bias"][0] = np.nan
    elif kind == "integers":
        tensors["norm.bias"] = np.zeros(8, dtype=np.int64)
    elif kind == "foreign":
        metadata = {"format": "pt"}
    elif kind == "card":
        metadata["card"] = "{" * 100_000
    elif kind == "type":
        card = json.loads(metadata["card"]) | {"dimension": "12"}
        metadata["card"] = json.dumps(card)
    elif kind == "huge":
        card = json.loads(metadata["card"])
        card["settings"]["network"]["width"] = 10**9
        metadata["card"] = json.dumps(card)
    elif kind == "settings":
        card = json.loads(metadata["card"])
        card["settings"]["unheard"] = True
        metadata["card"] = json.dumps(card)
    write_tensors(path, tensors, metadata=metadata)
    if kind == "cut":
        path.write_bytes(path.read_bytes()[:-50])
    elif kind == "header":
        path.write_bytes((2**62).to_bytes(8, "little") + path.read_bytes()[8:])
    elif kind == "empty":
        path.write_bytes(b"")


@pytest.mark.parametrize(
    "kind",
    [
        *("shape", "missing", "extra", "nan", "integers", "foreign", "card", "type", "huge"),
        *("settings", "cut", "header", "empty"),
    ],
)
def test_a_damaged_or_foreign_file_gives_one_line(
    kind: str, rng: np.random.Generator, tmp_path: Path
) -> None:
    path = tmp_path / "m.safetensors"
    damaged(kind, path, rng)
    with pytest.raises(ModelError) as error:
        load_model(path)
    assert str(path) in str(error.value)
    assert "\n" not in str(error.value)


def sparse(path: Path, tensors: dict[str, tuple[int, ...]], metadata: dict[str, str]) -> None:
    """Write a file of float32 zeros that takes no room on disk."""
    header: dict[str, object] = {"__metadata__": metadata}
    end = 0
    for name, shape in tensors.items():
        start, end = end, end + 4 * math.prod(shape)
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [start, end]}
    text = json.dumps(header).encode()
    with path.open("wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        file.truncate(8 + len(text) + end)


@pytest.mark.parametrize("kind", ["foreign", "shape", "extra"])
def test_no_number_is_read_of_a_file_that_does_not_fit(kind: str, tmp_path: Path) -> None:
    shapes = METHODS["contrastive"].shapes(DIMENSION, SETTINGS)
    metadata = card_of(SETTINGS).to_metadata() if kind != "foreign" else {"format": "pt"}
    large = (2**16, 2**11)  # half a gigabyte
    shapes["norm.bias" if kind == "shape" else "backdoor"] = large
    sparse(tmp_path / "m.safetensors", shapes, metadata)
    tracemalloc.start()
    with pytest.raises(ModelError):
        load_model(tmp_path / "m.safetensors")
    assert tracemalloc.get_traced_memory()[1] < 2**22
    tracemalloc.stop()


def test_a_model_of_an_earlier_version_is_read(rng: np.random.Generator, tmp_path: Path) -> None:
    metadata = card_of(SETTINGS).to_metadata()
    card = json.loads(metadata["card"])
    del card["run"]
    tensors = random_weights(SETTINGS, rng)
    write_tensors(tmp_path / "m", tensors, metadata={**metadata, "card": json.dumps(card)})
    assert load_model(tmp_path / "m").card.run == {}


def test_files_that_are_no_models(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="cannot be read"):
        load_model(tmp_path / "missing.safetensors")
    with pytest.raises(ModelError, match="not a file"):
        load_model(tmp_path)
    with (tmp_path / "sparse").open("wb") as file:
        file.truncate(3 * 2**30)
    with pytest.raises(ModelError, match="larger"):
        load_model(tmp_path / "sparse")
