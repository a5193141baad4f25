"""The interface that every constraint fills in, and what constraints share.

A constraint acts at up to five places of an update; this module knows those places, the
random numbers that an update offers and the norm of a sample's gradient. It knows no
single constraint.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import optax

Params = Any
State = Any
Metrics = dict[str, jax.Array]
# (params, samples [B, ...]) -> scores [B]; of a conditional critic with labels [B] as a
# third argument.
Apply = Callable[..., jax.Array]


def _take_whole(array: jax.Array) -> jax.Array:
    return array


class Noise(NamedTuple):
    """The random numbers of one critic update, and which update it is.

    They are drawn for the global batch, of which this device takes its share, so that
    an update does not depend on how many devices there are.

    Attributes:
        key: a PRNG key of this update alone.
        size: how many devices share the global batch.
        share: takes this device's slice of a global array, along its first axis.
        mean: averages an array over the devices, for statistics of the global batch.
        step: generator updates made so far.
        index: which of the step's critic updates this is, from 0.
        n_critic: critic updates in a step.
        dtype: of what is drawn; None for JAX's default float.
    """

    key: jax.Array
    size: int = 1
    share: Callable[[jax.Array], jax.Array] = _take_whole
    mean: Callable[[jax.Array], jax.Array] = _take_whole
    step: jax.Array | int = 0
    index: jax.Array | int = 0
    n_critic: int = 1
    dtype: Any = None

    @property
    def update(self) -> jax.Array | int:
        """Critic updates made so far, where every step makes `n_critic` of them."""
        # Computed when it is asked for: an unasked number would be in every program.
        return self.step * self.n_critic + self.index

    def uniform(self, shape: tuple[int, ...]) -> jax.Array:
        """Draws U[0, 1): `[B / size, ...]`, one row for each sample on this device."""
        draw = jax.random.uniform(self.key, self._global(shape), self.dtype)
        return self.share(draw)

    def normal(self, shape: tuple[int, ...]) -> jax.Array:
        """Draws N(0, 1): `[B / size, ...]`, one row for each sample on this device."""
        draw = jax.random.normal(self.key, self._global(shape), self.dtype)
        return self.share(draw)

    def fold(self, data: int) -> "Noise":
        """Returns independent noise, for a second draw.

        Two draws from one `Noise` use the same key and are not independent.
        """
        return self._replace(key=jax.random.fold_in(self.key, data))

    def _global(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        # [B / size, ...] to [B, ...]. Each device draws for the whole batch and keeps a
        # slice: more drawing, but the same numbers for any number of devices.
        return (shape[0] * self.size, *shape[1:])


def score_one(
    apply: Apply, params: Params, point: jax.Array, label: jax.Array | None = None
) -> jax.Array:
    """The score of one sample, in a batch of its own: it depends on no other sample.

    Args:
        apply: the critic.
        params: its parameters.
        point: the sample, without a batch axis.
        label: its class, a scalar, where the critic is conditional.

    Returns:
        A scalar.
    """
    classes = () if label is None else (label[None],)
    return apply(params, point[None], *classes)[0]


def _no_state(params: Params, key: jax.Array) -> State:
    return ()


def _same_params(params: Params, state: State) -> tuple[Params, State]:
    return params, state


def same_scores(apply: Apply) -> Apply:
    """Leaves the critic's scores as they are."""
    return apply


def _no_metrics(params: Params, state: State, scores: jax.Array) -> Metrics:
    return {}


def keeps_promises(apply: Apply, params: Params, points: jax.Array) -> str | None:
    """Finds nothing: for constraints that assume nothing of the critic."""
    return None


class Constraint(NamedTuple):
    """What a constraint does to a critic, at the five places where it can act.

    Attributes:
        name: what errors and records call it.
        init: (params, key) -> state, what the constraint carries from step to step.
        constrain_params: (params, state) -> (params, state), before a critic update.
        critic_scores: Apply -> Apply, the critic as its own update sees it.
        generator_scores: Apply -> Apply, the critic as the generator's update sees it;
            only its derivative by the input has to be right.
        penalty: (apply, params, real, fake, noise: `Noise`) -> (scalar, metrics), added
            to the critic's loss; None when there is nothing to add. Of a conditional
            critic with the labels [B] as a sixth argument: real[i] and fake[i] are of
            the same class. It has to be a mean over samples: each device takes the
            gradient of its share of the batch, and these are averaged. Any other
            statistic of the batch is made of arrays averaged by `noise.mean`.
        projection: the last link of the critic's optimiser chain.
        metrics: (params, state, scores [2B]) -> metrics to log after a critic update.
        per_sample: whether it needs every score to depend on its own sample alone,
            which a critic with batch norm does not offer.
        per_layer: whether it bounds the critic layer by layer, which batch norm undoes.
        broken_promise: (apply, params, points [B, ...]) -> in words, an assumption of
            the constraint that this critic breaks, or None; see `check_recipe`.
    """

    name: str
    init: Callable[[Params, jax.Array], State] = _no_state
    constrain_params: Callable[[Params, State], tuple[Params, State]] = _same_params
    critic_scores: Callable[[Apply], Apply] = same_scores
    generator_scores: Callable[[Apply], Apply] = same_scores
    penalty: Callable[..., tuple[jax.Array, Metrics]] | None = None
    projection: optax.GradientTransformation = optax.identity()
    metrics: Callable[[Params, State, jax.Array], Metrics] = _no_metrics
    per_sample: bool = False
    per_layer: bool = False
    broken_promise: Callable[[Apply, Params, jax.Array], str | None] = keeps_promises


def unconstrained() -> Constraint:
    """Leaves the critic as it is: GAN, LSGAN, EBGAN.

    Returns:
        The constraint that does nothing.
    """
    return Constraint("none")


def sample_norms(arrays: jax.Array) -> jax.Array:
    """The L2 norm over all axes but the first, with a finite derivative at 0.

    Args:
        arrays: one array a sample, [B, ...].

    Returns:
        Norms [B], >= 0. Where a norm is 0 its derivative is taken as 0; the plain
        square root would give NaN there.
    """
    squares = jnp.sum(jnp.square(arrays.reshape(arrays.shape[0], -1)), axis=1)
    positive = squares != 0  # a NaN stays one
    # Both branches of a where are differentiated, and 0 times the infinite slope of
    # sqrt(0) is NaN: the inner where keeps 0 away from the root.
    return jnp.where(positive, jnp.sqrt(jnp.where(positive, squares, 1)), 0)


def leaf_name(path: tuple[Any, ...]) -> str:
    """Names a leaf of a parameter tree by its path: `Dense_0/kernel`."""
    return jax.tree_util.keystr(path, simple=True, separator="/")
