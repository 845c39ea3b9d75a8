"""Networks of timm that look at single pictures; their weights lie on the Hugging Face Hub.

The names are those of Table S7 of the paper where it has them; the weights are the ones that timm
gave for these networks when it was written.  A network without a classifier, made by learning
without labels, gives its feature as it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from vidgist.backbones.networks.record import TorchRecord
from vidgist.backbones.networks.stored import hub_file, own_file
from vidgist.backbones.preprocessing import IMAGENET_MEAN, IMAGENET_STD, Triple
from vidgist.errors import ModelError

__all__ = ["RECORDS", "Timm"]

_HALF: Triple = (0.5, 0.5, 0.5)
_CLIP_MEAN: Triple = (0.48145466, 0.4578275, 0.40821073)
_CLIP_STD: Triple = (0.26862954, 0.26130258, 0.27577711)
_FILES = ("model.safetensors", "pytorch_model.bin")

_TOKEN = "class token after the last normalization"
_AVERAGE = "mean of the patches, normalized"


@dataclass(frozen=True, kw_only=True)
class Timm(TorchRecord):
    """One network of timm, by its name with the tag of its weights."""

    library: ClassVar[str] = "timm"
    origin: ClassVar[str] = "timm"

    resized: bool = False  # made for pictures of another size, which timm adapts it to

    @property
    def repository(self) -> str:
        """The repository of the Hub that holds the weights."""
        return f"timm/{self.model}"

    def weights_path(self) -> Path | None:
        """Return the user's own file, or the Hub's in its cache."""
        own = own_file(self.file)
        return own or next(filter(None, (hub_file(self.repository, f) for f in _FILES)), None)

    def whole(self, *, pretrained: bool) -> Any:
        """Return the network as timm builds it."""
        import timm

        options: dict[str, Any] = {"img_size": self.size} if self.resized else {}
        if not pretrained:
            return timm.create_model(self.model, pretrained=False, **options)
        from vidgist.backbones.networks.checkpoint import read_weights
        from vidgist.backbones.networks.fetch import fetching

        own = own_file(self.file)
        if own is None:
            with fetching(self.name, file=self.file, source=self.source):
                return timm.create_model(self.model, pretrained=True, **options)
        weights = {"state_dict": read_weights(own)}
        try:
            return timm.create_model(
                self.model, pretrained=True, pretrained_cfg_overlay=weights, **options
            )
        except Exception as error:  # timm has no class of its own for what does not fit
            raise ModelError(
                f"{own}: does not fit the network; get the file of {self.repository}"
            ) from error


def _record(
    name: str,
    model: str,
    *,
    dimension: int,
    layer: str,
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


_SUPERVISED = (
    _record(
        "vit_s16",
        "vit_small_patch16_224.augreg_in21k_ft_in1k",
        dimension=384,
        layer=_TOKEN,
        classifier="head",
        mean=_HALF,
        std=_HALF,
    ),
    _record(
        "vit_b16",
        "vit_base_patch16_224.augreg_in21k_ft_in1k",
        dimension=768,
        layer=_TOKEN,
        classifier="head",
        mean=_HALF,
        std=_HALF,
    ),
    _record(
        "swin_s",
        "swin_small_patch4_window7_224.ms_in1k",
        dimension=768,
        layer=_AVERAGE,
        classifier="head.fc",
        terms="MIT",
    ),
    _record(
        "convnext_tiny",
        "convnext_tiny.fb_in22k_ft_in1k",
        dimension=768,
        layer=_AVERAGE,
        classifier="head.fc",
    ),
    _record(
        "convnext_base",
        "convnext_base.fb_in22k_ft_in1k",
        dimension=1024,
        layer=_AVERAGE,
        classifier="head.fc",
    ),
)

_SELF_SUPERVISED = (
    _record("dino_s16", "vit_small_patch16_224.dino", dimension=384, layer=_TOKEN),
    _record("dino_b16", "vit_base_patch16_224.dino", dimension=768, layer=_TOKEN),
    # Learned without labels, then with ImageNet-22k's: timm has no weights from before that.
    _record(
        "beit_b16",
        "beit_base_patch16_224.in22k_ft_in22k",
        dimension=768,
        layer=_AVERAGE,
        classifier="head",
        mean=_HALF,
        std=_HALF,
    ),
    _record(
        "mae_b16",
        "vit_base_patch16_224.mae",
        dimension=768,
        layer=_TOKEN,
        terms="CC-BY-NC-4.0",
    ),
    _record(
        "dinov2_s14",
        "vit_small_patch14_dinov2.lvd142m",
        dimension=384,
        layer=_TOKEN,
        resized=True,
    ),
    _record(
        "dinov2_b14",
        "vit_base_patch14_dinov2.lvd142m",
        dimension=768,
        layer=_TOKEN,
        resized=True,
    ),
)

_WITH_WORDS = (
    _record(
        "clip_b32",
        "vit_base_patch32_clip_224.openai",
        dimension=512,
        layer="picture's place in the space shared with words",
        mean=_CLIP_MEAN,
        std=_CLIP_STD,
    ),
    _record(
        "clip_b16",
        "vit_base_patch16_clip_224.openai",
        dimension=512,
        layer="picture's place in the space shared with words",
        mean=_CLIP_MEAN,
        std=_CLIP_STD,
    ),
    _record(
        "siglip_b16",
        "vit_base_patch16_siglip_224.webli",
        dimension=768,
        layer="patches pooled by attention",
        mean=_HALF,
        std=_HALF,
    ),
)

RECORDS = _SUPERVISED + _SELF_SUPERVISED + _WITH_WORDS
