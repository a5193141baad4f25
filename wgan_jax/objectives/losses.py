"""What critic and generator minimise, given scores: one function a member.

This module sees scores and embeddings only: no network, no parameters, no constraint.
Throughout, r = D(x) on real samples, f = D(G(z)) on generated ones, sp is softplus and
E the mean over the batch.
"""

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp

from wgan_jax.given import as_number

Scores = jax.Array
Loss = jax.Array


class Objective(NamedTuple):
    """The two losses of a game.

    On several devices both have to be means over samples: a step averages over the
    devices what each finds on its share of a batch.

    Attributes:
        critic_loss: (real_scores [B], fake_scores [B]) -> scalar, minimised by the
            critic.
        generator_loss: fake_scores [B] -> scalar, minimised by the generator; with
            `relativistic`, (fake_scores [B], real_scores [B]) -> scalar.
        energies: whether scores are energies, low on real samples, so that the critic
            has to be an autoencoder.
        relativistic: whether the generator's loss is given the scores of real samples
            too, which costs a critic's forward pass an update. They are those of the
            last batch that the critic was shown.
    """

    critic_loss: Callable[[Scores, Scores], Loss]
    generator_loss: Callable[..., Loss]
    energies: bool = False
    relativistic: bool = False


def _cross_entropy(real_scores: Scores, fake_scores: Scores) -> Loss:
    # Not by the log of a sigmoid: in float32 log(1 - sigmoid f) is -inf from f = 17 on.
    real_loss = jnp.mean(jax.nn.softplus(-real_scores))
    return real_loss + jnp.mean(jax.nn.softplus(fake_scores))


def minimax() -> Objective:
    """The original game, one value for both (Goodfellow et al. 2014, eq. 1).

    Critic: E sp(-r) + E sp(f). Generator: E log(1 - sigmoid f) = -E sp(f), whose
    derivative by f, -sigmoid(f), vanishes where the critic is sure that samples are
    generated.

    Returns:
        The objective; scores are logits.
    """
    return Objective(
        _cross_entropy, lambda fake_scores: -jnp.mean(jax.nn.softplus(fake_scores))
    )


def non_saturating() -> Objective:
    """The game with the non-saturating generator loss (Goodfellow et al. 2014, sec. 3).

    Critic: E sp(-r) + E sp(f). Generator: E sp(-f).

    Returns:
        The objective; scores are logits.
    """
    return Objective(
        _cross_entropy, lambda fake_scores: jnp.mean(jax.nn.softplus(-fake_scores))
    )


def least_squares() -> Objective:
    """Least squares with labels 0 and 1 (Mao et al. 2017, arXiv 1611.04076, eq. 9).

    Critic: (E (r - 1)^2 + E f^2) / 2. Generator: E (f - 1)^2 / 2.

    Returns:
        The objective; scores are regressed on the labels.
    """

    def critic_loss(real_scores: Scores, fake_scores: Scores) -> Loss:
        return (jnp.mean((real_scores - 1) ** 2) + jnp.mean(fake_scores**2)) / 2

    return Objective(
        critic_loss, lambda fake_scores: jnp.mean((fake_scores - 1) ** 2) / 2
    )


def _negative_mean(fake_scores: Scores) -> Loss:
    return -jnp.mean(fake_scores)


def wasserstein() -> Objective:
    """The dual of the earth mover's distance (Arjovsky et al. 2017, arXiv 1701.07875).

    Critic: E f - E r. Generator: -E f. A lower bound on -W1 where the critic is
    1-Lipschitz; without a constraint the critic's loss has no lower end.

    Returns:
        The objective; scores are values of the Kantorovich potential.
    """

    def critic_loss(real_scores: Scores, fake_scores: Scores) -> Loss:
        return jnp.mean(fake_scores) - jnp.mean(real_scores)

    return Objective(critic_loss, _negative_mean)


def hinge() -> Objective:
    """The hinge (Lim & Ye 2017, arXiv 1705.02894; Miyato et al. 2018, eq. 16).

    Critic: E max(0, 1 - r) + E max(0, 1 + f). Generator: -E f.

    Returns:
        The objective; real scores are pushed above 1, generated ones below -1.
    """

    def critic_loss(real_scores: Scores, fake_scores: Scores) -> Loss:
        real_loss = jnp.mean(jax.nn.relu(1 - real_scores))
        return real_loss + jnp.mean(jax.nn.relu(1 + fake_scores))

    return Objective(critic_loss, _negative_mean)


def relativistic() -> Objective:
    """The relativistic pairing loss (Jolicoeur-Martineau 2018, arXiv 1807.00734).

    Critic: E sp(f - r), generator: E sp(r - f), over pairs of one real and one
    generated sample, as in R3GAN (Huang et al. 2025, arXiv 2501.05441, eq. 2). Only
    differences of scores count: a constant added to the critic changes nothing.

    Returns:
        The objective; a real score is pushed above the generated one beside it.
    """

    def critic_loss(real_scores: Scores, fake_scores: Scores) -> Loss:
        return jnp.mean(jax.nn.softplus(fake_scores - real_scores))

    def generator_loss(fake_scores: Scores, real_scores: Scores) -> Loss:
        return jnp.mean(jax.nn.softplus(real_scores - fake_scores))

    return Objective(critic_loss, generator_loss, relativistic=True)


def energy_based(margin: float) -> Objective:
    """Energies with a margin (Zhao et al. 2016, arXiv 1609.03126, eq. 1 and 2).

    Critic: E e(x) + E max(0, m - e(G(z))), the hinge taken sample by sample.
    Generator: E e(G(z)).

    Args:
        margin: m, above which a generated sample's energy is high enough; > 0.

    Returns:
        The objective; scores are energies.

    Raises:
        UserError: unless margin is finite and above 0.
    """
    as_number("margin", margin, above=0)

    def critic_loss(real_energies: Scores, fake_energies: Scores) -> Loss:
        # Sample by sample: of the mean it would ignore low energies beside high ones.
        return jnp.mean(real_energies) + jnp.mean(jax.nn.relu(margin - fake_energies))

    return Objective(critic_loss, jnp.mean, energies=True)


def pulling_away(
    embeddings: jax.Array, all_embeddings: jax.Array | None = None
) -> Loss:
    """The mean squared cosine between different samples (Zhao et al. 2016, eq. 4).

    PT = 1 / (N (N - 1)) sum_i sum_{j != i} (s_i . s_j / (|s_i| |s_j|))^2

    Args:
        embeddings: the encoder's output for generated samples, [B, E].
        all_embeddings: the embeddings of the whole batch, [N, E], where `embeddings` is
            one device's share of it; None when it is the whole batch.

    Returns:
        A scalar in [0, 1]; its mean over the shares is that of the whole batch. 0 for
        a batch of one.
    """
    everyone = embeddings if all_embeddings is None else all_embeddings
    # [B, N]. Squared below, since cosines of opposite sign would cancel.
    cosines = _directions(embeddings) @ _directions(everyone).T
    others = max(everyone.shape[0] - 1, 1)  # a batch of one has no pairs: 0 / 1
    # A sample's cosine with itself is 1, or 0 for an embedding of zeros.
    self_cosines = jnp.sum(_directions(embeddings) ** 2, axis=1) ** 2
    return jnp.mean(jnp.sum(cosines**2, axis=1) - self_cosines) / others


def _directions(embeddings: jax.Array) -> jax.Array:
    squared = jnp.sum(embeddings**2, axis=1, keepdims=True)
    # The floor, of the squared norm, makes an embedding of zeros a direction of zeros
    # and not NaN, in value and in derivative.
    return embeddings * jax.lax.rsqrt(jnp.maximum(squared, 1e-12))
