"""What a run is: its options, the source of their defaults, and what is refused.

Importing this package is light: it reads registries, opens no folder, joins no host and
does not import JAX.
"""

from wgan_jax.config.config import FIELDS, Config
from wgan_jax.config.resolved import ResolvedConfig, resolve

__all__ = ["FIELDS", "Config", "ResolvedConfig", "resolve"]
