"""Can a critic tell two curves apart perfectly?

Two curves in the plane that cross in a few points share no mass: a perfect critic
exists, and a network trained long enough becomes one (Arjovsky and Bottou, section 2),
however near the curves are. How long that takes is the
network's affair, and grows as they approach. With noise N(0, sigma^2 I) on both sides
the densities overlap everywhere (section 3 there): no critic is better than Bayes'
rule, whose accuracy is (1/2) int max(p, q), and the critic's loss is about JSD again.

Source: Arjovsky & Bottou 2017, arXiv 1701.04862, sections 2.1 and 3.
"""

import functools
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from experiments.critics import TrainedCritic, train_critic
from experiments.theory.claims import Claim, Result, at_least, near, reported
from experiments.theory.lab import LOG2, default_recipe, jsd_estimate, rounded
from experiments.theory.manifolds_figure import draw as draw
from wgan_jax.objectives import minimax
from wgan_jax.transport import jensen_shannon

AB = "Arjovsky & Bottou 2017, sec. 2"
NOISE = "Arjovsky & Bottou 2017, sec. 3"
SURFACE = 81  # points of an axis of the decision surface, and
BOX = 2.0  # how far it reaches


class Ellipse(NamedTuple):
    """(width cos t, height sin t), t ~ U[0, 2 pi], with Gaussian noise.

    Attributes:
        width: half of its first axis.
        height: half of its second axis.
        noise: the standard deviation in both coordinates.
    """

    width: float = 1.0
    height: float = 1.0
    noise: float = 0.0

    def __call__(self, key: jax.Array, count: int) -> jax.Array:
        """Draws [count, 2]."""
        keys = jax.random.split(key)
        t = jax.random.uniform(keys[0], (count,), maxval=2 * jnp.pi)
        points = jnp.stack([self.width * jnp.cos(t), self.height * jnp.sin(t)], 1)
        return points + self.noise * jax.random.normal(keys[1], (count, 2))

    def log_density(self, points: np.ndarray) -> np.ndarray:
        """The logarithm of its density with noise > 0 at points [N, 2], float64 [N].

        The integral over t by the trapezoidal rule: for a periodic smooth integrand
        its error is below rounding here.
        """
        t = np.arange(128) * (2 * np.pi / 128)
        x, y = np.asarray(points, np.float64).T
        squares = (x[:, None] - self.width * np.cos(t)) ** 2
        squares += (y[:, None] - self.height * np.sin(t)) ** 2
        exponents = -squares / (2 * self.noise**2)
        highest = exponents.max(axis=1)
        mean = np.exp(exponents - highest[:, None]).mean(axis=1)
        return highest + np.log(mean) - np.log(2 * np.pi * self.noise**2)


class Settings(NamedTuple):
    """Sizes and tolerances.

    Attributes:
        ellipse: width and height of the generated curve; the real one is the circle.
        near_ellipse: of one that is nearer, not judged; none without.
        noise: standard deviation of the noise.
        steps: critic updates.
        batch: samples of each side.
        every: updates between two checkpoints.
        samples: fresh ones of each side for an accuracy.
        spacing: of the quadrature's grid.
        accuracy: between the curves, at least.
        jsd: claimed between the curves, at least.
        noisy_within: of accuracy and JSD with noise from Bayes' and the exact log
            ratio's.
    """

    ellipse: tuple[float, float] = (1.3, 0.75)
    near_ellipse: tuple[float, ...] = (1.05, 0.95)
    noise: float = 0.3
    steps: int = 3000
    batch: int = 512
    every: int = 50
    samples: int = 20_000
    spacing: float = 0.02
    accuracy: float = 0.99
    jsd: float = 0.64
    noisy_within: float = 0.02


FULL = Settings()
QUICK = Settings(
    near_ellipse=(),
    steps=400,
    batch=256,
    every=100,
    samples=4000,
    spacing=0.05,
    accuracy=0.93,
    jsd=0.2,
    noisy_within=0.04,
)


class Course(NamedTuple):
    """A critic's training between two curves.

    Attributes:
        accuracies: of every checkpoint, on fresh samples, both sides alike.
        jsd: what the critic claims at the end, in nats.
        surface: sigmoid of its score, [SURFACE, SURFACE].
        samples: the fresh ones, of each side.
    """

    accuracies: dict[int, float]
    jsd: float
    surface: np.ndarray
    samples: list[jax.Array]


def run(settings: Settings) -> Result:
    """Trains critics between the curves, with and without noise."""
    circle, ellipse = Ellipse(), Ellipse(*settings.ellipse)
    clean = train_between(circle, ellipse, settings)
    p, q = (curve._replace(noise=settings.noise) for curve in (circle, ellipse))
    noisy = train_between(p, q, settings)
    last = clean.accuracies[settings.steps]
    claims = [
        at_least("curves: accuracy of the trained critic", last, settings.accuracy, AB),
        at_least(
            "curves: JSD from its loss (log 2 = .693)", clean.jsd, settings.jsd, AB
        ),
    ]
    bayes, noise_claims = _noise_claims(p, q, noisy, settings)
    claims += noise_claims
    if settings.near_ellipse:
        found = train_between(circle, Ellipse(*settings.near_ellipse), settings)
        what = "ellipse {:g} x {:g}".format(*settings.near_ellipse)
        words = "reported: {} at the optimum"
        ended = found.accuracies[settings.steps]
        claims += [
            reported(f"{what}: accuracy", ended, words.format(1), "measured"),
            reported(
                f"{what}: JSD", found.jsd, words.format(f"{LOG2:.4f}"), "measured"
            ),
        ]
    series: dict[str, Any] = {"steps": list(clean.accuracies), "bayes": bayes}
    series |= {"ellipse": settings.ellipse, "noise": settings.noise, "box": BOX}
    for name, course in (("clean", clean), ("noisy", noisy)):
        rows = [rounded(row, 3) for row in course.surface]
        accuracies = rounded(list(course.accuracies.values()), 5)
        series[name] = {"accuracies": accuracies, "surface": rows}
    return Result(claims, series)


def train_between(real: Ellipse, fake: Ellipse, settings: Settings) -> Course:
    """Trains the default critic between two curves and measures it as it trains.

    Args:
        real: what is to be scored high.
        fake: what is to be scored low.
        settings: sizes.
    """
    trained = train_critic(
        default_recipe(minimax(), settings.steps),
        *(real, fake, jax.random.key(0)),
        steps=settings.steps,
        batch=settings.batch,
        every=settings.every,
    )
    keys = jax.random.split(jax.random.key(1))
    pairs = zip((real, fake), keys, strict=True)
    fresh = [curve(key, settings.samples) for curve, key in pairs]
    scores = jax.jit(functools.partial(_scores, trained, fresh))
    found = {step: accuracy(*scores(state)) for step, state in trained.kept.items()}
    jsd = jsd_estimate(minimax(), *scores(trained.state))
    return Course(found, jsd, _surface(trained), fresh)


def _scores(trained: TrainedCritic, fresh: list[jax.Array], state: Any):
    return [trained.scores(points, state) for points in fresh]


def accuracy(real: Any, fake: Any) -> float:
    """The share of samples on the right side of 0, both sides with equal weight.

    Args:
        real: scores of real samples, [N].
        fake: scores of generated ones, [M].
    """
    return float((np.mean(np.asarray(real) > 0) + np.mean(np.asarray(fake) <= 0)) / 2)


def _surface(trained: TrainedCritic) -> np.ndarray:
    axis = np.linspace(-BOX, BOX, SURFACE, dtype=np.float32)
    points = np.stack(np.meshgrid(axis, axis), -1).reshape(-1, 2)
    scores = jax.nn.sigmoid(trained.scores(points))
    return np.asarray(scores).reshape(SURFACE, SURFACE)


def bayes_accuracy(p: Ellipse, q: Ellipse, spacing: float) -> tuple[float, float]:
    """The accuracy of Bayes' rule, and JSD, by quadrature over the plane.

    Args:
        p: one noisy curve.
        q: the other.
        spacing: of the grid.

    Returns:
        (1/2) int max(p, q), and JSD in nats.
    """
    reach = max(*p[:2], *q[:2]) + 6 * max(p.noise, q.noise)
    axis = np.arange(-reach, reach + spacing, spacing)
    points = np.stack(np.meshgrid(axis, axis), -1).reshape(-1, 2)
    cells = [np.exp(curve.log_density(points)) * spacing**2 for curve in (p, q)]
    return float(np.maximum(*cells).sum() / 2), jensen_shannon(*cells)


def _noise_claims(
    p: Ellipse, q: Ellipse, course: Course, settings: Settings
) -> tuple[float, list[Claim]]:
    bayes, exact = bayes_accuracy(p, q, settings.spacing)
    samples = [np.asarray(points) for points in course.samples]
    ratios = [p.log_density(points) - q.log_density(points) for points in samples]
    # The same estimate, of the same samples, with the optimal critic log p/q.
    sampled = jsd_estimate(minimax(), *map(jnp.float32, ratios))
    last, within = course.accuracies[settings.steps], settings.noisy_within
    return bayes, [
        near(
            "noise: accuracy of the trained critic, Bayes'", last, bayes, within, NOISE
        ),
        near("noise: JSD from its loss, log p/q's", course.jsd, sampled, within, NOISE),
        near(
            "noise: JSD by quadrature, log p/q's", exact, sampled, within, "Goodfellow"
        ),
    ]
