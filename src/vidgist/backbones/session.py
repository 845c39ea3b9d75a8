"""ONNX Runtime sessions: device, threads, errors of one line; and the backbone that is one."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from vidgist.backbones.backbone import Pixels, Vectors, check_pixels
from vidgist.backbones.record import Record
from vidgist.errors import ModelError, SettingError, first_line
from vidgist.system.processors import check_device, check_threads, usable_cores

_CPU, _CUDA = "CPUExecutionProvider", "CUDAExecutionProvider"
_MAX_THREADS = 16  # a small network on a small batch gains nothing beyond
_ERRORS_ONLY = 3

Array: TypeAlias = npt.NDArray[Any]


def _providers(device: str) -> list[str]:
    import onnxruntime

    check_device(device)
    present = onnxruntime.get_available_providers()
    if device == "cuda" and _CUDA not in present:
        raise SettingError(
            "device: the ONNX Runtime installed here cannot use CUDA; "
            "install onnxruntime-gpu in place of onnxruntime, or take device='cpu'"
        )
    return [_CUDA, _CPU] if device != "cpu" and _CUDA in present else [_CPU]


class Session:
    """An ONNX model that is loaded and ready to run."""

    def __init__(
        self,
        model: bytes | Path,
        *,
        source: str,
        device: str = "auto",
        threads: int | None = None,
    ) -> None:
        """Load the model.

        Args:
            model: a serialized ONNX model, or the path of one.
            source: its name in errors.
            device: `auto` takes CUDA where ONNX Runtime has it.
            threads: for one inference; default one a core.

        Raises:
            SettingError: the device is unknown or absent.
            ModelError: ONNX Runtime cannot load the model.
        """
        import onnxruntime

        check_threads(threads)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads or min(usable_cores(), _MAX_THREADS)
        options.inter_op_num_threads = 1
        options.log_severity_level = _ERRORS_ONLY
        # Threads that wait in a loop take the processor from the decoder, which works meanwhile.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        providers = _providers(device)
        try:
            loaded = str(model) if isinstance(model, Path) else model
            self._session = onnxruntime.InferenceSession(loaded, options, providers=providers)
        except Exception as error:  # ONNX Runtime's own classes share no other base
            raise ModelError(f"{source}: cannot be loaded ({first_line(error)})") from error
        if device == "cuda" and _CUDA not in self._session.get_providers():
            raise SettingError("device: no usable CUDA device or driver here; take device='cpu'")
        self.source = source

    @property
    def inputs(self) -> list[Any]:
        """The model's inputs, each with name, type and shape."""
        return list(self._session.get_inputs())

    @property
    def outputs(self) -> list[Any]:
        """The model's outputs, each with name, type and shape."""
        return list(self._session.get_outputs())

    @property
    def metadata(self) -> dict[str, str]:
        """The custom metadata of the model's file."""
        return dict(self._session.get_modelmeta().custom_metadata_map)

    def run(self, output: str, **inputs: Array) -> Array:
        """Return one output.

        Raises:
            ModelError: the model fails on these inputs.
        """
        try:
            (result,) = self._session.run([output], inputs)
        except Exception as error:  # as above
            raise ModelError(f"{self.source}: fails when run ({first_line(error)})") from error
        return np.asarray(result)


class OnnxBackbone:
    """A backbone that is an ONNX model of uint8 pictures, normalization and pooling inside."""

    def __init__(self, session: Session, record: Record, *, fingerprint: str) -> None:
        self.name = record.name
        self.dimension = record.dimension
        self.size = record.size
        self.fingerprint = fingerprint
        self._session = session
        self._input = session.inputs[0].name

    def extract(self, pixels: Pixels) -> Vectors:
        """Return the (B, D) pooled features, not normalized, of (B, H, W, 3) RGB pictures."""
        check_pixels(pixels, size=self.size)
        return self._session.run("features", **{self._input: pixels}).astype(np.float32)
