"""Cells of the comparison: a member, a seed and a side; one JSON file each."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from experiments.records import is_same_config, is_same_net, read_result
from experiments.words import require_positive
from wgan_jax.config import Config, ResolvedConfig, resolve
from wgan_jax.config.samples import samples_of
from wgan_jax.errors import UserError
from wgan_jax.loop.stored_config import deciding

USUAL = ("nsgan", "wgan", "gp", "gn")
OURS, TORCH = SIDES = ("ours", "torch")
STEPS, SEEDS = 5000, 3
# Where both sides are judged, as parts of the steps: closer where FD falls fast.
_PARTS = (*range(2, 10, 2), *range(10, 30, 5), *range(30, 101, 10))


class Cell(NamedTuple):
    """One training.

    Attributes:
        dataset: grey images, a name of `data.DATASETS`.
        variant: member of the family.
        seed: of our run; PyTorch starts from the weights that it makes.
        side: of `SIDES`.
        steps: generator updates.
    """

    dataset: str
    variant: str
    seed: int
    side: str
    steps: int

    @property
    def name(self) -> str:
        """How files and messages call it."""
        return "-".join(str(part) for part in self)

    def config(self) -> ResolvedConfig:
        """What is trained on both sides, without blanks: the paper's preset.

        Raises:
            UserError: samples that are no grey images, or an unknown name.
        """
        config = Config(
            self.variant,
            self.dataset,
            "mlp",
            preset="paper",
            seed=self.seed,
            steps=self.steps,
            precision="float32",  # on any device, so that cells of several compare
        )
        shape = samples_of(config).shape
        if len(shape) != 3 or shape[-1] != 1:
            raise UserError(
                f"dataset {self.dataset!r} holds samples of shape {shape}, but weights "
                "are carried over for grey images alone: choose mnist, fashion_mnist, "
                "kmnist or digits."
            )
        return resolve(config)


def plan_cells(
    dataset: str,
    variants: Sequence[str],
    seeds: int,
    steps: int,
    sides: Sequence[str] = SIDES,
) -> list[Cell]:
    """The cells of a comparison, the two sides of a training one after the other.

    Args:
        dataset: as in `Cell`.
        variants: members.
        seeds: how many, from 0 on.
        steps: generator updates.
        sides: of `SIDES`.

    Returns:
        The cells, seed by seed.

    Raises:
        UserError: a number below 1, or as `Cell.config`.
    """
    require_positive(seeds=seeds, steps=steps)
    cells = [
        Cell(dataset, variant, seed, side, steps)
        for seed in range(seeds)
        for variant in variants
        for side in sides
    ]
    for cell in cells:
        cell.config()
    return cells


def checkpoints(steps: int) -> list[int]:
    """The steps at which both sides are judged."""
    return sorted({max(1, steps * part // 100) for part in _PARTS})


def cell_of(result: Mapping[str, Any]) -> Cell:
    """Which cell a result is of.

    Raises:
        KeyError: it is no result.
    """
    return Cell(*(result[field] for field in Cell._fields))


def is_current(result: dict[str, Any]) -> bool:
    """Whether the cell would still be trained and judged in the same way."""
    try:
        cell = cell_of(result)
        now = deciding(cell.config())
        judged = [step for step, _ in result["curve"]]
        whole = result["diverged"] is not None or judged == checkpoints(cell.steps)
        same = is_same_config(result["config"], now) and is_same_net(result["features"])
    except (UserError, KeyError):  # a member, a net or a field that is gone
        return False
    return whole and same


def result_path(cell: Cell, runs: Path) -> Path:
    """Where the result of a cell is kept."""
    return runs / f"{cell.name}.json"


def read_results(runs: Path) -> list[dict[str, Any]]:
    """Reads every result below a folder.

    Raises:
        UserError: a file is no result.
    """
    return [read_result(path, cell_of) for path in sorted(runs.glob("*.json"))]
