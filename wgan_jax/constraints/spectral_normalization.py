"""Spectral normalisation: every kernel is divided by its largest singular value.

Miyato et al. 2018, "Spectral Normalization for Generative Adversarial Networks",
arXiv 1802.05957, eq. 8 and algorithm 1: W / sigma(W), sigma = v^T W u by power
iteration, u and v held constant in the derivative. It sees parameter trees and finds
the kernels in them by their name, so that any network can be normalised without a
change to it.
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
        ValueError: unless steps >= 1.
    """
    normalized, new_u, _ = _normalize(kernel, u, steps)
    return normalized, new_u


def _normalize(kernel: jax.Array, u: jax.Array, steps: int):
    if steps < 1:
        raise ValueError(f"steps is {steps}, but needs to be at least 1")
    matrix = kernel.reshape(-1, kernel.shape[-1])
    frozen = jax.lax.stop_gradient(matrix)
    for _ in range(steps):
        v = _unit(frozen @ u)
        u = _unit(v @ frozen)
    # In this order the derivative, v u^T, comes out the way the kernel lies in memory.
    sigma = jnp.vdot(v, matrix @ u)
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
    """

    def init(params: Params, key: jax.Array) -> State:
        kernels = _kernels(params)
        keys = jax.random.split(key, len(kernels))
        return {
            path: {
                "u": _unit(jax.random.normal(k, w.shape[-1:], w.dtype)),
                "sigma": jnp.ones((), w.dtype),
            }
            for (path, w), k in zip(kernels.items(), keys, strict=True)
        }

    def constrain(params: Params, state: State) -> tuple[Params, State]:
        new_state = {}

        def one(path, leaf: jax.Array) -> jax.Array:
            name = leaf_name(path)
            if name not in state:
                return leaf
            normalized, u, sigma = _normalize(leaf, state[name]["u"], steps)
            new_state[name] = jax.lax.stop_gradient({"u": u, "sigma": sigma})
            return normalized

        return jax.tree_util.tree_map_with_path(one, params), new_state

    def metrics(params: Params, state: State, scores: jax.Array) -> Metrics:
        sigmas = jnp.stack([entry["sigma"] for entry in state.values()])
        return {"largest_spectral_norm": jnp.max(sigmas)}

    return Constraint(
        "spectral",
        init=init,
        constrain_params=constrain,
        metrics=metrics,
        per_layer=True,
    )


def _kernels(params: Params) -> dict[str, jax.Array]:
    """Finds every kernel by its path, and refuses what is no matrix [-1, out]."""
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
        bias = named.get(f"{name.removesuffix('kernel')}bias")
        if _several_outputs(kernel, bias):
            raise UserError(
                f"spectral normalisation views a kernel as the matrix [-1, out], and "
                f"{name} {kernel.shape} has several output axes, as nn.DenseGeneral "
                "and attention make them. Use Dense layers, or another constraint."
            )
    return kernels


def _several_outputs(kernel: jax.Array, bias: jax.Array | None) -> bool:
    """Tells by the bias, which has the output axes; without one, by three axes."""
    return kernel.ndim == 3 if bias is None else bias.ndim > 1
