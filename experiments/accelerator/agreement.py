"""Whether gradients at a precision point where those of float32 do.

Compared are the gradients of both losses before an optimiser sees them: Adam divides a
gradient by its size, and would hide an error of scale.
"""

from collections.abc import Iterator
from typing import Any

import jax
import numpy as np

from experiments.accelerator.checks import Check, product
from experiments.accelerator.games import Game, make_game
from wgan_jax.constraints import Noise
from wgan_jax.training.losses import critic_loss, generator_loss
from wgan_jax.training.passes import generate
from wgan_jax.training.precision import at_precision
from wgan_jax.variants import VARIANTS

# Smallest cosine to float32's gradient: of the critic, of the generator. The MLP's
# generator, and any behind a critic with batch norm, has a lower one: batch norm's
# derivative takes out what all samples of a batch share, at first most of it, and
# leaves its round-off. (So it is with products of rounded factors and exact sums, with
# batch norm and the activation after it in float32, and with the last layer in float32;
# a generator all in float32 comes above .999 behind a critic in bfloat16.)
LEAST = {"float32": (1 - 1e-6, 1 - 1e-5), "tf32": (0.9999, 0.999)}
LEAST_ROUNDED = {"mlp": (0.999, 0.997), "dcgan": (0.999, 0.999), "resnet": (0.99, 0.99)}


BEHIND_BATCH_NORM = 0.997


def least_cosines(
    network: str, precision: str, *, critic_batch_norm: bool = False
) -> tuple[float, float]:
    """The smallest cosines to float32's gradients that pass: critic, generator."""
    if precision != "bf16":
        return LEAST[precision]
    critic, generator = LEAST_ROUNDED[network]
    return critic, min(generator, BEHIND_BATCH_NORM) if critic_batch_norm else generator


def gradients(game: Game, precision: str | None, device: Any = None) -> list[Any]:
    """The gradients of both losses by the parameters of their network.

    Args:
        game: the game.
        precision: `float32`, `tf32`, `bf16`; None for JAX's own on this device.
        device: where to compute; None for the default device.

    Returns:
        Two float64 vectors: the critic's, the generator's.
    """
    recipe = game.recipe._replace(precision=precision)

    def both(state: Any, real: jax.Array, latents: jax.Array) -> Any:
        fake = generate(recipe, state.generator, latents)[0]
        noise = Noise(jax.random.key(3))

        def of_critic(params: Any) -> jax.Array:
            return critic_loss(recipe, state, params, real, fake, noise)[0]

        def of_generator(params: Any) -> jax.Array:
            return generator_loss(recipe, state, params, latents, real=real)[0]

        critic, generator = state.critic.params, state.generator.params
        return jax.grad(of_critic)(critic), jax.grad(of_generator)(generator)

    arguments = jax.device_put((game.state, game.real, game.latents), device)
    return [
        _vector(tree) for tree in jax.jit(at_precision(precision, both))(*arguments)
    ]


def _vector(tree: Any) -> np.ndarray:
    leaves = jax.tree.leaves(jax.device_get(tree))
    return np.concatenate([np.asarray(leaf, np.float64).ravel() for leaf in leaves])


def cosine(a: np.ndarray, b: np.ndarray) -> float:
    """The cosine of the angle between two vectors."""
    return float(a @ b / (np.linalg.norm(a) * np.linalg.norm(b)))


def check(variants: list[str], networks: list[str]) -> Iterator[Check]:
    """Compares the gradients here at each precision with those of a CPU in float32."""
    cpu = jax.devices("cpu")[0]
    usual = ("mlp", "toy", "dcgan")
    for variant, network in product(variants, networks, VARIANTS, usual):
        game = make_game(variant, network)
        normalized = bool(game.state.critic.stats)
        with jax.default_device(cpu):
            exact = gradients(game, None, cpu)
        for precision in ("float32", "tf32", *(["bf16"] if network != "toy" else [])):
            other = gradients(game, precision)
            found = [cosine(*pair) for pair in zip(exact, other, strict=True)]
            least = least_cosines(network, precision, critic_batch_norm=normalized)
            good = all(a > b for a, b in zip(found, least, strict=True))
            told = ", ".join(f"1 - {1 - c:.1e}" for c in found)
            yield Check(good, f"{network}/{variant} {precision}: cosines {told}")
