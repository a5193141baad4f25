"""What a run is: its options, where their values come from, what cannot be.

Importing this package is light: it reads registries and words, opens no folder, joins
no host and knows no JAX.
"""

from wgan_jax.config.config import FIELDS, Config, ResolvedConfig, resolve

__all__ = ["FIELDS", "Config", "ResolvedConfig", "resolve"]
