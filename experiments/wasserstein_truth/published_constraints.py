"""How the published code keeps critics Lipschitz, where the package does it otherwise.

Korotin, Kolesov & Burnaev 2022, arXiv 2206.07767, and their code.
"""

from typing import Any

import jax
import optax

from wgan_jax.constraints import Constraint, clip_weights, spectral
from wgan_jax.constraints.interface import leaf_name

BOUND = 0.04


def kernels_only(params: Any) -> Any:
    """Marks the leaves that are weights and not biases: a tree of booleans."""
    return jax.tree_util.tree_map_with_path(
        lambda path, _: leaf_name(path).endswith("kernel"), params
    )


def published_clipping(limit: float = BOUND) -> Constraint:
    """Weights, not biases, clamped after every update, and so before every forward."""
    return Constraint(
        "clipped kernels", projection=optax.masked(clip_weights(limit), kernels_only)
    )


def published_spectral(steps: int) -> Constraint:
    """Spectral normalisation whose sigma is a constant in the derivative.

    So the published code has it (`Spectralnorm` in its src/models.py reads the kernel's
    `.data` for sigma): W / sigma without the term through sigma, which is what keeps an
    update from growing the largest singular value alone (Miyato et al. 2018, eq. 10).
    """
    ours = spectral(steps)

    def constrain(params: Any, state: Any) -> tuple[Any, Any]:
        _, new_state = ours.constrain_params(params, state)

        def divided(path: Any, leaf: jax.Array) -> jax.Array:
            name = leaf_name(path)
            # The state's sigma is cut off the derivative already.
            return leaf / new_state[name]["sigma"] if name in new_state else leaf

        return jax.tree_util.tree_map_with_path(divided, params), new_state

    return ours._replace(name="spectral, sigma constant", constrain_params=constrain)
