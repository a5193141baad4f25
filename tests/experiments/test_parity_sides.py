"""Both sides of a real training on digits: one start, one way of sampling."""

import json
from pathlib import Path
from typing import Any

import jax
import numpy as np
import pytest

torch = pytest.importorskip("torch")

from experiments.leaderboard.real_samples import SEED  # noqa: E402
from experiments.parity import __main__ as command  # noqa: E402
from experiments.parity.cells import Cell  # noqa: E402
from experiments.parity.sides import TorchSide, start_of  # noqa: E402
from tests.experiments.torch_baseline.pairs import (  # noqa: E402
    draw_noise,
    real_samples,
)
from wgan_jax.data import batch_indices, load  # noqa: E402
from wgan_jax.loop.plan import make_keys  # noqa: E402
from wgan_jax.loop.trained.trained import Trained  # noqa: E402
from wgan_jax.training.step import make_train_step  # noqa: E402

CELL = Cell("digits", "nsgan", 1, "torch", 2)


@pytest.fixture(scope="module")
def start() -> Trained:
    return start_of(CELL, load("digits"))


@pytest.fixture
def side(start: Trained) -> Any:
    return TorchSide(start, load("digits").train, threads=1)


def test_equal_weights_have_equal_first_losses(start: Trained, side: Any) -> None:
    data, key = load("digits").train, make_keys(CELL.seed).train
    config = CELL.config()
    batch = data[batch_indices(CELL.seed, len(data), 0, (1, config.batch_size))]
    _, metrics = jax.jit(make_train_step(start.recipe))(start.state, key, batch)
    noise, game = draw_noise(key, config), side._side.game
    critic = game.update_critic(
        real_samples(batch[0]), noise.critic_latents[0], noise.penalties[0]
    )
    generator = game.update_generator(noise.generator_latents)
    found = critic.item(), generator.item()
    wanted = metrics["critic_loss"], metrics["generator_loss"]
    np.testing.assert_allclose(found, wanted, rtol=2e-5)


def test_both_sides_sample_by_running_statistics(start: Trained, side: Any) -> None:
    rng = np.random.default_rng(0)
    stats = jax.tree.map(
        lambda array: rng.uniform(0.5, 2, array.shape).astype(np.float32),
        start.state.generator.stats,
    )
    for i, norm in enumerate(side._side.game.generator.BatchNorm):
        ours = stats[f"BatchNorm_{i}"]
        norm.running_mean.copy_(torch.from_numpy(ours["mean"]))
        norm.running_var.copy_(torch.from_numpy(ours["var"]))
    state = start.state.replace(generator=start.state.generator.replace(stats=stats))
    wanted = start.with_state(state).sample(SEED, 70)
    found = side.sample(70)
    assert found.dtype == np.uint8
    assert found.std() > 10  # no even grey, which any mode would give
    # A value at the edge of two bytes may fall to either side.
    assert np.abs(found.astype(int) - wanted.astype(int)).max() <= 1
    norm = side._side.game.generator.BatchNorm[0]
    np.testing.assert_array_equal(norm.running_mean, stats["BatchNorm_0"]["mean"])
    assert norm.training


def test_a_real_comparison_is_made_and_kept(tmp_path: Path, capsys) -> None:
    record = tmp_path / "record.json"
    words = ["--dataset", "digits", "--variants", "nsgan", "--seeds", "1"]
    words += ["--steps", "2", "--threads", "1", "--runs", str(tmp_path / "runs")]
    words += ["--record", str(record)]
    assert command.main(words) == 0
    ours, theirs = json.loads(record.read_text())["cells"]
    assert (ours["side"], theirs["side"]) == ("ours", "torch")
    for result in (ours, theirs):
        assert [step for step, _ in result["curve"]] == [1, 2]
        assert result["diverged"] is None
        assert result["count"] == 297
        first, last = (value for _, value in result["curve"])
        assert min(first, last) > 2 * result["floor"]
        assert first != last  # it trains
    assert ours["floor"] == theirs["floor"]
    assert ours["curve"] != theirs["curve"]
    assert command.main(["table", *words]) == 0
    assert "All 2 cells are on record." in capsys.readouterr().out
