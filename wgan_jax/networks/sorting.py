"""What keeps every distance between samples: sorted units, orthonormal kernels.

Anil, Lucas & Grosse 2019, "Sorting out Lipschitz function approximation", arXiv
1811.05381. Sorting the units of a group permutes them, so it keeps distances and
gradient norms; kernels with singular values 1 keep them too. Together they approximate
every 1-Lipschitz function (shown there), which ReLU with bounded kernels does not.
Pure functions, which know no layer.
"""

import jax
import jax.numpy as jnp


def group_sort(x: jax.Array, group: int) -> jax.Array:
    """Sorts units in groups, ascending, by Batcher's bitonic network.

    Comparators are elementwise maxima and minima over halves: many times faster on CPU
    than a sort with its permutation, which the derivative would need.

    Args:
        x: [N, width].
        group: a power of two that divides width; 2 is MaxMin.

    Returns:
        The sorted units, [N, width].
    """
    block = 2
    while block <= group:
        # The second half of a block reversed: first the mirrored pairs are compared.
        pairs = x.reshape(len(x), -1, 2, block // 2)
        low, high = pairs[:, :, 0], pairs[:, :, 1, ::-1]
        low, high = jnp.minimum(low, high), jnp.maximum(low, high)
        x = jnp.stack([low, high[:, :, ::-1]], 2).reshape(x.shape)
        stride = block // 4
        while stride:
            pairs = x.reshape(len(x), -1, 2, stride)
            low, high = pairs[:, :, 0], pairs[:, :, 1]
            pairs = jnp.stack([jnp.minimum(low, high), jnp.maximum(low, high)], 2)
            x = pairs.reshape(x.shape)
            stride //= 2
        block *= 2
    return x


def orthonormal(kernel: jax.Array) -> jax.Array:
    """Returns the Q of a kernel's QR factors, whose singular values are 1.

    With the diagonal of R positive it is near the kernel, so that it is a retraction
    too (Absil, Mahony & Sepulchre 2008, "Optimization Algorithms on Matrix Manifolds").

    Args:
        kernel: [in, out], of full rank.

    Returns:
        Orthonormal columns, or rows where there are fewer of these, [in, out]; a kernel
        that is orthonormal already stays, to rounding.
    """
    tall = kernel.shape[0] >= kernel.shape[1]
    q, r = jnp.linalg.qr(kernel if tall else kernel.T)
    # LAPACK leaves the signs of R's diagonal open.
    q = q * jnp.where(jnp.diagonal(r) < 0, -1.0, 1.0)[None]
    return q if tall else q.T
