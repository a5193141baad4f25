"""Gradient penalty: the norm of the critic's input gradient is pulled to 1.

Gulrajani et al. 2017, "Improved Training of Wasserstein GANs", arXiv 1704.00028, eq. 3:
lambda E (|grad_x D(x^)| - 1)^2 at x^ = a x + (1 - a) G(z), a ~ U[0, 1] for every
sample. One-sided: Petzka et al. 2018, arXiv 1709.08894, eq. 7: lambda E max(0, |grad D|
- 1)^2. This module sees the critic as a pure function and batches as arrays.
"""

import jax
import jax.numpy as jnp

from wgan_jax.constraints.interface import (
    Apply,
    Constraint,
    Metrics,
    Noise,
    Params,
    sample_norms,
    score_one,
)
from wgan_jax.given import as_number


def input_gradients(
    apply: Apply, params: Params, points: jax.Array, labels: jax.Array | None = None
) -> jax.Array:
    """The critic's gradient by its input, sample by sample.

    Args:
        apply: the critic, (params, [B, ...]) -> scores [B].
        params: its parameters.
        points: where to take the gradient, [B, ...].
        labels: their classes, [B], where the critic is conditional; they are held.

    Returns:
        Gradients, [B, ...].
    """

    def score(point: jax.Array, label: jax.Array | None) -> jax.Array:
        return score_one(apply, params, point, label)

    return jax.vmap(jax.grad(score))(points, labels)


def input_gradient_norms(
    apply: Apply, params: Params, points: jax.Array, labels: jax.Array | None = None
) -> jax.Array:
    """The L2 norm of the critic's gradient by its input, sample by sample.

    Args:
        apply: the critic, (params, [B, ...]) -> scores [B].
        params: its parameters.
        points: where to take the gradient, [B, ...].
        labels: as `input_gradients`.

    Returns:
        Norms over all axes but the first, [B]; 0 with derivative 0 where the gradient
        is 0.

    Example:
        >>> critic = lambda weights, points: points @ weights
        >>> input_gradient_norms(critic, jnp.array([3.0, 4.0]), jnp.ones((2, 2)))
        Array([5., 5.], dtype=float32)
    """
    return sample_norms(input_gradients(apply, params, points, labels))


def gradient_penalty_at(
    apply: Apply,
    params: Params,
    points: jax.Array,
    *,
    target: float = 1.0,
    one_sided: bool = False,
    labels: jax.Array | None = None,
) -> jax.Array:
    """The mean squared distance of the gradient norm from its target, at given points.

    Args:
        apply: the critic, (params, [B, ...]) -> scores [B].
        params: its parameters.
        points: where to take the gradient, [B, ...].
        target: the norm that costs nothing; 1 in the papers.
        one_sided: whether norms below the target cost nothing either.
        labels: as `input_gradients`.

    Returns:
        A scalar >= 0, not weighted.
    """
    norms = input_gradient_norms(apply, params, points, labels)
    return _cost(norms, target, one_sided)


def _cost(norms: jax.Array, target: float, one_sided: bool) -> jax.Array:
    # One-sided: relu is 0, with derivative 0, at and below the target.
    excess = norms - target
    return jnp.mean(jnp.square(jax.nn.relu(excess) if one_sided else excess))


def interpolate(real: jax.Array, fake: jax.Array, weights: jax.Array) -> jax.Array:
    """Points on the segments between real and generated samples.

    Args:
        real: x, [B, ...].
        fake: G(z), the same shape.
        weights: a, one for every sample, [B], in [0, 1].

    Returns:
        a x + (1 - a) G(z), [B, ...].
    """
    # [B] to [B, 1, ..., 1], as many axes as `real`: with fewer, broadcasting would pair
    # the weights with rows or columns and not with samples.
    weights = weights.reshape(weights.shape[0], *[1] * (real.ndim - 1))
    return weights * real + (1 - weights) * fake


def gradient_penalty(
    apply: Apply,
    params: Params,
    real: jax.Array,
    fake: jax.Array,
    key: jax.Array,
    *,
    target: float = 1.0,
    one_sided: bool = False,
    labels: jax.Array | None = None,
) -> jax.Array:
    """The gradient penalty at random interpolates (Gulrajani et al. 2017, eq. 3).

    Args:
        apply: the critic, (params, [B, ...]) -> scores [B].
        params: its parameters.
        real: real samples, [B, ...].
        fake: generated samples, the same shape.
        key: a PRNG key; one weight a ~ U[0, 1] is drawn for every sample.
        target: the norm that costs nothing.
        one_sided: whether norms below the target cost nothing either.
        labels: as `input_gradients`; of real[i] and of fake[i].

    Returns:
        A scalar >= 0, not weighted.

    Raises:
        ValueError: when the two batches have different shapes.
    """
    if real.shape != fake.shape:
        raise ValueError(
            f"real has shape {real.shape}, fake {fake.shape}: need the same"
        )
    points = interpolate(
        real, fake, jax.random.uniform(key, real.shape[:1], real.dtype)
    )
    return gradient_penalty_at(
        apply, params, points, target=target, one_sided=one_sided, labels=labels
    )


def penalty(
    weight: float, *, target: float = 1.0, one_sided: bool = False
) -> Constraint:
    """The gradient penalty as a constraint; logs the penalty and the mean norm.

    Args:
        weight: lambda > 0; 10 in the papers, 0.1 for their toy problems.
        target: the norm that costs nothing.
        one_sided: whether norms below the target cost nothing either.

    Returns:
        The constraint; `gradient_penalty` is logged without its weight.

    Raises:
        UserError: unless weight is finite and above 0, and target finite.
    """
    as_number("weight", weight, above=0)
    as_number("target", target)

    def add(
        apply: Apply,
        params: Params,
        real: jax.Array,
        fake: jax.Array,
        noise: Noise,
        labels: jax.Array | None = None,
    ) -> tuple[jax.Array, Metrics]:
        # Between samples of one class: the label is that of both ends.
        points = interpolate(real, fake, noise.uniform((len(real),)))
        norms = input_gradient_norms(apply, params, points, labels)
        cost = _cost(norms, target, one_sided)
        metrics = {"gradient_penalty": cost, "gradient_norm": jnp.mean(norms)}
        return weight * cost, metrics

    name = "one-sided gradient penalty" if one_sided else "gradient penalty"
    return Constraint(name, penalty=add, per_sample=True)
