"""Funnels: u(y) = min_n (|y - a_n| + b_n), the potentials of the published benchmark.

The 28 published instances are arrays in `w1_benchmark/published.npz` under the data
folder (justkolesov/Wasserstein1Benchmark, commit 359d2b1, MIT licence); the same rule
draws others: a ~ U[-2.5, 2.5]^d, b ~ .1 N(0, 1). Rays end in closed form.
"""

from pathlib import Path
from typing import NamedTuple
from zipfile import BadZipFile

import jax
import jax.numpy as jnp
import numpy as np

from experiments.wasserstein_truth.rays import BOX, Moved, lengths, move, to_the_wall
from wgan_jax.errors import UserError

DIMENSIONS = (2, 4, 8, 16, 32, 64, 128)
COUNTS = (4, 16, 64, 256)
PUBLISHED = Path("w1_benchmark", "published.npz")
# Up to here distances are sums of squared differences: |y|^2 + |a|^2 - 2 <y, a> loses
# digits where points are near, which is often so in few dimensions.
_EXACT_DIMENSIONS = 4


class Funnels(NamedTuple):
    """An instance.

    Attributes:
        centres: a, [n, d].
        bias: b, [n].
    """

    centres: jax.Array
    bias: jax.Array


def draw_funnels(key: jax.Array, dim: int, count: int) -> Funnels:
    """Draws an instance by the published rule."""
    centre_key, bias_key = jax.random.split(key)
    centres = jax.random.uniform(centre_key, (count, dim), minval=-BOX, maxval=BOX)
    return Funnels(centres, 0.1 * jax.random.normal(bias_key, (count,)))


def published_funnels(data_dir: Path, dim: int, count: int) -> Funnels:
    """Reads a published instance.

    Raises:
        UserError: the file is not there, or has no such instance.
    """
    path = data_dir / PUBLISHED
    try:
        with np.load(path) as arrays:
            centres, bias = (
                arrays[f"{part}_{dim}_{count}"] for part in ("centres", "bias")
            )
    except (OSError, KeyError, ValueError, EOFError, BadZipFile) as error:
        raise UserError(
            f"{path} has no funnels in {dim} dimensions with {count} of them "
            f"({error!r}): name the folder that holds {PUBLISHED} by "
            "WGAN_JAX_DATA_DIR, or draw an instance with --instance drawn-0."
        ) from error
    return Funnels(jnp.asarray(centres), jnp.asarray(bias))


def height(funnels: Funnels, y: jax.Array) -> jax.Array:
    """u(y), [B]."""
    return (distances(y, funnels.centres) + funnels.bias[None]).min(1)


def move_by_funnels(funnels: Funnels, y: jax.Array) -> Moved:
    """Moves samples of Q along the rays of u, [B, d]."""
    centres, bias = funnels
    apart = distances(y, centres)
    own = jnp.argmin(apart + bias[None], axis=1)

    def reach(y: jax.Array, low: jax.Array, v: jax.Array) -> jax.Array:
        # Where |y + r v - a_k| + b_k = u(y) + r: squares cancel, r is linear.
        above = (lengths(y - low) + bias[own])[:, None] - bias[None]  # u(y) - b_k
        along = (y * v).sum(1)[:, None] - v @ centres.T  # <y - a_k, v>
        below = 2 * (above - along)
        others = jnp.arange(len(centres))[None] != own[:, None]
        safe = jnp.where(others & (below != 0), below, 1)
        r = (apart**2 - above**2) / safe
        # A negative u(y) + r - b_k is the square's other root, no meeting at all.
        valid = others & (below != 0) & (r > 0) & (r > -above)
        return jnp.minimum(to_the_wall(y, v), jnp.where(valid, r, jnp.inf).min(axis=1))

    return move(y, lambda _: centres[own], reach)


def distances(y: jax.Array, centres: jax.Array) -> jax.Array:
    """|y - a|, [B, n]."""
    if y.shape[1] <= _EXACT_DIMENSIONS:
        return lengths(y[:, None] - centres[None])
    squares = jnp.square(y).sum(1)[:, None] + jnp.square(centres).sum(1)[None]
    return jnp.sqrt(jnp.maximum(squares - 2 * y @ centres.T, 0))
