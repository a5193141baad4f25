"""The convolution engine: three primitives that are closed under differentiation.

`primitives` defines the maps with their derivatives and batching rules, `forms` carries
them out in the way that is fast on the platform, `winograd` with fewer multiplications,
and `geometry` holds shapes and the operands as matrices. It knows no modules and no
parameters.
"""

from wgan_jax.networks.convolution.primitives import conv, conv_input_transpose

__all__ = ["conv", "conv_input_transpose"]
