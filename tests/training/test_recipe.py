"""From a resolved config to parts: every name, every number, every refusal."""

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from tests.games import tiny_config
from tests.objectives.test_losses import CLOSED_FORMS, FAKE, REAL
from wgan_jax import resolve, train
from wgan_jax.config import Config
from wgan_jax.constraints import Noise
from wgan_jax.errors import UserError
from wgan_jax.objectives.registry import OBJECTIVES
from wgan_jax.training.recipe import make_recipe
from wgan_jax.variants import VARIANTS


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_member_has_the_parts_of_its_row(variant):
    config = tiny_config(variant, "toy")
    recipe, row = make_recipe(config, (2,)), VARIANTS[variant]
    assert (config.objective, config.constraint) == (row.objective, row.constraint)
    assert recipe.objective.energies == (variant == "ebgan")
    assert hasattr(recipe.critic, "encode") == (variant == "ebgan")
    penalised = variant in ("gp", "lp", "r3gan", "dragan", "wgan_div")
    assert (recipe.constraint.penalty is not None) == penalised
    assert recipe.constraint.per_sample == (penalised or variant == "gn")
    assert recipe.objective.relativistic == (variant == "r3gan")
    assert recipe.n_critic == config.n_critic
    assert recipe.latent_dim == config.latent_dim
    assert (recipe.pulling_away > 0) == (variant == "ebgan")


@pytest.mark.parametrize("name", OBJECTIVES)
def test_every_name_builds_the_objective_of_its_paper(name):
    """Numbers worked out by hand, so that no two names can be exchanged."""
    config = tiny_config("gan", "toy", objective=name)
    objective = make_recipe(config, (2,)).objective
    real, fake = jnp.asarray(REAL), jnp.asarray(FAKE)
    critic, generator = CLOSED_FORMS[name]
    assert float(objective.critic_loss(real, fake)) == pytest.approx(critic, rel=1e-6)
    shown = (fake, real) if objective.relativistic else (fake,)
    assert float(objective.generator_loss(*shown)) == pytest.approx(generator, rel=1e-6)


@pytest.mark.parametrize(("variant", "one_sided"), [("gp", False), ("lp", True)])
def test_the_penalty_has_the_weight_and_the_side_of_the_config(variant, one_sided):
    config = tiny_config(variant, "toy", penalty_weight=3.0)
    added = make_recipe(config, (2,)).constraint.penalty
    assert added is not None
    points = jnp.ones((2, 2))
    # |w| = .5: below 1 only the two-sided penalty costs.
    cost, _ = added(
        lambda w, x: x @ w,
        jnp.asarray([0.3, 0.4]),
        points,
        points,
        Noise(jax.random.key(0)),
    )
    assert float(cost) == pytest.approx(0 if one_sided else 3 * 0.25, abs=1e-6)


def first_step(config, network):
    """How far the optimiser moves a weight at a gradient of 2, and then again."""
    optimizer = getattr(make_recipe(config, (2,)), f"{network}_optimizer")
    params = jnp.asarray([1.0])
    state, steps = optimizer.init(params), []
    for gradient in (2.0, 1.0):
        update, state = optimizer.update(jnp.asarray([gradient]), state, params)
        steps.append(float(update[0]))
    return steps


def test_adam_has_its_rates_and_decays():
    config = tiny_config("gp", "mlp", (4, 4, 1), beta1=0.5, beta2=0.9)
    config = dataclasses.replace(
        config, generator_learning_rate=0.1, critic_learning_rate=0.2
    )
    # m = (.5 * 1 + .5 * 1) / .75, v = (.9 * .4 + .1 * 1) / .19, both bias-corrected.
    second = (0.5 * 1 + 0.5) / 0.75 / np.sqrt((0.9 * 0.4 + 0.1) / 0.19)
    for network, rate in (("generator", 0.1), ("critic", 0.2)):
        expected = [-rate, -rate * second]
        optimizer = getattr(make_recipe(config, (4, 4, 1)), f"{network}_optimizer")
        state, steps = optimizer.init(jnp.ones(1)), []
        for gradient in (2.0, 1.0):
            update, state = optimizer.update(jnp.asarray([gradient]), state)
            steps.append(float(update[0]))
        assert steps == pytest.approx(expected, rel=1e-5)


def test_rmsprop_has_its_epsilon_outside_the_root():
    config = tiny_config("wgan", "toy", critic_learning_rate=1.0)
    optimizer = make_recipe(config, (2,)).critic_optimizer
    gradient = 1e-6
    update, _ = optimizer.update(jnp.asarray([gradient]), optimizer.init(jnp.ones(1)))
    # sqrt(.01) 1e-6 = 1e-7, beside which an epsilon of 1e-8 is small; inside the root
    # it would be 1e-4 and the step 100 times shorter.
    expected = -gradient / (0.1 * gradient + 1e-8)
    assert float(jax.tree.leaves(update)[0][0]) == pytest.approx(expected, rel=1e-3)


def test_gradient_descent_is_plain():
    config = tiny_config("gn", "toy", optimizer="sgd", critic_learning_rate=0.5)
    assert first_step(config, "critic") == pytest.approx([-1.0, -0.5])


def test_both_rates_reach_zero_at_the_same_step():
    config = tiny_config(
        "gn",
        "toy",
        optimizer="sgd",
        n_critic=5,
        decay_steps=2,
        critic_learning_rate=1.0,
        generator_learning_rate=1.0,
    )
    recipe = make_recipe(config, (2,))
    rates = {}
    for network, updates in (("generator", 1), ("critic", 5)):
        optimizer = getattr(recipe, f"{network}_optimizer")
        state, rates[network] = optimizer.init(jnp.ones(1)), []
        for _ in range(3 * updates):
            update, state = optimizer.update(jnp.ones(1), state)
            rates[network].append(-float(update[0]))
    assert rates["generator"] == pytest.approx([1, 0.5, 0])
    assert rates["critic"][::5] == pytest.approx([1, 0.5, 0])
    assert min(rates["critic"][:10]) > 0


def test_a_config_with_blanks_is_sent_to_resolve():
    with pytest.raises(UserError, match="resolve"):
        make_recipe(Config(variant="gp", dataset="ring8"), (2,))


def test_fast_forms_are_for_piecewise_linear_critics_alone():
    # The frozen form has no derivative by the parameters: it tells which form is used.
    for network, shape, fast in (("toy", (2,), True), ("mlp", (4, 4, 1), True)):
        recipe = make_recipe(tiny_config("gn", network, shape), shape)
        wrapped = recipe.constraint.generator_scores(lambda w, x: x @ w)
        gradient = jax.grad(lambda w, f=wrapped: f(w, jnp.ones((1, 2))).sum())(
            jnp.asarray([1.0, -0.5])
        )
        assert bool(jnp.all(gradient == 0)) is fast


@pytest.mark.parametrize("config", [None, {"steps": 1}, "gn", Config])
@pytest.mark.parametrize("use", [train, resolve, lambda c: make_recipe(c, (2,))])
def test_what_is_no_config_is_named(config, use):
    with pytest.raises(UserError, match="config is .*, but has to be a Config"):
        use(config)


def test_a_conditional_config_needs_the_number_of_classes():
    config = resolve(Config("sn", "digits", "dcgan", conditional=True))
    with pytest.raises(UserError, match="num_classes is None: give the number"):
        make_recipe(config, (8, 8, 1))
    assert make_recipe(config, (8, 8, 1), 10).generator.num_classes == 10
