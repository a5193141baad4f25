"""What a critic's estimate says of W1 when its gradient is penalised, not bounded.

Gulrajani et al. 2017, arXiv 1704.00028, eq. 3: the critic maximises E f(x) - E f(y) -
lambda E (|grad f| - 1)^2. A slope n above 1 costs lambda (n - 1)^2 and gains, on a
segment of length W, n W: the best is n = 1 + W / (2 lambda), so that the critic reads

    n W = W + W^2 / (2 lambda).
"""

import math

from wgan_jax.given import as_number


def corrected_wasserstein1(estimate: float, penalty_weight: float) -> float:
    """W1 from the estimate E f(real) - E f(fake) of a critic under a gradient penalty.

    Exact where the optimal transport moves all mass by the same distance along parallel
    lines, as between two parallel segments, and the critic is at its optimum; the
    one-sided and the two-sided penalty give the same. Elsewhere it is an approximation:
    rays of different lengths have different slopes, and a critic that has not converged
    reads anything. For large weights it tends to the estimate itself.

    Args:
        estimate: the critic's, >= 0, in scores.
        penalty_weight: lambda > 0.

    Returns:
        W with W + W^2 / (2 lambda) = estimate, in the units of the samples.

    Raises:
        UserError: for an estimate that is negative or not finite, or a weight that is
            not above 0.

    Example:
        >>> round(corrected_wasserstein1(6.0, 0.1), 12)
        1.0
    """
    estimate = as_number("estimate", estimate, at_least=0)
    penalty_weight = as_number("penalty_weight", penalty_weight, above=0)
    # The root of W^2 / (2 lambda) + W - estimate in the form that does not cancel.
    root = math.sqrt(1 + 2 * estimate / penalty_weight)
    return 2 * estimate / (1 + root)
