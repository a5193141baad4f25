"""How noisy is the gradient of -log D?

Arjovsky and Bottou model a critic near its optimum as D* disturbed by noise: eps for D,
r for its gradient, both centred Gaussian. The generator's gradient of -log D is then
r / eps per sample, a Cauchy variable: no mean, no variance, and the mean of n of them
is as spread as one. The inter-quartile range stays 2, where a Gaussian's would fall as
1.35 / sqrt(n). Beside it the gradient of a trained critic: its variance over batches
grows as the critic improves, and so does its size.

Source: Arjovsky & Bottou 2017, arXiv 1701.04862, section 2.
"""

import functools
from pathlib import Path
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from experiments.critics import TrainedCritic
from experiments.theory.claims import Claim, Result, at_least, near, reported
from experiments.theory.lab import Segment, gradients_by_shift, rounded, segments_critic
from wgan_jax.objectives import non_saturating

AB = "Arjovsky & Bottou 2017, sec. 2"


class Settings(NamedTuple):
    """Sizes and tolerances.

    Attributes:
        ratios: r / eps drawn for the test and the quartiles.
        quartiles_within: of each quartile from -1 or 1.
        counts: n, how many ratios are averaged.
        repeats: means for each n.
        range_within: of each inter-quartile range from 2.
        steps: critic updates; checkpoints at every 50th.
        batch: samples of each side in an update, and in a gradient.
        batches: gradients whose variance is taken.
        growth: of the variance from update 50 to the end, at least.
    """

    ratios: int = 100_000
    quartiles_within: float = 0.03
    counts: tuple[int, ...] = (1, 10, 100, 1000)
    repeats: int = 4000
    range_within: float = 0.15
    steps: int = 3000
    batch: int = 512
    batches: int = 20
    growth: float = 10.0


FULL = Settings()
QUICK = Settings(20_000, 0.06, (1, 10, 100), 2000, 0.25, 500, 128)


def run(settings: Settings) -> Result:
    """The law of the ratio, its means, and a trained critic's gradients."""
    spread = {n: mean_range(n, settings.repeats) for n in settings.counts}
    means = [
        near(
            f"inter-quartile range of the mean of {n}",
            *(spread[n], 2, settings.range_within, AB),
        )
        for n in spread
    ]
    steps, variances, sizes = _trained(settings)
    growth = near_end(variances) / variances[0]
    name = "variance of the -log D gradient, end / update 50"
    claims = [*_ratio_claims(settings), *means]
    claims.append(at_least(name, growth, settings.growth, AB))
    name = "deviation over batches / size of the gradient, at the end"
    ratio = near_end(variances) ** 0.5 / near_end(sizes)
    claims.append(reported(name, ratio, "reported: no heavy tail", "measured"))
    series = {
        "counts": list(spread),
        "ranges": rounded(list(spread.values())),
        "gaussian": rounded([1.349 / n**0.5 for n in spread]),
        "steps": steps,
        "variances": rounded(variances),
        "sizes": rounded(sizes),
    }
    return Result(claims, series)


def near_end(values: list[float]) -> float:
    """The median of the last tenth of a series."""
    return float(np.median(values[-max(1, len(values) // 10) :]))


def ratios(key: int, shape: tuple[int, ...]) -> np.ndarray:
    """Ratios r / eps of independent centred Gaussians."""
    rng = np.random.default_rng(key)
    return rng.standard_normal(shape) / rng.standard_normal(shape)


def mean_range(count: int, repeats: int) -> float:
    """The inter-quartile range of the mean of `count` ratios."""
    means = ratios(count, (repeats, count)).mean(axis=1)
    low, high = np.quantile(means, (0.25, 0.75))
    return float(high - low)


def _ratio_claims(settings: Settings) -> list[Claim]:
    from scipy import stats

    values = ratios(0, (settings.ratios,))
    low, high = np.quantile(values, (0.25, 0.75))
    p_value = stats.kstest(values, "cauchy").pvalue
    name = "Kolmogorov's p-value of r / eps against Cauchy"
    return [
        at_least(name, p_value, 0.01, AB),
        near("lower quartile of r / eps", low, -1, settings.quartiles_within, AB),
        near("upper quartile of r / eps", high, 1, settings.quartiles_within, AB),
    ]


def _trained(settings: Settings) -> tuple[list[int], list[float], list[float]]:
    """Variance and norm of the mean of batch gradients, for every checkpoint."""
    trained = segments_critic(
        non_saturating(), steps=settings.steps, batch=settings.batch, every=50
    )
    gradients = jax.jit(functools.partial(_gradients, trained, settings))
    found = [np.asarray(gradients(state)) for state in trained.kept.values()]
    variances = [float(g.var(axis=0, ddof=1).sum()) for g in found]
    sizes = [float(np.linalg.norm(g.mean(axis=0))) for g in found]
    return list(trained.kept), variances, sizes


def _gradients(trained: TrainedCritic, settings: Settings, state) -> jax.Array:
    """E l'(f(y)) grad f(y), the gradient by a shift of all samples, [batches, 2]."""
    points = Segment(1.0)(jax.random.key(2), settings.batches * settings.batch)
    by_sample = gradients_by_shift(non_saturating(), trained, points, state)
    return jnp.mean(by_sample.reshape(settings.batches, settings.batch, 2), axis=1)


def draw(result: Result, path: Path) -> None:
    """The spread of the mean over n; the variance over training."""
    from wgan_jax.artifacts import style

    series = result.series
    with style.figure(path, columns=2, size=(13, 5)) as (_, (means, training)):
        counts = series["counts"]
        means.loglog(counts, series["ranges"], "-o", color=style.RED, label="r / eps")
        means.loglog(
            *(counts, series["gaussian"], "--s"), color=style.BLUE, label="Gaussian"
        )
        means.set(
            title="Averaging does not help a Cauchy variable",
            xlabel="n, samples averaged",
            ylabel="inter-quartile range of the mean",
        )
        means.legend()
        steps = series["steps"]
        training.semilogy(
            *(steps, series["variances"]), color=style.RED, label="variance"
        )
        training.semilogy(
            *(steps, np.square(series["sizes"]), "--"),
            color=style.BLUE,
            label="squared mean",
        )
        training.set(
            title="The -log D gradient of a batch, while the critic trains",
            xlabel="critic updates",
            ylabel="squared gradient by the shift",
        )
        training.legend()
