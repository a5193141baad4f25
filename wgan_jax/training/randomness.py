"""What a network may draw while it trains: masks of dropout, noise.

A network asks Flax for its random numbers, `nn.Dropout(rate, deterministic=not train)`
or `self.make_rng("noise")`, and declares nothing. They come from the key of the update.
"""

from typing import Any

import jax
from flax.core.scope import LazyRng

Rngs = dict[str, Any] | None


def network_rngs(key: jax.Array | None, role: str, devices: int = 1) -> Rngs:
    """Makes the `rngs` that a network is applied with in an update.

    Args:
        key: of the update.
        role: `generator` or `critic`, which draw apart.
        devices: how many share the batch.

    Returns:
        Random numbers for every stream that a network may name. None, so that Flax
        refuses to draw, without a key and on several devices: Flax draws for the
        samples of one device, and an update would depend on how many there are.
    """
    if key is None or devices > 1:
        return None
    # Flax takes `params` for streams that were not given, and folds the role, the
    # module's path and the number of the draw into the key when a network draws: not an
    # operation more where none does.
    return {"params": LazyRng.create(key, role)}
