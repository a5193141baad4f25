"""How Lipschitz a critic is: slopes at points, and between points.

The gradient tells the slope inside a linear piece of the network; between two points
that lie in different pieces only the ratio |f(x) - f(y)| / |x - y| does. Every figure
here is a lower bound of the Lipschitz constant: a search, not a proof.
"""

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import ArrayLike

from wgan_jax.constraints import Apply, Params, input_gradient_norms, interpolate
from wgan_jax.constraints.interface import sample_norms
from wgan_jax.errors import UserError
from wgan_jax.given import as_array, as_function, as_reals, as_whole, holds_floats
from wgan_jax.metrics.distances import map_rows
from wgan_jax.transport.checks import check_key


class GradientNorms(NamedTuple):
    """Norms of a critic's input gradient, sample by sample, in scores per unit.

    Attributes:
        real: at real samples, [N].
        fake: at generated samples, [N].
        between: at points between them, uniform on the segments, [N].
    """

    real: np.ndarray
    fake: np.ndarray
    between: np.ndarray


class LargestRatios(NamedTuple):
    """Largest |f(x) - f(y)| / |x - y| over pairs, in scores per unit.

    Attributes:
        far: over pairs of a real and a generated sample.
        close: over the short pieces that those segments were halved into; never smaller
            than `far` but for rounding.
    """

    far: float
    close: float


def gradient_norms(
    apply: Apply,
    params: Params,
    real: ArrayLike,
    fake: ArrayLike,
    key: jax.Array,
    *,
    at_once: int = 256,
    labels: ArrayLike | None = None,
) -> GradientNorms:
    """Probes the input gradient on real samples, on fakes, and between them.

    Args:
        apply: the critic, (params, [B, ...]) -> scores [B]; the normalised one, where a
            constraint normalises.
        params: its parameters.
        real: real samples, [N, ...].
        fake: generated samples, the same shape.
        key: a PRNG key; one weight a ~ U[0, 1] is drawn for every pair.
        at_once: samples whose gradients are in memory together, >= 1.
        labels: the classes of real[i] and fake[i], [N], of a conditional critic, which
            takes them as a third argument.

    Returns:
        Three arrays of norms over all axes but the first.

    Raises:
        UserError: for NaN, infinity, empty sets, or different shapes.
    """
    as_function("apply", apply, _APPLY)
    x, y = _checked_samples(real, fake)
    check_key(key)
    classes = _checked_labels(labels, len(x))
    norms = _norms(apply, params, x, y, key, classes, _clamped(at_once, len(x)))
    return GradientNorms(*map(np.asarray, norms))


def largest_ratios(
    apply: Apply,
    params: Params,
    real: ArrayLike,
    fake: ArrayLike,
    *,
    halvings: int = 10,
    at_once: int = 256,
    labels: ArrayLike | None = None,
) -> LargestRatios:
    """Searches for the steepest pair of points, across linear pieces too.

    Each segment from real[i] to fake[i] is halved again and again, and the steeper half
    kept: of two halves one is at least as steep as the whole (the mediant inequality),
    so that the ratio can only grow. At a jump, which gradient normalisation has where
    linear pieces meet, it doubles with each halving; no gradient shows that.

    Args:
        apply: the critic, (params, [B, ...]) -> scores [B].
        params: its parameters.
        real: real samples, [N, ...].
        fake: generated samples, the same shape; pairs of equal points are left out.
        halvings: h >= 0; close pairs are |real - fake| / 2^h apart. Beyond about 10 the
            difference of two float32 scores is mostly rounding.
        at_once: pairs in memory together, >= 1.
        labels: as `gradient_norms`.

    Returns:
        The largest ratio over the far and over the close pairs.

    Raises:
        UserError: for NaN, infinity, empty sets, different shapes, halvings < 0, or
            when every pair is of equal points.

    Example:
        >>> critic = lambda params, points: jnp.maximum(points[:, 0], 0)
        >>> largest_ratios(critic, None, [[2.0]], [[-2.0]])
        LargestRatios(far=0.5, close=1.0)
    """
    as_function("apply", apply, _APPLY)
    halvings = as_whole("halvings", halvings, below=1000)
    x, y = _checked_samples(real, fake)
    if (x == y).all():
        raise UserError("real and fake are equal, pair by pair: no ratio is defined")
    classes, most = _checked_labels(labels, len(x)), _clamped(at_once, len(x))
    far, close = _ratios(apply, params, x, y, halvings, classes, most)
    return LargestRatios(float(np.max(far)), float(np.max(close)))


def _checked_samples(real: ArrayLike, fake: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    wanted = "Give samples [N, ...]."
    x, y = as_reals("real", real, wanted), as_reals("fake", fake, wanted)
    if x.shape != y.shape or x.ndim < 2 or not x.size:
        raise UserError(
            f"real has shape {x.shape}, fake {y.shape}: need the same [N, ...], N >= 1"
        )
    with np.errstate(over="ignore"):
        x, y = x.astype(np.float32), y.astype(np.float32)  # critics are float32
    for name, array in (("real", x), ("fake", y)):
        if not np.isfinite(array).all():
            raise UserError(f"{name} holds numbers that are NaN or infinite in float32")
    return x, y


_APPLY = "the critic, (params, samples [B, ...]) -> scores [B]"


def _scores_of(apply: Apply) -> Apply:
    """The critic, whose scores are looked at while it is traced: that costs nothing."""

    def scores(params: Params, points: jax.Array, *labels: jax.Array) -> jax.Array:
        found = apply(params, points, *labels)
        if getattr(found, "shape", None) != (len(points),) or not holds_floats(found):
            kind = getattr(found, "shape", type(found).__name__)
            raise UserError(
                f"apply maps {len(points)} samples to {kind}, but has to be a "
                f"function: {_APPLY}, floats"
            )
        return found

    return scores


def _checked_labels(labels: ArrayLike | None, count: int) -> tuple[jax.Array, ...]:
    if labels is None:
        return ()
    found = as_array("labels", labels, f"Give whole numbers [{count}], or None.")
    if found.dtype.kind not in "iu" or found.shape != (count,):
        raise UserError(
            f"labels are {found.dtype} {list(found.shape)}: give whole numbers "
            f"[{count}], or None."
        )
    return (jnp.asarray(found),)


def _clamped(at_once: int, count: int) -> int:
    return min(as_whole("at_once", at_once, at_least=1), count)


@partial(jax.jit, static_argnames=("apply", "at_once"))
def _norms(
    apply: Apply,
    params: Params,
    real: jax.Array,
    fake: jax.Array,
    key: jax.Array,
    labels: tuple[jax.Array, ...],
    at_once: int,
) -> list[jax.Array]:
    weights = jax.random.uniform(key, real.shape[:1], real.dtype)
    score = _scores_of(apply)

    def probe(rows: tuple[jax.Array, ...]) -> jax.Array:
        return input_gradient_norms(score, params, *rows)

    places = real, fake, interpolate(real, fake, weights)
    return [map_rows(probe, (points, *labels), at_once) for points in places]


@partial(jax.jit, static_argnames=("apply", "halvings", "at_once"))
def _ratios(
    apply: Apply,
    params: Params,
    real: jax.Array,
    fake: jax.Array,
    halvings: int,
    labels: tuple[jax.Array, ...],
    at_once: int,
) -> tuple[jax.Array, jax.Array]:
    apply = _scores_of(apply)

    def search(rows: tuple[jax.Array, ...]) -> tuple[jax.Array, jax.Array]:
        start, end, *classes = rows

        def score(points: jax.Array) -> jax.Array:
            return apply(params, points, *classes)

        ends = start, end, score(start), score(end)
        halved = jax.lax.fori_loop(0, halvings, partial(_halve, score), ends)
        return _ratio(*ends), _ratio(*halved)

    return map_rows(search, (real, fake, *labels), at_once)


def _ratio(x: jax.Array, y: jax.Array, of_x: jax.Array, of_y: jax.Array) -> jax.Array:
    # Measured on the points as they are rounded, not as halves of the segment.
    lengths = sample_norms(x - y)
    safe = jnp.where(lengths > 0, lengths, 1)  # 0 for equal points
    return jnp.where(lengths > 0, jnp.abs(of_x - of_y) / safe, 0)


def _halve(score, _: int, ends: tuple[jax.Array, ...]) -> tuple[jax.Array, ...]:
    """Keeps the steeper half of every segment; `ends` are points and their scores."""
    x, y, of_x, of_y = ends
    middle = x + (y - x) / 2
    of_middle = score(middle)
    first = _ratio(x, middle, of_x, of_middle) >= _ratio(middle, y, of_middle, of_y)
    wide = first.reshape(-1, *[1] * (x.ndim - 1))
    points = jnp.where(wide, x, middle), jnp.where(wide, middle, y)
    scores = jnp.where(first, of_x, of_middle), jnp.where(first, of_middle, of_y)
    return *points, *scores
