"""What `duality` claims of a gp critic, from what its updates logged.

W is the exact W1, n the norm of the critic's gradient at the interpolates, lambda the
penalty's weight. The laws are derived in `duality`.
"""

from typing import NamedTuple

from experiments.critics import TrainedCritic
from experiments.theory.claims import Claim, at_least, near

KR = "Kantorovich-Rubinstein"
DERIVED = "derived: scaling"


class Critic(NamedTuple):
    """A gp critic at the end of its training.

    Attributes:
        value: E_P f - E_Q f.
        penalised: the same less lambda E (n - 1)^2.
        scaled: 2 lambda E n (n - 1), what the value is where scaling f gains nothing.
    """

    value: float
    penalised: float
    scaled: float


def critic_values(trained: TrainedCritic, weight: float) -> Critic:
    """Means over the last tenth of the updates, when the learning rate is near 0.

    Args:
        trained: with what its updates logged.
        weight: lambda.
    """
    logged = trained.metrics
    last = max(1, len(logged["critic_loss"]) // 10)
    mean = {name: float(values[-last:].mean()) for name, values in logged.items()}
    # E n (n - 1) = E (n - 1)^2 + E n - 1.
    scaled = 2 * weight * (mean["gradient_penalty"] + mean["gradient_norm"] - 1)
    return Critic(mean["wasserstein_estimate"], -mean["critic_loss"], scaled)


def critic_claims(
    critic: Critic, exact: float, weight: float, within: float
) -> list[Claim]:
    """A gp critic's claims.

    Args:
        critic: its values.
        exact: W1.
        weight: lambda.
        within: how far it may stay below a bound, or from the law, relative.
    """
    label = f"gp, lambda = {weight:g}: "
    bound = exact + exact**2 / (4 * weight)
    low = bound * (1 - within)
    return [
        at_least(f"{label}value", critic.value, exact, KR),
        at_least(
            f"{label}less its penalty; W + W^2/(4 lambda) = {bound:.4f}",
            *(critic.penalised, low, DERIVED),
        ),
        near(
            f"{label}value, against 2 lambda E n (n - 1)",
            *(critic.value, critic.scaled, within * critic.scaled, DERIVED),
        ),
    ]
