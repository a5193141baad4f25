"""One game on both sides: weights copied from Flax, noise drawn once and given to both.

Tiny batches and widths, every layer and every member.
"""

import dataclasses
import functools
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import jax
import numpy as np
import pytest

torch = pytest.importorskip("torch")

from experiments.torch_baseline import forms, weights  # noqa: E402
from experiments.torch_baseline.game import Game  # noqa: E402
from experiments.torch_baseline.losses import make_settings  # noqa: E402
from experiments.torch_baseline.penalties import Draws  # noqa: E402
from tests.experiments.torch_baseline.kinks import clear_seed  # noqa: E402
from wgan_jax.config import Config, ResolvedConfig, resolve  # noqa: E402
from wgan_jax.config.samples import SampleSpec  # noqa: E402
from wgan_jax.networks.convolution.winograd import ENOUGH_CHANNELS  # noqa: E402
from wgan_jax.training.recipe import Recipe, make_recipe  # noqa: E402
from wgan_jax.training.state import TrainState, init_state  # noqa: E402

torch.set_num_threads(1)  # more of them only wait for each other
SHAPES = {
    **{"mlp": (28, 28, 1), "toy": (2,), "dcgan": (32, 32, 1)},
    **{"resnet": (32, 32, 3), "lipschitz_mlp": (2,)},
}
WIDTHS = {"mlp": None, "toy": 32, "dcgan": 8, "resnet": 8, "lipschitz_mlp": 32}
WIDE = ENOUGH_CHANNELS  # of DCGAN, where its convolutions take Winograd's form
UPDATES, CLASSES = 2, 3
# A ResNet has so many units that larger batches leave no seed clear of kinks.
BATCHES = {"mlp": 16, "toy": 16, "dcgan": 16, "resnet": 4, "lipschitz_mlp": 16}
PLAIN = {"critic_batch_norm": False, "ema_decay": 0}  # as PyTorch's critics are
JOINED, APART = forms.FORMS[:2]


class Pair(NamedTuple):
    """One game on both sides, with equal weights."""

    config: ResolvedConfig
    recipe: Recipe
    state: TrainState
    torch_game: Game


def make_pair(variant: str, network: str, form=JOINED, **fields: Any) -> Pair:
    shape = SHAPES[network]
    given = {
        "batch_size": BATCHES[network],
        "width": WIDTHS[network],
        **PLAIN,
        **fields,
    }
    config = Config(variant=variant, dataset="digits", network=network, **given)
    config = resolve(config, SampleSpec(shape, 1000, CLASSES))
    recipe, state = _ours(config, shape)
    return Pair(config, recipe, state, make_torch_game(config, state, form))


@functools.cache
def _ours(config: ResolvedConfig, shape: tuple[int, ...]) -> tuple[Recipe, TrainState]:
    recipe = make_recipe(config, shape, CLASSES)
    # Not compiled as one: members share the small programs of their layers.
    return recipe, jax.device_get(init_state(recipe, jax.random.key(3), shape))


def make_torch_game(config: ResolvedConfig, state: TrainState, form) -> Game:
    """PyTorch's side, with the weights of a Flax state."""
    shape = SHAPES[config.network]
    classes = CLASSES if config.conditional else None
    settings = make_settings(dataclasses.asdict(config), classes)
    game = Game(settings, (shape[-1], *shape[:-1]), form, "cpu")
    weights.copy_start(state, game)
    return game


def make_batch(network: str) -> np.ndarray:
    # These images leave no unit of a ResNet's critic at a kink; those of 1 do.
    rng = np.random.default_rng(5 if network == "resnet" else 1)
    shape = (UPDATES, BATCHES[network], *SHAPES[network])
    if len(SHAPES[network]) == 1:
        return rng.standard_normal(shape, np.float32)
    return rng.integers(0, 256, shape, np.uint8)


def make_labels(network: str) -> np.ndarray:
    """Classes [updates, B] that do not come in turn; one update lacks the last."""
    rng = np.random.default_rng(2)
    labels = rng.integers(0, CLASSES, (UPDATES, BATCHES[network]), np.int32)
    labels[0] %= CLASSES - 1
    return labels


class Noise(NamedTuple):
    """What one step draws, in PyTorch's arrays."""

    critic_latents: list
    penalties: list[Draws]
    generator_latents: Any


def draw_noise(key: jax.Array, config: ResolvedConfig) -> Noise:
    """Draws what `make_train_step` draws at step 0, from the same keys."""
    shape = (config.batch_size, config.latent_dim)
    made = (config.generator_batch * config.batch_size, config.latent_dim)
    latent_key, critic_key, generator_key = jax.random.split(
        jax.random.fold_in(key, 0), 3
    )
    latent_keys, update_keys = (
        [jax.random.fold_in(each, i) for i in range(UPDATES)]
        for each in (latent_key, critic_key)
    )
    return Noise(
        [_to_torch(jax.random.normal(each, shape)) for each in latent_keys],
        [_draw_penalty(each, config) for each in update_keys],
        _to_torch(jax.random.normal(generator_key, made)),
    )


def _draw_penalty(key: jax.Array, config: ResolvedConfig) -> Draws:
    pixels = (config.batch_size, *SHAPES[config.network])
    perturbation = _to_torch(jax.random.uniform(jax.random.fold_in(key, 1), pixels))
    if perturbation.ndim == 4:
        perturbation = perturbation.permute(0, 3, 1, 2)
    mixing = jax.random.uniform(key, (config.batch_size,))
    return Draws(_to_torch(mixing), perturbation)


def _to_torch(array: jax.Array):
    return torch.from_numpy(np.array(array))


def update_torch_critic(
    game: Game, batch: np.ndarray, noise: Noise, count: int, labels: Any = None
):
    """Makes `count` critic updates; returns the last loss."""
    value = None
    for i in range(count):
        shown = real_samples(batch[i]), noise.critic_latents[i], noise.penalties[i]
        value = game.update_critic(*shown, *classes_at(labels, i))
    return value


def update_torch_generator(
    game: Game, batch: np.ndarray, noise: Noise, count: int, labels: Any = None
):
    """The generator's update after `count` of the critic; returns its loss."""
    last = noise.generator_latents, real_samples(batch[count - 1])
    return game.update_generator(*last, *classes_at(labels, count - 1))


def clear_key(
    pair: Pair,
    network: str,
    count: int,
    labels: Any,
    prepare: Callable[[Game], Any] = lambda game: None,
) -> jax.Array:
    """The key of a step of `count` critic updates that leaves no unit at a kink.

    Other networks have too few units for one to lie there. `prepare` is done to the
    game that is tried.
    """
    if network not in ("dcgan", "resnet"):
        return jax.random.key(5)
    batch = make_batch(network)

    def play(seed: int) -> None:
        game = make_torch_game(pair.config, pair.state, JOINED)
        prepare(game)
        noise = draw_noise(jax.random.key(seed), pair.config)
        update_torch_critic(game, batch, noise, count, labels)
        update_torch_generator(game, batch, noise, count, labels)

    return jax.random.key(clear_seed(play))


def classes_at(labels: np.ndarray | None, i: int) -> tuple:
    """The labels of one update as PyTorch's side takes them; none without."""
    return () if labels is None else (torch.from_numpy(labels[i]),)


def real_samples(batch: np.ndarray):
    """One batch as PyTorch's side reads it: images as floats, channels first."""
    real = torch.from_numpy(batch)
    return real.permute(0, 3, 1, 2) / 127.5 - 1 if real.ndim == 4 else real


def assert_close(triples: Iterable[weights.Compared], tolerance: float) -> None:
    """Each array's error is measured against the largest entry in the network."""
    triples = list(triples)
    scale = max(np.abs(ours).max() for _, ours, _ in triples)
    assert scale > 0
    for name, ours, theirs in triples:
        assert ours.shape == theirs.shape, name
        np.testing.assert_allclose(
            theirs, ours, rtol=0, atol=tolerance * scale, err_msg=name
        )


def moves(before: Any, after: Any, module: Any) -> list[weights.Compared]:
    """(name, our change, PyTorch's change) of every parameter."""
    start = {name: ours for name, ours, _ in weights.params_like(before, module)}
    return [
        (name, ours - start[name], theirs - start[name])
        for name, ours, theirs in weights.params_like(after, module)
    ]
