"""What holds for each rival: model files, restarts, seeds, lengths, and NumPy against torch."""

from __future__ import annotations

import needs_torch  # noqa: F401

# isort: split
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
import torch

from vidgist.models import METHODS, TrainingSettings, load_model
from vidgist.models.methods import training_settings
from vidgist.models.settings import from_dict
from vidgist.training.targets import Targets
from vidgist.training.training import make_learner, train
from vidgist.training.videos import TrainingVideos, gather_videos

DIMENSION = 12
SMALL: dict[str, TrainingSettings] = {
    name: training_settings(name, epochs=2, hidden=6)
    for name in ("sum_gan_sl", "sum_gan_aae", "csnet")
}
SMALL["sum_gan"] = replace(training_settings("sum_gan", epochs=2, hidden=6), slow_start=1)
SMALL["ac_sum_gan"] = replace(
    training_settings("ac_sum_gan", epochs=2, hidden=6, batch=2), fragments=8, episodes=3
)
SMALL["sum_fcn"] = replace(
    training_settings("sum_fcn", epochs=2, samples=64, batch=2), inner=5, outer=7
)
SMALL["unpaired_vsn"] = replace(
    training_settings("unpaired_vsn", epochs=2, samples=64, learning_rate=1e-3), inner=5, outer=7
)
SMALL["gl_rpe"] = replace(training_settings("gl_rpe", epochs=2, hidden=6), width=8, blocks=3)


def videos(*lengths: int) -> TrainingVideos:
    rng = np.random.default_rng(7)
    features = [
        (f"video_{i}", rng.normal(size=(n, DIMENSION)).astype(np.float32))
        for i, n in enumerate(lengths)
    ]
    targets = [
        Targets(
            importance=rng.random(n).astype(np.float32),
            keyframes=np.arange(n) % 3 == 0,
            keyshots=np.arange(n) % 4 == 0,
        )
        for n in lengths
    ]
    return gather_videos(features, targets=targets)


@pytest.mark.parametrize("name", SMALL)
def test_the_same_seed_gives_the_same_model_and_another_seed_another(
    name: str, tmp_path: Path
) -> None:
    for file, seed in (("a", 1), ("b", 1), ("c", 2)):
        train(videos(9, 14), tmp_path / file, settings=SMALL[name], seed=seed)
    features = videos(20).rows
    first, again, other = (load_model(tmp_path / file).scores(features) for file in "abc")
    assert np.array_equal(first, again)
    assert not np.allclose(first, other)


@pytest.mark.parametrize("name", SMALL)
def test_a_resumed_training_equals_an_unbroken_one(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vidgist.training.engine.CHECKPOINT_SECONDS", 0.0)
    settings, data = SMALL[name], videos(9, 14)
    unbroken = train(data, tmp_path / "unbroken", settings=settings, seed=5)

    def stop(*, epoch: int, **_: object) -> None:
        if epoch == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(data, tmp_path / "broken", settings=settings, seed=5, report=stop)
    card = train(data, tmp_path / "broken", settings=settings, seed=5, resume=True)
    assert (card.steps, card.loss) == (unbroken.steps, unbroken.loss)
    features = videos(20).rows
    expected, found = (load_model(tmp_path / n).scores(features) for n in ("unbroken", "broken"))
    assert np.array_equal(expected, found)


@pytest.mark.parametrize("name", SMALL)
def test_every_length_and_a_constant_video_have_finite_scores(name: str, tmp_path: Path) -> None:
    """The untrained network, whose row stands in every table."""
    card = train(videos(9, 9), tmp_path / "m", settings=replace(SMALL[name], epochs=0))
    assert card.steps == 0
    model = load_model(tmp_path / "m")
    for length in (1, 2, 59, 61):
        for features in (videos(length).rows, np.ones((length, DIMENSION), np.float32)):
            scores = model.scores(features)
            assert scores.shape == (length,)
            assert ((scores >= 0) & (scores <= 1)).all()


@pytest.mark.parametrize("name", SMALL)
def test_the_order_of_samples_matters(name: str, tmp_path: Path) -> None:
    train(videos(9, 9), tmp_path / "m", settings=replace(SMALL[name], epochs=0), seed=1)
    model, features = load_model(tmp_path / "m"), videos(64).rows
    order = np.random.default_rng(0).permutation(64)
    assert not np.allclose(model.scores(features[order]), model.scores(features)[order], rtol=1e-6)


@pytest.mark.parametrize("name", SMALL)
def test_short_videos_can_be_learned_from(name: str, tmp_path: Path) -> None:
    card = train(videos(1, 2, 3), tmp_path / "m", settings=SMALL[name])
    assert all(np.isfinite(value) for value in card.loss.values())


@pytest.mark.parametrize("name", SMALL)
def test_settings_survive_the_model_file(name: str, tmp_path: Path) -> None:
    settings = replace(SMALL[name], epochs=0, learning_rate=0.125)
    train(videos(5, 5), tmp_path / "m", settings=settings)
    model = load_model(tmp_path / "m")
    assert model.settings == settings == from_dict(asdict(settings), type(settings))


@pytest.mark.parametrize("name", [n for n in SMALL if not METHODS[n].labels])
def test_what_claims_no_labels_reads_none(name: str, tmp_path: Path) -> None:
    data = replace(videos(9, 14), targets=None)
    train(data, tmp_path / "m", settings=replace(SMALL[name], epochs=1))


@pytest.mark.parametrize("name", ["sum_gan_sl", "csnet", "gl_rpe"])
def test_numpy_scores_as_torch_does(name: str, tmp_path: Path) -> None:
    settings = replace(SMALL[name], epochs=1)
    data = videos(11, 30)
    train(data, tmp_path / "m", settings=settings, seed=3)
    model = load_model(tmp_path / "m")
    learner = make_learner(data, settings=settings, seed=3)
    weights = {n: torch.from_numpy(v) for n, v in model._weights.items()}
    learner.model().load_state_dict(weights)
    features = videos(37).rows
    unit = torch.nn.functional.normalize(torch.from_numpy(features).float(), dim=1)
    with torch.no_grad():
        expected = learner.model()(unit)[1].sigmoid().numpy()
    assert model.scores(features) == pytest.approx(expected, abs=1e-5)
