"""Measures a run at a step: last and best checkpoint, raw and averaged weights.

The protocol: as many generated samples as the test split has (at most 10,000 images or
5,000 points) against real ones, and beside each number its floor, which is the same
number for training samples. Intervals are those of one set of samples; what the seeds
differ by is found over the cells.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from experiments.leaderboard.boards import BOARDS
from experiments.leaderboard.collapse import COLLAPSED
from experiments.leaderboard.real_samples import SEED, real_side
from experiments.leaderboard.second_judges import second_opinions
from experiments.leaderboard.strips import make_strip
from wgan_jax import load_trained
from wgan_jax.artifacts.best import read_best
from wgan_jax.artifacts.log_reading import read_lines
from wgan_jax.errors import warn
from wgan_jax.loop.evaluation.measure import measure
from wgan_jax.loop.evaluation.reference import Reference, known_rows
from wgan_jax.loop.trained.trained import Trained
from wgan_jax.metrics.comparison import Side
from wgan_jax.metrics.registry import MetricRow, row_of


def judge(
    board: str, folder: Path, step: int, strip: Path | None, second_judges: Path
) -> dict[str, Any]:
    """Measures a run.

    Args:
        board: a name of `BOARDS`.
        folder: of the run.
        step: of its newest checkpoint.
        strip: where a row of samples goes; None for nowhere.
        second_judges: folder of weights of second feature nets, NET.safetensors.

    Returns:
        `judged`: checkpoint -> `step` and weights -> number -> value, everything of
        the last checkpoint's averaged weights and the headline's numbers of others;
        `interval` of the headline (last checkpoint, averaged weights); `judges`: other
        feature nets -> Frechet distance; `floors`, `count`, `split`, `features`,
        `curve` of the headline over the steps.

    Raises:
        UserError: as `wgan_jax.load_trained`.
    """
    reference, floors = real_side(board)
    sides = sides_of(load_trained(folder, step), reference)
    fake = sides["ema"]
    if strip is not None:
        make_strip(fake.samples, strip)
    last: dict[str, Any] = {
        "step": step,
        "ema": measure_side(fake, reference),
        "raw": measure_side(sides["raw"], reference, headline_rows(board)),
    }
    net, headline = reference.net, BOARDS[board].headline
    return {
        "judged": {"last": last, "best": _best(board, folder, step) or last},
        "interval": _interval(headline, reference, fake, last["ema"]),
        "judges": second_opinions(board, fake.samples, second_judges),
        "floors": floors,
        "count": reference.count,
        "split": reference.split,
        "features": net and {"name": net.name, "sha256": net.sha256},
        "curve": _curve(folder, headline, step),
    }


def _best(board: str, folder: Path, step: int) -> dict[str, Any] | None:
    """The headline of an earlier best checkpoint; None where the last is the best."""
    best = read_best(folder / "best", warn)
    if best is None or best.step >= step:
        return None
    reference, _ = real_side(board)
    found: dict[str, Any] = {"step": best.step}
    for weights, side in sides_of(load_trained(folder, "best"), reference).items():
        found[weights] = measure_side(side, reference, headline_rows(board))
    return found


def sides_of(trained: Trained, reference: Reference) -> dict[str, Side]:
    """Samples of `raw` and averaged weights, `ema`, as the feature net sees them.

    Args:
        trained: a run with an average.
        reference: as many samples are drawn.
    """
    return {
        weights: reference.side(trained.sample(SEED, reference.count, weights=weights))
        for weights in ("raw", "ema")
    }


def measure_side(
    side: Side, reference: Reference, rows: Sequence[MetricRow] | None = None
) -> dict[str, float]:
    """Measures samples beside the reference.

    Args:
        side: the samples.
        reference: what they are compared with.
        rows: which metrics; None for all that can be computed from samples.

    Returns:
        Number -> value.
    """
    # Not the critic's slope: it says nothing of the samples.
    rows = known_rows(reference.offered) if rows is None else rows
    values, _ = measure(reference.compared_with(side), reference.offered, rows)
    return values


def headline_rows(board: str) -> list[MetricRow]:
    """The metric that a table is sorted by: of what is shown by this number alone.

    Others take longer: an exact W1 of points that lie far apart a minute.
    """
    return [row_of(BOARDS[board].headline)]


def deciding_rows(board: str) -> list[MetricRow]:
    """What a run is judged by: the headline, and the numbers that show a collapse."""
    names = (BOARDS[board].headline, *COLLAPSED)
    return list({row_of(name).name: row_of(name) for name in names}.values())


def _interval(
    headline: str, reference: Reference, fake: Side, values: dict[str, float]
) -> tuple[float, float] | None:
    row = row_of(headline)
    mine = {q.name: values[q.name] for q in row.quantities if q.name in values}
    if row.interval is None or headline not in mine:
        return None
    return row.interval(row.compute, reference.compared_with(fake), mine)[headline]


def _curve(folder: Path, headline: str, step: int) -> list[tuple[int, float]]:
    """What the run itself measured on the way, as (step, value)."""
    rows = [line.row for line in read_lines(folder / "evaluations.jsonl")]
    return [
        (row["step"], row[headline])
        for row in rows
        if headline in row and row["step"] <= step
    ]
