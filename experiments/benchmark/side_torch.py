"""PyTorch's side of a measurement: one game in one process, in one form.

It has the same methods as `bench_jax.Player`, and never imports JAX.
"""

import sys
import time
from typing import Any

import numpy as np
import torch

from experiments import torch_baseline, torch_data
from experiments.torch_forms import FORMS, PUBLISHED
from experiments.torch_losses import make_settings


class Player:
    """One game, ready to make steps."""

    def __init__(
        self, config: dict[str, Any], data: np.ndarray, form: str, threads: int
    ) -> None:
        """Builds the game; a compiled form compiles at the first step."""
        torch.set_num_threads(threads)
        torch.manual_seed(config["seed"])
        self._device = "cuda" if torch.cuda.is_available() else "cpu"
        # JAX multiplies in TF32 on GPUs that have it; so shall PyTorch.
        torch.set_float32_matmul_precision("high")
        settings = make_settings(config)
        forms = (*FORMS, PUBLISHED)
        self._form = next(f for f in forms if f.name == form)
        shape = (data.shape[-1], *data.shape[1:-1])
        self._game = torch_baseline.Game(settings, shape, self._form, self._device)
        self._published = self._form == PUBLISHED
        batch = settings.batch_size
        if self._published:
            self._batches = torch_data.as_published(data, batch, self._device)
        else:
            self._batches = torch_data.in_memory(
                data, batch, self._device, channels_last=self._form.channels_last
            )

    def run(self, steps: int) -> None:
        """Makes steps; as published, prints both losses at each. Then waits."""
        for step in range(steps):
            critic, generator = self._game.step(self._batches)
            if self._published:
                print(
                    f"[step {step}] [D loss: {critic.item():f}] "
                    f"[G loss: {generator.item():f}]",
                    file=sys.stderr,
                )
        if self._device == "cuda":
            torch.cuda.synchronize()

    def pace(self, steps_per_second: float) -> None:
        """Nothing to choose: the host drives every step."""

    def description(self) -> dict[str, Any]:
        """What ran it."""
        cuda = self._device == "cuda"
        return {
            "form": self._form.name,
            "torch": torch.__version__,
            "threads": torch.get_num_threads(),
            "device": torch.cuda.get_device_name() if cuda else "cpu",
        }

    def device_memory(self) -> int | None:
        """Peak bytes on the device, where it has memory of its own."""
        if self._device == "cuda":
            return torch.cuda.max_memory_allocated()
        return None


def matrix_peak(size: int, seconds: float) -> float:
    """FLOP/s of one square float32 product of this size, the best of `seconds`."""
    device = "cuda" if torch.cuda.is_available() else "cpu"
    a = torch.randn(size, size, device=device)
    best, end = 0.0, time.perf_counter() + seconds
    while time.perf_counter() < end:
        start = time.perf_counter()
        product = a @ a
        if device == "cuda":
            torch.cuda.synchronize()
        best = max(best, 2 * size**3 / (time.perf_counter() - start))
        del product
    return best
