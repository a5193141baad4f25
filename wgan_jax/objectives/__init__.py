"""What critic and generator minimise, given scores: one function a member.

A new objective is one function in `losses` and one row in `registry`. Importing this
package is light; its functions are imported when they are first used.
"""

from typing import TYPE_CHECKING

from wgan_jax.lazy import lazy_names

if TYPE_CHECKING:
    from wgan_jax.objectives.losses import (
        Objective,
        energy_based,
        hinge,
        least_squares,
        minimax,
        non_saturating,
        pulling_away,
        relativistic,
        wasserstein,
    )

__all__ = [
    "Objective",
    "energy_based",
    "hinge",
    "least_squares",
    "minimax",
    "non_saturating",
    "pulling_away",
    "relativistic",
    "wasserstein",
]

__getattr__, __dir__ = lazy_names(__name__, {"losses": tuple(__all__)})
