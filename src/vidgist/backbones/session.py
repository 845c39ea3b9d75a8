"""ONNX Runtime sessions: device, threads, and errors in one line."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from vidgist.errors import ModelError, SettingError, unknown_value

__all__ = ["DEVICES", "Session", "usable_cores"]

DEVICES = ("auto", "cpu", "cuda")

_CPU, _CUDA = "CPUExecutionProvider", "CUDAExecutionProvider"
_MAX_THREADS = 16  # a small network on a small batch gains nothing beyond
_ERRORS_ONLY = 3

Array: TypeAlias = npt.NDArray[Any]


def usable_cores() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _providers(device: str) -> list[str]:
    import onnxruntime

    if device not in DEVICES:
        raise unknown_value("--device", device, DEVICES)
    present = onnxruntime.get_available_providers()
    if device == "cuda" and _CUDA not in present:
        raise SettingError(
            "--device cuda: the ONNX Runtime installed here cannot use CUDA; "
            "install onnxruntime-gpu in place of onnxruntime, or take --device cpu"
        )
    return [_CUDA, _CPU] if device != "cpu" and _CUDA in present else [_CPU]


class Session:
    """A model that is loaded and ready to run."""

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
            source: what to call it in an error.
            device: `auto` takes CUDA where ONNX Runtime has it.
            threads: for one inference; default one a core.

        Raises:
            SettingError: the device is unknown or absent.
            ModelError: ONNX Runtime cannot load the model.
        """
        import onnxruntime

        if threads is not None and threads < 1:
            raise SettingError(f"--threads: expected 1 or more, came {threads}")
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
            raise ModelError(f"{source}: cannot be loaded ({_brief(error)})") from error
        if device == "cuda" and _CUDA not in self._session.get_providers():
            raise SettingError(
                "--device cuda: no usable CUDA device or driver here; take --device cpu"
            )
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
        """What the model's file says of itself, by name."""
        return dict(self._session.get_modelmeta().custom_metadata_map)

    def run(self, output: str, **inputs: Array) -> Array:
        """Return one output.

        Raises:
            ModelError: the model fails on these inputs.
        """
        try:
            (result,) = self._session.run([output], inputs)
        except Exception as error:  # as above
            raise ModelError(f"{self.source}: fails when run ({_brief(error)})") from error
        return np.asarray(result)


def _brief(error: Exception) -> str:
    # The first line says what is wrong, the others where in the source of ONNX Runtime.
    lines = str(error).strip().splitlines()
    return lines[0][:300] if lines else type(error).__name__
