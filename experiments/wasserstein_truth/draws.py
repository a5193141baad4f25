"""How far W1 differs between instances that one rule draws, by many draws of a size.

Eight draws say little of a standard deviation. Here it is taken of many, beside the
interval in which the deviation of eight of them lies.
"""

import functools
import json
from pathlib import Path
from typing import Any

import jax
import numpy as np

from experiments.wasserstein_truth.funnels import draw_funnels, move_by_funnels
from experiments.wasserstein_truth.rays import box, lengths
from wgan_jax.artifacts.style import ADVICE
from wgan_jax.errors import UserError
from wgan_jax.files import disk_errors, json_bytes, write_atomic

Draws = dict[str, Any]
MANY, SAMPLES = 200, 8192
_FEW = 8  # draws in a cell of the table
_RESAMPLES = 20_000


def measure_draws(
    dim: int, count: int, many: int = MANY, samples: int = SAMPLES
) -> Draws:
    """Measures W1 of funnels drawn by the seeds 0 to `many` - 1.

    Args:
        dim: d.
        count: n.
        many: instances.
        samples: of the optimal plan of each.

    Returns:
        dim, count, draws, samples; mean and deviation of W1 over the instances; error,
        the standard error of one W1, which is part of the deviation; low and high,
        between which the deviation of eight draws lies in 95 of 100 cases.
    """
    found = [_true_w1(seed, dim, count, samples) for seed in range(many)]
    means, deviations = np.array(found, np.float64).T
    chosen = np.random.default_rng(0).choice(means, (_RESAMPLES, _FEW))
    low, high = np.quantile(chosen.std(1, ddof=1), (0.025, 0.975))
    return {
        **{"dim": dim, "count": count, "draws": many, "samples": samples},
        "mean": float(means.mean()),
        "deviation": float(means.std(ddof=1)),
        "error": float(deviations.mean() / samples**0.5),
        **{"low": float(low), "high": float(high)},
    }


@functools.partial(jax.jit, static_argnums=(1, 2, 3))
def _true_w1(
    seed: int, dim: int, count: int, samples: int
) -> tuple[jax.Array, jax.Array]:
    # The instance of `drawn-SEED`; samples by a key that is no split of its own.
    key = jax.random.key(seed)
    funnels = draw_funnels(key, dim, count)
    moved = move_by_funnels(funnels, box(jax.random.fold_in(key, 1), samples, dim))
    costs = lengths(moved.x - moved.y)
    return costs.mean(), costs.std()


def path_of(record: Path) -> Path:
    """The file of the draws beside a record of cells."""
    return record.with_name(f"{record.stem}-draws.json")


def write_draws(draws: list[Draws], record: Path) -> Path:
    """Writes draws of several sizes beside a record of cells.

    Raises:
        ArtifactError: the file cannot be written.
    """
    path = path_of(record)
    with disk_errors(f"write {path}", ADVICE):
        write_atomic(path, json_bytes({"draws": draws}))
    return path


def read_draws(record: Path) -> dict[tuple[int, int], Draws]:
    """Reads the draws beside a record of cells: (d, n) -> draws; {} for none yet.

    Raises:
        UserError: the file is something else.
    """
    path = path_of(record)
    if not path.exists():
        return {}
    try:
        draws = json.loads(path.read_text("utf-8"))["draws"]
        return {(d["dim"], d["count"]): d for d in draws}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(f"{path} is no record of draws ({error!r}).") from error
