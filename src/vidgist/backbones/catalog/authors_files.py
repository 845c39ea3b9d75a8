"""Networks whose weights are files of their authors, downloaded by hand.

They are read as names and numbers, never as objects; see `vidgist.backbones.networks.weights`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from vidgist.backbones.networks.record import TorchRecord
from vidgist.backbones.networks.stored import own_file, weights_folder
from vidgist.errors import ModelError
from vidgist.types import FrameWindow

_POOLED = "mean over the last layer's "


@dataclass(frozen=True, kw_only=True)
class AuthorsFile(TorchRecord):
    """One network with the file of weights that belongs to it.

    Attributes:
        prefix: of the names of the network's layers in the file; names without it belong to
            something else.
        refused: a prefix of names in a file of another kind, and what to say of that file.
        md5: the first digits of the file's hash, where its authors publish them.
    """

    origin: ClassVar[str] = "authors' file"
    library: ClassVar[str] = "a file of its authors"
    remedy: ClassVar[str] = "put file in place"

    prefix: str = ""
    refused: tuple[str, str] | None = None
    md5: str = ""

    def weights_path(self) -> Path | None:
        """Return the file in the folder of weights."""
        return own_file(self.file)

    def library_network(self, *, pretrained: bool) -> Any:
        """Return the network with a classifier of random numbers."""
        if self.window is not None:
            from vidgist.backbones.networks.r3d import DEPTHS, ResNet3d

            model: Any = ResNet3d(DEPTHS[self.model])
        else:
            from torchvision import models

            model = models.get_model(self.model, weights=None)
        if not pretrained:
            return model
        from vidgist.backbones.networks.weights import fill, read_weights

        path = self.weights_path()
        if path is None:
            raise ModelError(
                f"backbone '{self.name}': its weights are not here; get {self.file} from "
                f"{self.source} and put it into {weights_folder()}"
            )
        document = read_weights(path, md5=self.md5)
        names = document.get("state_dict", document)
        if not isinstance(names, dict) or not all(isinstance(name, str) for name in names):
            raise ModelError(f"{path}: holds no weights by name; get it again")
        if self.refused and any(name.startswith(self.refused[0]) for name in names):
            raise ModelError(f"{path}: {self.refused[1]}")
        weights = {
            name.removeprefix(self.prefix): values
            for name, values in names.items()
            if name.startswith(self.prefix)
        }
        fill(model, weights, source=path, without=self.classifier)
        return model


def _r3d(depth: int) -> AuthorsFile:
    file = f"r3d{depth}_K_200ep.pth"
    return AuthorsFile(
        name=f"r3d{depth}",
        dimension=2048,
        size=(112, 112),
        # Trained on 16 frames in a row, of videos with 25 to 30 frames a second.
        window=FrameWindow(frames=16, rate=25.0),
        license="MIT",
        source="github.com/kenshohara/3D-ResNets-PyTorch",
        model=f"resnet{depth}",
        layer=f"{_POOLED}frames",
        classifier="fc",
        mean=(0.4345, 0.4051, 0.3775),
        std=(0.2768, 0.2713, 0.2737),
        file=file,
        refused=(
            "module.",
            f"is one of the authors' first files, which need another normalization; get {file}",
        ),
    )


RECORDS = (
    AuthorsFile(
        name="moco",
        dimension=2048,
        size=(224, 224),
        license="CC-BY-NC-4.0",
        source="github.com/facebookresearch/moco",
        model="resnet50",
        layer=f"{_POOLED}picture",
        classifier="fc",
        file="moco_v2_800ep_pretrain.pth.tar",
        prefix="module.encoder_q.",
        md5="a04e12f8",
    ),
    _r3d(50),
    _r3d(101),
)
