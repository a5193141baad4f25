"""Does LSGAN cure the vanishing gradient?

Minimax's generator loss is flat in the score where the critic is sure: its slope at
f = -10 is sigmoid(-10). That of least squares, (f - 1)^2 / 2, is f - 1 = -11: it does
not saturate in its score. But its optimal critic is D* = p / (p + q), which is itself
flat where one density is far larger, and E_q (D* - 1) grad D* vanishes with it. At the
optimum the critic's loss is (1/2) int p q / (p + q), that is (1 - a) / 4 between
U[0, 1] and U[a, 1 + a].

Source: Mao et al. 2017, arXiv 1611.04076; the optimum and the gradient are
derived.
"""

from pathlib import Path
from typing import Any, NamedTuple

import jax
import numpy as np

from experiments.critics import TrainedCritic, train_critic
from experiments.theory.claims import Claim, Result, at_most, near
from experiments.theory.lab import Interval, default_recipe, rounded, score_slopes
from experiments.theory.shift import Mixture, share, shift_gradient
from wgan_jax.objectives import least_squares, minimax, non_saturating

MAO = "Mao et al. 2017"
GAMES = {
    "minimax": minimax(),
    "non-saturating": non_saturating(),
    "least squares": least_squares(),
}


class Settings(NamedTuple):
    """Sizes and tolerances.

    Attributes:
        overlaps: the shifts a of U[a, 1 + a].
        steps: critic updates for each.
        batch: samples of each side.
        samples: fresh ones for the trained loss.
        loss_within: of the trained loss from (1 - a) / 4.
        critic_within: of the trained critic from D* where one density is 0 or both 1.
    """

    overlaps: tuple[float, ...] = (0.0, 0.25, 0.5, 0.75, 1.0)
    steps: int = 2000
    batch: int = 512
    samples: int = 20_000
    loss_within: float = 0.01
    critic_within: float = 0.05


FULL = Settings()
QUICK = Settings((0.5,), 400, 256, 5000, loss_within=0.02, critic_within=0.1)


def run(settings: Settings) -> Result:
    """Slopes by the score, the optimum between intervals, the gradient there."""
    scores = np.linspace(-10, 10, 401)  # dense: the slope is 0 at score 1
    slopes = {name: np.abs(score_slopes(g, scores)) for name, g in GAMES.items()}
    claims = [*_slope_claims(slopes)]
    series: dict[str, Any] = {
        "scores": scores,
        "slopes": {name: rounded(values) for name, values in slopes.items()},
        "shifts": settings.overlaps,
        "losses": [],
    }
    for a in settings.overlaps:
        loss, distance, curve = _trained(settings, a)
        source = "derived: (1/2) int pq/(p+q)"
        name = f"trained loss, U[0,1] and U[a,1+a], a = {a:g}"
        claims.append(near(name, loss, (1 - a) / 4, settings.loss_within, source))
        series["losses"].append(loss)
        if a == 0.5:
            name = "largest |D - p/(p+q)| at the middle of each part, a = 0.5"
            claims.append(at_most(name, distance, settings.critic_within, MAO))
            series["critic"] = curve
    shifts = [0.5, *range(1, 11)]
    gradients = [abs(optimal_gradient(float(s))) for s in shifts]
    series |= {"means": shifts, "gradients": rounded(gradients, 6)}
    claims += _saturation_claims(dict(zip(shifts, gradients, strict=True)))
    return Result(claims, series)


def optimal_gradient(shift: float) -> float:
    """LSGAN's generator gradient, N(0, 1) against N(shift, 1), at D* = p / (p + q)."""
    p, q = Mixture(), Mixture().moved(shift)
    return shift_gradient(GAMES["least squares"], share(p, q), q)


def _slope_claims(slopes: dict[str, np.ndarray]) -> list[Claim]:
    small, large = 4.5398e-5, 0.9999546  # sigmoid(-10), sigmoid(10)
    wanted = {
        "minimax": (small, large, "Goodfellow et al. 2014, eq. 1"),
        "non-saturating": (large, small, "Goodfellow et al. 2014, sec. 3"),
        "least squares": (11.0, 9.0, MAO),
    }
    return [
        near(f"{name}: |slope| at score {score}", value, target, target / 1e4, source)
        for name, (low, high, source) in wanted.items()
        for score, value, target in (
            (-10, slopes[name][0], low),
            (10, slopes[name][-1], high),
        )
    ]


def _trained(settings: Settings, a: float) -> tuple[float, float, dict[str, Any]]:
    """The trained loss, the distance from D*, and the critic over the line."""
    real, fake = Interval(0.0), Interval(a)
    trained = train_critic(
        default_recipe(least_squares(), settings.steps),
        *(real, fake, jax.random.key(0)),
        steps=settings.steps,
        batch=settings.batch,
    )
    keys = jax.random.split(jax.random.key(1))
    fresh = [
        draw(k, settings.samples) for draw, k in zip((real, fake), keys, strict=True)
    ]
    loss = least_squares().critic_loss(*map(trained.scores, fresh))
    # The middle of where p alone, both and q alone are.
    middles = np.array([[a / 2], [(1 + a) / 2], [1 + a / 2]], np.float32)
    distance = np.abs(trained.scores(middles) - np.array([1, 0.5, 0])).max()
    return float(loss), float(distance), _curve(trained, a)


def _curve(trained: TrainedCritic, a: float) -> dict[str, Any]:
    places = np.linspace(0, 1 + a, 121)
    p, q = (places <= 1) * 1.0, (places >= a) * 1.0
    found = trained.scores(places.astype(np.float32)[:, None])
    return {
        "places": rounded(places),
        "found": rounded(found),
        "optimum": rounded(p / (p + q)),
    }


def _saturation_claims(gradients: dict[float, float]) -> list[Claim]:
    targets = {1: 0.1144, 2: 0.1457, 4: 0.0485, 6: 0.00453, 8: 1.45e-4, 10: 1.65e-6}
    return [
        near(
            f"LSGAN gradient at its optimum, N(0,1) and N({s},1)",
            *(gradients[s], target, target / 100, "derived: E_q (D*-1) D*'"),
        )
        for s, target in targets.items()
    ]


def draw(result: Result, path: Path) -> None:
    """Slopes by the score, the critic at its optimum, the gradient there."""
    from wgan_jax.artifacts import style

    series = result.series
    looks = list(zip(style.COLORS, style.DASHES, strict=False))
    with style.figure(path, columns=3, size=(16, 4.6)) as (_, (score, line, far)):
        for (name, slopes), (color, dash) in zip(
            series["slopes"].items(), looks, strict=False
        ):
            score.semilogy(series["scores"], slopes, dash, color=color, label=name)
        score.set(
            title="In the score, least squares never saturates",
            xlabel="score f of a generated sample",
            ylabel="|slope of the generator's loss|",
        )
        score.set_ylim(1e-5, 1e5)
        score.legend(loc="upper center")
        if "critic" in series:
            curve = series["critic"]
            places, optimum = curve["places"], curve["optimum"]
            line.plot(places, optimum, color=style.GREY, lw=6, label="p / (p + q)")
            line.plot(places, curve["found"], color=style.GREEN, label="trained")
            line.legend()
        line.set(
            title="Its optimal critic is flat too",
            xlabel="place x, U[0, 1] against U[0.5, 1.5]",
            ylabel="critic D(x)",
        )
        far.semilogy(series["means"], series["gradients"], "-.o", color=style.GREEN)
        far.axhline(1, color=style.GREY, ls=":")
        far.text(5.2, 0.45, "gradient of W1: 1", color=style.BLACK)
        far.set(
            title="So its gradient vanishes with distance",
            xlabel="s, N(0, 1) against N(s, 1)",
            ylabel="|gradient by s| at the optimal critic",
        )
