from __future__ import annotations

import hashlib
import pickle
from pathlib import Path

import numpy as np
import pytest

import legacy_weights as legacy
from vidgist.backbones.weights import read_checked, read_legacy_tensors
from vidgist.errors import ModelError

TENSORS = {
    "weight": np.arange(24, dtype="<f4").reshape(2, 3, 4).transpose(2, 0, 1),
    "bias": np.array([0.1, -np.inf, 3e38], "<f4"),
    "count": np.array(7, "<i8"),
}


def read(data: bytes) -> dict[str, np.ndarray]:
    return read_legacy_tensors(data, source="w.pth")


def test_tensors_come_back_as_they_were():
    tensors = read(legacy.plain_file(TENSORS))
    assert list(tensors) == list(TENSORS)
    for name, expected in TENSORS.items():
        assert tensors[name].dtype == expected.dtype
        assert tensors[name].shape == expected.shape
        assert tensors[name].tobytes() == np.ascontiguousarray(expected).tobytes()


def test_two_tensors_may_share_a_storage():
    numbers = np.arange(6, dtype="<f4")
    entries = {
        "rows": legacy.tensor("0", "<f4", 6, (2, 3), (3, 1)),
        "tail": legacy.tensor("0", "<f4", 6, (2,), (1,), offset=4),
    }
    tensors = read(legacy.legacy_file(legacy.dictionary(entries), {"0": numbers}))
    np.testing.assert_array_equal(tensors["rows"], numbers.reshape(2, 3))
    np.testing.assert_array_equal(tensors["tail"], [4, 5])


class Hostile:
    def __reduce__(self):
        return Path.touch, (Path("hostile-was-here"),)


@pytest.mark.parametrize("protocol", [0, 1, 2, 4, 5])
def test_a_pickle_that_calls_something_is_refused_and_not_called(protocol, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    body = pickle.dumps({"weight": Hostile()}, protocol=protocol)
    good = legacy.plain_file(TENSORS)
    for data in (body, good[:137] + body, legacy.legacy_file(b"", {})[:-5] + body):
        with pytest.raises(ModelError, match=r"w\.pth: is not a plain file of tensors"):
            read(data)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "callee", ["builtins\neval", "os\nsystem", "torch._utils\n_rebuild_parameter", "torch\nload"]
)
def test_a_name_that_is_not_on_the_list_is_refused(callee):
    data = legacy.plain_file(TENSORS).replace(b"torch._utils\n_rebuild_tensor_v2", callee.encode())
    with pytest.raises(ModelError, match="the name"):
        read(data)


def one(layout: bytes, count: int = 6) -> bytes:
    return legacy.legacy_file(legacy.dictionary({"t": layout}), {"0": np.zeros(count, "<f4")})


WRONG = [
    ("leaves its storage", one(legacy.tensor("0", "<f4", 6, (2, 3), (3, 2)))),
    ("leaves its storage", one(legacy.tensor("0", "<f4", 6, (6,), (1,), offset=1))),
    ("larger than its storage", one(legacy.tensor("0", "<f4", 6, (2**30, 2**30), (0, 0)))),
    ("without a shape", one(legacy.tensor("0", "<f4", 6, (-2, 3), (3, 1)))),
    ("without a storage", one(legacy.tensor("0", "<f4", 6, (6,), (1,), offset=-1))),
    ("too many dimensions", one(legacy.tensor("0", "<f4", 6, (1,) * 40, (1,) * 40))),
    ("too few numbers", one(legacy.tensor("0", "<f4", 7, (6,), (1,)))),
    ("something that is no tensor", one(legacy.number(3))),
    ("no dictionary", legacy.legacy_file(legacy.number(3), {})),
    ("another magic number", legacy.legacy_file(b"}", {}, magic=1)),
    ("another protocol", legacy.legacy_file(b"}", {}, protocol=1000)),
    ("of another byte order", legacy.legacy_file(b"}", {}, little=b"\x89")),
    ("more than its tensors", legacy.plain_file(TENSORS) + b"x"),
    ("the operation", legacy.legacy_file(b"I1\n", {})),
    (
        "one storage in two forms",
        legacy.legacy_file(
            legacy.dictionary(
                {
                    "a": legacy.tensor("0", "<f4", 6, (6,), (1,)),
                    "b": legacy.tensor("0", "<f8", 6, (6,), (1,)),
                }
            ),
            {"0": np.zeros(6, "<f4")},
        ),
    ),
    ("other storages", legacy.legacy_file(b"}", {"0": np.zeros(1, "<f4")})),
    ("a reference to nothing", legacy.legacy_file(b"h\x05", {})),
    ("an operation without its values", legacy.legacy_file(b"R", {})),
    ("a group without a beginning", legacy.legacy_file(b"t", {})),
    ("items for something that is no dictionary", legacy.legacy_file(b"N(u", {})),
    ("a key without a value", legacy.legacy_file(b"}(Nu", {})),
    ("a key that is no text", legacy.legacy_file(b"}(NNu", {})),
    ("items without a list", legacy.legacy_file(b"N(e", {})),
    (
        "a view of a storage",
        legacy.legacy_file(legacy.group(legacy.text("other"), *[b"N"] * 5) + b"Q", {}),
    ),
    ("a storage of another kind", legacy.legacy_file(b"NQ", {})),
    ("state of an object", legacy.legacy_file(b"N}b", {})),
]


@pytest.mark.parametrize(("reason", "data"), WRONG)
def test_wrong_files_are_refused_with_the_reason(reason, data):
    with pytest.raises(ModelError, match=reason) as caught:
        read(data)
    assert "\n" not in str(caught.value)


def test_a_file_cut_anywhere_is_refused():
    data = legacy.plain_file(TENSORS)
    for length in range(len(data)):
        with pytest.raises(ModelError):
            read(data[:length])


@pytest.mark.filterwarnings("ignore:invalid escape sequence")
def test_a_file_with_bytes_changed_gives_tensors_or_the_error():
    data = legacy.plain_file(TENSORS)
    random = np.random.default_rng(20230401)
    for _ in range(2000):
        changed = bytearray(data)
        for place in random.integers(0, len(data), random.integers(1, 4)):
            changed[place] = random.integers(256)
        try:
            tensors = read(bytes(changed))
        except ModelError:
            continue
        assert sum(t.size for t in tensors.values()) < 100


def test_the_hash_is_checked_before_anything_is_read(tmp_path):
    path = tmp_path / "w.pth"
    path.write_bytes(b"weights")
    digest = hashlib.sha256(b"weights").hexdigest()
    assert read_checked(path, sha256=digest, cure="x") == b"weights"
    path.write_bytes(b"weightz")
    with pytest.raises(ModelError, match=r"w\.pth: is damaged or another version.*install it"):
        read_checked(path, sha256=digest, cure="install it anew")
    path.unlink()
    with pytest.raises(ModelError, match=r"w\.pth: cannot be read .*install it"):
        read_checked(path, sha256=digest, cure="install it anew")
