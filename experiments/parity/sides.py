"""Both sides of a training: run it, look at the generator's weights, sample it.

Both start from the weights that our initialisation makes for the seed, read the same
samples and make the same updates; batches and noise are their own generators'. Both
sample from the same latents, in evaluation mode, which is batch norm by its running
statistics, and round to bytes alike.
"""

import dataclasses
import importlib.util
from collections.abc import Sequence
from typing import Protocol

import jax
import numpy as np

from experiments.benchmark.side_jax import JaxSide
from experiments.leaderboard.real_samples import SEED
from experiments.parity.cells import OURS, TORCH, Cell
from wgan_jax.config import Config
from wgan_jax.data import Dataset
from wgan_jax.errors import UserError
from wgan_jax.loop.plan import make_plan
from wgan_jax.loop.trained.trained import Trained
from wgan_jax.training.inference import to_bytes

FORM = "eager"  # of PyTorch; forms differ in speed alone
_SPEED = 20.0  # steps a second, for dispatches of ten steps: lengths change no bits
_CHUNK = 1000  # images that PyTorch generates at once


class Side(Protocol):
    """A training in motion."""

    def run(self, steps: int) -> None:
        """Makes steps."""
        ...

    def weights(self) -> Sequence[np.ndarray]:
        """Returns the generator's parameters."""
        ...

    def sample(self, count: int) -> np.ndarray:
        """Generates uint8 images [count, H, W, 1] from the latents of `SEED`."""
        ...


def start_of(cell: Cell, dataset: Dataset) -> Trained:
    """Makes the run that both sides start from, at step 0."""
    plan = make_plan(Config(**{**vars(cell.config()), "devices": 1}), dataset)
    state = jax.device_get(plan.init(plan.keys.init))
    return Trained(plan.config, plan.recipe, state, dataset.sample_shape)


class OurSide:
    """Our training: `make_plan` and `Engine`, as in a user's run."""

    def __init__(self, start: Trained, data: np.ndarray) -> None:
        """Starts from `start` on images [N, ...]."""
        self._trained = start
        config = dataclasses.asdict(start.config)
        self._side = JaxSide(config, data, state=start.state)
        self._side.set_speed(_SPEED)

    def run(self, steps: int) -> None:
        """Makes steps."""
        self._side.run(steps)
        self._trained = self._trained.with_state(self._side.state())

    def weights(self) -> Sequence[np.ndarray]:
        """Returns the generator's parameters."""
        return jax.tree.leaves(self._trained.state.generator.params)

    def sample(self, count: int) -> np.ndarray:
        """Generates uint8 images [count, H, W, 1] from the latents of `SEED`."""
        return self._trained.sample(SEED, count, weights="raw")


class TorchSide:
    """PyTorch's training, from our first weights."""

    def __init__(self, start: Trained, data: np.ndarray, threads: int) -> None:
        """Starts from `start` on images [N, ...]."""
        from experiments.benchmark import side_torch
        from experiments.torch_baseline.weights import copy_start

        self._start = start
        config = dataclasses.asdict(start.config)
        self._side = side_torch.TorchSide(config, data, FORM, threads)
        copy_start(start.state, self._side.game)

    def run(self, steps: int) -> None:
        """Makes steps."""
        self._side.run(steps)

    def weights(self) -> Sequence[np.ndarray]:
        """Returns the generator's parameters."""
        parameters = self._side.game.generator.parameters()
        return [parameter.detach().cpu().numpy() for parameter in parameters]

    def sample(self, count: int) -> np.ndarray:
        """Generates uint8 images [count, H, W, 1] from the latents of `SEED`."""
        import torch

        game, latents = self._side.game, self._start.latents(SEED, count)
        game.generator.eval()
        with torch.no_grad():
            parts = torch.from_numpy(latents).split(_CHUNK)
            made = [game.generator(part.to(game.device)) for part in parts]
        game.generator.train()
        images = torch.cat(made).permute(0, 2, 3, 1).cpu().numpy()
        return np.asarray(to_bytes(jax.numpy.asarray(images)))


def open_side(side: str, start: Trained, data: np.ndarray, threads: int) -> Side:
    """Starts one side.

    Args:
        side: of `SIDES`.
        start: as `start_of` makes it.
        data: training images.
        threads: of PyTorch; ours takes what XLA takes.

    Raises:
        UserError: PyTorch is not installed.
    """
    if side == OURS:
        return OurSide(start, data)
    require_torch()
    return TorchSide(start, data, threads)


def require_torch() -> None:
    """Refuses a Python without PyTorch.

    Raises:
        UserError: saying what to do.
    """
    if importlib.util.find_spec("torch") is None:
        raise UserError(
            f"side {TORCH!r} needs PyTorch, which this Python does not have: pip "
            f"install -e '.[bench]', or make the other side alone with --sides {OURS}."
        )
