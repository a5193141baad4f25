"""PyTorch's side of a measurement: one game in one process, in one form.

`TorchSide` has the methods of `side_jax.JaxSide` but for XLA's count of operations.
JAX is never imported, so that PyTorch may live in an environment of its own.
"""

import sys
import time
from typing import Any

import numpy as np
import torch

from experiments.torch_baseline.data import as_published, in_memory
from experiments.torch_baseline.forms import FORMS, PUBLISHED
from experiments.torch_baseline.game import Game
from experiments.torch_baseline.graphs import GraphStep
from experiments.torch_baseline.losses import make_settings


class TorchSide:
    """One game in one process, ready to make steps.

    Attributes:
        game: the game as it stands.
    """

    def __init__(
        self, config: dict[str, Any], data: np.ndarray, form: str, threads: int
    ) -> None:
        """Builds the game; a compiled form compiles at the first step.

        Args:
            config: a resolved config, as a case has it.
            data: uint8 images [N, H, W, C] or points [N, d].
            form: the name of one in `FORMS`, or of `PUBLISHED`.
            threads: how many PyTorch may use.
        """
        torch.set_num_threads(threads)
        torch.manual_seed(config["seed"])
        self._device = "cuda" if torch.cuda.is_available() else "cpu"
        self._precision = _set_precision(config["precision"], points=data.ndim == 2)
        settings = make_settings(config)
        forms = (*FORMS, PUBLISHED)
        self._form = next(f for f in forms if f.name == form)
        shape = (data.shape[-1], *data.shape[1:-1])  # channels first
        self.game = Game(settings, shape, self._form, self._device)
        self._published = self._form == PUBLISHED
        self._step = GraphStep(self.game) if self._form.graph else self.game.step
        batch = settings.batch_size
        if self._published:
            self._batches = as_published(data, batch, self._device)
        else:
            self._batches = in_memory(
                data, batch, self._device, channels_last=self._form.channels_last
            )

    def run(self, steps: int) -> None:
        """Makes steps; as published, prints both losses at each. Then waits."""
        for step in range(steps):
            critic, generator = self._step(self._batches)
            if self._published:
                print(
                    f"[step {step}] [D loss: {critic.item():f}] "
                    f"[G loss: {generator.item():f}]",
                    file=sys.stderr,
                )
        if self._device == "cuda":
            torch.cuda.synchronize()

    def set_speed(self, steps_per_second: float) -> None:
        """Does nothing: there are no dispatches, the host drives every step."""

    def description(self) -> dict[str, Any]:
        """What ran it."""
        cuda = self._device == "cuda"
        return {
            "form": self._form.name,
            "torch": torch.__version__,
            "precision": self._precision,
            "threads": torch.get_num_threads(),
            "device": torch.cuda.get_device_name() if cuda else "cpu",
        }

    def device_memory(self) -> int | None:
        """Peak bytes on the device, where it has memory of its own."""
        if self._device == "cuda":
            return torch.cuda.max_memory_allocated()
        return None

    def matrix_peak(self, size: int, seconds: float) -> float:
        """FLOP/s of one square product of this size, the best of `seconds`."""
        a = torch.randn(size, size, device=self._device)
        best, end = 0.0, time.perf_counter() + seconds
        while time.perf_counter() < end:
            start = time.perf_counter()
            product = a @ a
            if self._device == "cuda":
                torch.cuda.synchronize()
            best = max(best, 2 * size**3 / (time.perf_counter() - start))
            del product
        return best


def _set_precision(asked: str | None, *, points: bool) -> str:
    """Lets products be as our side's: TF32 for images where the device has it.

    Kernels of convolutions are chosen by trying them, as XLA chooses ours.
    """
    precision = asked or ("float32" if points else "tf32")
    tf32 = precision == "tf32"
    torch.set_float32_matmul_precision("high" if tf32 else "highest")
    torch.backends.cudnn.allow_tf32 = tf32
    torch.backends.cudnn.benchmark = True  # sizes never change: the fastest kernels
    return precision
