"""What a run left, read back: its config, its state, and samples of it.

A run that is alive may be read too. How samples are checked and cut into chunks is in
`checks` and `chunks`.
"""

import dataclasses
import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jax
import numpy as np

from wgan_jax.config import Config
from wgan_jax.errors import UserError
from wgan_jax.loop.checks import as_count, as_key, as_latents, as_samples
from wgan_jax.loop.chunks import chunk_size, cut, empty, fill
from wgan_jax.loop.stored import read_run
from wgan_jax.training import inference
from wgan_jax.training.latents import draw_latents
from wgan_jax.training.losses import to_floats
from wgan_jax.training.recipe import Recipe
from wgan_jax.training.state import TrainState, parameter_count


def restore(
    run_dir: str | Path,
    *,
    recipe: Recipe | None = None,
    sample_shape: tuple[int, ...] | None = None,
) -> tuple[Config, TrainState]:
    """Reads a run's config and its newest whole checkpoint.

    Args:
        run_dir: the run folder.
        recipe: the parts that the run was trained with, if they were your own.
        sample_shape: the shape of one sample; needed only for data of your own in runs
            that do not record it.

    Returns:
        The config as it ran, and the train state with numpy leaves.

    Raises:
        UserError: when there is no run, or no checkpoint that is whole and fits, or a
            recipe or shape of your own is missing.
    """
    run = read_run(run_dir, None, recipe, sample_shape)
    return run.config, run.state


def load_trained(
    run_dir: str | Path,
    step: int | str | None = None,
    *,
    recipe: Recipe | None = None,
    sample_shape: tuple[int, ...] | None = None,
) -> "Trained":
    """Reads a run, ready to be sampled.

    >>> images = wgan_jax.load_trained("runs/gn-digits-seed0").sample(0, 64)

    Args:
        run_dir: the run folder.
        step: the step of a checkpoint; None for the newest one that is whole, "best"
            for the one that `--best` keeps.
        recipe: as `restore`.
        sample_shape: as `restore`.

    Returns:
        The run.

    Raises:
        UserError: as `restore`, or when there is no checkpoint of that step.
    """
    return Trained(*read_run(run_dir, step, recipe, sample_shape))


_PROGRAMS = ("_draw", "_generate", "_score")


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Trained:
    """A trained run: what it was, and what it makes and thinks.

    Programs are compiled at their first use and kept with the object.

    Attributes:
        config: as it ran.
        recipe: the parts of the game.
        state: the train state, numpy leaves.
        sample_shape: (H, W, C) for images, (d,) for points.
    """

    config: Config
    recipe: Recipe
    state: TrainState
    sample_shape: tuple[int, ...]

    def sample(self, key: Any, count: int, *, weights: str = "auto") -> np.ndarray:
        """Generates samples.

        A sample depends on the key and on its own number alone: `sample(key, 10)` is
        the first ten of `sample(key, 1000)`, bit for bit on one machine.

        Args:
            key: a seed from 0 to 2**31 - 1, or a PRNG key.
            count: how many, at least 1.
            weights: `raw`, `ema`, or `auto` for the moving average where there is one.

        Returns:
            uint8 images [count, H, W, C], or float32 points [count, d].

        Raises:
            UserError: for another key, count or weights, or samples that the free
                memory cannot hold.
        """
        key, count = as_key(key), as_count(count)
        variables = self._variables(weights)

        def launch(start: int) -> jax.Array:
            return self._generate(variables, self._draw(key, np.int32(start)))

        return fill(self._empty(count), self._chunk, launch)

    def with_state(self, state: TrainState) -> "Trained":
        """Returns the same run in another state, with the programs compiled so far."""
        if not isinstance(state, TrainState):
            kind = type(state).__name__
            raise UserError(f"state is a {kind}, but has to be a TrainState.")
        other = dataclasses.replace(self, state=state)
        vars(other).update({n: p for n, p in vars(self).items() if n in _PROGRAMS})
        return other

    def latents(self, key: Any, count: int) -> np.ndarray:
        """Returns the latent vectors of `sample(key, count)`, [count, latent_dim]."""
        key, count = as_key(key), as_count(count)
        out = empty((count, self.recipe.latent_dim), np.float32, "latent vectors")
        return fill(out, self._chunk, lambda start: self._draw(key, np.int32(start)))

    def generate(self, latents: Any, *, weights: str = "auto") -> np.ndarray:
        """Generates the samples of given latent vectors.

        Args:
            latents: [N, latent_dim].
            weights: as `sample`.

        Returns:
            As `sample`, [N, ...].

        Raises:
            UserError: for latents of another shape, or as `sample`.
        """
        latents = as_latents(latents, self.recipe.latent_dim)
        variables = self._variables(weights)

        def launch(start: int) -> jax.Array:
            return self._generate(variables, cut(latents, start, self._chunk))

        return fill(self._empty(len(latents)), self._chunk, launch)

    def critic_scores(self, samples: Any) -> np.ndarray:
        """Scores samples with the critic, as its constraint makes it.

        Args:
            samples: real or generated, as `sample` returns them: uint8 images [N, H, W,
                C], or points [N, d] of any float type. Images may be floats in [-1, 1]
                too, as networks see them.

        Returns:
            Scores [N], float32; a score depends on its own sample alone.

        Raises:
            UserError: for any other type or shape, images outside of [-1, 1], points
                that are not finite.
        """
        samples = as_samples(samples, self.sample_shape)
        # Without what is not read: the optimisers are twice the parameters.
        critic = self.state.critic.replace(optimizer=None)
        state = self.state.replace(generator=None, critic=critic, ema=None)
        state = jax.device_put(state)

        def launch(start: int) -> jax.Array:
            return self._score(state, cut(samples, start, self._chunk))

        return fill(np.empty(len(samples), np.float32), self._chunk, launch)

    def weights_name(self, weights: str = "auto") -> str:
        """Names the weights that a word chooses: `raw` or `ema`.

        Raises:
            UserError: for another word, or `ema` where the run has no moving average.
        """
        try:
            return inference.weights_name(self.state, weights)
        except ValueError as error:
            raise UserError(f"{error}.") from None

    @property
    def is_image(self) -> bool:
        """Whether one sample is an image (H, W, C)."""
        return len(self.sample_shape) == 3

    def __repr__(self) -> str:
        """Three lines for a notebook."""
        config, state = self.config, self.state
        network = config.network or type(self.recipe.generator).__name__
        generator = parameter_count(state.generator.params)
        critic = parameter_count(state.critic.params)
        kind = "uint8" if self.is_image else "float32"
        shape = ", ".join(map(str, ("N", *self.sample_shape)))
        return (
            f"Trained: {config.variant} on {config.dataset}, step {int(state.step):,}\n"
            f"  {network}, parameters: {generator:,} generator, {critic:,} critic; "
            f"EMA: {'no' if state.ema is None else 'yes'}\n"
            f"  sample(key, N) -> {kind} [{shape}]"
        )

    @property
    def _chunk(self) -> int:
        return chunk_size(self.sample_shape)

    @functools.cached_property
    def _draw(self) -> Callable[..., jax.Array]:
        sizes = {"count": self._chunk, "dim": self.recipe.latent_dim}
        return jax.jit(functools.partial(draw_latents, **sizes))

    @functools.cached_property
    def _generate(self) -> Callable[..., jax.Array]:
        def generate(variables: Any, latents: jax.Array) -> jax.Array:
            samples = inference.run_generator(self.recipe, variables, latents)
            return inference.to_bytes(samples) if self.is_image else samples

        return jax.jit(generate)

    @functools.cached_property
    def _score(self) -> Callable[..., jax.Array]:
        def score(state: TrainState, samples: jax.Array) -> jax.Array:
            return inference.critic_scores(self.recipe, state, to_floats(samples))

        return jax.jit(score)

    def _variables(self, weights: str) -> Any:
        chosen = inference.generator_weights(self.state, self.weights_name(weights))
        return jax.device_put(chosen.variables)

    def _empty(self, count: int) -> np.ndarray:
        kind = np.uint8 if self.is_image else np.float32
        return empty((count, *self.sample_shape), kind, "samples")
