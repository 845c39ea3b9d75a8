"""Choice of the epoch whose weights a model keeps, by annotations of videos that are held out.

By default a model keeps the last epoch. ``best-on-validation`` holds out a fifth of the training
videos; ``best-on-test``, as VASNet, MSVA, DSNet and CSTA were released, looks at the test videos
themselves: an upper bound, no result. Tables name both.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from vidgist.errors import SettingError
from vidgist.evaluation.rank import spearman_rho
from vidgist.models.methods import METHODS
from vidgist.models.settings import TrainingSettings
from vidgist.training.checkpoint import weights_of
from vidgist.training.learner import Learner, Update
from vidgist.training.videos import Array, TrainingVideos

HELD_OUT = 0.2
"""Share of the training videos that the epoch is chosen by."""

_BEST = "kept."


def hold_out(videos: TrainingVideos, *, seed: int) -> tuple[TrainingVideos, TrainingVideos]:
    """Return the videos to learn from, and those to choose the epoch by.

    Raises:
        SettingError: there is but one video.
    """
    if len(videos) < 2:
        raise SettingError("keep: best-on-validation needs at least 2 videos with annotations")
    count = max(1, round(HELD_OUT * len(videos)))
    order = np.random.default_rng([seed, len(videos)]).permutation(len(videos))
    held = {videos.keys[i] for i in order[:count]}
    return videos.subset(set(videos.keys) - held), videos.subset(held)


class BestEpoch(Learner):
    """A learner whose model is that of the epoch that agrees best with held-out annotations.

    Agreement is the mean over the videos of Spearman's rho with the mean annotation.

    Args:
        learner: of any method that gives scores.
        judged: the videos that are held out, with targets.
        settings: of the training. Their class may have ``patience``: epochs without a better one
            after which the training stops.

    Raises:
        SettingError: the method gives no scores of its own.
    """

    def __init__(
        self, learner: Learner, judged: TrainingVideos, *, settings: TrainingSettings
    ) -> None:
        method = METHODS[settings.method]
        if method.score is None:
            raise SettingError(f"keep: {method.title} gives no scores to choose an epoch by")
        self.learner = learner
        self.judged = judged
        self.settings = settings
        self.network = learner.network
        self.optimizer = next(iter(learner.optimizers().values()))
        self.clip = learner.clip
        self.best = weights_of(learner.model())
        self.rho = np.array(-np.inf)
        self.epoch = np.array(-1)

    def optimizers(self) -> Mapping[str, torch.optim.Optimizer]:
        """Return those of the learner."""
        return self.learner.optimizers()

    def steps_of_epoch(self) -> int:
        """Return that of the learner."""
        return self.learner.steps_of_epoch()

    def losses(self, network: nn.Module, *, epoch: int, fabric: Any) -> Iterator[dict[str, Tensor]]:
        """Yield the losses of the learner, where it has one a step."""
        return self.learner.losses(network, epoch=epoch, fabric=fabric)

    def updates(self, network: nn.Module, *, epoch: int, fabric: Any) -> Iterator[Update]:
        """Yield the steps of the learner."""
        return self.learner.updates(network, epoch=epoch, fabric=fabric)

    def rate(self, epoch: int) -> float:
        """Return the learner's factor of the learning rate."""
        return self.learner.rate(epoch)

    def finished(self, epoch: int, loss: Mapping[str, float]) -> bool:
        """Keep the weights where they agree better than before; return whether to stop."""
        weights = weights_of(self.learner.model())
        rho = self.agreement(weights)
        if rho > float(self.rho):
            self.best, self.rho, self.epoch = weights, np.array(rho), np.array(epoch)
        patience = getattr(self.settings, "patience", None)
        tired = patience is not None and epoch - int(self.epoch) >= patience
        return self.learner.finished(epoch, loss) or tired

    def agreement(self, weights: Mapping[str, Any]) -> float:
        """Return the mean rho of the scores that weights give, 0 where they are constant."""
        score = METHODS[self.settings.method].score
        assert score is not None
        found = []
        for video, (start, count) in enumerate(
            zip(self.judged.starts, self.judged.lengths, strict=True)
        ):
            features = np.asarray(self.judged.rows[start : start + count], dtype=np.float32)
            scores = score(weights, features, self.settings)
            rho = spearman_rho(scores, self.judged.targets_of(video).importance[None])
            found.append(float(np.nan_to_num(rho[0])))
        return float(np.mean(found))

    def model(self) -> nn.Module:
        """Return the network with the weights of the best epoch."""
        model = self.learner.model()
        model.load_state_dict({name: torch.from_numpy(v) for name, v in self.best.items()})
        return model

    def state(self) -> dict[str, Array]:
        """Return the learner's state, the weights of the best epoch and which it is."""
        kept = {f"{_BEST}{name}": values for name, values in self.best.items()}
        return {**self.learner.state(), **kept, "kept_rho": self.rho, "kept_epoch": self.epoch}

    def set_state(self, state: Mapping[str, Array]) -> None:
        """Restore it."""
        self.best = {
            name.removeprefix(_BEST): np.array(values)
            for name, values in state.items()
            if name.startswith(_BEST)
        }
        self.rho, self.epoch = np.array(state["kept_rho"]), np.array(state["kept_epoch"])
        self.learner.set_state(
            {n: v for n, v in state.items() if not n.startswith((_BEST, "kept_"))}
        )
