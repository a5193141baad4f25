"""Spectral normalisation: every kernel is divided by its largest singular value.

Miyato et al. 2018, "Spectral Normalization for Generative Adversarial Networks",
arXiv 1802.05957, eq. 8 and algorithm 1: W / sigma(W), sigma = v^T W u by power
iteration, u and v held constant in the derivative. This module finds kernels in a
parameter tree by their name, so that any network can be normalised as it is.
"""

import jax
import jax.numpy as jnp

from wgan_jax.constraints.interface import (
    Constraint,
    Metrics,
    Params,
    State,
    leaf_name,
)
from wgan_jax.errors import UserError
from wgan_jax.given import as_whole


def spectral_normalize(
    kernel: jax.Array, u: jax.Array, *, steps: int = 1
) -> tuple[jax.Array, jax.Array]:
    """Divides a kernel by its spectral norm, estimated by power iteration.

    Args:
        kernel: [..., out], viewed as the matrix [-1, out].
        u: the estimate of the right singular vector so far, [out], not 0.
        steps: power iterations, >= 1.

    Returns:
        The normalised kernel (a kernel of zeros stays as it is) and the new unit vector
        u.

    Raises:
        UserError: unless steps is a whole number of at least 1.

    Example:
        >>> normalized, _ = spectral_normalize(3 * jnp.eye(2), jnp.ones(2))
        >>> bool(jnp.allclose(normalized, jnp.eye(2)))
        True
    """
    as_whole("steps", steps, at_least=1)
    normalized, new_u, _ = _normalize(kernel, u, steps)
    return normalized, new_u


def _normalize(kernel: jax.Array, u: jax.Array, steps: int):
    matrix = kernel.reshape(-1, kernel.shape[-1])  # [k, k, in, out] to [k k in, out]
    # Algorithm 1: u and v are constants, so that d sigma / d W = v u^T.
    frozen = jax.lax.stop_gradient(matrix)
    for _ in range(steps):
        v = _unit(frozen @ u)  # [k k in]
        found = v @ frozen  # [out]
        # A kernel of zeros, as some start with, keeps its vector: from 0 no iteration
        # would ever find another one.
        u = jnp.where(jnp.any(found != 0), _unit(found), u)
    # In this order the derivative v u^T comes out in the kernel's own memory layout.
    sigma = jnp.vdot(v, matrix @ u)
    # A kernel of zeros has sigma 0 and is divided by 1.
    return kernel / jnp.where(sigma > 1e-12, sigma, 1), u, sigma


def _unit(vector: jax.Array) -> jax.Array:
    # The floor keeps a kernel of zeros from making NaN; no other norm is that small.
    return vector / jnp.maximum(jnp.linalg.norm(vector), 1e-12)


def spectral(steps: int = 1) -> Constraint:
    """Spectral normalisation of every leaf named `kernel`; logs the largest sigma.

    Args:
        steps: power iterations a critic update, >= 1. The generator's update iterates
            as often from the vectors that the last critic update left, and keeps none.

    Returns:
        The constraint; its state maps each kernel's path to its u [out] and sigma. Its
        `init` raises `UserError` for a critic without kernels, or with kernels of
        several output axes.

    Raises:
        UserError: unless steps is a whole number of at least 1.
    """
    as_whole("steps", steps, at_least=1)

    def constrain(params: Params, state: State) -> tuple[Params, State]:
        new_state = {}  # filled by the map over the leaves

        def normalize_kernel(path, leaf: jax.Array) -> jax.Array:
            name = leaf_name(path)
            if name not in state:
                return leaf
            normalized, u, sigma = _normalize(leaf, state[name]["u"], steps)
            new_state[name] = jax.lax.stop_gradient({"u": u, "sigma": sigma})
            return normalized

        return jax.tree_util.tree_map_with_path(normalize_kernel, params), new_state

    return Constraint(
        "spectral",
        init=_init,
        constrain_params=constrain,
        metrics=_largest_norm,
        per_layer=True,
    )


def _init(params: Params, key: jax.Array) -> State:
    kernels = _kernels(params)
    keys = jax.random.split(key, len(kernels))
    return {
        path: {
            "u": _unit(jax.random.normal(k, w.shape[-1:], w.dtype)),
            # Replaced by the first update; a loop needs a state of one structure.
            "sigma": jnp.ones((), w.dtype),
        }
        for (path, w), k in zip(kernels.items(), keys, strict=True)
    }


def _largest_norm(params: Params, state: State, scores: jax.Array) -> Metrics:
    # The state holds sigmas before division; after it all of them are about 1.
    sigmas = jnp.stack([entry["sigma"] for entry in state.values()])
    return {"largest_spectral_norm": jnp.max(sigmas)}


def _kernels(params: Params) -> dict[str, jax.Array]:
    """Finds every kernel by its path; refuses one with several output axes."""
    leaves = jax.tree_util.tree_leaves_with_path(params)
    named = {leaf_name(path): leaf for path, leaf in leaves}
    kernels = {n: leaf for n, leaf in named.items() if n.split("/")[-1] == "kernel"}
    if not kernels:
        raise UserError(
            "spectral normalisation divides the leaves named 'kernel', and this critic "
            f"has none: its leaves are {', '.join(named)}. Name its weights 'kernel' "
            "as Flax's layers do, or choose another constraint."
        )
    for name, kernel in kernels.items():
        # Flax puts a layer's leaves side by side: Dense_0/kernel and Dense_0/bias.
        bias = named.get(f"{name.removesuffix('kernel')}bias")
        if _several_outputs(kernel, bias):
            raise UserError(
                f"spectral normalisation views a kernel as the matrix [-1, out], and "
                f"{name} {kernel.shape} has several output axes, as nn.DenseGeneral "
                "and attention make them, or three axes and no bias to tell. Use Dense "
                "layers or a bias, or another constraint."
            )
    return kernels


def _several_outputs(kernel: jax.Array, bias: jax.Array | None) -> bool:
    """Judges by the axes of the bias, which are the outputs; without one, by ndim 3."""
    return kernel.ndim == 3 if bias is None else bias.ndim > 1
