"""What does it cost to move one pile of earth onto another?

Piles 3, 2, 1, 4 become 1, 2, 4, 3, one place a shovel-step ("From GAN to WGAN", Weng
2019, arXiv 1904.08994). W1 = min over plans of sum pi_ij |x_i - x_j| is 5
shovel-steps; the independent plan p q^T and the order-reversing plan have the same
marginals and cost 13 and 19. By Kantorovich-Rubinstein the same number is max over
1-Lipschitz f of sum (p - q) f, and on the line it is sum |F - G|. Where the best plan
moves mass, f falls by exactly the distance (complementary slackness: Peyre & Cuturi
2019, arXiv 1803.00567).

The monotone plan, which keeps the order, is one of the best, but for |x - y| not the
only one: carrying a grain past another costs nothing extra, and the programme returns
whichever vertex it meets. It is the only one for (x - y)^2.
"""

from typing import Any, NamedTuple

import numpy as np

from experiments.theory.claims import Claim, Result, at_most, near, reported
from experiments.theory.plan_figure import draw as draw
from wgan_jax.transport import Plan, optimal_plan

PILES, WANTED = np.array([3.0, 2, 1, 4]), np.array([1.0, 2, 4, 3])
SOURCE = "Weng 2019; counted by hand"
DUALITY, LINE = "Peyre & Cuturi 2019", "Santambrogio 2015"


class Settings(NamedTuple):
    """Sizes.

    Attributes:
        bins: of the two mixtures on [0, 1].
    """

    bins: int


FULL = Settings(bins=32)
QUICK = Settings(bins=12)


def run(settings: Settings) -> Result:
    """Solves both problems and checks the theorems on the solutions.

    Args:
        settings: sizes.

    Returns:
        Costs of three plans for the piles; the gaps that theory says are 0 for the
        mixtures.
    """
    piles, heaps = _piles()
    mixtures, plans = _mixtures(settings.bins)
    return Result(
        [*piles, *mixtures],
        {"piles": heaps, "mixtures": plans},
    )


def independent_plan(p: np.ndarray, q: np.ndarray) -> np.ndarray:
    """The plan that sends every grain anywhere: p q^T, [n, m]."""
    return np.outer(p, q)


def reversed_plan(p: np.ndarray, q: np.ndarray) -> np.ndarray:
    """The plan that pairs the first mass of p with the last of q, [n, m].

    It is the monotone plan onto the bins of q in reverse.
    """
    return monotone_plan(p, q[::-1])[:, ::-1]


def monotone_plan(p: np.ndarray, q: np.ndarray) -> np.ndarray:
    """The plan that keeps the order: its distribution function is min(F, G), [n, m]."""
    corners = np.minimum.outer(np.cumsum(p), np.cumsum(q))
    plan = np.diff(np.diff(corners, axis=0, prepend=0), axis=1, prepend=0)
    return np.maximum(plan, 0)


def _piles() -> tuple[list[Claim], dict[str, Any]]:
    total = PILES.sum()
    p, q = PILES / total, WANTED / total
    places = np.arange(4.0)
    distances = np.abs(places[:, None] - places)
    best = optimal_plan(p, q, distances)
    plans = {
        "optimal": best.plan,
        "independent": independent_plan(p, q),
        "reversed": reversed_plan(p, q),
    }
    costs = {k: float((plan * distances).sum() * total) for k, plan in plans.items()}
    targets = {"optimal": 5.0, "independent": 13.0, "reversed": 19.0}
    claims = [
        near(f"{k} plan of the piles, shovel-steps", costs[k], want, 1e-9, SOURCE)
        for k, want in targets.items()
    ]
    heaps = {"plans": {k: plan * total for k, plan in plans.items()}, "costs": costs}
    return claims, heaps


def _mixtures(bins: int) -> tuple[list[Claim], dict[str, Any]]:
    places = (np.arange(bins) + 0.5) / bins
    p = _mixture(places, (0.15, 0.06, 0.6), (0.85, 0.06, 0.4))
    q = _mixture(places, (0.4, 0.06, 0.6), (0.65, 0.07, 0.4))
    distances = np.abs(places[:, None] - places)
    best = optimal_plan(p, q, distances)
    claims = plan_claims(best, p, q, places)
    series = {
        "places": places,
        "p": p,
        "q": q,
        "monotone": monotone_plan(p, q),
        "independent": independent_plan(p, q),
        "reversed": reversed_plan(p, q),
        "potential": best.potential_p - best.potential_p.mean(),
        "costs": {
            "optimal": best.cost,
            "independent": float((independent_plan(p, q) * distances).sum()),
            "reversed": float((reversed_plan(p, q) * distances).sum()),
        },
    }
    return claims, series


def plan_claims(
    best: Plan, p: np.ndarray, q: np.ndarray, places: np.ndarray
) -> list[Claim]:
    """What the theorems say of a plan on the line, as gaps that have to be 0.

    Args:
        best: a plan and its potentials.
        p: the first histogram, [n].
        q: the second one, [n].
        places: of the bins on the line, ascending, [n].

    Returns:
        Claims: duality, the closed form, marginals, the monotone plan, 1-Lipschitz
        potentials, complementary slackness.
    """
    distances = np.abs(places[:, None] - places)
    return [
        *_value_claims(best, p, q, places),
        *_order_claims(best, optimal_plan(p, q, distances**2), p, q, distances),
        *_potential_claims(best, distances),
    ]


def _value_claims(
    best: Plan, p: np.ndarray, q: np.ndarray, places: np.ndarray
) -> list[Claim]:
    """The programme, its dual and the closed form agree; the plan has its marginals."""
    dual = float(p @ best.potential_p + q @ best.potential_q)
    closed = float(np.abs(np.cumsum(p - q))[:-1] @ np.diff(places))
    rows, columns = best.plan.sum(1) - p, best.plan.sum(0) - q
    off = max(np.abs(rows).max(), np.abs(columns).max())
    return [
        at_most("|primal - dual|", np.abs(best.cost - dual), 1e-9, DUALITY),
        at_most("|primal - sum |F - G||", np.abs(best.cost - closed), 1e-9, LINE),
        at_most("largest error of a marginal", off, 1e-12, "definition of a plan"),
    ]


def _order_claims(
    best: Plan, square: Plan, p: np.ndarray, q: np.ndarray, distances: np.ndarray
) -> list[Claim]:
    """One best plan keeps the order; under (x - y)^2 every best plan does."""
    ordered = float((monotone_plan(p, q) * distances).sum())
    crosses = "mass that crosses other mass, cost "
    return [
        at_most(
            "|primal - cost of the monotone plan|",
            *(np.abs(best.cost - ordered), 1e-9, LINE),
        ),
        at_most(f"{crosses}(x - y)^2", crossing(square.plan), 1e-9, LINE),
        reported(
            f"{crosses}|x - y|",
            *(crossing(best.plan), "any: not the only best plan", "measured"),
        ),
    ]


def _potential_claims(best: Plan, distances: np.ndarray) -> list[Claim]:
    """The potential is 1-Lipschitz, and falls by the distance where mass is moved."""
    f = best.potential_p
    steepest = (np.abs(f[:, None] - f) - distances).max()
    slack = np.abs(f[:, None] + best.potential_q - distances)[best.plan > 1e-12].max()
    moved = "largest |f_i + g_j - |x_i - x_j|| where the plan has mass"
    return [
        at_most("largest |f_i - f_j| - |x_i - x_j|", steepest, 1e-9, DUALITY),
        at_most(moved, slack, 1e-9, DUALITY),
    ]


def crossing(plan: np.ndarray) -> float:
    """The largest mass that crosses other mass: 0 for a monotone plan.

    Args:
        plan: [n, m].

    Returns:
        The largest min(pi_ij, pi_kl) over i < k and j > l.
    """
    largest = np.zeros(plan.shape)  # of what lies below and to the left of each entry
    below = np.maximum.accumulate(plan[::-1], axis=0)[::-1]
    left = np.maximum.accumulate(below, axis=1)
    largest[:-1, 1:] = left[1:, :-1]
    return float(np.minimum(plan, largest).max())


def _mixture(places: np.ndarray, *parts: tuple[float, float, float]) -> np.ndarray:
    """A histogram of Gaussians (mean, standard deviation, weight)."""
    density = sum(w * np.exp(-(((places - m) / s) ** 2) / 2) / s for m, s, w in parts)
    return np.asarray(density / np.sum(density))
