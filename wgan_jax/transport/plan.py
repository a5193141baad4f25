"""Optimal plans between histograms, by linear programming, with their dual potentials.

Kantorovich's problem: minimise sum pi_ij c_ij over plans pi >= 0 with row sums p and
column sums q. Its dual: maximise sum p_i f_i + sum q_j g_j under f_i + g_j <= c_ij
(Peyre & Cuturi 2019, "Computational Optimal Transport", arXiv 1803.00567).
Where c is a distance, g = -f and f is 1-Lipschitz: the Kantorovich-Rubinstein theorem,
whose f the critic of a Wasserstein GAN looks for.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from wgan_jax.errors import UserError
from wgan_jax.given import as_reals
from wgan_jax.transport.divergences import checked_histogram

# 1,000 x 1,000: the programme's matrix takes 32 MB, the simplex method minutes.
LARGEST = 1_000_000


class Plan(NamedTuple):
    """An optimal plan and the potentials that prove it.

    Attributes:
        plan: mass that goes from bin i to bin j, >= 0, [n, m].
        cost: sum plan * cost, in the units of the cost matrix.
        potential_p: f [n], with f[0] = 0.
        potential_q: g [m].
    """

    plan: np.ndarray
    cost: float
    potential_p: np.ndarray
    potential_q: np.ndarray


def optimal_plan(p: ArrayLike, q: ArrayLike, cost: ArrayLike) -> Plan:
    """Solves the optimal transport problem exactly, with HiGHS's simplex method.

    What holds of the result, and is tested as theorems:

    * strong duality: cost = sum p f + sum q g;
    * f_i + g_j <= c_ij, with equality wherever the plan has mass (complementary
      slackness);
    * f and g are c-transforms of each other, so that |f_i - f_k| <= max_j |c_ij -
      c_kj|: with a distance as the cost, f is 1-Lipschitz and g = -f;
    * on the line with a convex cost there is a monotone optimal plan, and for a
      strictly convex one it is the only one.

    Args:
        p: a histogram, numbers >= 0 that sum to 1, [n].
        q: a histogram, [m].
        cost: finite numbers, of any sign, [n, m], n m <= 1,000,000. A 200 x 200 problem
            takes a second.

    Returns:
        The plan; its marginals are p and q to rounding.

    Raises:
        UserError: for negative numbers, NaN, sums other than 1, wrong shapes, or too
            many bins; when HiGHS finds no solution, with its reason.

    Example:
        >>> optimal_plan([0.5, 0.5], [0.0, 1.0], [[0.0, 1.0], [1.0, 0.0]]).cost
        0.5
    """
    first, second = checked_histogram("p", p), checked_histogram("q", q)
    costs = _checked_cost(cost, len(first), len(second))
    # HiGHS's tolerances are absolute: they mean something for costs near 1.
    unit = float(np.abs(costs).max()) or 1.0
    plan, potential = _solve(first, second, costs / unit)
    plan = _with_marginals(plan, first, second)
    potential_q = c_transform(potential * unit, costs)
    potential_p = c_transform(potential_q, costs.T)
    constant = potential_p[0]
    return Plan(
        plan,
        float((plan * costs).sum()),
        potential_p - constant,
        potential_q + constant,
    )


def c_transform(potential: ArrayLike, cost: ArrayLike) -> np.ndarray:
    """The largest potential on the other side that a potential allows.

    f^c_j = min_i (c_ij - f_i). Transforming never lowers the dual value, f^ccc = f^c,
    and if c is a distance and f is 1-Lipschitz, f^c = -f.

    Args:
        potential: f, finite, [n].
        cost: c, finite, [n, m]; its transpose to transform a potential of the columns.

    Returns:
        f^c, [m].

    Raises:
        UserError: for NaN, infinity or wrong shapes.

    Example:
        >>> c_transform([0.0, 1.0], [[0.0, 1.0], [1.0, 0.0]])
        array([ 0., -1.])
    """
    given = as_reals("potential", potential, "Give finite numbers [n].")
    values = given.astype(np.float64)
    if values.ndim != 1 or not len(values) or not np.isfinite(values).all():
        raise UserError(
            f"potential has shape {values.shape}, but needs finite numbers [n], n >= 1"
        )
    costs = _checked_cost(cost, len(values), None)
    return np.min(costs - values[:, None], axis=0)


def _checked_cost(cost: ArrayLike, rows: int, columns: int | None) -> np.ndarray:
    given = as_reals("cost", cost, "Give finite numbers [n, m].")
    costs = given.astype(np.float64)
    wanted = (rows, costs.shape[-1] if columns is None and costs.ndim else columns)
    if costs.ndim != 2 or costs.shape != wanted or not costs.size:
        width = "m" if columns is None else columns
        raise UserError(f"cost has shape {costs.shape}, but needs [{rows}, {width}]")
    if not np.isfinite(costs).all():
        raise UserError("cost holds numbers that are NaN or infinite")
    if costs.size > LARGEST:
        raise UserError(
            f"cost has {costs.size:,} entries, each a variable of the linear "
            f"programme: use at most {LARGEST:,}, or `assignment` for points of equal "
            "weight"
        )
    return costs


def _solve(p: np.ndarray, q: np.ndarray, costs: np.ndarray):
    from scipy.optimize import linprog
    from scipy.sparse import eye_array, kron, vstack

    n, m = costs.shape
    # Row sums and column sums of the plan, flattened row by row.
    rows = kron(eye_array(n), np.ones((1, m)))
    columns = kron(np.ones((1, n)), eye_array(m))
    result = linprog(
        costs.ravel(),
        A_eq=vstack([rows, columns], format="csc"),
        b_eq=np.concatenate([p, q]),
        bounds=(0, None),
        method="highs-ds",
        options={
            "primal_feasibility_tolerance": 1e-10,
            "dual_feasibility_tolerance": 1e-10,
        },
    )
    if result.status != 0:
        raise UserError(f"the linear programme was not solved: {result.message}")
    return result.x.reshape(n, m), result.eqlin.marginals[:n]


def _with_marginals(plan: np.ndarray, p: np.ndarray, q: np.ndarray) -> np.ndarray:
    """Moves what the solver's tolerance left, at most 1e-10, onto the marginals.

    As Altschuler, Weed & Rigollet 2017 round, arXiv 1705.09634: rows and columns that
    are too heavy are scaled down, and the rest is spread as a product.
    """
    plan = np.maximum(plan, 0)
    if np.abs(plan.sum(1) - p).max() + np.abs(plan.sum(0) - q).max() < 1e-14:
        return plan
    plan = plan * np.minimum(1, _ratio(p, plan.sum(1)))[:, None]
    plan = plan * np.minimum(1, _ratio(q, plan.sum(0)))[None, :]
    missing_p, missing_q = p - plan.sum(1), q - plan.sum(0)
    rest = missing_p.sum()
    return plan + np.outer(missing_p, missing_q) / rest if rest > 0 else plan


def _ratio(wanted: np.ndarray, found: np.ndarray) -> np.ndarray:
    return np.divide(wanted, found, out=np.ones_like(wanted), where=found > 0)
