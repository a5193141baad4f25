"""1-Lipschitz by construction: networks of sorted units and orthonormal kernels.

Anil, Lucas & Grosse 2019, arXiv 1811.05381: `networks.sorting` says why. Kernels are
moved by Adam and then put back onto the orthonormal matrices by their QR factors, a
retraction: exact after every update, however large, and without a derivative through
it.
"""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax

from wgan_jax.errors import UserError
from wgan_jax.given import as_whole
from wgan_jax.networks.sorting import group_sort, orthonormal
from wgan_jax.transport.solvers.ascent import adam_with_cosine, ascend, check_fit
from wgan_jax.transport.solvers.potential import Potential, Sampler


class Layer(NamedTuple):
    """A linear layer.

    Attributes:
        kernel: [in, out], with all singular values 1.
        bias: [out].
    """

    kernel: jax.Array
    bias: jax.Array


Layers = tuple[Layer, ...]


def fit_sorted(
    sample_p: Sampler,
    sample_q: Sampler,
    key: jax.Array,
    *,
    width: int = 128,
    hidden: int = 2,
    group: int = 128,
    steps: int = 4000,
    batch: int = 512,
    rate: float = 5e-3,
) -> Potential:
    """Fits a network of sorted units to the dual of W1(P, Q): a lower bound.

    Knows nothing of the shape of the potential. Adam with betas (.9, .99) and a cosine
    rate; kernels are orthonormal after every update, and their singular values are at
    most 1 in the network returned (by SVD in float64).

    Args:
        sample_p: draws from P, where f is to be large.
        sample_q: draws from Q, where it is to be small.
        key: a PRNG key; the same key gives the same potential.
        width: units of a hidden layer, a multiple of `group`.
        hidden: hidden layers, >= 1.
        group: units that are sorted together, a power of two; 2 is MaxMin.
        steps: updates, >= 1.
        batch: samples of each side in an update, >= 1.
        rate: the first learning rate, > 0.

    Returns:
        The potential, 1-Lipschitz to float32's rounding.

    Raises:
        UserError: for a group that is no power of two or does not divide the width,
            and for numbers below 1.
    """
    _check_units(width, hidden, group)
    dim = check_fit(sample_p, sample_q, key, steps, batch, rate)
    init_key, run_key = jax.random.split(key)
    params, losses = ascend(
        _Network(group).trained,
        init_layers(init_key, (dim, *(width,) * hidden, 1)),
        *(sample_p, sample_q, run_key),
        optimizer=optax.chain(tangent_gradients(), adam_with_cosine(rate, steps)),
        steps=steps,
        batch=batch,
        project=orthonormal_layers,
    )
    return Potential(_certified(params), _Network(group).apply, losses)


def _check_units(width: int, hidden: int, group: int) -> None:
    as_whole("hidden", hidden, at_least=1)
    as_whole("width", width, at_least=2)
    as_whole("group", group, at_least=2)
    if group & (group - 1) or width % group:
        raise UserError(
            f"width is {width} and group {group}: group needs to be a power of two "
            "that divides width"
        )


class _Network(NamedTuple):
    """The network as functions; equal groups are one program for the compiler."""

    group: int

    def apply(self, params: Layers, points: jax.Array) -> jax.Array:
        return sorted_network(params, points, self.group)

    def trained(
        self, params: Layers, progress: jax.Array, points: jax.Array
    ) -> jax.Array:
        return sorted_network(params, points, self.group)


def sorted_network(params: Layers, points: jax.Array, group: int) -> jax.Array:
    """Applies the layers with sorted units between them.

    Args:
        params: the layers.
        points: [N, d].
        group: units that are sorted together.

    Returns:
        f, [N].
    """
    *hidden, last = params
    x = points
    for layer in hidden:
        x = group_sort(x @ layer.kernel + layer.bias[None], group)
    return (x @ last.kernel + last.bias[None])[:, 0]


def init_layers(key: jax.Array, widths: tuple[int, ...]) -> Layers:
    """Draws layers with orthonormal kernels and biases of 0.

    Args:
        key: a PRNG key.
        widths: of the input, the hidden layers and the output.

    Returns:
        One layer between each two widths.
    """
    keys = jax.random.split(key, len(widths) - 1)
    draw = jax.nn.initializers.orthogonal()
    return tuple(
        Layer(draw(key, (inputs, outputs)), jnp.zeros(outputs))
        for key, inputs, outputs in zip(keys, widths, widths[1:], strict=False)
    )


def orthonormal_layers(params: Layers) -> Layers:
    """Replaces every kernel by the Q of its QR factors, with singular values 1.

    Args:
        params: layers whose kernels have full rank.

    Returns:
        The layers; a kernel that is orthonormal already stays, to rounding.
    """
    return tuple(Layer(orthonormal(layer.kernel), layer.bias) for layer in params)


def tangent_gradients() -> optax.GradientTransformation:
    """Leaves of a kernel's gradient what moves along the orthonormal matrices.

    G - K sym(K^T G), for a kernel with more columns than rows with both transposed: the
    rest would only scale the kernel, which the retraction undoes, and would fill
    Adam's moments with it.

    Returns:
        A stateless transformation of `Layers`, whose update needs `params`.
    """

    def along(gradient: Layer, layer: Layer) -> Layer:
        tall = layer.kernel.shape[0] >= layer.kernel.shape[1]
        k, g = (x.kernel if tall else x.kernel.T for x in (layer, gradient))
        inner = k.T @ g
        moved = g - 0.5 * k @ (inner + inner.T)
        return Layer(moved if tall else moved.T, gradient.bias)

    def update(updates: Any, state: Any, params: Any = None):
        return tuple(map(along, updates, params)), state

    return optax.GradientTransformation(optax.identity().init, update)


def _certified(params: Layers) -> Layers:
    """Divides kernels by what their largest singular value exceeds 1 by, in float64."""

    def bounded(layer: Layer) -> Layer:
        kernel = np.asarray(layer.kernel, np.float64)
        largest = max(1.0, float(np.linalg.norm(kernel, 2)))
        return Layer(jnp.asarray((kernel / largest).astype(np.float32)), layer.bias)

    return tuple(map(bounded, params))
