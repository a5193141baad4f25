"""Which members find every mode of a mixture, at equal steps?

All members play on ring8 (8 Gaussians) and grid25 (25), several seeds each, with their
papers' presets but for the batch. Generated samples are counted by mode: a mode is
reached when it is the nearest of a good sample, one within three standard deviations,
or of good samples that are 1 % of all. Even real samples are good in 1 - e^-4.5 = .9889
of all cases, and their W1 to other real ones is not 0: both stand beside the numbers.

Nothing is asked of minimax, nor of any other member: the table is a measurement. What
has to hold are the ceilings of the measures, and that the family is not all alike.

Source: Srivastava et al. 2017, arXiv 1705.07761, section 4.1 (the measures); Gulrajani
et al. 2017, arXiv 1704.00028, section 5 (the mixtures).
"""

import functools
import math
from typing import NamedTuple

import numpy as np

from experiments.games import generate, make_game, play, side_by_side
from experiments.theory.claims import Claim, Result, at_least, near, reported
from experiments.theory.lab import rounded
from experiments.theory.mode_collapse_figure import draw as draw
from wgan_jax.data import load
from wgan_jax.metrics import exact_wasserstein1, mode_coverage

CEILING = 1 - math.exp(-4.5)  # of a Gaussian in the plane, within 3 std
VEEGAN = "Srivastava et al. 2017, sec. 4.1"
MEMBERS = ("gan", "nsgan", "lsgan", "wgan", "gp", "lp", "sn", "gn", "ebgan")
MEASURES = ("modes", "modes_one_percent", "high_quality", "reverse_kl", "w1")


class Settings(NamedTuple):
    """Sizes and tolerances.

    Attributes:
        members: those of the family that are played.
        datasets: mixtures.
        seeds: games of each member on each.
        steps: generator updates of every game.
        batch: samples in an update.
        samples: generated ones that are counted.
        matched: N of the exact W1 and of its floor.
        width: of the networks' layers; None for the preset.
        ceiling_within: of the real samples' quality from `CEILING`.
        above_floor: a game's W1 over that of real samples, at least: chance alone.
        most: modes that the best member's median reaches on the first mixture.
    """

    members: tuple[str, ...] = MEMBERS
    datasets: tuple[str, ...] = ("ring8", "grid25")
    seeds: int = 5
    steps: int = 3000
    batch: int = 64
    samples: int = 2500
    matched: int = 1000
    width: int | None = None
    ceiling_within: float = 0.008
    above_floor: float = 0.7
    most: int = 8


FULL = Settings()
QUICK = Settings(
    *(("gan", "lsgan", "sn"), ("ring8",), 1, 60, 32, 500, 300, 32),
    ceiling_within=0.02,
    most=1,
)


class Scores(NamedTuple):
    """What one game came to; see `metrics.mode_coverage`.

    Attributes:
        modes: with at least one good sample.
        modes_one_percent: with good samples that are 1 % of all.
        high_quality: share of good samples.
        reverse_kl: of the samples over the modes from even, in nats.
        w1: exact, to held-out samples.
        points: 400 of the samples.
    """

    modes: int
    modes_one_percent: int
    high_quality: float
    reverse_kl: float
    w1: float
    points: np.ndarray


def run(settings: Settings) -> Result:
    """Every member on every mixture, and the real samples beside them."""
    found = {
        dataset: _by_member(settings, dataset, settings.members)
        for dataset in settings.datasets
    }
    claims = []
    for dataset, members in found.items():
        claims += mixture_claims(settings, dataset, members)
    return Result(claims, {"steps": settings.steps, "sets": _series(found)})


def _by_member(
    settings: Settings, dataset: str, members: tuple[str, ...]
) -> dict[str, list[Scores]]:
    play_all = functools.partial(_member_scores, settings, dataset)
    return dict(zip(members, side_by_side(play_all, members), strict=True))


def _member_scores(settings: Settings, dataset: str, member: str) -> list[Scores]:
    fields = {} if settings.width is None else {"width": settings.width}
    game = make_game(member, dataset, batch_size=settings.batch, **fields)
    scores = []
    for seed in range(settings.seeds):
        end = play(game, seed, settings.steps, settings.steps)[-1]
        points = generate(game, end.state, seed, settings.samples)
        scores.append(score(dataset, points, settings.matched))
    return scores


def score(dataset: str, points: np.ndarray, matched: int) -> Scores:
    """Counts modes and measures W1 to held-out samples.

    Args:
        dataset: a mixture.
        points: [N, 2].
        matched: how many of them, and of the held-out ones, are matched.
    """
    data = load(dataset)
    assert data.centers is not None
    assert data.std is not None
    counts = mode_coverage(points, data.centers, data.std)
    w1 = exact_wasserstein1(points[:matched], data.test[:matched])
    return Scores(
        int(counts["modes"]),
        int(counts["modes_one_percent"]),
        counts["high_quality"],
        counts["reverse_kl"],
        w1,
        points[:400],
    )


def mixture_claims(
    settings: Settings, dataset: str, members: dict[str, list[Scores]]
) -> list[Claim]:
    """What real samples would get, medians over the seeds, and what has to hold.

    Args:
        settings: the bounds.
        dataset: the mixture.
        members: name -> scores, one for each seed.
    """
    data = load(dataset)
    assert data.centers is not None
    real = score(dataset, data.train[: settings.samples], settings.matched)
    best = max(np.median([s.modes for s in scores]) for scores in members.values())
    least = min(score.w1 for scores in members.values() for score in scores)
    name, floor = f"{dataset}, real samples: ", "reported: the floor"
    within = settings.ceiling_within
    claims = [
        near(name + "modes", real.modes, len(data.centers), 0, "each has its samples"),
        near(name + "high quality", real.high_quality, CEILING, within, "1 - e^-4.5"),
        reported(name + "reverse KL, nats", real.reverse_kl, floor, VEEGAN),
        reported(name + "exact W1", real.w1, floor, "measured"),
        at_least(
            f"{dataset}: smallest exact W1 of any game / that of real samples",
            *(least / real.w1, settings.above_floor, "samples of P itself"),
        ),
    ]
    if dataset == settings.datasets[0]:
        name = f"{dataset}: modes of the best member, median"
        claims.append(at_least(name, best, settings.most, "measured"))
    return claims + member_claims(dataset, members)


def member_claims(dataset: str, members: dict[str, list[Scores]]) -> list[Claim]:
    """Medians over the seeds; no member is asked for anything.

    Args:
        dataset: the mixture.
        members: name -> scores, one for each seed.
    """
    titles = ("modes", "modes with 1 %", "high quality", "reverse KL, nats", "exact W1")
    claims = []
    for member, scores in members.items():
        for measure, title in zip(MEASURES, titles, strict=True):
            values = [getattr(each, measure) for each in scores]
            words = f"reported; seeds {min(values):.3g} to {max(values):.3g}"
            name = f"{dataset}, {member}: {title}, median"
            claims.append(reported(name, np.median(values), words, VEEGAN))
    return claims


def _series(found: dict[str, dict[str, list[Scores]]]) -> dict[str, dict]:
    return {
        dataset: {
            member: {
                measure: rounded([getattr(each, measure) for each in scores])
                for measure in MEASURES
            }
            | {"points": [rounded(row, 3) for row in scores[0].points]}
            for member, scores in members.items()
        }
        for dataset, members in found.items()
    }
