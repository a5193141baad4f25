"""The loop that both solvers share: stochastic ascent of E_P f - E_Q f, compiled.

It knows no family: a potential is a function of parameters, the update's number and
points, and what keeps the parameters in the family is a projection after each update.
"""

import functools
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import optax

from wgan_jax.errors import UserError
from wgan_jax.given import as_function, as_number, as_whole, holds_floats
from wgan_jax.transport.checks import check_key
from wgan_jax.transport.solvers.potential import PRODUCTS, Sampler

# (params, progress in [0, 1], points [B, d]) -> f [B].
Trained = Callable[[Any, jax.Array, jax.Array], jax.Array]
Projection = Callable[[Any], Any]

_DRAWN = 3  # points that a sampler is asked for, shapes alone
_CHUNK = 500  # updates in one compiled loop: a key press is heard between two


def check_fit(
    sample_p: Any, sample_q: Any, key: Any, steps: Any, batch: Any, rate: Any
) -> int:
    """Refuses what nothing can be fitted to.

    Returns:
        The dimension d of the points.

    Raises:
        UserError: unless both samplers draw floats [count, d] of one d, key is a PRNG
            key, steps and batch are at least 1 and rate is above 0.
    """
    as_whole("steps", steps, at_least=1)
    as_whole("batch", batch, at_least=1)
    as_number("rate", rate, above=0)
    check_key(key)
    dims = []
    for name, sampler in (("sample_p", sample_p), ("sample_q", sample_q)):
        as_function(name, sampler, "(key, how many) -> points [count, d]")
        drawn = jax.eval_shape(lambda k, draw=sampler: draw(k, _DRAWN), key)
        shape = getattr(drawn, "shape", ())
        if len(shape) != 2 or shape[0] != _DRAWN or not holds_floats(drawn):
            kind = f"{drawn.dtype} {shape}" if shape else type(drawn).__name__
            raise UserError(
                f"{name}(key, {_DRAWN}) draws {kind}, but has to draw floats "
                f"[{_DRAWN}, d]"
            )
        dims.append(shape[1])
    if dims[0] != dims[1]:
        raise UserError(
            f"sample_p draws points of dimension {dims[0]} and sample_q of {dims[1]}: "
            "need the same d"
        )
    return dims[0]


def adam_with_cosine(rate: float, steps: int) -> optax.GradientTransformation:
    """Adam with betas (.9, .99) whose rate falls to 0 by a cosine over all steps."""
    return optax.adam(optax.cosine_decay_schedule(rate, steps), 0.9, 0.99)


def ascend(
    trained: Trained,
    params: Any,
    sample_p: Sampler,
    sample_q: Sampler,
    key: jax.Array,
    *,
    optimizer: optax.GradientTransformation,
    steps: int,
    batch: int,
    project: Projection,
) -> tuple[Any, jax.Array]:
    """Maximises E_P f - E_Q f by the parameters of f, on fresh batches.

    Args:
        trained: f as it is trained.
        params: where to start; left as they are.
        sample_p: draws what f is to be large on.
        sample_q: draws what it is to be small on.
        key: a PRNG key; the same key gives the same parameters.
        optimizer: of the parameters.
        steps: updates, >= 1.
        batch: samples of each side in an update.
        project: moves parameters back into the family after an update.

    Returns:
        The parameters, and the loss E_Q f - E_P f before every update, [steps].
    """
    fixed = trained, sample_p, sample_q, optimizer, project
    state, losses = (params, optimizer.init(params)), []
    for first in range(0, steps, _CHUNK):
        length = min(_CHUNK, steps - first)
        state, part = _chunk(fixed, batch, length, state, key, first, steps)
        losses.append(part)
    return state[0], jnp.concatenate(losses)


@functools.partial(jax.jit, static_argnums=(0, 1, 2))
def _chunk(fixed, batch: int, length: int, state, key: jax.Array, first, steps):
    trained, sample_p, sample_q, optimizer, project = fixed

    def update(state, step: jax.Array):
        params, moments = state
        key_p, key_q = jax.random.split(jax.random.fold_in(key, step))
        points = sample_p(key_p, batch), sample_q(key_q, batch)
        progress = step.astype(jnp.float32) / steps

        def loss(params: Any) -> jax.Array:
            # One pass over both sides: half the dispatches of two.
            scores = trained(params, progress, jnp.concatenate(points))
            return scores[batch:].mean() - scores[:batch].mean()

        value, gradients = jax.value_and_grad(loss)(params)
        # optax's Adam raises floats to integer powers: refused by a strict program.
        with jax.numpy_dtype_promotion("standard"):
            updates, moments = optimizer.update(gradients, moments, params)
        return (project(optax.apply_updates(params, updates)), moments), value

    with jax.default_matmul_precision(PRODUCTS):
        return jax.lax.scan(update, state, first + jnp.arange(length))
