"""The record of a network of torchvision, of pictures or of video."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from vidgist.backbones.networks.record import TorchRecord
from vidgist.backbones.networks.stored import own_file, torch_file

__all__ = ["Torchvision"]


@dataclass(frozen=True, kw_only=True)
class Torchvision(TorchRecord):
    """One network of torchvision with one set of its weights.

    Attributes:
        weights: the library's name for the set.
        options: arguments that the network was built with when these weights were made.
        unused: parts that only training needs; they are loaded and removed.
    """

    library: ClassVar[str] = "torchvision"
    origin: ClassVar[str] = "torchvision"

    weights: str
    options: dict[str, Any] = field(default_factory=dict)
    unused: tuple[str, ...] = ()

    def weights_path(self) -> Path | None:
        """Return the user's own file, or torch's in its cache."""
        return own_file(self.file) or torch_file(self.file)

    def details(self) -> dict[str, object]:
        """Return the facts of the record by name."""
        return super().details() | {"weights": self.weights}

    def library_network(self, *, pretrained: bool) -> Any:
        """Return the network as torchvision builds it."""
        from torchvision import models

        # To draw the first random numbers takes a minute for some, only to replace them.
        late = {"init_weights": False} if pretrained and "init_weights" in self.options else {}
        model = models.get_model(self.model, weights=None, **{**self.options, **late})
        if pretrained:
            self._fill(model)
        for part in self.unused:
            setattr(model, part, None)
        if self.unused:
            model.aux_logits = False
        return model

    def _fill(self, model: Any) -> None:
        from torchvision import models

        from vidgist.backbones.networks.weights import fetching, fill, read_weights

        path = own_file(self.file)
        if path is not None:
            digits = path.stem.rpartition("-")[2]  # torchvision's names end in their hash
            fill(model, read_weights(path, sha256=digits), source=path)
            return
        with fetching(self.name, file=self.file, source="torchvision's server"):
            state = (
                models.get_model_weights(self.model)[self.weights]
                # Numbers only: a file that holds more is refused.
                .get_state_dict(progress=False, check_hash=True, weights_only=True)
            )
        fill(model, state, source=Path(self.file))
