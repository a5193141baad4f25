"""How a class enters a network: conditional batch norm, projection, class input.

Dumoulin, Shlens & Kudlur 2017, "A Learned Representation for Artistic Style", arXiv
1610.07629, eq. 5: batch norm whose scale and shift belong to the sample's class,
gamma_y (x - mean) / std + beta_y, with mean and std of the whole batch. Miyato & Koyama
2018, "cGANs with Projection Discriminator", arXiv 1802.05637, eq. 3: the critic
f(x, y) = psi(phi(x)) + <v_y, phi(x)>, which is linear in phi(x) for every class. Mirza
& Osindero 2014, "Conditional Generative Adversarial Nets", arXiv 1411.1784: the class
as an input of the generator beside its latents, for generators without batch norm. A
network has any of them only where it declares `num_classes`; without, its layers are
those of `layers`.
"""

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
from flax import linen as nn

from wgan_jax.networks.initializers import Initializer
from wgan_jax.networks.layers import Dense, Parameters, batch_norm, product


class Condition(NamedTuple):
    """The classes of a batch.

    Attributes:
        labels: whole numbers from 0 to num_classes - 1, int32 [B].
        num_classes: how many classes there are.
    """

    labels: jax.Array
    num_classes: int

    def choose(self, table: jax.Array) -> jax.Array:
        """Returns the row of each label: `[num_classes, E]` to `[B, E]`."""
        # A product and no gather: the derivative of a gather adds rows in an order that
        # GPUs leave open, so that two runs would differ in their last bits.
        chosen = jax.nn.one_hot(self.labels, self.num_classes, dtype=table.dtype)
        return product(chosen, table)


def condition_on(labels: jax.Array | None, num_classes: int | None) -> Condition | None:
    """Returns the condition of a network; None where it declares no classes.

    Raises:
        ValueError: for a conditional network that is called without labels.
    """
    if num_classes is None:
        return None
    if labels is None:
        raise ValueError(
            f"this network is conditional on {num_classes} classes: give labels [B]"
        )
    return Condition(labels, num_classes)


class ConditionalBatchNorm(nn.Module):
    """Batch norm with a scale and a shift for every class, `[num_classes, C]` each."""

    train: bool
    axis_name: str | None = None
    scale_init: nn.initializers.Initializer = nn.initializers.ones

    @nn.compact
    def __call__(self, x: jax.Array, condition: Condition) -> jax.Array:
        """Maps `[B, ..., C]` to the same shape."""
        normalize = batch_norm(self.train, self.axis_name, affine=False)
        shape = (condition.num_classes, x.shape[-1])
        scale = condition.choose(self.param("scale", self.scale_init, shape))
        shift = condition.choose(self.param("bias", nn.initializers.zeros, shape))
        # [B, C] to [B, 1, ..., 1, C].
        rows = (x.shape[0], *[1] * (x.ndim - 2), x.shape[-1])
        return normalize(x) * scale.reshape(rows) + shift.reshape(rows)


def normalize_batch(
    train: bool,
    axis_name: str | None,
    condition: Condition | None,
    scale_init: nn.initializers.Initializer = nn.initializers.ones,
) -> Callable[[jax.Array], jax.Array]:
    """Batch norm as `layers.batch_norm`, conditional where there is a condition."""
    if condition is None:
        return batch_norm(train, axis_name, scale_init)
    layer = ConditionalBatchNorm(train, axis_name, scale_init)
    return lambda x: layer(x, condition)


class Projection(Parameters):
    """<v_y, phi(x)>: the part of a critic's score that knows the class.

    The vectors are one leaf `kernel` `[num_classes, E]`, by which clipping and spectral
    normalisation find them; there is no bias, so that the score stays homogeneous in
    its input and all biases together. A vector starts as the kernel of `Dense(1)`.
    """

    initializer: Initializer

    @nn.compact
    def __call__(self, features: jax.Array, condition: Condition) -> jax.Array:
        """Maps features `[B, E]` to additions to their scores, `[B]`."""
        size = features.shape[-1]
        shape = (condition.num_classes, size)
        vectors = self.kernel(self.initializer, shape, size)
        return jnp.sum(condition.choose(vectors) * features, axis=1)


def score_features(
    features: jax.Array, condition: Condition | None, initializer: Initializer
) -> jax.Array:
    """Scores a critic's last features, with the projection where there are classes.

    Called in a critic's own `__call__`: the two layers become the critic's.

    Args:
        features: [B, E].
        condition: the classes; None without.
        initializer: of both layers.

    Returns:
        Scores, [B].
    """
    scores = Dense(1, initializer)(features)[:, 0]
    if condition is not None:
        scores += Projection(initializer)(features, condition)
    return scores


class ClassInput(Parameters):
    """The classes as one-hot inputs beside others of a dense layer: its rows for them.

    To be added to the layer's output. One of the inputs is 1 and the others are 0, so
    that the fan-in is 1: a class moves a unit as far as all latents together.
    """

    features: int
    initializer: Initializer

    @nn.compact
    def __call__(self, condition: Condition) -> jax.Array:
        """Returns the row of each label's class, `[B, features]`."""
        shape = (condition.num_classes, self.features)
        return condition.choose(self.kernel(self.initializer, shape, 1))
