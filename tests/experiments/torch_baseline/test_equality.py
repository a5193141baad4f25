"""The benchmark compares like with like: both sides compute the same numbers.

Weights are copied from Flax to PyTorch, noise is drawn once and given to both. Tiny
widths, every layer and every member.
"""

import dataclasses
import functools
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

torch = pytest.importorskip("torch")

from experiments import torch_baseline, torch_forms, torch_weights  # noqa: E402
from experiments.torch_losses import make_settings  # noqa: E402
from wgan_jax.config.config import Config, resolve  # noqa: E402
from wgan_jax.config.presets import Samples  # noqa: E402
from wgan_jax.training.recipe import Recipe, make_recipe  # noqa: E402
from wgan_jax.training.state import TrainState, critic_optimizer, init_state  # noqa: E402
from wgan_jax.training.step import make_train_step  # noqa: E402
from wgan_jax.variants import VARIANTS  # noqa: E402

pytestmark = pytest.mark.usefixtures("quick_compiles")

SHAPES = {"mlp": (28, 28, 1), "toy": (2,), "dcgan": (32, 32, 1)}
WIDTHS = {"mlp": None, "toy": 32, "dcgan": 32}
CASES = [(variant, network) for network in SHAPES for variant in VARIANTS]
DEEP = [(variant, "dcgan") for variant in ("gp", "sn", "gn", "ebgan")]
BATCH, UPDATES = 16, 2
APART = torch_forms.FORMS[1]
JOINED = torch_forms.FORMS[0]


class Pair(NamedTuple):
    """One game on both sides, with equal weights."""

    config: Config
    recipe: Recipe
    state: TrainState
    torch_game: torch_baseline.Game


@functools.cache
def _ours(config: Config, shape: tuple[int, ...]) -> tuple[Recipe, TrainState]:
    recipe = make_recipe(config, shape)
    init = jax.jit(lambda key: init_state(recipe, key, shape))
    return recipe, jax.device_get(init(jax.random.key(3)))


def _make_pair(variant: str, network: str, form=JOINED, **fields: Any) -> Pair:
    shape = SHAPES[network]
    config = Config(
        variant=variant,
        dataset="digits",
        network=network,
        batch_size=BATCH,
        width=WIDTHS[network],
        **fields,
    )
    config = resolve(config, Samples(shape, 1000))
    recipe, state = _ours(config, shape)
    settings = make_settings(dataclasses.asdict(config))
    channels_first = (shape[-1], *shape[:-1])
    game = torch_baseline.Game(settings, channels_first, form, "cpu")
    torch_weights.copy_params(state.generator.params, game.generator)
    torch_weights.copy_params(state.critic.params, game.critic)
    if game.vectors:
        vectors = {path: entry["u"] for path, entry in state.constraint.items()}
        game.vectors = torch_weights.vectors_like(vectors, game.critic)
    return Pair(config, recipe, state, game)


def _recording() -> optax.GradientTransformation:
    """Keeps the gradient as its state and moves nothing."""

    def update(updates, state, params=None):
        return jax.tree.map(jnp.zeros_like, updates), updates

    return optax.GradientTransformation(
        lambda params: jax.tree.map(jnp.zeros_like, params), update
    )


def _record(pair: Pair) -> Pair:
    recipe = pair.recipe._replace(
        generator_optimizer=_recording(), critic_optimizer=_recording()
    )
    generator, critic = pair.state.generator, pair.state.critic
    optimizers = recipe.generator_optimizer, critic_optimizer(recipe)
    state = pair.state.replace(
        generator=generator.replace(optimizer=optimizers[0].init(generator.params)),
        critic=critic.replace(optimizer=optimizers[1].init(critic.params)),
    )
    return pair._replace(recipe=recipe, state=state)


def _batch(network: str) -> np.ndarray:
    rng = np.random.default_rng(1)
    shape = (UPDATES, BATCH, *SHAPES[network])
    if network == "toy":
        return rng.standard_normal(shape, np.float32)
    return rng.integers(0, 256, shape, np.uint8)


def _torch_batch(batch: np.ndarray):
    images = torch.from_numpy(batch)
    return images.permute(0, 3, 1, 2) / 127.5 - 1 if batch.ndim == 4 else images


class Noise(NamedTuple):
    """What one step draws."""

    critic_latents: list
    weights: list
    generator_latents: Any


def _noise(key: jax.Array, config: Config) -> Noise:
    """Draws what `make_train_step` draws at step 0, from the same keys."""
    shape = (BATCH, config.latent_dim or 0)
    latent_key, critic_key, generator_key = jax.random.split(
        jax.random.fold_in(key, 0), 3
    )
    latent_keys, weight_keys = (
        [jax.random.fold_in(each, i) for i in range(UPDATES)]
        for each in (latent_key, critic_key)
    )
    return Noise(
        [_to_torch(jax.random.normal(each, shape)) for each in latent_keys],
        [_to_torch(jax.random.uniform(each, (BATCH,))) for each in weight_keys],
        _to_torch(jax.random.normal(generator_key, shape)),
    )


def _to_torch(array: jax.Array):
    return torch.from_numpy(np.array(array))


def _torch_critic_updates(pair: Pair, batch: np.ndarray, noise: Noise, count: int):
    game, value = pair.torch_game, None
    for i in range(count):
        weights = None if pair.config.penalty_weight is None else noise.weights[i]
        value = game.update_critic(
            _torch_batch(batch[i]), noise.critic_latents[i], weights
        )
    return value


def _assert_close(triples, tolerance: float) -> None:
    """Each array's error is measured against the largest entry in the network."""
    triples = list(triples)
    scale = max(np.abs(ours).max() for _, ours, _ in triples)
    assert scale > 0
    for name, ours, theirs in triples:
        assert ours.shape == theirs.shape, name
        np.testing.assert_allclose(
            theirs, ours, rtol=0, atol=tolerance * scale, err_msg=name
        )


def _freeze(game: torch_baseline.Game) -> None:
    """Gradients are wanted, not steps; clipping stays."""
    for optimizer in (game.critic_optimizer, game.generator_optimizer):
        setattr(optimizer, "step", lambda: None)  # noqa: B010


def _assert_equal_loss(theirs, ours) -> None:
    # Differences of mean scores cancel: an absolute floor at the scores' round-off.
    np.testing.assert_allclose(theirs, ours, rtol=2e-5, atol=2e-7)


@pytest.mark.parametrize(("variant", "network"), CASES)
def test_losses_and_gradients_agree(variant: str, network: str) -> None:
    pair = _record(_make_pair(variant, network, n_critic=1))
    key, batch = jax.random.key(5), _batch(network)
    step = jax.jit(make_train_step(pair.recipe))
    state, metrics = step(pair.state, key, batch[:1])
    noise = _noise(key, pair.config)
    layout = network == "dcgan"
    for form in (JOINED, APART, JOINED._replace(channels_last=layout)):
        game = _make_pair(variant, network, form, n_critic=1).torch_game
        _freeze(game)
        pair = pair._replace(torch_game=game)
        critic_loss = _torch_critic_updates(pair, batch, noise, 1)
        _assert_equal_loss(critic_loss, metrics["critic_loss"])
        recorded = state.critic.optimizer[0]
        _assert_close(torch_weights.gradients_like(recorded, game.critic), 2e-5)

        generator_loss = game.update_generator(noise.generator_latents)
        _assert_equal_loss(generator_loss, metrics["generator_loss"])
        recorded = state.generator.optimizer
        _assert_close(torch_weights.gradients_like(recorded, game.generator), 2e-5)


def _whole_step(pair: Pair, network: str) -> TrainState:
    """Makes one step of two critic updates on both sides; returns ours."""
    key, batch = jax.random.key(5), _batch(network)
    state, _ = jax.jit(make_train_step(pair.recipe))(pair.state, key, batch)
    noise = _noise(key, pair.config)
    _torch_critic_updates(pair, batch, noise, UPDATES)
    pair.torch_game.update_generator(noise.generator_latents)
    return state


def _moves(before, after, module) -> list:
    """(name, our change, PyTorch's change) of every parameter."""
    start = {name: ours for name, ours, _ in torch_weights.params_like(before, module)}
    return [
        (name, ours - start[name], theirs - start[name])
        for name, ours, theirs in torch_weights.params_like(after, module)
    ]


@pytest.mark.parametrize(
    ("variant", "network"), [(variant, "toy") for variant in VARIANTS] + DEEP
)
def test_whole_sgd_steps_agree(variant: str, network: str) -> None:
    fields: dict[str, Any] = {"optimizer": "sgd", "n_critic": UPDATES}
    fields |= {"generator_learning_rate": 0.01, "critic_learning_rate": 0.01}
    pair = _make_pair(variant, network, **fields)
    state, game = _whole_step(pair, network), pair.torch_game
    for ours, module in (
        (state.critic, game.critic),
        (state.generator, game.generator),
    ):
        _assert_close(torch_weights.params_like(ours.params, module), 2e-6)


@pytest.mark.parametrize(
    ("variant", "network"),
    [("gp", "toy"), ("sn", "toy"), ("gn", "mlp"), ("wgan", "mlp")],
)
def test_whole_steps_of_the_published_optimizers_agree(
    variant: str, network: str
) -> None:
    pair = _make_pair(variant, network, n_critic=UPDATES)
    state, game = _whole_step(pair, network), pair.torch_game
    for start, ours, module in (
        (pair.state.critic, state.critic, game.critic),
        (pair.state.generator, state.generator, game.generator),
    ):
        moves = _moves(start.params, ours.params, module)
        mine = np.concatenate([move.ravel() for _, move, _ in moves])
        theirs = np.concatenate([move.ravel() for _, _, move in moves])
        # Adam's first steps are signs: where a gradient is round-off alone (a bias
        # before batch norm, a bias that real and fake scores share) they may differ.
        assert np.linalg.norm(theirs - mine) <= 0.05 * np.linalg.norm(mine)


@pytest.mark.parametrize("fused", [True, False])
@pytest.mark.parametrize(
    ("variant", "optimizer"), [("gp", "adam"), ("wgan", "rmsprop")]
)
def test_optimizers_agree_on_equal_gradients(
    variant: str, optimizer: str, fused: bool
) -> None:
    form = JOINED._replace(fused=fused)
    pair = _make_pair(variant, "toy", form, optimizer=optimizer)
    game, ours = pair.torch_game, pair.recipe.critic_optimizer
    params = pair.state.critic.params
    state = ours.init(params)
    for seed in range(3):
        rng = np.random.default_rng(seed)
        gradients = jax.tree.map(
            lambda p, rng=rng: rng.standard_normal(p.shape, np.float32), params
        )
        updates, state = ours.update(gradients, state, params)
        params = optax.apply_updates(params, updates)
        torch_weights.copy_gradients(gradients, game.critic)
        game.critic_optimizer.step()
    _assert_close(_moves(pair.state.critic.params, params, game.critic), 2e-3)


def test_clipping_is_exact() -> None:
    game = _make_pair("wgan", "toy").torch_game
    for fused in (True, False):
        game.form = game.form._replace(fused=fused)
        with torch.no_grad():
            for param in game.critic.parameters():
                param.normal_()
        game._clip()
        bounds = {p.abs().max().item() for p in game.critic.parameters()}
        assert bounds == {float(np.float32(0.01))}
