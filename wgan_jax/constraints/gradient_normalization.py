"""Gradient normalisation: the critic is divided by its own gradient norm.

Wu, Shuai, Tam & Chiu 2021, "Gradient Normalization for Generative Adversarial
Networks", arXiv 2109.02235, eq. 8: f^(x) = f(x) / (|grad_x f(x)| + |f(x)|). |f^| <= 1,
and f^ does not change when f is scaled. Inside each linear piece of a ReLU network
|grad f^| = (|grad f| / (|grad f| + |f|))^2 <= 1; across pieces nothing is promised.

Two exact shortcuts hold for critics that are piecewise linear in their input (Dense,
convolution, bias, ReLU, LeakyReLU, pooling, residual sums; nothing smooth, no batch
norm):

* Euler's identity, f(x) = <grad_x f, x> + sum over layers <grad_b f, b>: the score can
  be recomputed from one backward pass, and differentiating f^ by the parameters then
  goes through the backward chain alone, four network-sized passes instead of six.
* d(grad_x f)/dx = 0, so grad_x f^ = |grad f| / (|grad f| + |f|)^2 grad_x f needs no
  second derivative: all that the generator's update asks for is one backward pass.

Both hold for a conditional critic with the class held: <v_y, phi(x)> is linear in phi,
so that f(., y) is piecewise linear with the same biases for every class y.

This module sees the critic as a pure function; biases are leaves named `bias`.
"""

import jax
import jax.numpy as jnp

from wgan_jax.constraints.interface import (
    Apply,
    Constraint,
    Metrics,
    Params,
    State,
    keeps_promises,
    leaf_name,
    sample_norms,
    score_one,
)
from wgan_jax.errors import UserError


def gradient_normalize(apply: Apply, *, piecewise_linear: bool = False) -> Apply:
    """Wraps a critic so that its scores are gradient-normalised.

    Args:
        apply: the critic f, (params, [B, ...]) -> scores [B], each score a function of
            its own sample alone.
        piecewise_linear: promises that f is piecewise linear in its input and that all
            its biases are leaves named `bias`; values and derivatives are the same, and
            the derivative by the parameters costs a third less.

    Returns:
        f^, (params, [B, ...]) -> scores in [-1, 1], [B]; 0 where f and its gradient are
        0. Of a conditional critic f(x, y) all take the labels [B] as a third argument,
        and the gradient is the one by x. Traced with a critic whose scores are not [B],
        it raises UserError.
    """
    return _normalize_euler(apply) if piecewise_linear else _normalize_general(apply)


def _normalize_general(apply: Apply) -> Apply:
    def normalized(params: Params, points: jax.Array, *labels: jax.Array) -> jax.Array:
        # Each score depends on its own sample alone: the gradient of their sum [B, ...]
        # holds every sample's own, from one backward pass.
        scores, pullback = jax.vjp(lambda x: apply(params, x, *labels), points)
        _refuse_columns(scores, points)
        (gradients,) = pullback(jnp.ones_like(scores))
        return _divide(scores, sample_norms(gradients))

    return normalized


def _normalize_euler(apply: Apply) -> Apply:
    def normalized(params: Params, points: jax.Array, *labels: jax.Array) -> jax.Array:
        scores, recomputed, by_input = _recompute(apply, params, points, *labels)
        # The value is the forward score; the derivative is that of the recomputed one,
        # which goes through the backward chain alone.
        straight = recomputed + jax.lax.stop_gradient(scores - recomputed)
        return _divide(straight, sample_norms(by_input))

    return normalized


def _recompute(
    apply: Apply, params: Params, points: jax.Array, *labels: jax.Array
) -> tuple[jax.Array, jax.Array, jax.Array]:
    """Returns scores [B], those of Euler's identity, and input gradients [B, ...]."""
    # Inside a linear piece f is homogeneous of degree 1 in the input and all biases
    # together: a bias left out of the sum would be missing from the score.
    biases, rest = _split_biases(params)

    def score(
        biases: list[jax.Array], point: jax.Array, *label: jax.Array
    ) -> jax.Array:
        found = score_one(apply, _join_biases(biases, rest), point, *label)
        _refuse_columns(found[None], point[None])
        return found

    # Mapped over the samples and not over the biases, which so get a gradient for each
    # sample, [B, *bias.shape]. The package's layers merge the mapped axis into a batch.
    scores, (by_bias, by_input) = jax.vmap(
        jax.value_and_grad(score, argnums=(0, 1)),
        in_axes=(None, 0, *(0 for _ in labels)),
    )(biases, points, *labels)
    recomputed = _inner(by_input, points)
    for gradient, bias in zip(by_bias, biases, strict=True):
        recomputed += _inner(gradient, jnp.broadcast_to(bias, gradient.shape))
    return scores, recomputed, by_input


ALLOWED_GAP = 1e-3  # float32 round-off stays below 1e-5


def _euler_gap(apply: Apply, params: Params, points: jax.Array) -> str | None:
    """Tries the promise of piecewise linearity; see `Constraint.broken_promise`."""
    scores, recomputed, _ = jax.jit(_recompute, static_argnums=0)(apply, params, points)
    scale = jnp.maximum(jnp.max(jnp.abs(scores)), 1e-12)  # all scores may be 0
    gap = float(jnp.max(jnp.abs(scores - recomputed)) / scale)
    if gap <= ALLOWED_GAP:
        return None
    return (
        "piecewise_linear=True promises f(x) = <grad_x f, x> + sum <grad_b f, b> with "
        "every bias in a leaf named `bias`, and on a random batch that misses "
        f"{gap:.1%} of the score. Leave piecewise_linear out"
    )


def gradient_normalize_frozen(apply: Apply) -> Apply:
    """f^ of a piecewise-linear critic with the right derivative by the input only.

    For the generator's update, which leaves the critic's parameters as they are.

    Args:
        apply: the piecewise-linear critic f, (params, [B, ...]) -> scores [B].

    Returns:
        f^, (params, [B, ...]) -> scores in [-1, 1], [B], without derivative by params.
    """

    def normalized(params: Params, points: jax.Array, *labels: jax.Array) -> jax.Array:
        params, fixed = jax.lax.stop_gradient((params, points))
        scores, pullback = jax.vjp(lambda x: apply(params, x, *labels), fixed)
        _refuse_columns(scores, points)
        (gradients,) = pullback(jnp.ones_like(scores))
        norms = sample_norms(gradients)
        # n is constant inside a linear piece, so d f^ / d f = n / (n + |f|)^2.
        slopes = _safe_ratio(norms, jnp.square(norms + jnp.abs(scores)))
        # points - fixed is 0: the inner product has no value, only a derivative.
        return _divide(scores, norms) + slopes * _inner(gradients, points - fixed)

    return normalized


def _refuse_columns(scores: jax.Array, points: jax.Array) -> None:
    # [B, 1] divided by [B] would be [B, B], and its mean a number like any other.
    if jnp.shape(scores) != points.shape[:1]:
        raise UserError(
            f"the critic maps samples {points.shape} to scores {jnp.shape(scores)}, "
            "but wanted is one score a sample, [B]: take [:, 0]."
        )


def _divide(scores: jax.Array, norms: jax.Array) -> jax.Array:
    return _safe_ratio(scores, norms + jnp.abs(scores))


def _safe_ratio(numerator: jax.Array, denominator: jax.Array) -> jax.Array:
    # A critic of zeros has score and gradient 0: the quotient is 0, not NaN.
    return numerator / jnp.where(denominator > 0, denominator, 1)


def _inner(a: jax.Array, b: jax.Array) -> jax.Array:
    return jnp.sum((a * b).reshape(a.shape[0], -1), axis=1)


def _split_biases(params: Params):
    leaves, structure = jax.tree_util.tree_flatten_with_path(params)
    is_bias = [leaf_name(path[-1:]) == "bias" for path, _ in leaves]
    biases = [leaf for flag, (_, leaf) in zip(is_bias, leaves, strict=True) if flag]
    return biases, (structure, is_bias, [leaf for _, leaf in leaves])


def _join_biases(biases: list[jax.Array], rest) -> Params:
    structure, is_bias, leaves = rest
    given = iter(biases)
    joined = [
        next(given) if flag else leaf
        for flag, leaf in zip(is_bias, leaves, strict=True)
    ]
    return jax.tree_util.tree_unflatten(structure, joined)


def normalization(*, piecewise_linear: bool = False) -> Constraint:
    """Gradient normalisation as a constraint; logs the mean |f^|.

    Args:
        piecewise_linear: whether the critic is piecewise linear in its input, so that
            the exact shortcuts of this module apply.

    Returns:
        The constraint; `score_magnitude` is the mean of |f^| in [0, 1], and near 1
        the generator receives a small gradient.
    """

    def critic_scores(apply: Apply) -> Apply:
        return gradient_normalize(apply, piecewise_linear=piecewise_linear)

    def generator_scores(apply: Apply) -> Apply:
        if piecewise_linear:
            return gradient_normalize_frozen(apply)
        return gradient_normalize(apply)

    def metrics(params: Params, state: State, scores: jax.Array) -> Metrics:
        return {"score_magnitude": jnp.mean(jnp.abs(scores))}

    return Constraint(
        "gradient normalization",
        critic_scores=critic_scores,
        generator_scores=generator_scores,
        metrics=metrics,
        per_sample=True,
        broken_promise=_euler_gap if piecewise_linear else keeps_promises,
    )
