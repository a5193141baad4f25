"""What a run left, read back: its config, its state, and samples of it.

A run that is alive may be read too. How samples are checked and cut into chunks is in
`checks` and `chunks`.
"""

import dataclasses
import functools
from pathlib import Path
from typing import Any

import jax
import numpy as np

from wgan_jax.config import Config
from wgan_jax.errors import UserError
from wgan_jax.loop.classes import as_labels
from wgan_jax.loop.trained.checks import as_count, as_key, as_latents, as_samples
from wgan_jax.loop.trained.chunks import chunk_size, cut, empty, fill
from wgan_jax.loop.trained.programs import (
    Program,
    draw_program,
    generate_program,
    score_program,
)
from wgan_jax.loop.trained.stored import read_run
from wgan_jax.training import inference
from wgan_jax.training.labelled import classes_of
from wgan_jax.training.recipe import Recipe
from wgan_jax.training.state import TrainState, parameter_count


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
        recipe: the parts that the run was trained with, if they were your own.
        sample_shape: the shape of one sample; needed only for data of your own in runs
            that do not record it.

    Returns:
        The run.

    Raises:
        UserError: when there is no run, no checkpoint of that step, or none that is
            whole and fits, or a recipe or shape of your own is missing.
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

    def sample(
        self, key: Any, count: int, *, weights: str = "auto", labels: Any = None
    ) -> np.ndarray:
        """Generates samples.

        A sample depends on the key and on its own number alone: `sample(key, 10)` is
        the first ten of `sample(key, 1000)`, bit for bit on one machine.

        Args:
            key: a seed from 0 to 2**31 - 1, or a PRNG key.
            count: how many, at least 1.
            weights: `raw`, `ema`, or `auto` for the moving average where there is one.
            labels: of a conditional run, the class of all samples or of each, [count];
                None for its classes in turn, sample i of class i mod num_classes.

        Returns:
            uint8 images [count, H, W, C], or float32 points [count, d].

        Raises:
            UserError: for another key, count, weights or labels, or samples that the
                free memory cannot hold.
        """
        key, out = as_key(key), self._empty(as_count(count))
        classes = as_labels(labels, len(out), self.num_classes)
        variables = self._variables(weights)

        def launch(start: int) -> jax.Array:
            latents = self._draw(key, np.int32(start))
            return self._generate(variables, latents, *self._cut(classes, start))

        return fill(out, self._chunk, launch)

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

    def generate(
        self, latents: Any, *, weights: str = "auto", labels: Any = None
    ) -> np.ndarray:
        """Generates the samples of given latent vectors.

        Args:
            latents: [N, latent_dim].
            weights: as `sample`.
            labels: as `sample`.

        Returns:
            As `sample`, [N, ...].

        Raises:
            UserError: for latents of another shape, or as `sample`.
        """
        latents = as_latents(latents, self.recipe.latent_dim)
        classes = as_labels(labels, len(latents), self.num_classes)
        variables = self._variables(weights)

        def launch(start: int) -> jax.Array:
            chunk = cut(latents, start, self._chunk)
            return self._generate(variables, chunk, *self._cut(classes, start))

        return fill(self._empty(len(latents)), self._chunk, launch)

    def critic_scores(self, samples: Any, labels: Any = None) -> np.ndarray:
        """Scores samples with the critic, as its constraint makes it.

        Args:
            samples: real or generated, as `sample` returns them: uint8 images [N, H, W,
                C], or points [N, d] of any float type. Images may be floats in [-1, 1]
                too, as networks see them.
            labels: of a conditional run, the class of all samples or of each, [N].

        Returns:
            Scores [N], float32; a score depends on its own sample alone, and on those
            beside it where the critic is your own and looks at its batch.

        Raises:
            UserError: for any other type or shape, images outside of [-1, 1], points
                that are not finite; a conditional run without labels.
        """
        samples = as_samples(samples, self.sample_shape)
        if labels is None and self.num_classes is not None:
            raise UserError("this critic scores a sample with its class: give labels.")
        classes = as_labels(labels, len(samples), self.num_classes)
        # Without what is not read: the optimisers are twice the parameters.
        critic = self.state.critic.replace(optimizer=None)
        state = self.state.replace(generator=None, critic=critic, ema=None)
        state = jax.device_put(state)

        # Zeros that fill up a chunk would be scored with it.
        filled = not inference.looks_at_its_batch(self.recipe.critic)
        arrays = [samples, *([] if classes is None else [classes])]

        def launch(start: int) -> jax.Array:
            parts = (cut(a, start, self._chunk, filled=filled) for a in arrays)
            return self._score(state, *parts)

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
    def num_classes(self) -> int | None:
        """The classes that it is conditional on; None where it is not."""
        return classes_of(self.recipe)

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
        given = f", labels of {n} classes" if (n := self.num_classes) else ""
        return (
            f"Trained: {config.variant} on {config.dataset}, step {int(state.step):,}\n"
            f"  {network}, parameters: {generator:,} generator, {critic:,} critic; "
            f"EMA: {'no' if state.ema is None else 'yes'}\n"
            f"  sample(key, N{given}) -> {kind} [{shape}]"
        )

    @property
    def _chunk(self) -> int:
        return chunk_size(self.sample_shape)

    def _cut(self, classes: np.ndarray | None, start: int) -> list[np.ndarray]:
        """The labels of one chunk; nothing where there are no classes."""
        return [] if classes is None else [cut(classes, start, self._chunk)]

    @functools.cached_property
    def _draw(self) -> Program:
        return draw_program(self._chunk, self.recipe.latent_dim)

    @functools.cached_property
    def _generate(self) -> Program:
        return generate_program(self.recipe, self.is_image)

    @functools.cached_property
    def _score(self) -> Program:
        return score_program(self.recipe)

    def _variables(self, weights: str) -> Any:
        chosen = inference.generator_weights(self.state, self.weights_name(weights))
        return jax.device_put(chosen.variables)

    def _empty(self, count: int) -> np.ndarray:
        kind = np.uint8 if self.is_image else np.float32
        return empty((count, *self.sample_shape), kind, "samples")
