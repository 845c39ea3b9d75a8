"""Backbones by the names, files and specifications that users write."""

from __future__ import annotations

import functools
import importlib
import pkgutil
from pathlib import Path
from typing import TYPE_CHECKING

from vidgist.backbones import catalog
from vidgist.errors import unknown_value

if TYPE_CHECKING:
    from vidgist.backbones.backbone import Backbone
    from vidgist.backbones.record import Record

__all__ = ["DEFAULT_BACKBONE", "load_backbone", "records"]

DEFAULT_BACKBONE = "efficientnet_lite0"


@functools.cache
def records() -> dict[str, Record]:
    """Return every extractor that has a name, by name; the same dictionary each time."""
    found: dict[str, Record] = {}
    for module in sorted(pkgutil.iter_modules(catalog.__path__), key=lambda m: m.name):
        for record in importlib.import_module(f"{catalog.__name__}.{module.name}").RECORDS:
            if record.name in found:
                raise AssertionError(f"two backbones are called {record.name}")
            found[record.name] = record
    return found


def load_backbone(spec: str, *, device: str = "auto", threads: int | None = None) -> Backbone:
    """Load the backbone that ``spec`` names.

    Args:
        spec: a name out of `records`; the path of an image model, ending in ``.onnx``;
            ``hf:OWNER/NAME[/file.onnx]``, see `vidgist.backbones.hub`; ``youtube8m:FILE.onnx``, see
            `vidgist.backbones.youtube8m`; or several of these joined by ``+``, see
            `vidgist.backbones.concatenated`.
        device: `auto`, `cpu` or `cuda`.
        threads: for one inference; default one a core.

    Returns:
        The backbone; its ``extract`` maps (B, H, W, 3) uint8 RGB pictures of its ``size`` to (B, D)
        float32 features, not normalized.

    Raises:
        SettingError: the name is unknown, or the device is absent.
        MissingExtraError: its library or weights are not installed.
        ModelError: its weights or its graph are damaged or do not fit.

    Example:
        >>> backbone = load_backbone("efficientnet_lite0")
        >>> backbone.dimension, backbone.size
        (1280, (224, 224))
    """
    known = records()
    if spec in known:
        return known[spec].load(device=device, threads=threads)
    if spec.startswith("hf:") and "+" not in spec:
        from vidgist.backbones.hub import load_from_hub

        return load_from_hub(spec, device=device, threads=threads)
    if spec.startswith("youtube8m:"):
        from vidgist.backbones.youtube8m import Youtube8m, read_pca

        file = spec.removeprefix("youtube8m:")
        pca = read_pca(Path(file).parent)
        return Youtube8m(load_backbone(file, device=device, threads=threads), pca)
    # A file's name may have a plus in it, so that a file is looked for first.
    is_file = spec.lower().endswith(".onnx") and ("+" not in spec or Path(spec).exists())
    if is_file:
        from vidgist.backbones.onnx_file import load_onnx_file

        return load_onnx_file(spec, device=device, threads=threads)
    if "+" in spec:
        from vidgist.backbones.concatenated import Concatenated

        parts = (part.strip() for part in spec.split("+"))
        return Concatenated([load_backbone(p, device=device, threads=threads) for p in parts])
    raise unknown_value("backbone", spec, [*known, "FILE.onnx", "hf:OWNER/NAME"])
