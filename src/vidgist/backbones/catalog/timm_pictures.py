"""Networks of timm for single pictures; their weights are on the Hugging Face Hub.

The names are those of Table S7 of the paper where it has them; the weights are the ones that timm
had for these networks when it was written.  The output of a self-supervised network, which has no
classifier, is its feature.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from vidgist.backbones.networks.record import TorchRecord
from vidgist.backbones.networks.stored import hub_file, own_file
from vidgist.backbones.preprocessing import IMAGENET_MEAN, IMAGENET_STD, Triple
from vidgist.errors import ModelError

_HALF: dict[str, Any] = {"mean": (0.5, 0.5, 0.5), "std": (0.5, 0.5, 0.5)}
_OPENAI: dict[str, Any] = {
    "mean": (0.48145466, 0.4578275, 0.40821073),
    "std": (0.26862954, 0.26130258, 0.27577711),
}
_FILES = ("model.safetensors", "pytorch_model.bin")

_TOKEN = "class token after the last normalization"
_AVERAGE = "mean of the patches, normalized"
_SHARED = "picture's place in the space shared with words"


@dataclass(frozen=True, kw_only=True)
class Timm(TorchRecord):
    """One network of timm, by its name with the tag of its weights."""

    library: ClassVar[str] = "timm"
    origin: ClassVar[str] = "timm"

    resized: bool = False  # timm adapts it from pictures of another size

    @property
    def repository(self) -> str:
        """The repository of the Hub that holds the weights."""
        return f"timm/{self.model}"

    def weights_path(self) -> Path | None:
        """Return the user's own file, or the Hub's in its cache."""
        own = own_file(self.file)
        return own or next(filter(None, (hub_file(self.repository, f) for f in _FILES)), None)

    def library_network(self, *, pretrained: bool) -> Any:
        """Return the network as timm builds it."""
        import timm

        options: dict[str, Any] = {"img_size": self.size} if self.resized else {}
        if not pretrained:
            return timm.create_model(self.model, pretrained=False, **options)
        from vidgist.backbones.networks.weights import fetching, read_weights

        own = own_file(self.file)
        if own is None:
            with fetching(self.name, file=self.file, source=self.source):
                return timm.create_model(self.model, pretrained=True, **options)
        weights = {"state_dict": read_weights(own)}
        try:
            return timm.create_model(
                self.model, pretrained=True, pretrained_cfg_overlay=weights, **options
            )
        except Exception as error:  # timm has no error class for this
            raise ModelError(
                f"{own}: does not fit the network; get the file of {self.repository}"
            ) from error


def _record(
    name: str,
    model: str,
    dimension: int,
    layer: str,
    *,
    terms: str = "Apache-2.0",
    classifier: str = "",
    mean: Triple = IMAGENET_MEAN,
    std: Triple = IMAGENET_STD,
    resized: bool = False,
) -> Timm:
    return Timm(
        name=name,
        dimension=dimension,
        size=(224, 224),
        license=terms,
        source=f"Hugging Face Hub, timm/{model}",
        model=model,
        layer=layer,
        classifier=classifier,
        mean=mean,
        std=std,
        file=f"{model}.safetensors",
        resized=resized,
    )


_SMALL, _BASE = "vit_small_patch16_224", "vit_base_patch16_224"
_LABELS = "augreg_in21k_ft_in1k"

_SUPERVISED = (
    _record("vit_s16", f"{_SMALL}.{_LABELS}", 384, _TOKEN, classifier="head", **_HALF),
    _record("vit_b16", f"{_BASE}.{_LABELS}", 768, _TOKEN, classifier="head", **_HALF),
    _record(
        "swin_s",
        "swin_small_patch4_window7_224.ms_in1k",
        768,
        _AVERAGE,
        classifier="head.fc",
        terms="MIT",
    ),
    _record("convnext_tiny", "convnext_tiny.fb_in22k_ft_in1k", 768, _AVERAGE, classifier="head.fc"),
    _record(
        "convnext_base", "convnext_base.fb_in22k_ft_in1k", 1024, _AVERAGE, classifier="head.fc"
    ),
)

_SELF_SUPERVISED = (
    _record("dino_s16", f"{_SMALL}.dino", 384, _TOKEN),
    _record("dino_b16", f"{_BASE}.dino", 768, _TOKEN),
    # Then trained with the labels of ImageNet-22k: timm has no weights from before that.
    _record(
        "beit_b16",
        "beit_base_patch16_224.in22k_ft_in22k",
        768,
        _AVERAGE,
        classifier="head",
        **_HALF,
    ),
    _record("mae_b16", f"{_BASE}.mae", 768, _TOKEN, terms="CC-BY-NC-4.0"),
    _record("dinov2_s14", "vit_small_patch14_dinov2.lvd142m", 384, _TOKEN, resized=True),
    _record("dinov2_b14", "vit_base_patch14_dinov2.lvd142m", 768, _TOKEN, resized=True),
)

_WITH_WORDS = (
    _record("clip_b32", "vit_base_patch32_clip_224.openai", 512, _SHARED, **_OPENAI),
    _record("clip_b16", "vit_base_patch16_clip_224.openai", 512, _SHARED, **_OPENAI),
    _record(
        "siglip_b16",
        "vit_base_patch16_siglip_224.webli",
        768,
        "patches pooled by attention",
        **_HALF,
    ),
)

RECORDS = _SUPERVISED + _SELF_SUPERVISED + _WITH_WORDS
