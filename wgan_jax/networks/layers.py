"""The layers that every network here is built of.

Parameters are named `kernel` and `bias`. A bias may be given per sample, `[B, C]` where
`[C]` was initialised: gradient normalisation differentiates the scores by such biases,
one row per sample, in one batched pass. This room knows nothing of whole networks.
"""

import jax
import jax.numpy as jnp
from flax import linen as nn

from wgan_jax.networks.initializers import Initializer, uniform_fan_in


def add_bias(x: jax.Array, bias: jax.Array) -> jax.Array:
    """Adds a bias over the last axis, shared or one per sample.

    Args:
        x: `[B, ..., C]`.
        bias: `[C]`, or `[B, C]` with one row per sample.

    Returns:
        `x` plus the bias, broadcast over the axes between.
    """
    batch = bias.shape[0] if bias.ndim == 2 else 1
    return x + bias.reshape((batch,) + (1,) * (x.ndim - 2) + (bias.shape[-1],))


class _Biased(nn.Module):
    """What the layers share: a kernel, and a bias whose shape is not checked."""

    def _kernel(self, rule, shape: tuple[int, ...], fan_in: int) -> jax.Array:
        return self.param("kernel", rule, shape, fan_in)

    def _add_bias(self, x: jax.Array, rule, fan_in: int) -> jax.Array:
        # `param` insists on the shape of initialisation; a per-sample bias has another.
        if self.has_variable("params", "bias"):
            return add_bias(x, self.get_variable("params", "bias"))
        return add_bias(x, self.param("bias", rule, x.shape[-1:], fan_in))


class Dense(_Biased):
    """A linear layer, `x @ kernel + bias` with kernel `[in, features]`."""

    features: int
    init: Initializer = uniform_fan_in()
    use_bias: bool = True

    @nn.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        """Maps `[B, in]` to `[B, features]`."""
        fan_in = x.shape[-1]
        y = jnp.dot(x, self._kernel(self.init.kernel, (fan_in, self.features), fan_in))
        return self._add_bias(y, self.init.bias, fan_in) if self.use_bias else y


def batch_norm(
    train: bool,
    axis_name: str | None = None,
    scale_init: nn.initializers.Initializer = nn.initializers.ones,
) -> nn.BatchNorm:
    """Batch norm with momentum .9 and epsilon 1e-5.

    Args:
        train: use (and update) the batch's statistics, else the running ones.
        axis_name: the device axis over which statistics are averaged, so that they are
            those of the global batch.
        scale_init: initialiser of the scale.

    Returns:
        The layer, to be called on `[B, ..., C]`.
    """
    return nn.BatchNorm(
        use_running_average=not train,
        momentum=0.9,
        epsilon=1e-5,
        axis_name=axis_name,
        scale_init=scale_init,
    )
