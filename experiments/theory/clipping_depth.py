"""What clipping does to the gradient in a deep critic (part of `clipping`).

Through a ReLU layer of n units whose weights are +c or -c a gradient's norm changes by
about c sqrt(n/2): a sum of n signs grows as sqrt(n), and half of the units pass it on.
From layer 12 back to layer 1 that is 11 log10(c sqrt(n/2)) decades: only one c neither
explodes nor vanishes, and it depends on the width.

Source: Gulrajani et al. 2017, arXiv 1704.00028, section 3.2; the law is derived.
"""

import math
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from experiments.critics import (
    DenseCritic,
    critic_recipe,
    init_critic,
    train_critic,
    uniform_params,
)
from experiments.theory.claims import Claim, at_least, at_most, near
from experiments.theory.lab import Points, rounded
from wgan_jax.constraints import clipping, penalty
from wgan_jax.networks.initializers import he
from wgan_jax.objectives import wasserstein
from wgan_jax.training.optimizers import adam, rmsprop
from wgan_jax.training.recipe import Recipe

GU = "Gulrajani et al. 2017, sec. 3.2"
DATASET = "swissroll"
SIDES = Points(DATASET), Points(DATASET, 1.0)
_KEY = jax.random.key(0)


class Deep(NamedTuple):
    """Sizes and bounds of the deep critics.

    Attributes:
        layers: hidden layers.
        width: of each.
        limits: c: one that explodes, then those that vanish.
        law_within: of untrained decades from the law.
        exploding_least: log10 of the first critic's first norm over its last, at least.
        vanishing_most: the same of the others, at most.
        penalised_within: the same of a penalised critic, from 0.
        steps: updates of each; 0 leaves them untrained.
        batch: samples of each side in an update.
    """

    layers: int = 12
    width: int = 512
    limits: tuple[float, ...] = (0.1, 0.01, 0.001)
    law_within: float = 0.7
    exploding_least: float = 1.0
    vanishing_most: tuple[float, ...] = (-6.0, -15.0)
    penalised_within: float = 1.5
    steps: int = 200
    batch: int = 64

    @property
    def widths(self) -> tuple[int, ...]:
        """As `DenseCritic` takes them."""
        return (self.width,) * self.layers


def deep_claims(settings: Deep, series: dict[str, Any]) -> list[Claim]:
    """The gradient over the layers: untrained by the law, trained by the bounds.

    Args:
        settings: sizes and bounds.
        series: gets `depth`, name -> norm of each layer over the last one's.
    """
    claims: list[Claim] = []
    norms: dict[str, np.ndarray] = {}
    for limit in settings.limits:
        law = predicted_decades(limit, settings.width, settings.layers)
        norms[f"c = {limit:g}"] = signed = signed_norms(settings.widths, limit)
        name = _name(settings, f"weights +-c at random, c = {limit:g}")
        within = settings.law_within
        claims.append(near(name, decades(signed), law, within, "derived"))
    if settings.steps:
        claims += _trained_claims(settings, norms)
    series["depth"] = {name: rounded(row / row[-1]) for name, row in norms.items()}
    return claims


def _name(settings: Deep, which: str) -> str:
    return f"log10 of |dL/dh_1| / |dL/dh_{settings.layers}|, {which}"


def _trained_claims(settings: Deep, norms: dict[str, np.ndarray]) -> list[Claim]:
    """Trained critics; their norms take the place of the untrained ones."""
    claims = []
    for place, limit in enumerate(settings.limits):
        found = clipped_norms(settings, limit)
        norms[f"c = {limit:g}"] = found
        name = _name(settings, f"trained, c = {limit:g}")
        if place == 0:
            bound = settings.exploding_least
            claims.append(at_least(name, decades(found), bound, GU))
        else:
            bound = settings.vanishing_most[place - 1]
            claims.append(at_most(name, decades(found), bound, GU))
    norms["gradient penalty"] = found = penalised_norms(settings)
    name = _name(settings, "trained, gradient penalty")
    within = settings.penalised_within
    return [*claims, near(name, decades(found), 0, within, GU)]


def predicted_decades(limit: float, width: int, layers: int) -> float:
    """log10 of |dL/dh_1| / |dL/dh_layers| for weights at +limit or -limit.

    Args:
        limit: c > 0.
        width: n, units of every hidden layer.
        layers: hidden layers.
    """
    return (layers - 1) * math.log10(limit * math.sqrt(width / 2))


def decades(norms: np.ndarray) -> float:
    """log10 of the first norm over the last; NaN where one of them is 0."""
    first, last = float(norms[0]), float(norms[-1])
    return math.log10(first / last) if first > 0 and last > 0 else math.nan


def clipped_recipe(widths: tuple[int, ...], limit: float) -> Recipe:
    """A clipped critic under the paper's RMSprop, its rate in proportion to c.

    Args:
        widths: of the hidden layers.
        limit: c; .01 has the paper's rate of 5e-5.
    """
    optimizer = rmsprop(limit / 200, 0.99)
    return critic_recipe(DenseCritic(widths), wasserstein(), clipping(limit), optimizer)


def signed_norms(widths: tuple[int, ...], limit: float) -> np.ndarray:
    """The norms |dL/dh_k| of an untrained critic with weights +limit and -limit."""
    recipe = clipped_recipe(widths, limit)
    state = init_critic(recipe, _KEY, 2)
    drawn = uniform_params(state.critic.params, _KEY, limit)
    signs = jax.tree.map(lambda leaf: limit * jnp.sign(leaf), drawn)
    return layer_norms(recipe, signs)


def clipped_norms(settings: Deep, limit: float) -> np.ndarray:
    """The norms |dL/dh_k| of a clipped critic, trained from U(-limit, limit)."""
    recipe = clipped_recipe(settings.widths, limit)
    state = init_critic(recipe, _KEY, 2)
    params = uniform_params(state.critic.params, _KEY, limit)
    return _trained_norms(settings, recipe, params)


def penalised_norms(settings: Deep) -> np.ndarray:
    """The same of a penalised critic, lambda 10, trained from He's initialisation."""
    optimizer = adam(1e-4, 0.5, 0.9)
    recipe = critic_recipe(
        DenseCritic(settings.widths), wasserstein(), penalty(10.0), optimizer
    )
    params = init_critic(recipe, _KEY, 2).critic.params
    return _trained_norms(settings, recipe, _he_params(params))


def _he_params(params: Any) -> Any:
    """He's initialisation of every layer: the default one loses 4 decades in 12."""
    drawn = {}
    for number, (name, layer) in enumerate(params.items()):
        key, shape = jax.random.fold_in(_KEY, number), layer["kernel"].shape
        bias = jnp.zeros_like(layer["bias"])
        drawn[name] = {"kernel": he().kernel(key, shape, shape[0]), "bias": bias}
    return drawn


def _trained_norms(settings: Deep, recipe: Recipe, params: Any) -> np.ndarray:
    start = init_critic(recipe, _KEY, 2, params=params)
    steps, batch = settings.steps, settings.batch
    trained = train_critic(
        *(recipe, *SIDES, _KEY), steps=steps, batch=batch, start=start
    )
    return layer_norms(recipe, trained.state.critic.params)


def layer_norms(recipe: Recipe, params: Any, count: int = 256) -> np.ndarray:
    """Norms of the critic loss's gradient by each hidden layer's output, first to last.

    Args:
        recipe: whose critic is a `DenseCritic`.
        params: its parameters.
        count: samples of each side.
    """
    keys = jax.random.split(jax.random.key(1))
    sides = [side(key, count) for side, key in zip(SIDES, keys, strict=True)]
    points = jnp.concatenate(sides)

    def loss(perturbations: Any) -> jax.Array:
        variables = {"params": params, "perturbations": perturbations}
        scores = jnp.asarray(recipe.critic.apply(variables, points, train=True))
        return recipe.objective.critic_loss(scores[:count], scores[count:])

    made = jax.eval_shape(lambda: recipe.critic.init(_KEY, points, train=True))
    nothing = jax.tree.map(
        lambda leaf: jnp.zeros(leaf.shape, leaf.dtype), made["perturbations"]
    )
    gradients = jax.jit(jax.grad(loss))(nothing)
    layers = [gradients[f"hidden_{layer}"] for layer in range(len(gradients))]
    # In float64: squares of 1e-25 are below the smallest float32.
    return np.array([np.linalg.norm(np.asarray(g, np.float64)) for g in layers])
