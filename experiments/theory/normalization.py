"""Is a gradient-normalised critic 1-Lipschitz?

f^ = f / (|grad f| + |f|). Inside a linear piece of a ReLU network n = |grad f| is
constant and |grad f^| = (n / (n + |f|))^2 <= 1. Across pieces n jumps, and f^ with it:
f(x) = 1 - relu(-x) + .1 relu(x) is continuous, but f^ is 1 / 2 on the left of 0 and 1 /
1.1 on its right. With a smooth activation there are no pieces; n varies everywhere and
|grad f^| is not bounded by 1 either.

Source: Wu et al. 2021, arXiv 2109.02235, whose bound is about linear pieces; the jump
is derived.
"""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from flax import linen as nn

from experiments.critics import DenseCritic, TrainedCritic, constrained, train_critic
from experiments.theory.claims import Claim, Result, at_least, at_most, near, reported
from experiments.theory.energy import BOX, Box
from experiments.theory.lab import Points, default_recipe, rounded
from experiments.theory.normalization_figure import draw as draw
from wgan_jax.constraints import gradient_normalize, input_gradient_norms
from wgan_jax.constraints.gradient_normalization import normalization
from wgan_jax.metrics.lipschitz import largest_ratios
from wgan_jax.objectives import wasserstein

WU = "Wu et al. 2021"
DERIVED = "derived"


class Settings(NamedTuple):
    """Sizes and tolerances.

    Attributes:
        widths: hidden layers of the trained critics.
        steps: their updates.
        batch: samples of each side.
        points: where gradients are taken, half of them data; pairs for ratios.
        slope_within: of a gradient's norm from its law, and above 1.
        smooth_above: the softplus critic's steepest slope, at least.
    """

    widths: tuple[int, ...] = (128, 128)
    steps: int = 3000
    batch: int = 512
    points: int = 10_000
    slope_within: float = 1e-4
    smooth_above: float = 1.0


FULL = Settings()
QUICK = Settings((32, 32), 200, 128, 1000, smooth_above=0.7)


def run(settings: Settings) -> Result:
    """The jump by hand, then trained critics of both kinds."""
    claims, exact = jump_claims()
    relu = _train(settings, nn.relu)
    points = probes(settings.points)
    slopes, law = slopes_and_law(relu, points)
    claims += slope_claims(slopes, law, settings.slope_within)
    ratios = _ratios(relu, settings.points)
    name = "trained ReLU critic: largest |f^(x)-f^(y)| / |x-y|"
    claims.append(reported(f"{name}, far pairs", ratios.far, "reported", "measured"))
    claims.append(at_least(f"{name}, close pairs", ratios.close, 1, DERIVED))
    smooth = _train(settings, nn.softplus)
    softplus, _ = slopes_and_law(smooth, points)
    name = "trained softplus critic: largest |grad f^|"
    claims.append(at_least(name, softplus.max(), settings.smooth_above, DERIVED))
    series = {"exact": exact, "line": _line(relu, smooth)}
    shares = np.linspace(0, 1, 101)
    series["quantiles"] = {
        "share": shares,
        "ReLU": rounded(np.quantile(slopes, shares)),
        "softplus": rounded(np.quantile(softplus, shares)),
    }
    return Result(claims, series)


def bent(params: dict[str, jax.Array], points: jax.Array) -> jax.Array:
    """f(x) = bias - relu(-x) + .1 relu(x) for points [N, 1], [N]."""
    return _bent(nn.relu, params, points)


def rounded_bent(params: dict[str, jax.Array], points: jax.Array) -> jax.Array:
    """The same with softplus(20 x) / 20 in place of relu(x)."""
    return _bent(lambda x: nn.softplus(20 * x) / 20, params, points)


def _bent(ramp: Any, params: dict[str, jax.Array], points: jax.Array) -> jax.Array:
    x = points[:, 0]
    return params["bias"][0] - ramp(-x) + 0.1 * ramp(x)


def jump_claims() -> tuple[list[Claim], dict[str, list[float]]]:
    """Both sides of the jump at 0, in both forms of the package, in float64."""
    claims, edge = [], 1e-9
    with jax.enable_x64(True):
        params = {"bias": jnp.ones(1)}
        for label, promise in (("general form", False), ("by Euler's identity", True)):
            scores = gradient_normalize(bent, piecewise_linear=promise)
            left, right = np.asarray(scores(params, jnp.array([[-edge], [edge]])))
            for side, found, target in (
                ("left of 0", left, 0.5),
                ("right of 0", right, 1 / 1.1),
                ("jump", right - left, 1 / 1.1 - 0.5),
            ):
                name = f"f^, {label}: {side}"
                claims.append(near(name, found, target, 1e-6, DERIVED))
        places = np.concatenate(
            [np.linspace(-2, -edge, 200), np.linspace(edge, 2, 200)]
        )
        points = jnp.asarray(places)[:, None]
        smooth = gradient_normalize(rounded_bent)
        steepest = input_gradient_norms(smooth, params, points).max()
        curves = {
            "f": bent(params, points),
            "normalised": gradient_normalize(bent)(params, points),
            "smooth": smooth(params, points),
        }
    name = "f^, softplus(20 x)/20 in place of relu(x): largest slope"
    claims.append(at_least(name, steepest, 1, DERIVED))
    named = {name: rounded(values) for name, values in curves.items()}
    return claims, {"places": rounded(places, 6)} | named


def _train(settings: Settings, activation: Any) -> TrainedCritic:
    """A critic under the general form, between ring8 and a uniform box."""
    recipe = default_recipe(
        wasserstein(),
        settings.steps,
        normalization(),
        DenseCritic(settings.widths, activation),
    )
    return train_critic(
        *(recipe, Points("ring8"), Box(), jax.random.key(0)),
        steps=settings.steps,
        batch=settings.batch,
    )


def probes(count: int) -> jax.Array:
    """Half points of ring8, half of the box, [count, 2]."""
    keys, half = jax.random.split(jax.random.key(1)), count // 2
    return jnp.concatenate(
        [Points("ring8")(keys[0], half), Box()(keys[1], count - half)]
    )


def slopes_and_law(
    trained: TrainedCritic, points: jax.Array
) -> tuple[np.ndarray, np.ndarray]:
    """The norm of grad f^, and (n / (n + |f|))^2, at points.

    Args:
        trained: a critic under gradient normalisation.
        points: [N, d].

    Returns:
        Both [N].
    """
    slopes = jnp.linalg.norm(trained.slopes(points), axis=1)
    raw = jax.grad(lambda x: trained.raw_scores(x).sum())(points)
    n = jnp.linalg.norm(raw, axis=1)
    law = jnp.square(n / (n + jnp.abs(trained.raw_scores(points))))
    return np.asarray(slopes), np.asarray(law)


def slope_claims(slopes: np.ndarray, law: np.ndarray, within: float) -> list[Claim]:
    """Claims that slopes inside the pieces follow the law and stay below 1.

    Args:
        slopes: norms of grad f^, [N].
        law: (n / (n + |f|))^2, [N].
        within: the tolerance of both.
    """
    of = f"trained ReLU critic, {len(slopes)} points"
    gap = np.abs(slopes - law).max()
    return [
        at_most(f"{of}: largest |grad f^| inside pieces", slopes.max(), 1 + within, WU),
        at_most(f"{of}: largest ||grad f^| - (n/(n+|f|))^2|", gap, within, WU),
    ]


def _ratios(trained: TrainedCritic, pairs: int):
    params, apply = constrained(trained.recipe, trained.state)
    keys = jax.random.split(jax.random.key(2))
    return largest_ratios(
        apply, params, Points("ring8")(keys[0], pairs), Box()(keys[1], pairs)
    )


def _line(relu: TrainedCritic, smooth: TrainedCritic) -> dict[str, Any]:
    """f^ of both along the first axis, which crosses two modes of ring8."""
    places = np.linspace(-BOX, BOX, 1601, dtype=np.float32)
    points = np.stack([places, np.zeros_like(places)], 1)
    found = {"ReLU": relu.scores(points), "softplus": smooth.scores(points)}
    return {"places": rounded(places)} | {k: rounded(v) for k, v in found.items()}
