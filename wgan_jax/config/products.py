"""Options whose product the device counts in int32.

Each of them is bounded by its own declaration; this module bounds them together. It
handles plain values and knows no JAX.
"""

import math
from collections.abc import Mapping
from typing import Any

from wgan_jax.config.fields import LIMIT
from wgan_jax.errors import UserError

# What is counted -> the options that are multiplied.
_PRODUCTS = {
    "critic updates": ("steps", "n_critic"),
    "critic updates until the step sizes are 0": ("decay_steps", "n_critic"),
    "samples of one launch": ("steps_per_dispatch", "n_critic", "batch_size"),
}


def refuse_large_products(values: Mapping[str, Any]) -> None:
    """Refuses options that are too large together.

    Args:
        values: the fields of a run without blanks; None where one does not apply.

    Raises:
        UserError: naming the options, their values and their product.
    """
    for counted, names in _PRODUCTS.items():
        factors = {n: values[n] for n in names if values.get(n) is not None}
        product = math.prod(factors.values())
        if len(factors) == len(names) and product >= LIMIT:
            each = " x ".join(f"{name} {value}" for name, value in factors.items())
            raise UserError(
                f"{each} is {product} {counted}, but they have to be less than "
                f"{LIMIT}: choose a smaller {' or '.join(names)}."
            )
