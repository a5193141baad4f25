"""The layers that every network here is built of.

Parameters are named `kernel` and `bias`, by which constraints find them. This module
knows nothing of whole networks.
"""

from typing import Any

import jax
import jax.numpy as jnp
from flax import linen as nn

from wgan_jax.networks.convolution import conv, conv_input_transpose
from wgan_jax.networks.initializers import Initializer, uniform_fan_in


def product(x: jax.Array, kernel: jax.Array) -> jax.Array:
    """Multiplies `[B, in]` by `[in, features]`.

    A batch of one is taken as a vector: per-sample derivatives map over such batches,
    and an axis of one left beside the mapped axis makes XLA copy the operands of every
    kernel gradient. Measured: gp steps take 5 to 10 % less time.
    """
    if x.shape[0] == 1:
        return jnp.dot(x[0], kernel)[None]
    return jnp.dot(x, kernel)


def at_least_float32(dtype: Any) -> Any:
    """float32 for bfloat16, any other type as it is."""
    # jnp.promote_types refuses float64 where jax_numpy_dtype_promotion is "strict".
    return jnp.float32 if dtype == jnp.bfloat16 else dtype


class Parameters(nn.Module):
    """What the layers share: a kernel and a bias that start by one initializer."""

    def kernel(
        self, init: Initializer, shape: tuple[int, ...], fan_in: int
    ) -> jax.Array:
        """Creates or reads the kernel `[..., features]`."""
        return self.param("kernel", init.kernel, shape, fan_in)

    def add_bias(self, x: jax.Array, init: Initializer, fan_in: int) -> jax.Array:
        """Creates or reads the bias, and adds it to `x`, `[B, ..., features]`."""
        bias = self.param("bias", init.bias, x.shape[-1:], fan_in)
        # A bias's gradient is a sum over batch and pixels: of bfloat16 maps in float32.
        wide = at_least_float32(x.dtype)
        # With all axes, since jax_numpy_rank_promotion may be "raise", as in the tests.
        bias = bias.reshape((1,) * (x.ndim - 1) + bias.shape).astype(wide)
        return (x.astype(wide) + bias).astype(x.dtype)


class Dense(Parameters):
    """A linear layer, `x @ kernel + bias` with kernel `[in, features]`."""

    features: int
    initializer: Initializer = uniform_fan_in()
    use_bias: bool = True

    @nn.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        """Maps `[B, in]` to `[B, features]`."""
        fan_in = x.shape[-1]
        y = product(x, self.kernel(self.initializer, (fan_in, self.features), fan_in))
        return self.add_bias(y, self.initializer, fan_in) if self.use_bias else y


class Conv(Parameters):
    """A convolution with square kernel `[k, k, in, features]`, k = `window`.

    `padding` counts the zeros before and after, the same for height and width.
    """

    features: int
    window: int
    stride: int = 1
    padding: tuple[int, int] = (1, 1)
    initializer: Initializer = uniform_fan_in()
    use_bias: bool = True

    @nn.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        """Maps `[B, H, W, in]` to `[B, out_h, out_w, features]`."""
        k, inputs = self.window, x.shape[-1]
        fan_in = k * k * inputs
        kernel = self.kernel(self.initializer, (k, k, inputs, self.features), fan_in)
        y = conv(x, kernel, (self.stride, self.stride), (self.padding, self.padding))
        return self.add_bias(y, self.initializer, fan_in) if self.use_bias else y


class ConvTranspose(Parameters):
    """The transpose of a convolution that maps `size` x `size` to the input's size.

    The kernel `[k, k, features, in]` is that of the convolution it transposes.
    """

    features: int
    window: int
    size: int
    stride: int = 2
    padding: tuple[int, int] = (1, 1)
    initializer: Initializer = uniform_fan_in()
    use_bias: bool = True

    @nn.compact
    def __call__(self, y: jax.Array) -> jax.Array:
        """Maps `[B, h, w, in]` to `[B, size, size, features]`."""
        k, inputs, stride = self.window, y.shape[-1], self.stride
        # An output pixel is a sum over every stride-th row and column of the kernel.
        fan_in = max(1, k * k * inputs // stride**2)
        kernel = self.kernel(self.initializer, (k, k, self.features, inputs), fan_in)
        size, padding = (self.size, self.size), (self.padding, self.padding)
        x = conv_input_transpose(y, kernel, size, (stride, stride), padding)
        return self.add_bias(x, self.initializer, fan_in) if self.use_bias else x


def batch_norm(
    train: bool,
    axis_name: str | None = None,
    scale_init: nn.initializers.Initializer = nn.initializers.ones,
    affine: bool = True,
) -> nn.BatchNorm:
    """Batch norm with momentum .9 and epsilon 1e-5.

    Args:
        train: use (and update) the batch's statistics, else the running ones.
        axis_name: the device axis over which statistics are averaged, so that they are
            those of the global batch.
        scale_init: initialiser of the scale.
        affine: whether it has a scale and a shift of its own.

    Returns:
        The layer, to be called on `[B, ..., C]`.
    """
    # Not .8: the widely copied `BatchNorm1d(n, 0.8)` sets epsilon, and by mistake.
    return nn.BatchNorm(
        use_running_average=not train,
        momentum=0.9,
        epsilon=1e-5,
        axis_name=axis_name,
        scale_init=scale_init,
        use_scale=affine,
        use_bias=affine,
    )
