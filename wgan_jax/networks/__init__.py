"""The networks: their names, the samples that they fit, and how to build a pair.

Importing this package is light, so that the command line can list and check names
before anything heavy is loaded: only the builders import JAX and Flax. It knows nothing
of losses, constraints or training.
"""

from wgan_jax.networks.fitting import build_networks, check_network, networks_for
from wgan_jax.networks.registry import NETWORKS
from wgan_jax.networks.row import Network, NetworkSpec

__all__ = [
    "NETWORKS",
    "Network",
    "NetworkSpec",
    "build_networks",
    "check_network",
    "networks_for",
]
