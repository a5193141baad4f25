"""The exact part of `vanishing`: gradients and identities at the optimum.

By quadrature; nothing is trained here. Sources as in `vanishing`.
"""

import jax
import numpy as np

from experiments.theory.claims import Claim, at_most, near
from experiments.theory.least_squares import optimal_gradient
from experiments.theory.shift import (
    Mixture,
    grid,
    histogram,
    log_ratio,
    shift_derivative,
    shift_gradient,
)
from wgan_jax.objectives import minimax, non_saturating, wasserstein
from wgan_jax.transport import jensen_shannon, kullback_leibler

IDENTITY = "Arjovsky & Bottou 2017, sec. 2"
GAMES = {"minimax": minimax(), "-log D": non_saturating()}
WASSERSTEIN = wasserstein()
STANDARD = Mixture()
# s -> JSD and the gradients by s at the optimal critic.
TABLE = {
    1: {"JSD": 0.111421, "minimax": 0.3980, "-log D": 0.6020, "LSGAN": 0.1144},
    2: {"JSD": 0.336831, "minimax": 0.4496, "-log D": 1.5504, "LSGAN": 0.1457},
    4: {"JSD": 0.632720, "minimax": 0.1372, "-log D": 3.8628, "LSGAN": 0.0485},
    6: {"JSD": 0.689298, "minimax": 0.01245, "-log D": 5.9875, "LSGAN": 0.00453},
    8: {"JSD": 0.693054, "minimax": 3.93e-4, "-log D": 7.9996, "LSGAN": 1.45e-4},
    10: {"JSD": 0.693146, "minimax": 4.46e-6, "-log D": 10.0, "LSGAN": 1.65e-6},
}
# Pairs of mixtures for the identities, beside the shifted normals.
TWO = Mixture((0.3, 0.7), (-1.0, 2.0), (0.5, 1.0))
OTHER = Mixture((0.5, 0.5), (0.5, 3.0), (1.0, 0.8))
MIXTURES = [(TWO, OTHER), (OTHER, TWO), (TWO, TWO.moved(1.5)), (OTHER, STANDARD)]


def exact_gradients(shifts: list[float]) -> dict[str, list[float]]:
    """Gradients by s, N(0, 1) against N(s, 1), each game's critic at its optimum.

    Args:
        shifts: s > 0.

    Returns:
        "s", "JSD" in nats, and the gradients by name, each in the order of the shifts.
    """
    found: dict[str, list[float]] = {"s": list(shifts)}
    for s in shifts:
        q = STANDARD.moved(s)
        places = grid(STANDARD, q)
        sides = histogram(STANDARD, places), histogram(q, places)
        row = {"JSD": jensen_shannon(*sides)} | {
            name: shift_gradient(game, log_ratio(STANDARD, q), q)
            for name, game in GAMES.items()
        }
        row["LSGAN"] = optimal_gradient(s)
        row["W1"] = shift_gradient(WASSERSTEIN, shift_potential, q)
        for name, value in row.items():
            found.setdefault(name, []).append(value)
    return found


def shift_potential(x: jax.Array) -> jax.Array:
    """-x, the Kantorovich potential of a shift to the right."""
    return -x


def table_claims(exact: dict[str, list[float]]) -> list[Claim]:
    """Claims that the table holds within 1 %, and that W1's gradient is 1."""
    sources = {"JSD": "table", "minimax": "2 dJSD/ds", "-log D": IDENTITY}
    claims = []
    for s, row in TABLE.items():
        at = exact["s"].index(s)
        for name, target in row.items():
            label = "JSD" if name == "JSD" else f"gradient of {name}"
            found, source = (
                exact[name][at],
                sources.get(name, "derived: E_q (D*-1) D*'"),
            )
            claims.append(
                near(f"{label}, s = {s}", found, target, target / 100, source)
            )
    error = np.abs(np.asarray(exact["W1"]) - 1).max()
    claims.append(at_most("largest |W1 gradient - 1|", error, 1e-9, "W1 = s"))
    return claims


def identity_claims() -> list[Claim]:
    """Claims of both identities, over shifted normals and mixtures."""
    pairs = [(STANDARD, STANDARD.moved(s)) for s in TABLE] + MIXTURES
    gaps = np.array([identity_gaps(p, q) for p, q in pairs])
    first, second = np.abs(gaps).max(axis=0)
    cases = f"{len(pairs)} pairs, {len(MIXTURES)} of mixtures"
    return [
        at_most(f"largest |minimax - 2 JSD'|, {cases}", first, 1e-5, "Goodfellow 2014"),
        at_most(f"largest |-log D - (KL' - 2 JSD')|, {cases}", second, 1e-5, IDENTITY),
    ]


def identity_gaps(p: Mixture, q: Mixture) -> tuple[float, float]:
    """Left less right side of both identities, where q moves and p stays."""
    jsd = 2 * shift_derivative(jensen_shannon, p, q)
    kl = shift_derivative(kullback_leibler, p, q)
    first, second = (shift_gradient(g, log_ratio(p, q), q) for g in GAMES.values())
    return first - jsd, second - (kl - jsd)
