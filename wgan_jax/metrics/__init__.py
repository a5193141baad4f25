"""How good samples are, as numbers: pure functions of arrays.

This module sees arrays only. It knows no network, no training and no file.
"""

from wgan_jax.metrics.modes import mode_coverage

__all__ = ["mode_coverage"]
