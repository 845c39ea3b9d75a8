"""Steps of several losses and optimizers, rates, early stops, and their checkpoints."""

from __future__ import annotations

import needs_torch  # noqa: F401

# isort: split
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from vidgist.errors import TrainingError
from vidgist.training.checkpoint import _DESCRIPTION, _largest, save_checkpoint
from vidgist.training.engine import learn
from vidgist.training.learner import Learner, Update

TARGETS = (1.0, 2.0, 6.0)
IDENTITY = {"method": "pair", "precision": "fp32", "devices": 1}


class Pair(nn.Module):
    """Two numbers, each of which belongs to an optimizer."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Parameter(torch.zeros(()))
        self.second = nn.Parameter(torch.zeros(()))


class PairLearner(Learner):
    """Steps of plain gradient descent: first moves in one, second in the other."""

    def __init__(self, *, scale: float = 1.0, kind: type = torch.optim.SGD) -> None:
        self.network: Pair = Pair()
        self.scale = scale
        self.stop_at: int | None = None
        self.slow_from = 10**6
        self._optimizers = {
            "first": kind([self.network.first], lr=0.1),
            "both": kind([self.network.second, self.network.first], lr=0.01),
        }

    def optimizers(self) -> Mapping[str, torch.optim.Optimizer]:
        return self._optimizers

    def steps_of_epoch(self) -> int:
        return 2

    def rate(self, epoch: int) -> float:
        return 0.5 if epoch >= self.slow_from else 1.0

    def finished(self, epoch: int, loss: Mapping[str, float]) -> bool:
        return epoch == self.stop_at

    def _losses(self) -> Iterator[dict[str, torch.Tensor]]:
        for target in TARGETS:
            gap = self.network.first + self.network.second - target
            yield {"total": 0.5 * gap.square(), "gap": gap}

    def updates(self, network: nn.Module, *, epoch: int, fabric: object) -> Iterator[Update]:
        yield Update(losses=self._losses(), optimizers=("first",), scale=self.scale)
        yield Update(losses=self._losses(), optimizers=("both",), scale=self.scale)


def run(learner: Learner, epochs: int = 1, **how: object) -> object:
    return learn(learner, epochs=epochs, seed=0, identity=IDENTITY, **how)


@pytest.mark.parametrize("scale", [1.0, 1 / len(TARGETS)])
def test_gradients_are_added_up_and_only_the_named_optimizer_moves(scale: float) -> None:
    learner = PairLearner(scale=scale)
    done = run(learner)
    first = 0.1 * scale * sum(TARGETS)
    gradient = scale * sum(target - first for target in TARGETS)
    assert learner.network.first.item() == pytest.approx(first + 0.01 * gradient, rel=1e-6)
    assert learner.network.second.item() == pytest.approx(0.01 * gradient, rel=1e-6)
    assert done.steps == 2
    gaps = (-np.mean(TARGETS), first - np.mean(TARGETS))  # means over losses, then steps
    assert done.loss["gap"] == pytest.approx(np.mean(gaps), rel=1e-6)


def test_the_gradient_of_all_weights_is_clipped() -> None:
    """Both weights have the same gradient, so each gets the part 1 / sqrt(2) of the length."""
    learner = PairLearner()
    learner.clip = 1.0
    run(learner)
    once = 0.1 / np.sqrt(2)
    assert learner.network.first.item() == pytest.approx(once + 0.1 * once, rel=1e-5)


def test_rates_follow_the_epoch_also_after_a_restart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vidgist.training.engine.CHECKPOINT_SECONDS", 0.0)

    def learner() -> PairLearner:
        made = PairLearner(kind=torch.optim.Adam)
        made.slow_from = 2
        return made

    unbroken, broken, again = learner(), learner(), learner()
    run(unbroken, 4)

    def stop(*, epoch: int, **_: object) -> None:
        if epoch == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(broken, 4, checkpoint=tmp_path / "c", report=stop)
    done = run(again, 4, checkpoint=tmp_path / "c", resume=True)
    assert done.steps == 8
    for name, values in unbroken.network.state_dict().items():
        assert torch.equal(values, again.network.state_dict()[name])
    for name, optimizer in unbroken.optimizers().items():
        groups = again.optimizers()[name].param_groups
        expected = [group["lr"] for group in optimizer.param_groups]
        assert [group["lr"] for group in groups] == expected
        assert expected[0] == pytest.approx(0.5 * (0.1 if name == "first" else 0.01))


def test_the_largest_checkpoint_has_the_moments_of_every_optimizer(tmp_path: Path) -> None:
    """Networks of hundreds of millions of weights pass the limit of other files."""
    learner = PairLearner(kind=torch.optim.Adam)
    assert _largest(learner) - _DESCRIPTION == 2 * 4 * 5
    run(learner)
    save_checkpoint(tmp_path / "c", learner, state=run(learner))
    assert (tmp_path / "c").stat().st_size <= _largest(learner)


def test_a_learner_may_stop_early() -> None:
    learner = PairLearner()
    learner.stop_at = 2
    assert run(learner, 10).epochs == 3


def test_a_gradient_that_is_no_number_stops_the_training() -> None:
    class Rooted(PairLearner):
        clip = 1.0

        def updates(self, network, *, epoch, fabric):  # type: ignore[no-untyped-def]
            yield Update(losses=[{"total": self.network.first.sqrt()}], optimizers=("first",))

    with pytest.raises(TrainingError, match="step 1 the length of the gradient is inf"):
        run(Rooted())
