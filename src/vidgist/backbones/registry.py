"""Backbones by the names, files and specifications that users write."""

from __future__ import annotations

from pathlib import Path

from vidgist.backbones.backbone import Backbone
from vidgist.backbones.concatenated import Concatenated
from vidgist.backbones.hub import load_from_hub
from vidgist.backbones.onnx_file import load_onnx_file
from vidgist.backbones.record import Record
from vidgist.backbones.youtube8m import Youtube8m, read_pca
from vidgist.errors import unknown_value
from vidgist.registry import Registry

DEFAULT_BACKBONE = "efficientnet_lite0"

BACKBONES: Registry[Record] = Registry(
    "backbone",
    group="vidgist.backbones",
    package="vidgist.backbones.catalog",
    attribute="RECORDS",
)
"""Every extractor that has a name."""


def load_backbone(spec: str, *, device: str = "auto", threads: int | None = None) -> Backbone:
    """Load the backbone that ``spec`` names.

    Args:
        spec: a name out of `BACKBONES`; the path of an image model, ending in ``.onnx``;
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
    if spec in BACKBONES:
        return BACKBONES[spec].load(device=device, threads=threads)
    if spec.startswith("hf:") and "+" not in spec:
        return load_from_hub(spec, device=device, threads=threads)
    if spec.startswith("youtube8m:"):
        file = spec.removeprefix("youtube8m:")
        pca = read_pca(Path(file).parent)
        return Youtube8m(load_backbone(file, device=device, threads=threads), pca)
    # A file's name may have a plus in it, so that a file is looked for first.
    is_file = spec.lower().endswith(".onnx") and ("+" not in spec or Path(spec).exists())
    if is_file:
        return load_onnx_file(spec, device=device, threads=threads)
    if "+" in spec:
        parts = (part.strip() for part in spec.split("+"))
        return Concatenated([load_backbone(p, device=device, threads=threads) for p in parts])
    raise unknown_value("backbone", spec, [*BACKBONES, "FILE.onnx", "hf:OWNER/NAME"])
