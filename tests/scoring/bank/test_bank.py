"""Banks: the statistics, the file, and which bank belongs to which features."""

from __future__ import annotations

import json
import struct

import numpy as np
import pytest
from safetensors.numpy import save

from vidgist.backbones import DEFAULT_BACKBONE, load_backbone
from vidgist.errors import DataError, OutputError
from vidgist.scoring.bank import (
    NONE,
    SHIPPED,
    Bank,
    bank_of,
    choose_bank,
    read_bank,
    shipped_bank,
    video_statistics,
    write_bank,
)
from vidgist.scoring.scorer import Scorer


@pytest.fixture
def videos():
    rng = np.random.default_rng(2)
    return [rng.uniform(0.1, 2.0, size=(count, 5)) for count in (3, 40, 11)]


@pytest.fixture
def bank(videos):
    return bank_of(map(video_statistics, videos), backbone="eye", fingerprint="f" * 32)


def test_every_video_weighs_the_same(videos, bank):
    mean = np.mean([v.mean(axis=0) for v in videos], axis=0)
    square = np.mean([(v**2).mean(axis=0) for v in videos], axis=0)
    units = [v / np.linalg.norm(v, axis=1, keepdims=True) for v in videos]
    np.testing.assert_allclose(bank.mean, mean)
    np.testing.assert_allclose(bank.deviation, np.sqrt(square - mean**2))
    np.testing.assert_allclose(bank.common, np.mean([u.mean(axis=0) for u in units], axis=0))
    assert (bank.videos, bank.samples, bank.dimension) == (3, 54, 5)


def test_a_video_repeated_in_itself_changes_nothing(videos, bank):
    longer = [videos[0], np.tile(videos[1], (7, 1)), videos[2]]
    again = bank_of(map(video_statistics, longer))
    np.testing.assert_allclose(again.deviation, bank.deviation)


def test_one_constant_video_never_varies():
    found = bank_of([video_statistics(np.tile([0.1, 0.7], (9, 1)))])
    np.testing.assert_allclose(found.deviation, 0.0, atol=1e-7)


def test_no_video_or_mixed_widths_make_no_bank(videos):
    with pytest.raises(DataError, match="no video"):
        bank_of([])
    with pytest.raises(DataError, match="differ in length"):
        bank_of([video_statistics(videos[0]), video_statistics(videos[0][:, :3])])


def test_a_file_gives_back_what_was_written(tmp_path, bank):
    path = tmp_path / "mine.safetensors"
    write_bank(path, bank)
    found = read_bank(path)
    for name in ("mean", "deviation", "common"):
        np.testing.assert_allclose(getattr(found, name), getattr(bank, name), rtol=1e-6)
    assert (found.videos, found.samples) == (3, 54)
    assert (found.backbone, found.fingerprint) == ("eye", "f" * 32)
    with pytest.raises(OutputError, match="exists already"):
        write_bank(path, bank)


def test_bank_files_of_version_0_1_still_load(tmp_path):
    path = tmp_path / "old.safetensors"
    path.write_bytes(save(tensors(rise=np.full(4, -0.1)), metadata=metadata()))
    assert read_bank(path).dimension == 4


def tensors(**changes):
    values = {"mean": np.zeros(4), "deviation": np.ones(4)}
    values |= {"common": np.full(4, 0.1)}
    return {k: v.astype(np.float32) for k, v in (values | changes).items() if v is not None}


def metadata(**changes):
    said = {"kind": "vidgist bank 1", "backbone": "eye", "videos": "3", "samples": "9"}
    return {k: v for k, v in (said | changes).items() if v is not None}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "damaged"),
        (b"\x80\x04\x95pickle", "damaged"),
        (struct.pack("<Q", 2**60) + b"{}", "damaged"),
        (save(tensors(), metadata=metadata(kind="a model")), "not a bank"),
        (save(tensors(common=None), metadata=metadata()), "not a bank"),
        (save(tensors(common=np.full(4, -9.0)), metadata=metadata()), "longer than 1"),
        (save(tensors(common=np.zeros(3)), metadata=metadata()), "differ in shape"),
        (save(tensors(mean=np.full(4, np.nan)), metadata=metadata()), "finite"),
        (save(tensors(deviation=np.full(4, -1.0)), metadata=metadata()), "at least 0"),
        (save(tensors(common=np.full(4, 9.0)), metadata=metadata()), "longer than 1"),
        (save(tensors(), metadata=metadata(videos=None)), "damaged"),
        (save(tensors(), metadata=metadata(videos="many")), "damaged"),
        (save(tensors(), metadata=metadata(videos="0")), "damaged"),
        (save(tensors(), metadata=metadata())[:-3], "damaged"),
    ],
)
def test_wrong_files_are_refused_in_one_line(tmp_path, content, message):
    path = tmp_path / "wrong.safetensors"
    path.write_bytes(content)
    with pytest.raises(DataError, match=message) as caught:
        read_bank(path)
    assert "\n" not in str(caught.value)
    assert "wrong.safetensors" in str(caught.value)


def test_a_header_that_claims_much_costs_nothing(tmp_path):
    # 4 TB of floats in a file of a few hundred bytes.
    entry = {"dtype": "F32", "shape": [2**40], "data_offsets": [0, 2**42]}
    header = json.dumps({"mean": entry, "__metadata__": metadata()}).encode()
    path = tmp_path / "huge.safetensors"
    path.write_bytes(struct.pack("<Q", len(header)) + header)
    with pytest.raises(DataError, match="damaged"):
        read_bank(path)


def test_missing_large_and_foreign_paths_are_told_apart(tmp_path):
    with pytest.raises(DataError, match="cannot be read"):
        read_bank(tmp_path / "absent")
    with pytest.raises(DataError, match="not a file"):
        read_bank(tmp_path)
    large = tmp_path / "large"
    with large.open("wb") as file:
        file.truncate(2**24 + 1)
    with pytest.raises(DataError, match="larger than"):
        read_bank(large)


@pytest.mark.parametrize(
    ("features", "why"),
    [
        ({"dimension": 5}, None),
        ({"dimension": 5, "backbone": "eye"}, None),
        ({"dimension": 5, "backbone": "eye", "fingerprint": "f" * 32}, None),
        ({"dimension": 5, "backbone": "exported.onnx", "fingerprint": "f" * 32}, None),
        ({"dimension": 6}, "5 numbers"),
        ({"dimension": 5, "backbone": "ear"}, "made with eye"),
        ({"dimension": 5, "backbone": "eye", "fingerprint": "0" * 32}, "another version"),
    ],
)
def test_a_bank_of_another_backbone_is_refused(bank, features, why):
    if why is None:
        assert choose_bank(bank, **features) == (bank, None)
        return
    with pytest.raises(DataError, match=why):
        choose_bank(bank, **features)


def test_the_shipped_bank_is_that_of_the_default_backbone(monkeypatch, tmp_path):
    shipped = shipped_bank(DEFAULT_BACKBONE)
    assert shipped is not None
    assert shipped.dimension == 1280
    assert shipped.videos >= 10
    backbone = load_backbone(DEFAULT_BACKBONE, threads=1)
    assert shipped.fingerprint == backbone.fingerprint
    found = choose_bank(
        SHIPPED, dimension=1280, backbone=backbone.name, fingerprint=backbone.fingerprint
    )
    assert found == (shipped, None)


def test_where_no_bank_is_shipped_the_user_is_told():
    found, told = choose_bank(SHIPPED, dimension=7, backbone="eye")
    assert found is None
    assert "vidgist bank" in told
    found, told = choose_bank(SHIPPED, dimension=7)
    assert found is None
    assert "name no backbone" in told


def test_no_bank_for_features_of_an_unknown_backbone_unless_asked_for():
    found, told = choose_bank(SHIPPED, dimension=1280)
    assert found is None
    assert f"bank='{DEFAULT_BACKBONE}'" in told
    asked = Scorer(bank=DEFAULT_BACKBONE).matched(dimension=1280)
    assert asked.bank == shipped_bank(DEFAULT_BACKBONE)
    with pytest.raises(DataError, match="numbers"):
        Scorer(bank=DEFAULT_BACKBONE).matched(dimension=7)
    assert Scorer(bank=NONE).matched(dimension=7).bank is None


@pytest.mark.parametrize(
    "change",
    [
        {"mean": np.zeros((2, 2))},
        {"deviation": np.ones(3)},
        dict.fromkeys(("mean", "deviation", "common"), np.zeros(0)),
        {"common": np.full(2, np.inf)},
        {"videos": 0},
    ],
)
def test_a_bank_checks_itself(change):
    values = {"mean": np.zeros(2), "deviation": np.ones(2), "common": np.zeros(2)}
    assert Bank(**values, videos=1, samples=4).dimension == 2
    with pytest.raises(ValueError, match=r"Bank"):
        Bank(**({**values, "videos": 1, "samples": 4} | change))
