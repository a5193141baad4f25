"""The benchmark compares like with like: both sides compute the same numbers."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

torch = pytest.importorskip("torch")

from experiments.torch_baseline import weights  # noqa: E402
from experiments.torch_baseline.game import Game  # noqa: E402
from tests.experiments.torch_baseline.pairs import (  # noqa: E402
    APART,
    JOINED,
    SHAPES,
    UPDATES,
    WIDE,
    WIDTHS,
    Pair,
    assert_close,
    clear_key,
    draw_noise,
    make_batch,
    make_labels,
    make_pair,
    make_torch_game,
    moves,
    update_torch_critic,
    update_torch_generator,
)
from wgan_jax.training.labelled import Labelled  # noqa: E402
from wgan_jax.training.state import TrainState, critic_optimizer  # noqa: E402
from wgan_jax.training.step import make_train_step  # noqa: E402
from wgan_jax.variants import VARIANTS  # noqa: E402

# Winograd's form meets each derivative that a member asks of a convolution: the plain
# one, the penalty's and the normalisation's. The other members repeat the plain one.
WIDTH = {("gan", "dcgan"): WIDE, ("gp", "dcgan"): WIDE, ("gn", "dcgan"): WIDE}
# The MLP adds a batch-normed generator to dense critics: one member of each constraint
# that changes a critic's gradient, and one without any.
ON_MLP = ("nsgan", "wgan", "gp", "gn")
# `gp` takes a penalty through convolutions; other penalties are compared on points.
ON_POINTS_ALONE = ("r3gan", "dragan", "wgan_div")
ON = {
    "mlp": ON_MLP,
    "toy": tuple(VARIANTS),
    "lipschitz_mlp": ("wgan",),
    "dcgan": tuple(v for v in VARIANTS if v not in ON_POINTS_ALONE),
    "resnet": ("nsgan", "gp", "gn", "ebgan"),  # and sn, with its published fields
}
CASES = [
    (variant, network, WIDTH.get((variant, network), WIDTHS[network]))
    for network in SHAPES
    for variant in ON[network]
]
# Updates follow each other alike for all members, whose losses are compared above:
# those that carry or draw something of their own between them, and a plain one.
CARRYING = ("gan", "wgan", "sn", "gn", "gp", "dragan", "r3gan")
STEPPED = [(variant, "toy") for variant in CARRYING]
STEPPED += [(v, n) for n in ("dcgan", "resnet") for v in ("gp", "gn")]
STEPPED += [("wgan", "lipschitz_mlp"), ("sn", "resnet")]
SGD: dict[str, Any] = {"optimizer": "sgd", "n_critic": UPDATES}
SGD |= {"generator_learning_rate": 0.01, "critic_learning_rate": 0.01}
# Batch norm by class and the projection, under each constraint that reads the class.
CONDITIONAL = [("gp", "mlp"), ("sn", "mlp"), ("nsgan", "dcgan"), ("gn", "dcgan")]
CONDITIONAL += [("gn", "resnet")]


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


def _freeze(game: Game) -> None:
    """Gradients are wanted, not steps; clipping stays."""
    for optimizer in (game.critic_optimizer, game.generator_optimizer):
        setattr(optimizer, "step", lambda: None)  # noqa: B010


def _assert_equal_loss(theirs, ours) -> None:
    # Differences of mean scores cancel: an absolute floor at the scores' round-off.
    np.testing.assert_allclose(theirs, ours, rtol=2e-5, atol=2e-7)


@pytest.mark.parametrize(("variant", "network", "width"), CASES)
def test_losses_and_gradients_agree(variant: str, network: str, width: Any) -> None:
    pair = make_pair(variant, network, n_critic=1, width=width)
    forms = [JOINED, APART]
    if network in ("dcgan", "resnet"):
        forms += [JOINED._replace(channels_last=True)]
    _assert_equal_gradients(pair, network, forms)


@pytest.mark.parametrize(("variant", "network"), CONDITIONAL)
def test_losses_and_gradients_of_conditional_games_agree(
    variant: str, network: str
) -> None:
    pair = make_pair(variant, network, n_critic=1, conditional=True)
    _assert_equal_gradients(pair, network, [JOINED, APART], make_labels(network))


def test_a_wider_generator_and_the_pooled_sum_agree() -> None:
    pair = make_pair("sn", "resnet", n_critic=1, generator_width=12, sum_pooling=True)
    _assert_equal_gradients(pair, "resnet", [JOINED])


def _assert_equal_gradients(
    pair: Pair, network: str, forms: list, labels: Any = None
) -> None:
    """Compares one update of each network, without moving either."""
    pair = _record(pair)
    batch = make_batch(network)
    key = clear_key(pair, network, 1, labels, prepare=_freeze)
    shown: Any = batch[:1]
    if labels is not None:
        shown = Labelled(shown, labels[:1])
    state, metrics = jax.jit(make_train_step(pair.recipe))(pair.state, key, shown)
    noise = draw_noise(key, pair.config)
    for form in forms:
        _freeze(game := make_torch_game(pair.config, pair.state, form))
        critic_loss = update_torch_critic(game, batch, noise, 1, labels)
        _assert_equal_loss(critic_loss, metrics["critic_loss"])
        recorded = state.critic.optimizer[0]
        assert_close(weights.gradients_like(recorded, game.critic), 2e-5)

        generator_loss = update_torch_generator(game, batch, noise, 1, labels)
        _assert_equal_loss(generator_loss, metrics["generator_loss"])
        recorded = state.generator.optimizer
        assert_close(weights.gradients_like(recorded, game.generator), 2e-5)


def _whole_step(
    pair: Pair, network: str, labels: np.ndarray | None = None
) -> TrainState:
    """Makes one step of two critic updates on both sides; returns ours."""
    batch = make_batch(network)
    key = clear_key(pair, network, UPDATES, labels)
    shown = batch if labels is None else Labelled(batch, labels)
    state, _ = jax.jit(make_train_step(pair.recipe))(pair.state, key, shown)
    noise = draw_noise(key, pair.config)
    update_torch_critic(pair.torch_game, batch, noise, UPDATES, labels)
    update_torch_generator(pair.torch_game, batch, noise, UPDATES, labels)
    return state


@pytest.mark.parametrize(("variant", "network"), STEPPED)
def test_whole_sgd_steps_agree(variant: str, network: str) -> None:
    pair = make_pair(variant, network, **SGD)
    _assert_equal_params(_whole_step(pair, network), pair.torch_game)


def test_a_generator_that_makes_more_than_it_was_shown_agrees() -> None:
    # Real samples are paired with as many generated ones each.
    pair = make_pair("r3gan", "toy", generator_batch=3, **SGD)
    _assert_equal_params(_whole_step(pair, "toy"), pair.torch_game)


def test_whole_sgd_steps_of_a_conditional_game_agree() -> None:
    # The generator's classes are those of the last critic update, each twice.
    pair = make_pair("sn", "mlp", conditional=True, generator_batch=2, **SGD)
    state = _whole_step(pair, "mlp", make_labels("mlp"))
    _assert_equal_params(state, pair.torch_game)


def _assert_equal_params(state: TrainState, game: Game) -> None:
    for ours, module in (
        (state.critic, game.critic),
        (state.generator, game.generator),
    ):
        assert_close(weights.params_like(ours.params, module), 2e-6)


@pytest.mark.parametrize(
    ("variant", "network"),
    [("gp", "toy"), ("sn", "toy"), ("gn", "mlp"), ("wgan", "mlp")],
)
def test_whole_steps_of_the_published_optimizers_agree(
    variant: str, network: str
) -> None:
    pair = make_pair(variant, network, n_critic=UPDATES)
    state, game = _whole_step(pair, network), pair.torch_game
    for start, ours, module in (
        (pair.state.critic, state.critic, game.critic),
        (pair.state.generator, state.generator, game.generator),
    ):
        moved = moves(start.params, ours.params, module)
        mine = np.concatenate([move.ravel() for _, move, _ in moved])
        theirs = np.concatenate([move.ravel() for _, _, move in moved])
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
    pair = make_pair(variant, "toy", form, optimizer=optimizer)
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
        weights.copy_gradients(gradients, game.critic)
        game.critic_optimizer.step()
    assert_close(moves(pair.state.critic.params, params, game.critic), 2e-3)


def test_clipping_is_exact() -> None:
    game = make_pair("wgan", "toy", clip_limit=0.01).torch_game
    for fused in (True, False):
        game.form = game.form._replace(fused=fused)
        with torch.no_grad():
            for param in game.critic.parameters():
                # Not normal alone: a bias of one unit may lie inside the bounds.
                param.normal_().add_(param.sign())
        game._clip()
        bounds = {p.abs().max().item() for p in game.critic.parameters()}
        assert bounds == {float(np.float32(0.01))}
