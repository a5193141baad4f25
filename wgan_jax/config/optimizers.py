"""The optimisers by name, with the numbers that each takes.

`training.optimizers` builds them; this module knows no JAX.
"""

from wgan_jax.options import Option
from wgan_jax.variants import DCGAN

_BETA1 = Option("beta1", 0.5, "Adam's first decay", at_least=0, below=1, source=DCGAN)
_BETA2 = Option(
    *("beta2", 0.999, "Adam's or RMSprop's decay of squares"),
    at_least=0,
    below=1,
    source="Adam's default, as in Radford et al. 2015",
)

# Optimiser -> the numbers that it takes, with defaults for where no row sets them.
OPTIMIZERS: dict[str, tuple[Option, ...]] = {
    "adam": (_BETA1, _BETA2),
    # The same option as Adam's, hence one field of `Config`.
    "rmsprop": (_BETA2._replace(default=0.99, source="PyTorch's default"),),
    "sgd": (),
}
