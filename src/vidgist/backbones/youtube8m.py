r"""Features in the form of YouTube-8M: Inception's, whitened by a published PCA, in one byte each.

Abu-El-Haija et al., "YouTube-8M: A Large-Scale Video Classification Benchmark", 2016:

.. math:: y = (x - \mu) V / \sqrt{\lambda + 10^{-4}}, \quad
          q = \mathrm{round}(255 (\mathrm{clip}(y, -2, 2) + 2) / 4), \quad
          \hat y = q \frac{4}{255} + \frac{4}{512} - 2

with the mean mu (2048), the first 1024 eigenvectors V and eigenvalues lambda of the data set's own
principal components.  The data set holds q; a reader needs the last formula.

The backbone ``youtube8m:FILE.onnx`` takes the pooled layer of Inception from FILE.onnx and the
matrices from the files ``mean.npy``, ``eigenvals.npy`` and ``eigenvecs.npy`` beside it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from vidgist.backbones.backbone import Backbone, Pixels, Vectors, fingerprint_of, window_of
from vidgist.errors import ModelError

Floats: TypeAlias = npt.NDArray[np.floating[Any]]

PREFIX = "youtube8m:"

DIMENSION = 1024
FILES = ("mean.npy", "eigenvals.npy", "eigenvecs.npy")
"""The files of the published matrices."""

_LOW, _HIGH = -2.0, 2.0
_RANGE = _HIGH - _LOW
_STEPS = 255
_RIDGE = 1e-4
_MAX_BYTES = 1 << 28


def quantize(features: Floats) -> npt.NDArray[np.uint8]:
    """Return features as bytes: 0 for -2 and less, 255 for 2 and more.

    >>> quantize(np.array([-3.0, 0.0, 2.0]))
    array([  0, 128, 255], dtype=uint8)
    """
    scaled = (np.clip(features, _LOW, _HIGH).astype(np.float64) - _LOW) * (_STEPS / _RANGE)
    return np.rint(scaled).astype(np.uint8)


def dequantize(quantized: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """Return the float32 features of bytes, in about [-2, 2]."""
    table = np.arange(_STEPS + 1) * (_RANGE / _STEPS) + _RANGE / 512 + _LOW
    return np.asarray(table.astype(np.float32)[quantized])


@dataclass(frozen=True, kw_only=True)
class PCA:
    """Whitening: mean (D,), and projection (D, 1024), divided by the roots of the eigenvalues."""

    mean: npt.NDArray[np.float32]
    projection: npt.NDArray[np.float32]

    def __call__(self, features: Floats) -> npt.NDArray[np.float32]:
        """Return the (T, 1024) whitened form of (T, D) features."""
        return np.asarray((features - self.mean) @ self.projection, np.float32)


def _read(path: Path) -> npt.NDArray[np.float64]:
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise ModelError(f"{path}: is larger than the published matrices; fetch it again")
        with path.open("rb") as file:
            # Not `numpy.load`, which would also open archives.
            values = np.lib.format.read_array(file, allow_pickle=False)
    except OSError as error:
        raise ModelError(f"{path}: cannot be read ({error.strerror or error})") from error
    except (ValueError, EOFError, MemoryError, OverflowError) as error:
        raise ModelError(f"{path}: is not an array of numbers; fetch it again") from error
    if values.dtype.kind != "f":
        raise ModelError(f"{path}: is not an array of floats; fetch it again")
    if not np.all(np.isfinite(values)):
        raise ModelError(f"{path}: holds NaN or infinite values; fetch it again")
    return values.astype(np.float64)


def read_pca(folder: str | Path, *, dimension: int = DIMENSION) -> PCA:
    """Read the published matrices: mean.npy, eigenvals.npy and eigenvecs.npy of one folder.

    Args:
        folder: the folder of the three files.
        dimension: how many components to keep.

    Raises:
        ModelError: a file is missing, of another shape, or damaged.
    """
    mean, values, vectors = (_read(Path(folder) / name) for name in FILES)
    mean, values = mean.reshape(-1), values.reshape(-1)
    size = len(mean)
    if vectors.ndim != 2 or vectors.shape[1] != size or min(len(vectors), len(values)) < dimension:
        raise ModelError(
            f"{folder}: expected {dimension} or more eigenvalues and eigenvectors of as many "
            f"numbers as the mean has, got {values.shape}, {vectors.shape} and {mean.shape}"
        )
    if values[:dimension].min() < 0:
        raise ModelError(f"{folder}: has eigenvalues under 0; fetch the files again")
    # Each row of the file is a component.
    projection = vectors[:dimension].T / np.sqrt(values[:dimension] + _RIDGE)
    return PCA(mean=mean.astype(np.float32), projection=projection.astype(np.float32))


class Youtube8m:
    """A backbone of Inception features in the form of YouTube-8M."""

    def __init__(self, inner: Backbone, pca: PCA) -> None:
        """Join an extractor and the matrices.

        Raises:
            ModelError: they do not fit.
        """
        if inner.dimension != len(pca.mean):
            raise ModelError(
                f"{inner.name}: gives {inner.dimension} numbers, the PCA takes {len(pca.mean)}; "
                "it belongs to the pooled layer of Inception"
            )
        self._inner, self._pca = inner, pca
        self.name = f"youtube8m({inner.name})"
        self.dimension = pca.projection.shape[1]
        self.size = inner.size
        self.window = window_of(inner)
        self.fingerprint = fingerprint_of(
            inner=inner.fingerprint,
            pca=hashlib.sha256(pca.mean.tobytes() + pca.projection.tobytes()).hexdigest(),
            quantised="[-2, 2] in 256 steps",  # spelled so in every file made so far
        )

    def extract(self, pixels: Pixels) -> Vectors:
        """Return (B, 1024) features, quantized and dequantized, of (B, H, W, 3) RGB pictures."""
        return dequantize(quantize(self._pca(self._inner.extract(pixels))))
